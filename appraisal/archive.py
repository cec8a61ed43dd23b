"""Archive (归档): the volumes of a batch, what they lack, and how long they are kept."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, select

from appraisal import sessions  # noqa: F401 -- its table is referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.papers import Paper

# Source: 纸质归档资料保存不少于3年、电子不少于5年 (cnjyhuafeng.com …c619a24011).
MINIMUM_YEARS = {"paper": 3, "electronic": 5}


class InvalidCatalogue(AppraisalError):
    """The volume catalogue cannot be read; the message says where."""


class Archive(SQLModel, table=True):
    """The sealed archive of one batch."""

    __tablename__ = "archive"

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", unique=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    number: str = Field(max_length=80)
    folder: str = Field(max_length=400)
    seal: str = Field(max_length=64)
    files: int
    sealed_at: datetime = Field(sa_type=UtcDateTime)
    sealed_by: str = Field(default="", max_length=40)
    retain_until: date
    retention_rule: str = Field(default="", max_length=60)


@dataclass(frozen=True)
class CatalogueItem:
    """One entry of a volume; `statement` may stand in where the batch cannot have the paper."""

    volume: int
    volume_title: str
    no: int
    title: str
    statement: str


@dataclass(frozen=True)
class FiledItem:
    """A catalogue entry with the papers that fill it."""

    item: CatalogueItem
    papers: tuple[Paper, ...]
    stated: bool

    @property
    def complete(self) -> bool:
        """Whether the entry is filled by a paper or by an allowed statement."""
        return bool(self.papers) or self.stated


def read_catalogue(content: bytes) -> list[CatalogueItem]:
    """Read a volume catalogue (kind `catalogue` of a bundle).

    Raises:
        InvalidCatalogue: It has not the expected form.
    """
    try:
        volumes = json.loads(content)["volumes"]
        return [
            CatalogueItem(
                int(volume["no"]), volume["title"], no, item["title"], item.get("statement", "")
            )
            for volume in volumes
            for no, item in enumerate(volume["items"], start=1)
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidCatalogue(repr(error)) from error


def file_items(
    catalogue: Iterable[CatalogueItem], papers: Sequence[Paper], stated: Iterable[str] = ()
) -> list[FiledItem]:
    """Put the newest version of every paper under its catalogue entry.

    `stated` names the entries for which a statement of absence (情况说明) was signed; it counts
    only where the catalogue allows one.
    """
    newest: dict[tuple[str, str], Paper] = {}
    for paper in papers:
        slot = (paper.key, paper.subject)
        if slot not in newest or newest[slot].version < paper.version:
            newest[slot] = paper
    wanted = set(stated)
    return [
        FiledItem(
            item,
            tuple(p for p in newest.values() if p.catalogue_item == item.title),
            bool(item.statement) and item.title in wanted,
        )
        for item in catalogue
    ]


def missing_items(filed: Iterable[FiledItem]) -> list[CatalogueItem]:
    """The entries that neither a paper nor a statement fills: they block closing."""
    return [entry.item for entry in filed if not entry.complete]


def extension_of(paper: Paper) -> str:
    """What the name of a paper's file ends with, so that programs know it."""
    return _EXTENSIONS.get(paper.media_type, "bin")


_EXTENSIONS = {
    "application/pdf": "pdf",
    "application/json": "json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/csv": "csv",
}


def archive_path(item: CatalogueItem, paper: Paper) -> str:
    """Where a paper lies in the package; free of personal data and of unsafe characters."""
    subject = f"-{paper.subject}" if paper.subject else ""
    name = f"{paper.title}{subject}-v{paper.version}.{extension_of(paper)}"
    volume = f"第{item.volume}卷-{item.volume_title}"
    return "/".join(map(_safe, (volume, f"{item.no:02d}-{item.title}", name)))


def retain_until(closed_on: date, years: int, medium: str = "electronic") -> date:
    """Last day of retention; never shorter than the minimum for the medium."""
    years = max(years, MINIMUM_YEARS[medium])
    try:
        return closed_on.replace(year=closed_on.year + years)
    except ValueError:
        # 29 February, and the year it ends in has none.
        return date(closed_on.year + years, 3, 1)


def archive_of(db: Session, session_id: int) -> Archive | None:
    """The sealed archive of a batch, or nothing."""
    return db.exec(select(Archive).where(Archive.session_id == session_id)).first()


def _safe(part: str) -> str:
    return "".join("、" if c in '/\\:*?"<>|' else c for c in part)
