"""Timers: one row for each time that an instance, or a process to be started, waits for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import Index, Table, Uuid, delete, update
from sqlalchemy import select as select_rows
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col, select

from engine.database import JsonText, UtcDateTime
from engine.diagrams.timers import Schedule
from engine.errors import InstanceNotRunning, NotWaiting
from engine.history import HistoryKind

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


class Timer(SQLModel, table=True):
    """One waiting timer; without an instance, a start event of a bundle's process.

    `kind` is date, duration, cycle or several. `schedule` is only used by start timers; that of an
    instance's timer lies in its state.
    """

    __tablename__ = "engine_timer"
    __table_args__ = (
        Index("ix_engine_timer_due", "due_at", "id"),
        Index("ix_engine_timer_instance", "instance_id"),
    )

    id: UUID = Field(default_factory=uuid4, sa_type=Uuid, primary_key=True)
    instance_id: UUID | None = Field(default=None, sa_type=Uuid)
    task_id: UUID | None = Field(default=None, sa_type=Uuid)
    element_id: str = Field(max_length=200)
    event_id: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    due_at: datetime = Field(sa_type=UtcDateTime)
    tenant: str = Field(default="", max_length=100)
    bundle_id: str = Field(default="", max_length=64)
    process_id: str = Field(default="", max_length=200)
    schedule: dict[str, Any] | None = Field(default=None, sa_type=JsonText)


TIMER: Table = Timer.__table__  # type: ignore[attr-defined]


def due_timers(db: Session, now: datetime, *, limit: int = 100) -> list[UUID]:
    """List timers whose time has come, the earliest first."""
    query = select(Timer.id).where(col(Timer.due_at) <= now)
    return list(db.scalars(query.order_by(col(Timer.due_at), col(Timer.id)).limit(limit)))


def next_due(db: Session) -> datetime | None:
    """Tell when the next timer is due, None if there is none."""
    return db.scalar(select(Timer.due_at).order_by(col(Timer.due_at)).limit(1))


def fire_timer(engine: ProcessEngine, db: Session, timer_id: UUID, *, force: bool) -> bool:
    """Fire exactly one timer; see `ProcessEngine.fire_timer`."""
    query = select_rows(TIMER).where(TIMER.c.id == timer_id).with_for_update(skip_locked=True)
    row = db.connection().execute(query).one_or_none()
    if row is None or (row.due_at > engine.clock.now() and not force):
        return False
    if row.instance_id is None:
        _fire_start(engine, db, row)
        return True
    try:
        with engine.opened(db, row.instance_id) as run:
            run.happen(row.task_id, row.event_id, HistoryKind.TIMER, row.kind)
    except (NotWaiting, InstanceNotRunning):
        # The row contradicts the state; left alone it would be due for ever.
        db.connection().execute(delete(TIMER).where(TIMER.c.id == timer_id))
        return False
    return True


def _fire_start(engine: ProcessEngine, db: Session, row: Any) -> None:
    following = Schedule.from_json(row.schedule).next()
    if following is None:
        db.connection().execute(delete(TIMER).where(TIMER.c.id == row.id))
    else:
        db.connection().execute(
            update(TIMER)
            .where(TIMER.c.id == row.id)
            .values(due_at=following.due, schedule=following.as_json())
        )
    engine.start(
        db,
        row.process_id,
        business_key=f"{row.process_id}-{row.due_at:%Y%m%dT%H%M%S}",
        tenant=row.tenant,
        bundle_id=row.bundle_id,
        start_event=row.event_id,
    )
