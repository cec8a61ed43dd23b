"""What happens by itself: due timers, waiting retries, expired messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from engine.errors import describe_error
from engine.jobs import JobQueue, due_retries, enqueue_retry

_EXPIRY_SECONDS = 60.0
_POSTPONED_SECONDS = 30.0

log = structlog.get_logger(__name__)


class TimerRunner(Protocol):
    """What fires timers; `ProcessEngine` does."""

    def due_timers(self, db: Session, now: datetime) -> Sequence[UUID]:
        """List timers whose time has come, the earliest first."""

    def fire_timer(self, db: Session, timer_id: UUID) -> bool:
        """Fire one timer; False if it is gone or no longer due."""

    def expire_messages(self, db: Session, now: datetime) -> Any:
        """Drop buffered messages that nobody came for."""


class Poller:
    """Looks every moment for what is due and does it, each thing in its own transaction.

    Several nodes may poll one database: who comes second finds a row gone.
    """

    def __init__(
        self,
        database: Database,
        runner: TimerRunner,
        clock: Clock,
        queue: JobQueue,
        *,
        seconds: float = 0.25,
    ) -> None:
        self._database = database
        self._runner = runner
        self._clock = clock
        self._queue = queue
        self._seconds = seconds
        self._postponed: dict[UUID, float] = {}
        self._expired_at = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jiancheng-poller", daemon=True)

    def poll(self) -> int:
        """Do all that is due now; returns how many things that were."""
        return self.fire_due_timers() + self._retry_jobs() + self._expire()

    def fire_due_timers(self) -> int:
        """Fire due timers one by one in the order of their times.

        One that fails is postponed, so that it does not stop the others.
        """
        fired = 0
        while timer_id := self._next_timer():
            try:
                with self._database.transaction() as db:
                    happened = self._runner.fire_timer(db, timer_id)
                fired += bool(happened)
                if not happened:  # another node, or its own instance, was faster
                    self._postponed[timer_id] = time.monotonic() + 1
            except Exception as error:  # the edge: a timer of one instance must not stop the rest
                self._postponed[timer_id] = time.monotonic() + _POSTPONED_SECONDS
                log.error("timer failed", timer=str(timer_id), error=describe_error(error))
        return fired

    def start(self) -> None:
        """Poll in a thread until stopped."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is being done."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _next_timer(self) -> UUID | None:
        if self._stopping.is_set():
            return None
        now = time.monotonic()
        self._postponed = {t: until for t, until in self._postponed.items() if until > now}
        with self._database.reading() as db:
            due = self._runner.due_timers(db, self._clock.now())
        return next((timer for timer in due if timer not in self._postponed), None)

    def _retry_jobs(self) -> int:
        with self._database.reading() as db:
            due = due_retries(db)
        if not due:
            return 0
        with self._database.transaction() as db:
            return sum(enqueue_retry(db, self._queue, job_id) for job_id in due)

    def _expire(self) -> int:
        if time.monotonic() - self._expired_at < _EXPIRY_SECONDS:
            return 0
        self._expired_at = time.monotonic()
        with self._database.transaction() as db:
            self._runner.expire_messages(db, self._clock.now())
        return 0

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self.poll()
            except Exception as error:  # the edge: the database may be away for a moment
                log.warning("poll failed", error=describe_error(error))
