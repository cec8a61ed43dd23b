"""The poller fires what is due, one by one in order, and survives what fails."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlmodel import Session

from engine.clock import FrozenClock
from engine.database import Database
from engine.jobs import LocalQueue
from engine.poller import Poller

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Timers:
    """Timers in memory: id to time, with one that always fails and one that is gone."""

    def __init__(self, *times: datetime) -> None:
        self.due = {uuid4(): at for at in times}
        self.fired: list[datetime] = []
        self.broken: UUID | None = None
        self.gone: UUID | None = None

    def due_timers(self, db: Session, now: datetime) -> list[UUID]:
        return sorted((t for t, at in self.due.items() if at <= now), key=lambda t: self.due[t])

    def fire_timer(self, db: Session, timer_id: UUID) -> bool:
        if timer_id == self.broken:
            raise ValueError("boom")
        at = self.due.pop(timer_id)
        if timer_id == self.gone:
            return False
        self.fired.append(at)
        return True

    def expire_messages(self, db: Session, now: datetime) -> None:
        pass


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def test_due_timers_fire_in_order_and_the_rest_waits(sqlite_database: Database) -> None:
    timers, clock = Timers(at(3), at(1), at(2), at(9)), FrozenClock(NOW)
    poller = Poller(sqlite_database, timers, clock, LocalQueue())

    assert poller.poll() == 0
    clock.advance(None, timedelta(hours=5))

    assert poller.poll() == 3
    assert timers.fired == [at(1), at(2), at(3)]


def test_broken_or_vanished_timer_does_not_stop_the_others(sqlite_database: Database) -> None:
    timers = Timers(at(-4), at(-3), at(-2), at(-1))
    timers.broken, _, timers.gone, _ = timers.due
    poller = Poller(sqlite_database, timers, FrozenClock(NOW), LocalQueue())

    assert poller.poll() == 2
    assert timers.fired == [at(-3), at(-1)]
