"""The sitting of one subject in one room (场次): its state, its clock and its log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError


class WrongRoomState(AppraisalError):
    """The room is not in a state from which this can happen."""


class UnknownSitting(AppraisalError):
    """No such subject sits in this room."""


class RoomState(StrEnum):
    """Where a room stands, from 待启 to 封存."""

    PENDING = "pending"
    DISTRIBUTING = "distributing"
    RUNNING = "running"
    PAUSED = "paused"
    EXTRA_TIME = "extra_time"
    COLLECTING = "collecting"
    SEALED = "sealed"


ROOM_STATE_NAMES: Mapping[RoomState, str] = {
    RoomState.PENDING: "待启",
    RoomState.DISTRIBUTING: "发卷",
    RoomState.RUNNING: "考试",
    RoomState.PAUSED: "暂停",
    RoomState.EXTRA_TIME: "补时",
    RoomState.COLLECTING: "收卷",
    RoomState.SEALED: "封存",
}

# Source: domain report S9 (场次状态 待启/发卷/考试/暂停/补时/收卷/封存).
_NEXT: Mapping[RoomState, frozenset[RoomState]] = {
    RoomState.PENDING: frozenset({RoomState.DISTRIBUTING}),
    RoomState.DISTRIBUTING: frozenset({RoomState.RUNNING, RoomState.PAUSED}),
    RoomState.RUNNING: frozenset({RoomState.PAUSED, RoomState.COLLECTING}),
    # Back to pending: the sitting is moved to another time.
    RoomState.PAUSED: frozenset(
        {RoomState.RUNNING, RoomState.EXTRA_TIME, RoomState.COLLECTING, RoomState.PENDING}
    ),
    RoomState.EXTRA_TIME: frozenset({RoomState.PAUSED, RoomState.COLLECTING}),
    RoomState.COLLECTING: frozenset({RoomState.SEALED}),
    RoomState.SEALED: frozenset(),
}


def may_follow(state: RoomState, following: RoomState) -> bool:
    """Whether a room may go from one state to the other."""
    return following in _NEXT[state]


class RoomSitting(SQLModel, table=True):
    """One subject sat in one room, with its clock. Started anew when it is moved."""

    __tablename__ = "room_sitting"
    __table_args__ = (UniqueConstraint("room_id", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    subject: str = Field(max_length=20)
    business_key: str = Field(max_length=100, unique=True)
    state: str = Field(default=RoomState.PENDING, max_length=20)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    extra_minutes: int = Field(default=0, ge=0)
    seal_number: str = Field(default="", max_length=40)
    seal_intact: bool | None = None
    witnesses: list[int] = Field(default_factory=list, sa_type=JSON)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    papers_returned: int | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: int | None = None
    remarks: str = Field(default="", max_length=2000)


class RoomEvent(SQLModel, table=True):
    """One line of a sitting's log; only added, never changed."""

    __tablename__ = "room_event"

    id: int | None = Field(default=None, primary_key=True)
    sitting_id: int = Field(foreign_key="room_sitting.id", index=True)
    kind: str = Field(max_length=40)
    state: str = Field(max_length=20)
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


def sitting(db: Session, room_id: int, subject: str) -> RoomSitting:
    """The sitting of a subject in a room.

    Raises:
        UnknownSitting: None was prepared.
    """
    found = db.exec(
        select(RoomSitting).where(RoomSitting.room_id == room_id, RoomSitting.subject == subject)
    ).one_or_none()
    if found is None:
        raise UnknownSitting(f"room {room_id}, {subject}")
    return found


def sittings_of(db: Session, session_id: int) -> list[RoomSitting]:
    """Every sitting of a session, by start and room."""
    query = (
        select(RoomSitting)
        .where(RoomSitting.session_id == session_id)
        .order_by(col(RoomSitting.starts_at), RoomSitting.business_key)
    )
    return list(db.exec(query))


