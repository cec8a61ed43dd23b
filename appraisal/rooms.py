"""Rooms of a site, and the rooms a session sits its subjects in (考场)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, bindparam
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import organisations, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.room_filling import STANDARD_ROOM, RoomSpace


class UnknownRoom(AppraisalError):
    """There is no such room, or the session does not sit this subject in it."""


class RoomUnsuitable(AppraisalError):
    """A room cannot hold this subject: wrong kind, or taken by another subject."""


class RoomKind(StrEnum):
    """What a room is fitted out for."""

    THEORY = "theory"
    COMPUTER = "computer"
    PRACTICAL = "practical"
    REVIEW = "review"


# Source: requirement documents of a provincial appraisal platform, 2018 (practical rooms are
# apart from theory rooms).
_SUITABLE: Mapping[str, frozenset[RoomKind]] = {
    "theory": frozenset({RoomKind.THEORY, RoomKind.COMPUTER}),
    "practical": frozenset({RoomKind.PRACTICAL}),
    "review": frozenset({RoomKind.REVIEW}),
}


class Room(SQLModel, table=True):
    """A room of a site. `spare` places (reserve machines, stations) are never given out.

    A `separate` room is kept for candidates who sit alone; an `accessible` one is free of steps.
    `occupations` are the codes of those it is fitted out for; empty: any.
    """

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    site: str = Field(default="", max_length=100)
    code: str = Field(max_length=10)
    name: str = Field(max_length=100)
    address: str = Field(default="", max_length=200)
    kind: str = Field(max_length=20)
    capacity: int = Field(ge=1)
    spare: int = Field(default=0, ge=0)
    columns: int = Field(default=5, ge=1)
    separate: bool = False
    accessible: bool = True
    monitored: bool = True
    occupations: list[str] = Field(default_factory=list, sa_type=JSON)
    active: bool = True


class ExamRoom(SQLModel, table=True):
    """A room in which a session sits one subject; `rounds` counts the shifts at its stations.

    Its id is the `room_id` of the room's process instance, and its business key that
    instance's.
    """

    __tablename__ = "exam_room"
    __table_args__ = (UniqueConstraint("session_id", "room_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="room.id")
    code: str = Field(max_length=10)
    subject: str = Field(max_length=20)
    rounds: int = Field(default=1, ge=1)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    minutes: int = Field(ge=1)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def is_suitable(kind: RoomKind, subject: str) -> bool:
    """Whether a room of this kind may hold this subject."""
    return kind in _SUITABLE.get(subject, frozenset())


def places(kind: RoomKind, capacity: int, *, spare: int = 0, rounds: int = 1) -> int:
    """Places a room gives: thirty at most at desks, every station of each round elsewhere."""
    usable = max(0, capacity - spare)
    if kind in (RoomKind.PRACTICAL, RoomKind.REVIEW):
        return usable * rounds
    return min(STANDARD_ROOM, usable)


def space_of(room_id: int, room: Room, *, rounds: int = 1) -> RoomSpace:
    """What the seat assignment needs to know of a room."""
    kind = RoomKind(room.kind)
    limit = 1 if room.separate else places(kind, room.capacity, spare=room.spare, rounds=rounds)
    usable = max(limit, (room.capacity - room.spare) * rounds)
    fitted_for = frozenset(room.occupations)
    return RoomSpace(
        room_id, limit, usable, room.columns, room.separate, room.accessible, fitted_for
    )


def room_business_key(session_number: str, code: str, subject: str) -> str:
    """Business key of the process instance of one room and subject."""
    return f"{session_number}-{code}-{subject}"


def active_rooms(db: Session, organisation_id: int) -> list[Room]:
    """The rooms an organisation can use, by code."""
    query = select(Room).where(Room.organisation_id == organisation_id, col(Room.active))
    return list(db.exec(query.order_by(Room.code)))


def room_by_id(db: Session, room_id: int) -> Room:
    """Load a room of a site.

    Raises:
        UnknownRoom: There is none.
    """
    room = db.get(Room, room_id)
    if room is None:
        raise UnknownRoom(room_id)
    return room


def exam_room_by_id(db: Session, exam_room_id: int) -> ExamRoom:
    """Load a room of a session.

    Raises:
        UnknownRoom: There is none.
    """
    room = db.get(ExamRoom, exam_room_id)
    if room is None:
        raise UnknownRoom(exam_room_id)
    return room


_ROOMS = (
    select(ExamRoom)
    .where(ExamRoom.session_id == bindparam("b_session"))
    .order_by(ExamRoom.subject, ExamRoom.code)
    .execution_options(prepared=True)
)
_ROOMS_OF_SUBJECT = _ROOMS.where(ExamRoom.subject == bindparam("b_subject"))


def exam_rooms_of(db: Session, session_id: int, subject: str | None = None) -> list[ExamRoom]:
    """The rooms of a session, of one subject or all, by subject and code."""
    query = _ROOMS if subject is None else _ROOMS_OF_SUBJECT
    return list(db.exec(query, params={"b_session": session_id, "b_subject": subject}))


def reserve_room(
    db: Session,
    session: sessions.AppraisalSession,
    room: Room,
    *,
    subject: str,
    starts_at: datetime,
    minutes: int,
    rounds: int = 1,
) -> ExamRoom:
    """Have a session sit a subject in a room; doing it again changes time and rounds.

    Raises:
        RoomUnsuitable: The room is of another kind, or the session sits another subject in it.
    """
    if not is_suitable(RoomKind(room.kind), subject):
        raise RoomUnsuitable(f"{room.code} ({room.kind}): {subject}")
    query = select(ExamRoom).where(ExamRoom.session_id == session.id, ExamRoom.room_id == room.id)
    reserved = db.exec(query).one_or_none()
    if reserved is None:
        reserved = ExamRoom(
            organisation_id=session.organisation_id,
            session_id=_saved(session.id),
            room_id=_saved(room.id),
            code=room.code,
            subject=subject,
            starts_at=starts_at,
            minutes=minutes,
        )
    if reserved.subject != subject:
        raise RoomUnsuitable(f"{room.code}: taken by {reserved.subject}")
    reserved.starts_at, reserved.minutes, reserved.rounds = starts_at, minutes, rounds
    db.add(reserved)
    db.flush()
    return reserved


def release_rooms(db: Session, session_id: int, *, keep: Iterable[int]) -> None:
    """Give back the rooms of a session whose ids are not to be kept."""
    kept = set(keep)
    for room in exam_rooms_of(db, session_id):
        if room.id not in kept:
            db.delete(room)
    db.flush()


def taken_codes(reserved: Sequence[ExamRoom]) -> list[str]:
    """Codes that are reserved more than once, in order; none when the plan is sound."""
    return sorted(code for code, times in Counter(r.code for r in reserved).items() if times > 1)


def _saved(key: int | None) -> int:
    if key is None:
        raise UnknownRoom("not saved yet")
    return key
