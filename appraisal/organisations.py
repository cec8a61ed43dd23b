"""Organisations (评价机构) and the range they are registered for (备案范围)."""

from datetime import date

from sqlalchemy import false
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, or_, select

from appraisal.errors import AppraisalError


class UnknownOrganisation(AppraisalError):
    """There is no organisation with this id or code."""


class OutsideRegisteredRange(AppraisalError):
    """The body is not registered for this occupation, trade, level, site or date."""


class Organisation(SQLModel, table=True):
    """A body that appraises: an employer (Y) or a social training and appraisal body (S).

    The codes are parts of its certificate numbers.
    """

    __tablename__ = "organisation"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=200)
    name_en: str = Field(default="", max_length=200)
    kind: str = Field(default="S", max_length=1)
    body_code: str = Field(default="0000", max_length=4)
    province_code: str = Field(default="99", max_length=2)
    site_serial: str = Field(default="000001", max_length=6)
    parent_id: int | None = Field(default=None, foreign_key="organisation.id")
    calendar_key: str = Field(default="cn", max_length=40)
    tier: str = Field(default="city", max_length=20)  # province | city | county, for D1
    province_name: str = Field(default="", max_length=40)
    keeps_base: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )  # its designers change the definitions of all organisations and industries, too
    confirms_publications: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )  # a second person confirms what is published


class RegisteredRange(SQLModel, table=True):
    """One line of what a body is registered for; an empty trade or site means any."""

    __tablename__ = "registered_range"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id", "occupation_code", "trade_code", "level_code", "site", "valid_from"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    occupation_code: str = Field(max_length=40)
    trade_code: str = Field(default="", max_length=40)
    level_code: str = Field(max_length=20)
    site: str = Field(default="", max_length=100)
    valid_from: date
    valid_to: date


def organisation_by_id(db: Session, organisation_id: int) -> Organisation:
    """Load an organisation.

    Raises:
        UnknownOrganisation: There is none.
    """
    organisation = db.get(Organisation, organisation_id)
    if organisation is None:
        raise UnknownOrganisation(organisation_id)
    return organisation


def is_registered(
    db: Session,
    organisation_id: int,
    occupation_code: str,
    trade_code: str,
    level_code: str,
    *,
    on: date,
    site: str = "",
) -> bool:
    """Whether the body may appraise this on that day at that site."""
    found = db.exec(
        select(RegisteredRange.id)
        .where(RegisteredRange.organisation_id == organisation_id)
        .where(RegisteredRange.occupation_code == occupation_code)
        .where(or_(RegisteredRange.trade_code == "", RegisteredRange.trade_code == trade_code))
        .where(RegisteredRange.level_code == level_code)
        .where(or_(site == "", RegisteredRange.site == "", RegisteredRange.site == site))
        .where(RegisteredRange.valid_from <= on)
        .where(RegisteredRange.valid_to >= on)
    ).first()
    return found is not None


def require_registered(
    db: Session,
    organisation_id: int,
    occupation_code: str,
    trade_code: str,
    level_code: str,
    *,
    on: date,
    site: str = "",
) -> None:
    """Refuse what lies outside the registered range.

    Raises:
        OutsideRegisteredRange: The body is not registered for it.
    """
    if not is_registered(
        db, organisation_id, occupation_code, trade_code, level_code, on=on, site=site
    ):
        raise OutsideRegisteredRange(f"{occupation_code}/{trade_code or '-'}/{level_code} {on}")
