"""What instances throw, until the transaction's instances are saved and it can be delivered.

Delivering at once would open an instance inside another's run, and perhaps the same one twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.context import InstanceHead
from engine.errors import InstanceBusy

DEFAULT_TTL = timedelta(days=30)
_KEY = "engine.work"


@dataclass(frozen=True, slots=True)
class ThrownMessage:
    """A message on its way; `origin` is the instance that threw it."""

    name: str
    key: str
    payload: dict[str, Any]
    ttl: timedelta = DEFAULT_TTL
    message_id: str | None = None
    origin: InstanceHead | None = None


@dataclass(frozen=True, slots=True)
class ThrownSignal:
    """A signal on its way; to all tenants if `tenant` is None."""

    name: str
    payload: dict[str, Any]
    tenant: str | None = None
    origin: InstanceHead | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A subscription appeared for which a message may lie in the buffer."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class DirectSignal:
    """A signal for one waiting event of an instance that was being run when it was thrown."""

    name: str
    payload: dict[str, Any]
    instance_id: UUID
    task_id: UUID
    event_id: str


Thrown = ThrownMessage | ThrownSignal | DirectSignal | Arrived


@dataclass
class Work:
    """What one transaction has open."""

    running: set[UUID] = field(default_factory=set)
    outbox: deque[Thrown] = field(default_factory=deque)
    depth: int = 0

    @contextmanager
    def holding(self, instance_id: UUID) -> Iterator[None]:
        """Keep an instance from being opened twice at a time.

        Raises:
            InstanceBusy: It is open already.
        """
        if instance_id in self.running:
            raise InstanceBusy(f"instance {instance_id} is being run in this transaction")
        self.running.add(instance_id)
        try:
            yield
        finally:
            self.running.discard(instance_id)

    def mark(self) -> int:
        """Remember how much was thrown so far."""
        return len(self.outbox)

    def back_to(self, mark: int) -> None:
        """Forget what was thrown since; it was rolled back."""
        while len(self.outbox) > mark:
            self.outbox.pop()


@contextmanager
def work_of(db: Session) -> Iterator[Work]:
    """Give the transaction's open work, one level deeper."""
    work: Work = db.info.setdefault(_KEY, Work())
    work.depth += 1
    try:
        yield work
    finally:
        work.depth -= 1
        if work.depth == 0:
            db.info.pop(_KEY, None)


def is_running(db: Session, instance_id: UUID) -> bool:
    """Tell whether an instance is open in this transaction."""
    work: Work | None = db.info.get(_KEY)
    return work is not None and instance_id in work.running
