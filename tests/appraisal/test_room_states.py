"""A room goes from 待启 to 封存 only the way the states allow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from appraisal.crypto import Keyring, attach_keyring
from appraisal.room_states import (
    RoomSitting,
    RoomState,
    UnknownSitting,
    WrongRoomState,
    events_of,
    may_follow,
    move_to,
    open_papers,
    reschedule,
    resume,
    seal,
    sitting,
    sittings_of,
)
from engine.database import Database
from tasks.exam_world import STARTS_AT, exam_world, saved

NOW = STARTS_AT.astimezone(UTC)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    attach_keyring(database.writer, Keyring.generate())
    with database.transaction() as session:
        yield session


def a_room(db: Session, state: RoomState = RoomState.PENDING) -> RoomSitting:
    world = exam_world(db)
    room = RoomSitting(
        organisation_id=world.session.organisation_id,
        session_id=saved(world.session.id),
        room_id=saved(world.room.id),
        subject="theory",
        business_key=world.business_key,
        state=state,
        starts_at=NOW,
        ends_at=NOW + timedelta(minutes=90),
    )
    db.add(room)
    db.flush()
    return room


def test_states_follow_only_as_drawn() -> None:
    allowed = {
        state.value: [after.value for after in RoomState if may_follow(state, after)]
        for state in RoomState
    }

    assert allowed == {
        "pending": ["distributing"],
        "distributing": ["running", "paused"],
        "running": ["paused", "collecting"],
        "paused": ["pending", "running", "extra_time", "collecting"],
        "extra_time": ["paused", "collecting"],
        "collecting": ["sealed"],
        "sealed": [],
    }


def test_an_exam_with_extra_time_is_logged_step_by_step(db: Session) -> None:
    room = a_room(db)
    open_papers(db, room, seal_number="F-01", witnesses=[1, 2], at=NOW, actor_id=5)
    move_to(db, room, RoomState.RUNNING, at=NOW)
    move_to(db, room, RoomState.PAUSED, at=NOW + timedelta(minutes=10))
    resume(db, room, extra_minutes=12, at=NOW + timedelta(minutes=22))
    move_to(db, room, RoomState.COLLECTING, at=NOW + timedelta(minutes=102))
    seal(db, room, papers_returned=3, at=NOW + timedelta(minutes=110), actor_id=5)
    db.flush()

    assert [(e.kind, e.state, e.details) for e in events_of(db, saved(room.id))] == [
        ("became_distributing", "distributing", {}),
        ("became_running", "running", {}),
        ("became_paused", "paused", {}),
        ("became_extra_time", "extra_time", {"extra_minutes": 12}),
        ("became_collecting", "collecting", {}),
        ("became_sealed", "sealed", {}),
    ]
    assert (room.ends_at, room.extra_minutes) == (NOW + timedelta(minutes=102), 12)
    assert (room.witnesses, room.papers_returned, room.closed_by) == ([1, 2], 3, 5)


def test_a_pause_without_extra_time_goes_on_running(db: Session) -> None:
    room = a_room(db, RoomState.PAUSED)

    resume(db, room, extra_minutes=0, at=NOW)

    assert (room.state, room.ends_at) == (RoomState.RUNNING, NOW + timedelta(minutes=90))


def test_one_candidate_cannot_sign_twice(db: Session) -> None:
    with pytest.raises(WrongRoomState):
        open_papers(db, a_room(db), seal_number="F", witnesses=[1, 1], at=NOW, actor_id=5)


def test_a_sealed_room_stays_sealed(db: Session) -> None:
    with pytest.raises(WrongRoomState):
        move_to(db, a_room(db, RoomState.SEALED), RoomState.RUNNING, at=NOW)


def test_a_moved_sitting_begins_anew_with_its_own_length(db: Session) -> None:
    room = a_room(db, RoomState.RUNNING)
    room.extra_minutes, room.ends_at = 10, NOW + timedelta(minutes=100)
    move_to(db, room, RoomState.PAUSED, at=NOW)

    reschedule(db, room, starts_at=NOW + timedelta(days=1), at=NOW)

    assert (room.state, room.starts_at, room.ends_at, room.extra_minutes, room.opened_at) == (
        RoomState.PENDING,
        NOW + timedelta(days=1),
        NOW + timedelta(days=1, minutes=90),
        0,
        None,
    )


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=-1)])
def test_a_sitting_moves_into_the_future_only(db: Session, later: timedelta) -> None:
    with pytest.raises(WrongRoomState):
        reschedule(db, a_room(db, RoomState.PAUSED), starts_at=NOW + later, at=NOW)


@pytest.mark.parametrize(
    "act",
    [
        lambda db, room: resume(db, room, extra_minutes=-1, at=NOW),
        lambda db, room: seal(db, room, papers_returned=-1, at=NOW, actor_id=1),
    ],
)
def test_nothing_below_zero(db: Session, act) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(WrongRoomState):
        act(db, a_room(db, RoomState.PAUSED))


def test_sittings_are_found(db: Session) -> None:
    room = a_room(db)

    assert sitting(db, room.room_id, "theory") == room
    assert sittings_of(db, room.session_id) == [room]
    with pytest.raises(UnknownSitting):
        sitting(db, room.room_id, "practical")


def test_times_are_utc() -> None:
    assert datetime(2026, 5, 23, 1, 0, tzinfo=UTC) == NOW
