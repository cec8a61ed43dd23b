"""Bring the rows of what an instance goes on waiting for in line with its new diagrams."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from engine.moving.transplanting import EVERYTHING
from engine.rows import EventKey, group_rows, row_id, user_task_row
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER
from engine.user_tasks import USER_TASK, USER_TASK_GROUP, UserTaskStatus

if TYPE_CHECKING:
    from engine.diagrams.events import WaitingEvent
    from engine.rows import Waiting
    from engine.run import InstanceRun

_KEPT = ("id", "assignee", "status", "created_at", "priority")
_DATES = ("due_at", "follow_up_at")
_FORM = ("form_ref", "form_key", "form_bundle_id", "context")


def rebind_rows(
    run: InstanceRun, after: Waiting, recompute: Collection[str], *, new_forms: bool
) -> None:
    """Rewrite user tasks, timers and subscriptions that were there and stay.

    A user task keeps who has it, since when and until when, and the form it was opened with; its
    name and who may take it follow the new diagram. Dates follow where they are recomputed, the
    form and what it shows if `new_forms`.
    """
    for number in sorted(run.before.user_tasks & after.user_tasks):
        _rebind_user_task(run, number, recompute, new_forms=new_forms)
    for key in sorted(run.before.events.keys() & after.events.keys()):
        _rebind_event(run, key, run.before.events[key], after.events[key])


def _rebind_user_task(
    run: InstanceRun, number: int, recompute: Collection[str], *, new_forms: bool
) -> None:
    task = run.workflow.ready_manual[number]
    row = user_task_row(run, task)
    anew = EVERYTHING in recompute or row["element_id"] in recompute
    kept = (*_KEPT, *(() if anew else _DATES), *(() if new_forms else _FORM))
    mine = USER_TASK.c.id == row["id"]
    changed = {name: value for name, value in row.items() if name not in kept}
    run.connection.execute(update(USER_TASK).where(mine).values(**changed))
    stored = run.connection.execute(select(USER_TASK).where(mine)).mappings().one()
    groups = USER_TASK_GROUP.c.user_task_id == row["id"]
    run.connection.execute(delete(USER_TASK_GROUP).where(groups))
    wanted = group_rows(dict(stored))
    if wanted and stored["status"] == UserTaskStatus.READY:
        run.connection.execute(insert(USER_TASK_GROUP), wanted)


def _rebind_event(run: InstanceRun, key: EventKey, old: WaitingEvent, new: WaitingEvent) -> None:
    task = run.workflow.find_task(key[0])
    if task is None:
        return
    if (old.kind == "timer") != (new.kind == "timer"):
        # Its row is of another table: let it be written as if it were new.
        _drop(run, key)
        return
    identity = row_id(run.task_id(task), key[1])
    values: dict[str, Any] = {
        "bundle_id": run.head.bundle_id,
        "element_id": task.task_spec.bpmn_id,
    }
    if new.kind == "timer":
        table = TIMER
        values["kind"] = new.name
    else:
        table = SUBSCRIPTION
        if (old.kind, old.name, old.correlation_key) != (new.kind, new.name, new.correlation_key):
            _drop(run, key)
            return
    run.connection.execute(update(table).where(table.c.id == identity).values(**values))


def _drop(run: InstanceRun, key: EventKey) -> None:
    task = run.workflow.find_task(key[0])
    assert task is not None
    identity = row_id(run.task_id(task), key[1])
    for table in (TIMER, SUBSCRIPTION):
        run.connection.execute(delete(table).where(table.c.id == identity))
    del run.before.events[key]
