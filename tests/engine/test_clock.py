"""Business time moves forward only, and for all processes together."""

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.clock import Clock, ClockRefused, FrozenClock, MovableClock
from engine.database import Database


def test_two_processes_see_one_time(database: Database) -> None:
    mine, other = MovableClock(database), MovableClock(database)
    real = datetime.now(UTC)
    with database.transaction() as db:
        mine.advance(db, timedelta(days=5))
    with database.transaction() as db:
        told = other.advance(db, timedelta(hours=1))

    ahead = timedelta(days=5, hours=1)
    for clock in (mine, other):
        clock._forget()  # not before REFRESH_SECONDS otherwise
        assert abs(clock.now() - real - ahead) < timedelta(seconds=5)
    assert abs(told - real - ahead) < timedelta(seconds=5)


def test_rolled_back_move_did_not_happen(sqlite_database: Database) -> None:
    clock = MovableClock(sqlite_database)
    with pytest.raises(ZeroDivisionError), sqlite_database.transaction() as db:
        clock.advance(db, timedelta(days=5))
        1 / 0  # noqa: B018

    assert clock.now() - datetime.now(UTC) < timedelta(seconds=1)


@pytest.mark.parametrize("by", [timedelta(), timedelta(seconds=-1)])
def test_no_clock_moves_backwards(sqlite_database: Database, by: timedelta) -> None:
    with sqlite_database.transaction() as db:
        for clock in (MovableClock(sqlite_database), FrozenClock(datetime.now(UTC)), Clock()):
            with pytest.raises(ClockRefused):
                clock.advance(db, by)


def test_real_time_cannot_be_moved(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db, pytest.raises(ClockRefused):
        Clock().advance(db, timedelta(days=1))


@pytest.mark.parametrize(("hour", "today"), [(15, date(2026, 1, 1)), (16, date(2026, 1, 2))])
def test_today_is_the_local_date(hour: int, today: date) -> None:
    clock = FrozenClock(datetime(2026, 1, 1, hour, tzinfo=UTC))

    assert clock.today() == today
