"""Publicity (公示): the public list of those who are to be certified, and objections to it."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments  # noqa: F401 -- its table is referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError

# Source: 公示不少于5个工作日 (牡丹江技师学院 认定流程 第十二条).
MINIMUM_WORKING_DAYS = 5

NAME_DISPLAYS = ("full", "masked")


class PublicityTooShort(AppraisalError):
    """A public list must stand for at least five working days."""


class UnknownPublicity(AppraisalError):
    """There is no public list with this id."""


class Publicity(SQLModel, table=True):
    """One public list (拟获证人员公示); `supplement` 0 is the first, later ones supplement it."""

    __tablename__ = "publicity"
    __table_args__ = (UniqueConstraint("session_id", "supplement"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    supplement: int = 0
    name_display: str = Field(default="full", max_length=10)
    working_days: int = MINIMUM_WORKING_DAYS
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    closed: bool = False


class PublicityLine(SQLModel, table=True):
    """One person on a public list; `held` while an objection or a review is open."""

    __tablename__ = "publicity_line"
    __table_args__ = (UniqueConstraint("publicity_id", "enrolment_id"),)

    id: int | None = Field(default=None, primary_key=True)
    publicity_id: int = Field(foreign_key="publicity.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    held: bool = False
    removed: bool = False


class Objection(SQLModel, table=True):
    """An objection (异议) of anybody against a line of the public list.

    State: open, upheld (the person is taken off), rejected. The text may name people, so it is
    kept encrypted elsewhere (the answer); here stands only what the process needs.
    """

    __tablename__ = "objection"

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    state: str = Field(default="open", max_length=20)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=400)


def open_publicity(
    db: Session,
    *,
    session_id: int,
    organisation_id: int,
    enrolment_ids: Iterable[int],
    opens_at: datetime,
    closes_at: datetime,
    working_days: int,
    name_display: str = "full",
) -> Publicity:
    """Put people on the next public list of a batch; those listed before are left out.

    Raises:
        PublicityTooShort: Fewer than five working days.
    """
    if working_days < MINIMUM_WORKING_DAYS:
        raise PublicityTooShort(str(working_days))
    listed = listed_enrolments(db, session_id)
    publicity = Publicity(
        session_id=session_id,
        organisation_id=organisation_id,
        supplement=len(publicities_of(db, session_id)),
        name_display=name_display if name_display in NAME_DISPLAYS else "masked",
        working_days=working_days,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    db.add(publicity)
    db.flush()
    assert publicity.id is not None
    for enrolment_id in enrolment_ids:
        if enrolment_id not in listed:
            db.add(PublicityLine(publicity_id=publicity.id, enrolment_id=enrolment_id))
    db.flush()
    return publicity


def publicities_of(db: Session, session_id: int) -> list[Publicity]:
    """The public lists of a batch, the first one first."""
    return list(
        db.exec(
            select(Publicity)
            .where(Publicity.session_id == session_id)
            .order_by(col(Publicity.supplement))
        ).all()
    )


def lines_of(db: Session, session_id: int) -> list[PublicityLine]:
    """Every line of every public list of a batch."""
    return list(
        db.exec(
            select(PublicityLine)
            .join(Publicity, col(Publicity.id) == col(PublicityLine.publicity_id))
            .where(Publicity.session_id == session_id)
            .order_by(col(PublicityLine.enrolment_id))
        ).all()
    )


def listed_enrolments(db: Session, session_id: int) -> set[int]:
    """Ids of the enrolments that stand on a public list and were not taken off."""
    return {line.enrolment_id for line in lines_of(db, session_id) if not line.removed}


def releasable_enrolments(db: Session, session_id: int) -> set[int]:
    """Those whose list has run out and who are neither held nor taken off."""
    closed = {p.id for p in publicities_of(db, session_id) if p.closed}
    return {
        line.enrolment_id
        for line in lines_of(db, session_id)
        if line.publicity_id in closed and not line.held and not line.removed
    }


def raise_objection(db: Session, *, session_id: int, enrolment_id: int, at: datetime) -> Objection:
    """Record an objection and hold the person it is about, nobody else."""
    objection = Objection(session_id=session_id, enrolment_id=enrolment_id, raised_at=at)
    db.add(objection)
    hold(db, session_id, enrolment_id, held=True)
    db.flush()
    return objection


def decide_objection(
    db: Session, objection: Objection, *, upheld: bool, reason: str, actor: str, at: datetime
) -> None:
    """Settle an objection: an upheld one takes the person off the list."""
    objection.state = "upheld" if upheld else "rejected"
    objection.reason, objection.decided_by, objection.decided_at = reason, actor, at
    db.add(objection)
    for line in _lines(db, objection.session_id, objection.enrolment_id):
        line.held, line.removed = False, upheld
        db.add(line)
    db.flush()


def open_objections(db: Session, session_id: int) -> list[Objection]:
    """Objections of a batch that nobody has settled."""
    return list(
        db.exec(
            select(Objection)
            .where(Objection.session_id == session_id, Objection.state == "open")
            .order_by(col(Objection.id))
        ).all()
    )


def hold(db: Session, session_id: int, enrolment_id: int, *, held: bool) -> None:
    """Hold back or release one person's certificate without touching the others."""
    for line in _lines(db, session_id, enrolment_id):
        line.held = held
        db.add(line)
    db.flush()


def close_publicity(db: Session, publicity: Publicity, *, on: date, ends_on: date) -> bool:
    """Close a list whose last day has passed; says whether it is closed now."""
    if on > ends_on and not publicity.closed:
        publicity.closed = True
        db.add(publicity)
        db.flush()
    return publicity.closed


def _lines(db: Session, session_id: int, enrolment_id: int) -> list[PublicityLine]:
    return [line for line in lines_of(db, session_id) if line.enrolment_id == enrolment_id]
