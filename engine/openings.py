"""Instances are opened for a change here, and what they throw meanwhile is delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from engine import messages, signals
from engine.errors import InstanceNotRunning, TooManyMessages
from engine.instance_rows import InstanceRow, read_head, read_instance
from engine.outbox import Arrived, DirectSignal, Thrown, ThrownMessage, ThrownSignal, Work, work_of
from engine.run import InstanceRun

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

MAX_DELIVERIES = 10_000


@contextmanager
def working(engine: ProcessEngine, db: Session) -> Iterator[Work]:
    """Open the transaction's work; see `ProcessEngine.working`."""
    with work_of(db) as work:
        yield work
        if work.depth == 1:
            _deliver_all(engine, db, work)


@contextmanager
def opened(
    engine: ProcessEngine,
    db: Session,
    instance_id: UUID,
    *,
    actor: str | None,
    statuses: Sequence[str],
    row: InstanceRow | None,
) -> Iterator[InstanceRun]:
    """Open an instance for a change; see `ProcessEngine.opened`."""
    with working(engine, db) as work, work.holding(instance_id):
        if row is None:
            row = read_instance(db, instance_id)
        if row.status not in statuses:
            raise InstanceNotRunning(f"instance {instance_id} is {row.status}")
        head = read_head(row)
        process = engine.definitions.process(head.bundle_id, head.process_id)
        run = InstanceRun(
            engine, db, work, head, process, actor=actor, version=row.version, status=row.status
        )
        run.load(row.state, engine.live.take(instance_id, row.version, row.state))
        yield run
        run.drive()
        run.save()
        engine.live.put(instance_id, run.version, run.state, run.workflow)


def _deliver_all(engine: ProcessEngine, db: Session, work: Work) -> None:
    delivered = 0
    while work.outbox:
        delivered += _deliver(engine, db, work.outbox.popleft())
        if delivered > MAX_DELIVERIES:
            raise TooManyMessages(f"more than {MAX_DELIVERIES} in one transaction")


def _deliver(engine: ProcessEngine, db: Session, thrown: Thrown) -> bool:
    """Deliver one thing; False if it was only a look into the buffer."""
    match thrown:
        case ThrownMessage():
            messages.correlate(engine, db, thrown)
        case ThrownSignal():
            signals.broadcast(engine, db, thrown)
        case DirectSignal():
            signals.reach(engine, db, thrown)
        case Arrived():
            return messages.deliver_buffered(engine, db, thrown)
    return True
