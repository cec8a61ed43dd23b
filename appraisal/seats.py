"""Seats (座位): which enrolment sits where in a room of a session."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments, rooms  # noqa: F401 -- tables referred to below
from appraisal.enrolments import ENDED_STATES, Enrolment, EnrolmentSubject
from appraisal.errors import AppraisalError
from appraisal.rooms import ExamRoom, Room
from appraisal.seating import Place


class UnknownSeat(AppraisalError):
    """The enrolment has no seat in this subject."""


class Seat(SQLModel, table=True):
    """The seat of an enrolment in one subject; `number` counts from 1 within the room.

    `round` is the shift at the stations of a practical room, always 1 at desks.
    """

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("exam_room_id", "number"),
        UniqueConstraint("enrolment_id", "subject"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    exam_room_id: int = Field(foreign_key="exam_room.id")
    enrolment_id: int = Field(foreign_key="enrolment.id")
    subject: str = Field(max_length=20)
    number: int
    row: int
    column: int
    round: int = 1
    variant: str = Field(default="A", max_length=1)
    extra_minutes: int = 0


def to_sit(db: Session, session_id: int) -> dict[str, list[Enrolment]]:
    """The admitted enrolments by subject they have to sit, in the order of their numbers."""
    query = (
        select(EnrolmentSubject.subject, Enrolment)
        .join(Enrolment, col(Enrolment.id) == EnrolmentSubject.enrolment_id)
        .where(Enrolment.session_id == session_id, EnrolmentSubject.state == "to_sit")
        .where(col(Enrolment.state).in_(ADMITTED_STATES))
        .order_by(col(Enrolment.number))
    )
    wanted: dict[str, list[Enrolment]] = {}
    for subject, enrolment in db.exec(query):
        wanted.setdefault(subject, []).append(enrolment)
    return wanted


ADMITTED_STATES = ("admitted", "ticketed")
"""States of an enrolment that has a place in the exam and has not sat it yet."""


def replace_seats(
    db: Session, session_id: int, subject: str, places: Sequence[Place], stations: Mapping[int, int]
) -> None:
    """Seat a subject anew; `stations` are the stations of each practical room by its id."""
    db.exec(delete(Seat).where(col(Seat.session_id) == session_id, col(Seat.subject) == subject))
    at = {room.id: room for room in rooms.exam_rooms_of(db, session_id, subject)}
    for place in places:
        db.add(_seat_at(at[place.room_id], place, stations.get(place.room_id)))
    db.flush()


def replace_seats_of_room(
    db: Session, room: ExamRoom, places: Sequence[Place], stations: int | None
) -> None:
    """Seat the people of one room anew; those of the subject's other rooms stay where they are."""
    db.exec(delete(Seat).where(col(Seat.exam_room_id) == room.id))
    db.add_all(_seat_at(room, place, stations) for place in places)
    db.flush()


def _seat_at(room: ExamRoom, place: Place, stations: int | None) -> Seat:
    return Seat(
        organisation_id=room.organisation_id,
        session_id=room.session_id,
        exam_room_id=place.room_id,
        enrolment_id=place.enrolment_id,
        subject=room.subject,
        number=place.number,
        row=place.row,
        column=place.column,
        round=round_of(place.number, stations),
        # Only written papers come in variants; a practical task is the same for all.
        variant=place.variant if room.subject == "theory" else "A",
        extra_minutes=place.extra_minutes,
    )


def round_of(number: int, stations: int | None) -> int:
    """The shift of a seat number in a room with so many stations; desks have one shift."""
    return 1 if not stations else (number - 1) // stations + 1


_TAKEN = (
    select(Seat, Enrolment)
    .join(Enrolment, col(Enrolment.id) == Seat.enrolment_id)
    .where(Seat.exam_room_id == bindparam("b_room"))
    .where(*(col(Enrolment.state) != one for one in ENDED_STATES))
    .order_by(col(Seat.number))
    .execution_options(prepared=True)
)


def seats_of(db: Session, exam_room_id: int) -> list[tuple[Seat, Enrolment]]:
    """The seats of a room by number, without those who have since left the batch."""
    found = db.exec(_TAKEN, params={"b_room": exam_room_id})
    return [(seat, enrolment) for seat, enrolment in found]


def seats_of_enrolment(db: Session, enrolment_id: int) -> list[tuple[Seat, ExamRoom, Room]]:
    """Where an enrolment sits its subjects, by time."""
    query = (
        select(Seat, ExamRoom, Room)
        .join(ExamRoom, col(ExamRoom.id) == Seat.exam_room_id)
        .join(Room, col(Room.id) == ExamRoom.room_id)
        .where(Seat.enrolment_id == enrolment_id)
        .order_by(col(ExamRoom.starts_at), col(ExamRoom.id))
    )
    return [(seat, exam_room, room) for seat, exam_room, room in db.exec(query)]


def seated_enrolments(db: Session, session_id: int) -> list[int]:
    """Ids of the enrolments with a seat in any subject, in order."""
    query = select(Seat.enrolment_id).where(Seat.session_id == session_id).distinct()
    return sorted(db.exec(query))


def seats_taken(db: Session, session_id: int) -> dict[int, int]:
    """How many seats are given out by room of the session."""
    query = select(Seat.exam_room_id).where(Seat.session_id == session_id)
    return dict(Counter(db.exec(query)))


def swap_seats(db: Session, subject: str, first_id: int, second_id: int) -> None:
    """Exchange the seats of two enrolments in a subject; extra time stays with the person.

    Raises:
        UnknownSeat: One of them has none.
    """
    first, second = (_seat(db, enrolment_id, subject) for enrolment_id in (first_id, second_id))
    kept = (first.extra_minutes, second.extra_minutes)
    db.delete(second)
    db.flush()
    first.enrolment_id, first.extra_minutes = second_id, kept[1]
    db.add(first)
    db.flush()
    copy = Seat.model_validate(second.model_dump(exclude={"id"}))
    copy.enrolment_id, copy.extra_minutes = first_id, kept[0]
    db.add(copy)
    db.flush()


def unseat(db: Session, enrolment_ids: Iterable[int]) -> None:
    """Take the seats of enrolments away."""
    db.exec(delete(Seat).where(col(Seat.enrolment_id).in_(list(enrolment_ids))))
    db.flush()


def _seat(db: Session, enrolment_id: int, subject: str) -> Seat:
    query = select(Seat).where(Seat.enrolment_id == enrolment_id, Seat.subject == subject)
    seat = db.exec(query).one_or_none()
    if seat is None:
        raise UnknownSeat(f"{enrolment_id}, {subject}")
    return seat
