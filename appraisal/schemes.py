"""Schemes (鉴定项目方案): versioned rules of an occupation's appraisal, by level."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, select

from appraisal import occupations, organisations  # noqa: F401 -- tables referred to below
from appraisal.errors import AppraisalError


class UnknownScheme(AppraisalError):
    """There is no such scheme, version or level."""


class Scheme(SQLModel, table=True):
    """One version of a scheme. `content` is described in `appraisal/scheme_rules.py`.

    Status: draft, approved, superseded. An approved version is never changed.
    """

    __tablename__ = "scheme"
    __table_args__ = (UniqueConstraint("organisation_id", "key", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    key: str = Field(max_length=60)
    version: int = 1
    name: str = Field(default="", max_length=200)
    occupation_code: str = Field(foreign_key="occupation.code")
    trade_code: str = Field(default="", max_length=40)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: str = Field(default="draft", max_length=20)


def scheme_by_id(db: Session, scheme_id: int) -> Scheme:
    """Load a scheme.

    Raises:
        UnknownScheme: There is none.
    """
    scheme = db.get(Scheme, scheme_id)
    if scheme is None:
        raise UnknownScheme(scheme_id)
    return scheme


def newest_scheme(db: Session, organisation_id: int, key: str) -> Scheme:
    """The newest version of a scheme that is not superseded.

    Raises:
        UnknownScheme: There is none.
    """
    found = db.exec(
        select(Scheme)
        .where(Scheme.organisation_id == organisation_id)
        .where(Scheme.key == key)
        .where(Scheme.status != "superseded")
        .order_by(Scheme.version.desc())  # type: ignore[attr-defined]
    ).first()
    if found is None:
        raise UnknownScheme(key)
    return found


def level_content(scheme: Scheme, level_code: str) -> dict[str, Any]:
    """What the scheme says of one level.

    Raises:
        UnknownScheme: The scheme has no such level.
    """
    levels: dict[str, dict[str, Any]] = scheme.content.get("levels", {})
    if level_code not in levels:
        raise UnknownScheme(f"{scheme.key} {level_code}")
    return levels[level_code]


def subject_content(scheme: Scheme, level_code: str, subject: str) -> dict[str, Any]:
    """What the scheme says of one subject (theory, practical or review) of a level.

    Raises:
        UnknownScheme: The level has no such subject.
    """
    for content in level_content(scheme, level_code).get("subjects", []):
        if content["key"] == subject:
            return dict(content)
    raise UnknownScheme(f"{scheme.key} {level_code} {subject}")


def subject_keys(scheme: Scheme, level_code: str) -> list[str]:
    """The subjects of a level, in their order."""
    return [content["key"] for content in level_content(scheme, level_code).get("subjects", [])]


def approve_scheme(db: Session, scheme: Scheme) -> None:
    """Approve a version; the older approved ones are superseded for new batches."""
    for older in db.exec(
        select(Scheme)
        .where(Scheme.organisation_id == scheme.organisation_id)
        .where(Scheme.key == scheme.key)
        .where(Scheme.status == "approved")
        .where(Scheme.id != scheme.id)
    ).all():
        older.status = "superseded"
        db.add(older)
    scheme.status = "approved"
    db.add(scheme)
    db.flush()
