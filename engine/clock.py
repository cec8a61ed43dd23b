"""Business time. Sign-in, tokens and leases use real time, never this clock."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, event, select, update
from sqlmodel import Field, Session, SQLModel

from engine.database import Database
from engine.errors import EngineError

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
_ROW = 1


class ClockRefused(EngineError):
    """The clock was to move backwards, or this installation may not move it."""


class ClockOffset(SQLModel, table=True):
    """How far business time is ahead of real time; one row."""

    __tablename__ = "engine_clock"

    id: int = Field(primary_key=True)
    offset_ms: int = Field(default=0, sa_type=BigInteger)


class Clock:
    """Real time; the base of the clocks that can be moved."""

    def now(self) -> datetime:
        """Business time, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The local date."""
        return self.now().astimezone(LOCAL_ZONE).date()

    def advance(self, db: Session, by: timedelta) -> datetime:
        """Move business time forward and return the new time.

        Raises:
            ClockRefused: This clock cannot be moved.
        """
        raise ClockRefused("this installation's clock is real time")


class MovableClock(Clock):
    """Business time ahead of real time by an offset that all processes share.

    The offset is read again after `REFRESH_SECONDS`, so that a process sees within
    that time that another one moved the clock.
    """

    REFRESH_SECONDS = 0.2

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._read_at = float("-inf")

    def now(self) -> datetime:
        """Real time plus the offset."""
        if time.monotonic() - self._read_at > self.REFRESH_SECONDS:
            self._refresh()
        return datetime.now(UTC) + self._offset

    def advance(self, db: Session, by: timedelta) -> datetime:
        """Move business time forward in the caller's transaction."""
        if by <= timedelta():
            raise ClockRefused("the clock moves forward only")
        milliseconds = by // timedelta(milliseconds=1)
        moved = db.execute(
            update(ClockOffset)
            .where(ClockOffset.id == _ROW)  # type: ignore[arg-type]
            .values(offset_ms=ClockOffset.offset_ms + milliseconds)
            .returning(ClockOffset.offset_ms)  # type: ignore[call-overload]
        ).scalar_one_or_none()
        if moved is None:
            db.add(ClockOffset(id=_ROW, offset_ms=milliseconds))
            db.flush()
            moved = milliseconds
        event.listen(db, "after_commit", lambda _: self._forget(), once=True)
        return datetime.now(UTC) + timedelta(milliseconds=moved)

    def _forget(self) -> None:
        self._read_at = float("-inf")

    def _refresh(self) -> None:
        with self._lock:
            started = time.monotonic()
            with self._database.reading() as db:
                stored = db.execute(
                    select(ClockOffset.offset_ms).where(ClockOffset.id == _ROW)  # type: ignore[call-overload]
                ).scalar_one_or_none()
            # A read that began before another thread's newer read must not win.
            self._offset = max(self._offset, timedelta(milliseconds=stored or 0))
            self._read_at = started


class FrozenClock(Clock):
    """A clock for tests and scenarios that stands still until it is advanced."""

    def __init__(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """The time it stands at."""
        return self._now

    def advance(self, db: Session | None, by: timedelta) -> datetime:
        """Move forward; needs no database."""
        if by <= timedelta():
            raise ClockRefused("the clock moves forward only")
        self._now += by
        return self._now
