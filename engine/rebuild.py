"""Make the derived rows again what the states say, after a mishap or an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from engine.instances import INSTANCE, InstanceStatus
from engine.rows import NewRows, add_rows, group_rows, row_id, waiting_of
from engine.run import InstanceRun
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER
from engine.user_tasks import USER_TASK, USER_TASK_GROUP, UserTaskStatus
from engine.workflow import task_id_of

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


def rebuild_rows(engine: ProcessEngine, db: Session, instance_id: UUID | None) -> int:
    """Write what is missing and remove what is wrong; gives the number of rows changed."""
    query = select(INSTANCE.c.id).where(INSTANCE.c.status == InstanceStatus.RUNNING)
    if instance_id is not None:
        query = query.where(INSTANCE.c.id == instance_id)
    found = db.connection().execute(query.order_by(INSTANCE.c.id)).scalars().all()
    changed = 0
    for one in found:
        with engine.opened(db, one) as run:
            changed += _rebuild_user_tasks(run)
            changed += _rebuild_events(run)
    return changed


def _rebuild_user_tasks(run: InstanceRun) -> int:
    wanted = {
        task_id_of(run.head.id, number): number for number in waiting_of(run.workflow).user_tasks
    }
    connection = run.connection
    own = USER_TASK.c.instance_id == run.head.id
    found = connection.execute(select(USER_TASK).where(own)).mappings()
    rows = {row["id"]: dict(row) for row in found}
    missing = NewRows()
    add_rows(run, missing, [number for one, number in wanted.items() if one not in rows], {})
    missing.insert(run.connection)
    changed = len(missing.user_tasks)
    for one, row in rows.items():
        changed += _mend_user_task(run, row, one in wanted)
    return changed


def _mend_user_task(run: InstanceRun, row: Mapping[str, Any], is_ready: bool) -> int:
    connection = run.connection
    groups = USER_TASK_GROUP.c.user_task_id == row["id"]
    there = set(connection.execute(select(USER_TASK_GROUP.c.group_key).where(groups)).scalars())
    due = group_rows(row) if is_ready else []
    changed = 0
    if there != {group["group_key"] for group in due}:
        connection.execute(delete(USER_TASK_GROUP).where(groups))
        if due:
            connection.execute(insert(USER_TASK_GROUP), due)
        changed += 1
    open_row = row["status"] in (UserTaskStatus.READY, UserTaskStatus.SUSPENDED)
    if (is_ready and row["status"] != UserTaskStatus.READY) or (open_row and not is_ready):
        _set_status(run, row["id"], is_ready)
        changed += 1
    return changed


def _set_status(run: InstanceRun, user_task_id: UUID, is_ready: bool) -> None:
    status = UserTaskStatus.READY if is_ready else UserTaskStatus.CANCELLED
    ended = None if is_ready else run.now
    run.connection.execute(
        update(USER_TASK)
        .where(USER_TASK.c.id == user_task_id)
        .values(status=status, completed_at=ended, completed_by=None)
    )


def _rebuild_events(run: InstanceRun) -> int:
    wanted = {
        row_id(task_id_of(run.head.id, number), event_id): ((number, event_id), event)
        for (number, event_id), event in waiting_of(run.workflow).events.items()
    }
    have: set[UUID] = set()
    changed = 0
    for table in (TIMER, SUBSCRIPTION):
        rows = _event_rows(run, table)
        have |= rows
        surplus = rows - wanted.keys()
        if surplus:
            run.connection.execute(delete(table).where(table.c.id.in_(surplus)))
            changed += len(surplus)
    new = NewRows()
    add_rows(run, new, (), dict(pair for one, pair in wanted.items() if one not in have))
    new.insert(run.connection)
    return changed + len(new.timers) + len(new.subscriptions)


def _event_rows(run: InstanceRun, table: Table) -> set[UUID]:
    own = select(table.c.id).where(table.c.instance_id == run.head.id)
    return set(run.connection.execute(own).scalars())