def log_event(
    db: Session,
    room: RoomSitting,
    kind: str,
    *,
    at: datetime,
    actor_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the sitting's log; `details` hold ids and numbers, no personal data."""
    db.flush()
    if room.id is None:
        raise UnknownSitting(room.business_key)
    db.add(
        RoomEvent(
            sitting_id=room.id,
            kind=kind,
            state=room.state,
            at=at,
            actor_id=actor_id,
            details=dict(details or {}),
        )
    )


def events_of(db: Session, sitting_id: int) -> list[RoomEvent]:
    """The log of a sitting in the order it was written."""
    query = select(RoomEvent).where(RoomEvent.sitting_id == sitting_id).order_by(col(RoomEvent.id))
    return list(db.exec(query))


def move_to(
    db: Session,
    room: RoomSitting,
    state: RoomState,
    *,
    at: datetime,
    actor_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Bring the sitting into its next state and log it.

    Raises:
        WrongRoomState: The state cannot follow the present one.
    """
    present = RoomState(room.state)
    if not may_follow(present, state):
        raise WrongRoomState(f"{room.business_key}: {present} cannot become {state}")
    room.state = state
    room.paused_at = at if state is RoomState.PAUSED else None
    db.add(room)
    log_event(db, room, f"became_{state.value}", at=at, actor_id=actor_id, details=details)


def open_papers(
    db: Session,
    room: RoomSitting,
    *,
    seal_number: str,
    witnesses: Sequence[int],
    at: datetime,
    actor_id: int | None,
) -> None:
    """Record that the intact seal was shown and signed for, and begin to hand papers out.

    `witnesses` are the enrolments of two different candidates of the room; of all who are there
    when they are fewer.

    Raises:
        WrongRoomState: One candidate signed twice, or the room is not pending.

    Source: domain report 1.7 (two candidates sign that the seal was intact).
    """
    if len(set(witnesses)) != len(witnesses):
        raise WrongRoomState(f"{room.business_key}: two different candidates must sign")
    room.seal_number, room.seal_intact = seal_number, True
    room.witnesses, room.opened_at = list(witnesses), at
    move_to(db, room, RoomState.DISTRIBUTING, at=at, actor_id=actor_id)


def resume(db: Session, room: RoomSitting, *, extra_minutes: int, at: datetime) -> None:
    """Go on after a pause: the end moves by the extra minutes.

    A room that had not begun to sit begins now; nothing was lost, so no extra time is shown.
    """
    if extra_minutes < 0:
        raise WrongRoomState(f"{room.business_key}: extra time below zero")
    room.extra_minutes += extra_minutes
    room.ends_at += timedelta(minutes=extra_minutes)
    following = RoomState.EXTRA_TIME if room.extra_minutes else RoomState.RUNNING
    move_to(db, room, following, at=at, details={"extra_minutes": extra_minutes})


def reschedule(db: Session, room: RoomSitting, *, starts_at: datetime, at: datetime) -> None:
    """Move a paused sitting to another time of the same length; it begins anew.

    Raises:
        WrongRoomState: The new time is not in the future, or the room is not paused.
    """
    if starts_at <= at:
        raise WrongRoomState(f"{room.business_key}: the new start lies in the past")
    length = room.ends_at - room.starts_at - timedelta(minutes=room.extra_minutes)
    room.starts_at, room.ends_at, room.extra_minutes = starts_at, starts_at + length, 0
    room.seal_intact, room.seal_number, room.witnesses, room.opened_at = None, "", [], None
    move_to(db, room, RoomState.PENDING, at=at, details={"starts_at": starts_at.isoformat()})


def seal(
    db: Session, room: RoomSitting, *, papers_returned: int, at: datetime, actor_id: int | None
) -> None:
    """Close the sitting: scripts counted and sealed by the chief."""
    if papers_returned < 0:
        raise WrongRoomState(f"{room.business_key}: fewer than no papers were returned")
    room.papers_returned, room.closed_at, room.closed_by = papers_returned, at, actor_id
    move_to(db, room, RoomState.SEALED, at=at, actor_id=actor_id)
