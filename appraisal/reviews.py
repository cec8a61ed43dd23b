"""Comprehensive review (综合评审): the thesis and its deadline; drawn turns of a room."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments, rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.marking import draw_order

# Source: 江西平台需求确认书 2018-10-17 (一、二级论文上传截止 T-15 日).
THESIS_DAYS_BEFORE = 15


class ThesisClosed(AppraisalError):
    """The thesis was handed in or given up before, or the day is over."""


class Thesis(SQLModel, table=True):
    """The thesis of one enrolment. State: due, handed_in, given_up."""

    __tablename__ = "thesis"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", unique=True)
    state: str = Field(default="due", max_length=20)
    title: str = Field(default="", max_length=200)
    file_key: str | None = Field(default=None, max_length=80)
    due_on: date
    handed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    given_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DrawnTurn(SQLModel, table=True):
    """The drawn place of one candidate in a room: turn to defend, or station to work at."""

    __tablename__ = "drawn_turn"
    __table_args__ = (
        UniqueConstraint("room_id", "position"),
        UniqueConstraint("room_id", "enrolment_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    position: int = Field(ge=1)
    drawn_at: datetime = Field(sa_type=UtcDateTime)


def thesis_due_on(exam_date: date) -> date:
    """Last day for the thesis."""
    return exam_date - timedelta(days=THESIS_DAYS_BEFORE)


def thesis_of(db: Session, enrolment_id: int) -> Thesis | None:
    """The thesis of an enrolment; None when none was asked for."""
    return db.exec(select(Thesis).where(Thesis.enrolment_id == enrolment_id)).one_or_none()


def ask_for_thesis(
    db: Session, *, organisation_id: int, session_id: int, enrolment_id: int, exam_date: date
) -> Thesis:
    """Ask for a thesis; asked again, an open one follows the exam date."""
    thesis = thesis_of(db, enrolment_id)
    if thesis is None:
        thesis = Thesis(
            organisation_id=organisation_id,
            session_id=session_id,
            enrolment_id=enrolment_id,
            due_on=thesis_due_on(exam_date),
        )
    elif thesis.state == "due":
        thesis.due_on = thesis_due_on(exam_date)
    db.add(thesis)
    db.flush()
    return thesis


def hand_in_thesis(
    db: Session, thesis: Thesis, *, title: str, file_key: str | None, at: datetime, today: date
) -> None:
    """Take the thesis in, on the last day too.

    Raises:
        ThesisClosed: It was handed in or given up before, or comes after the last day.
    """
    if thesis.state != "due" or today > thesis.due_on:
        raise ThesisClosed(f"enrolment {thesis.enrolment_id}: {thesis.state}, due {thesis.due_on}")
    thesis.state, thesis.title, thesis.file_key = "handed_in", title, file_key
    thesis.handed_in_at = at
    db.add(thesis)


def give_up_review(db: Session, thesis: Thesis, *, at: datetime) -> None:
    """Record that the review is given up: no thesis in time, or the candidate says so.

    Raises:
        ThesisClosed: The thesis lies before us already.

    Source: domain report 1.4 (thesis not uploaded in time = gives up the review).
    """
    if thesis.state == "handed_in":
        raise ThesisClosed(f"enrolment {thesis.enrolment_id}: handed in")
    thesis.state, thesis.given_up_at = "given_up", at
    db.add(thesis)


def draw_turns(
    db: Session,
    *,
    organisation_id: int,
    session_id: int,
    room_id: int,
    enrolments_present: Sequence[int],
    at: datetime,
) -> list[DrawnTurn]:
    """Draw the order of a room; who comes after the draw goes last.

    A place once drawn never changes.

    Source: domain report 1.4 (order of candidates drawn at random).
    """
    known = drawn_order(db, room_id)
    placed = {turn.enrolment_id for turn in known}
    about = f"turn\x00{session_id}\x00{room_id}"
    new = draw_order(db, about, [one for one in enrolments_present if one not in placed])
    turns = [
        DrawnTurn(
            organisation_id=organisation_id,
            session_id=session_id,
            room_id=room_id,
            enrolment_id=enrolment_id,
            position=position,
            drawn_at=at,
        )
        for position, enrolment_id in enumerate(new, start=len(known) + 1)
    ]
    db.add_all(turns)
    db.flush()
    return known + turns


def drawn_order(db: Session, room_id: int) -> list[DrawnTurn]:
    """The drawn order of a room; empty before the draw."""
    query = select(DrawnTurn).where(DrawnTurn.room_id == room_id)
    return list(db.exec(query.order_by(col(DrawnTurn.position))))
