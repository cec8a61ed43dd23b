"""Marks: what each marker gave. Rows are only added; a raw mark is never overwritten."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, JSON, Connection, bindparam, event
from sqlalchemy.orm import Mapper
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments, rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import DecimalText, UtcDateTime
from appraisal.errors import AppraisalError


class MarkIsFinal(AppraisalError):
    """A stored mark may not be changed or deleted; a later mark stands beside it."""


class NotTheAuthor(AppraisalError):
    """Only who gave a mark may change it, and only with a reason."""


class MarkedTwice(AppraisalError):
    """A marker gave a raw mark for the same work and part before."""


class UnknownWork(AppraisalError):
    """There is no such script or work piece."""


class MarkKind(StrEnum):
    """The three marks of a piece of work: 原始分, 复评分, 确认分.

    Source: domain report 2.4 (first, actual and agreed mark are told apart).
    """

    RAW = "raw"
    RE_MARKED = "re_marked"
    AGREED = "agreed"


class Work(SQLModel, table=True):
    """What is marked: a script, a performance with its work piece, or a thesis with defence.

    The blind code (保密号) is all that markers of scripts see.
    """

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "subject"),
        UniqueConstraint("session_id", "blind_code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    subject: str = Field(max_length=20)
    blind_code: str = Field(max_length=40)
    sheet_key: str = Field(default="", max_length=60)
    photos: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Mark(SQLModel, table=True):
    """One mark by one marker, or by the machine when `marker_id` is None."""

    __tablename__ = "mark"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    work_id: int = Field(foreign_key="work.id", index=True)
    part: str = Field(max_length=20)
    kind: str = Field(max_length=20)
    marker_id: int | None = None
    card_number: str = Field(default="", max_length=20)
    points: Decimal = Field(sa_type=DecimalText)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    vetoes: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = Field(default="", max_length=1000)
    replaces_id: int | None = Field(default=None, foreign_key="mark.id")
    marked_at: datetime = Field(sa_type=UtcDateTime)


@event.listens_for(Mark, "before_update")
@event.listens_for(Mark, "before_delete")
def _refuse_change(_mapper: Mapper[Mark], _connection: Connection, target: Mark) -> None:
    raise MarkIsFinal(target.id)


# The mapper sees only changes through the session; the triggers hold for every statement.
MARK_TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER mark_is_never_updated BEFORE UPDATE ON mark "
        "BEGIN SELECT RAISE(ABORT, 'mark is final'); END",
        "CREATE TRIGGER mark_is_never_deleted BEFORE DELETE ON mark "
        "BEGIN SELECT RAISE(ABORT, 'mark is final'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_mark_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'mark is final'; END $$",
        "CREATE TRIGGER mark_is_final BEFORE UPDATE OR DELETE ON mark "
        "FOR EACH ROW EXECUTE FUNCTION refuse_mark_change()",
    ),
}
for _dialect, _statements in MARK_TRIGGERS.items():
    for _statement in _statements:
        event.listen(
            SQLModel.metadata.tables["mark"],
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )


def add_work(db: Session, work: Work) -> Work:
    """Register a piece of work; the same enrolment and subject give the same row."""
    query = select(Work).where(Work.enrolment_id == work.enrolment_id, Work.subject == work.subject)
    if (known := db.exec(query).one_or_none()) is not None:
        return known
    db.add(work)
    db.flush()
    return work


def work_by_id(db: Session, work_id: int) -> Work:
    """Load a piece of work.

    Raises:
        UnknownWork: There is none with this id.
    """
    found = db.get(Work, work_id)
    if found is None:
        raise UnknownWork(work_id)
    return found


def works_of(db: Session, session_id: int, *, subject: str | None = None) -> list[Work]:
    """The works of a session by blind code, of one subject if given."""
    query = select(Work).where(Work.session_id == session_id)
    if subject is not None:
        query = query.where(Work.subject == subject)
    return list(db.exec(query.order_by(Work.blind_code)))


_MARKS = (
    select(Mark)
    .where(Mark.work_id == bindparam("b_work"))
    .order_by(col(Mark.id))
    .execution_options(prepared=True)
)


def marks_of(db: Session, work_id: int) -> list[Mark]:
    """Every mark of a piece of work in the order given, superseded ones too."""
    return list(db.exec(_MARKS, params={"b_work": work_id}))


def give_mark(db: Session, mark: Mark) -> Mark:
    """Store a marker's raw mark.

    Raises:
        MarkedTwice: The marker marked this part before; a second opinion is a re-mark.
    """
    for known in marks_of(db, mark.work_id):
        same_marker = (known.part, known.marker_id) == (mark.part, mark.marker_id)
        if same_marker and known.kind == MarkKind.RAW:
            raise MarkedTwice(f"work {mark.work_id}, {mark.part}")
    mark.kind = MarkKind.RAW
    db.add(mark)
    db.flush()
    return mark


def change_mark(
    db: Session,
    mark_id: int,
    *,
    author_id: int,
    points: Decimal,
    details: Mapping[str, Any],
    vetoes: Iterable[str],
    reason: str,
    at: datetime,
) -> Mark:
    """Add the author's re-mark beside an earlier mark, which stays.

    Raises:
        NotTheAuthor: Somebody else gave the mark, or no reason is given.

    Source: 考评人员管理工作规程 Art. 5-6 (assessors mark alone and may refuse any request to
    change a result).
    """
    earlier = db.get(Mark, mark_id)
    if earlier is None or earlier.marker_id != author_id or not reason.strip():
        raise NotTheAuthor(mark_id)
    changed = Mark(
        organisation_id=earlier.organisation_id,
        work_id=earlier.work_id,
        part=earlier.part,
        kind=MarkKind.RE_MARKED,
        marker_id=author_id,
        card_number=earlier.card_number,
        points=points,
        details=dict(details),
        vetoes=list(vetoes),
        reason=reason,
        replaces_id=earlier.id,
        marked_at=at,
    )
    db.add(changed)
    db.flush()
    return changed


def standing_marks(marks: Iterable[Mark], part: str | None = None) -> list[Mark]:
    """The marks that count: each marker's last one, in the order of the first ones."""
    last: dict[tuple[str, int | None], Mark] = {}
    for mark in marks:
        if mark.kind != MarkKind.AGREED and (part is None or mark.part == part):
            last[(mark.part, mark.marker_id)] = mark
    return list(last.values())


def raw_marks(marks: Iterable[Mark], part: str | None = None) -> list[Mark]:
    """The marks as first given."""
    return [m for m in marks if m.kind == MarkKind.RAW and (part is None or m.part == part)]
