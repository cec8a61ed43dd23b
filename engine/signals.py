"""Signals: they go to everybody who waits; in the thrower's own instance, when it is thrown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InstanceNotRunning, NotWaiting
from engine.history import HistoryKind
from engine.outbox import DirectSignal, ThrownSignal, is_running
from engine.starts import start_by_event
from engine.subscriptions import SUBSCRIPTION
from engine.variables import checked

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


def receivers(db: Session, signal: ThrownSignal) -> list[Any]:
    """List the instances' events that wait for a signal now."""
    query = (
        select(SUBSCRIPTION)
        .where(SUBSCRIPTION.c.kind == "signal", SUBSCRIPTION.c.name == signal.name)
        .where(SUBSCRIPTION.c.instance_id.is_not(None))
        .order_by(SUBSCRIPTION.c.created_at, SUBSCRIPTION.c.id)
    )
    if signal.tenant is not None:
        query = query.where(SUBSCRIPTION.c.tenant == signal.tenant)
    return list(db.connection().execute(query))


def broadcast(engine: ProcessEngine, db: Session, signal: ThrownSignal) -> int:
    """Bring a signal to all who wait and give their number.

    Instances that are being run in this transaction get it when that is over.
    """
    payload = checked(signal.payload)
    waiting = receivers(db, signal)
    reached = len(
        start_by_event(
            engine,
            db,
            "signal",
            signal.name,
            business_key=signal.name if signal.origin is None else signal.origin.business_key,
            payload=payload,
            origin=signal.origin,
            only_first=False,
        )
    )
    for row in waiting:
        if signal.origin is not None and row.instance_id == signal.origin.id:
            continue  # had it when it was thrown; what waits since then came too late
        direct = DirectSignal(signal.name, payload, row.instance_id, row.task_id, row.event_id)
        if is_running(db, row.instance_id):
            with engine.working(db) as work:
                work.outbox.append(direct)
            reached += 1
        else:
            reached += reach(engine, db, direct)
    return reached


def reach(engine: ProcessEngine, db: Session, signal: DirectSignal) -> bool:
    """Bring a signal to one waiting event; False if it waits no more."""
    try:
        with engine.opened(db, signal.instance_id) as run:
            run.happen(
                signal.task_id, signal.event_id, HistoryKind.SIGNAL, signal.name, signal.payload
            )
    except (NotWaiting, InstanceNotRunning):
        return False
    return True
