"""Evaluate running timers and due dates again: what they are counted from has moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagrams.events import reschedule
from engine.diagrams.timers import schedule
from engine.feel import as_duration, is_timer_literal
from engine.history import HistoryKind
from engine.instances import INSTANCE, InstanceStatus
from engine.rows import write_due_date, write_follow_up_date
from engine.user_tasks import USER_TASK, UserTaskStatus

if TYPE_CHECKING:
    from engine.run import InstanceRun
    from engine.runtime import ProcessEngine

_DATES = {"due_date": write_due_date, "follow_up_date": write_follow_up_date}


def reschedule_timers(engine: ProcessEngine, db: Session, which: UUID | str) -> int:
    """Evaluate date timers and due dates again; see `ProcessEngine.reschedule_timers`."""
    column = INSTANCE.c.id if isinstance(which, UUID) else INSTANCE.c.business_key
    query = select(INSTANCE.c.id).where(
        column == which, INSTANCE.c.status == InstanceStatus.RUNNING
    )
    return sum(
        _reschedule_one(engine, db, instance_id)
        for instance_id in db.connection().execute(query.order_by(INSTANCE.c.id)).scalars().all()
    )


def _reschedule_one(engine: ProcessEngine, db: Session, instance_id: UUID) -> int:
    moved = 0
    with engine.opened(db, instance_id) as run:
        for tree in run.workflow.scopes():
            for task in list(tree.waiting.values()):
                if run.guarded(task, lambda task=task: reschedule(task)):  # type: ignore[misc]
                    run.record(HistoryKind.RESCHEDULED, task)
                    moved += 1
        moved += _renew_due_dates(run)
    return moved


def _renew_due_dates(run: InstanceRun) -> int:
    """Evaluate the due and follow-up dates of ready user tasks again; gives how many moved.

    Only dates move: a duration, or what counts from today, runs from when the user task became
    ready.
    """
    moved = 0
    began = _beginnings(run)
    for task in run.workflow.ready_manual.values():
        for key, write in _DATES.items():
            source = task.task_spec.extensions.get(key)
            if source is None or is_timer_literal(source):
                continue
            names = run.hooks.names(task)
            with run.hooks.at(began.get(run.task_id(task), run.now)):
                value = run.guarded(task, partial(run.engine.expressions.value, source, names))
            if value is not None and as_duration(value) is None:
                moved += write(run, task, schedule("date", value, run.now).due)
    return moved


def _beginnings(run: InstanceRun) -> Mapping[UUID, datetime]:
    query = select(USER_TASK.c.id, USER_TASK.c.created_at).where(
        USER_TASK.c.instance_id == run.head.id, USER_TASK.c.status == UserTaskStatus.READY
    )
    return {row[0]: row[1] for row in run.connection.execute(query)}
