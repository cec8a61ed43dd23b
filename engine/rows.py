"""The rows that follow from an instance's state: user tasks, timers, subscriptions.

After each change the difference is written in the same transaction; `rebuild` writes all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, or_, update

from engine.diagrams.events import WaitingEvent, waiting_events
from engine.incidents import INCIDENT
from engine.jobs import OPEN, Job, JobStatus
from engine.outbox import Arrived
from engine.statements import Statement, write_all
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER
from engine.user_tasks import PERSON_PREFIX, USER_TASK, USER_TASK_GROUP, UserTaskStatus
from engine.workflow import COMPLETED, InstanceTask, InstanceWorkflow, task_id_of

if TYPE_CHECKING:
    from engine.run import InstanceRun

EventKey = tuple[int, str]
Rows = list[dict[str, Any]]

_CLOSE_USER_TASK = Statement(
    update(USER_TASK)
    .where(USER_TASK.c.id == bindparam("b_id"), USER_TASK.c.status != UserTaskStatus.COMPLETED)
    .values(
        status=bindparam("b_status"), completed_at=bindparam("b_at"), completed_by=bindparam("b_by")
    )
)
_DROP_GROUPS = Statement(
    delete(USER_TASK_GROUP).where(USER_TASK_GROUP.c.user_task_id == bindparam("b_id"))
)
_MOVE_DUE_DATE = Statement(
    update(USER_TASK)
    .where(
        USER_TASK.c.id == bindparam("b_id"), USER_TASK.c.due_at.is_distinct_from(bindparam("b_due"))
    )
    .values(due_at=bindparam("b_due"))
)
_MOVE_FOLLOW_UP = Statement(
    update(USER_TASK)
    .where(
        USER_TASK.c.id == bindparam("b_id"),
        USER_TASK.c.follow_up_at.is_distinct_from(bindparam("b_at")),
    )
    .values(follow_up_at=bindparam("b_at"))
)
_MOVE_GROUPS = Statement(
    update(USER_TASK_GROUP)
    .where(USER_TASK_GROUP.c.user_task_id == bindparam("b_id"))
    .values(due_at=bindparam("b_due"))
)
_DROP_TIMER = Statement(delete(TIMER).where(TIMER.c.id == bindparam("b_id")))
_MOVE_TIMER = Statement(
    update(TIMER).where(TIMER.c.id == bindparam("b_id")).values(due_at=bindparam("b_due"))
)
_DROP_SUBSCRIPTION = Statement(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id == bindparam("b_id")))
_END_INCIDENT = Statement(
    update(INCIDENT)
    .where(INCIDENT.c.task_id == bindparam("b_id"), INCIDENT.c.resolved_at.is_(None))
    .values(resolved_at=bindparam("b_at"), resolution="ended")
)
_JOB: Table = Job.__table__  # type: ignore[attr-defined]
_CANCEL_JOB = Statement(
    update(_JOB)
    .where(
        _JOB.c.task_id == bindparam("b_id"),
        or_(*(_JOB.c.status == status.value for status in OPEN)),
    )
    .values(status=JobStatus.CANCELLED.value, finished_at=bindparam("b_at"))
)
_INSERT_USER_TASK = Statement.insert(USER_TASK, without=("completed_at", "completed_by"))
_INSERT_GROUP = Statement.insert(USER_TASK_GROUP)
_INSERT_TIMER = Statement.insert(TIMER, without=("schedule",))
_INSERT_SUBSCRIPTION = Statement.insert(SUBSCRIPTION)


@dataclass(slots=True)
class Waiting:
    """What an instance waits for, without the values of any row."""

    user_tasks: set[int] = field(default_factory=set)
    events: dict[EventKey, WaitingEvent] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    working: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.user_tasks or self.events or self.held or self.working)


def waiting_of(workflow: InstanceWorkflow) -> Waiting:
    """See what an instance waits for."""
    waiting = Waiting(user_tasks=set(workflow.ready_manual))
    for number, task in workflow.started.items():
        if task.failed:
            waiting.held.add(number)
        elif "topic" in getattr(task.task_spec, "extensions", ()):
            waiting.working.add(number)
    for tree in workflow.scopes():
        for number, task in tree.waiting.items():
            for event in waiting_events(task):
                waiting.events[number, event.event_id] = event
    return waiting


def row_id(task_id: UUID, event_id: str) -> UUID:
    """Give the id of the row of one event of a task; the same whenever it is written."""
    return uuid5(task_id, event_id)


@dataclass(slots=True)
class NewRows:
    """Rows to insert, gathered over one or many instances."""

    user_tasks: Rows = field(default_factory=list)
    groups: Rows = field(default_factory=list)
    timers: Rows = field(default_factory=list)
    subscriptions: Rows = field(default_factory=list)

    def writes(self) -> list[tuple[Statement, Rows]]:
        """Give the statements that write them."""
        pairs = (
            (_INSERT_USER_TASK, self.user_tasks),
            (_INSERT_GROUP, self.groups),
            (_INSERT_TIMER, self.timers),
            (_INSERT_SUBSCRIPTION, self.subscriptions),
        )
        return [(statement, rows) for statement, rows in pairs if rows]

    def insert(self, connection: Connection) -> None:
        """Write them."""
        write_all(connection, self.writes())


def note_difference(run: InstanceRun, before: Waiting, after: Waiting) -> None:
    """Note the writes that bring the rows of an instance from one moment to the next."""
    closed = before.user_tasks - after.user_tasks
    if closed:
        _close_user_tasks(run, closed)
    gone = before.events.keys() - after.events.keys()
    if gone or before.events != after.events:
        _drop_events(run, before, after, gone)
    for numbers, statement in (
        (before.held - after.held, _END_INCIDENT),
        (before.working - after.working, _CANCEL_JOB),
    ):
        if numbers:
            at = {"b_at": run.now}
            rows = [{"b_id": task_id_of(run.head.id, number), **at} for number in numbers]
            run.writes.append((statement, rows))
    new = NewRows()
    add_rows(run, new, after.user_tasks - before.user_tasks, _added(before, after))
    run.writes.extend(new.writes())


def _added(before: Waiting, after: Waiting) -> dict[EventKey, WaitingEvent]:
    if not after.events:
        return after.events
    return {key: event for key, event in after.events.items() if key not in before.events}


def add_rows(
    run: InstanceRun,
    new: NewRows,
    user_tasks: Iterable[int],
    events: Mapping[EventKey, WaitingEvent],
) -> None:
    """Gather the rows of an instance's new user tasks and events."""
    for number in sorted(user_tasks):
        task = run.workflow.ready_manual[number]
        row = user_task_row(run, task)
        new.user_tasks.append(row)
        new.groups.extend(group_rows(row))
    for (number, _), event in events.items():
        found = run.workflow.find_task(number)
        if found is not None:
            _add_event(run, new, found, event)


def _close_user_tasks(run: InstanceRun, numbers: Iterable[int]) -> None:
    rows = []
    for number in numbers:
        task = run.workflow.find_task(number)
        done = number in run.answered or (task is not None and task._state == COMPLETED)
        rows.append(
            {
                "b_id": task_id_of(run.head.id, number),
                "b_status": UserTaskStatus.COMPLETED if done else UserTaskStatus.CANCELLED,
                "b_at": run.now,
                "b_by": run.actor if done else None,
            }
        )
    run.writes += [(_CLOSE_USER_TASK, rows), (_DROP_GROUPS, rows)]


def _drop_events(
    run: InstanceRun, before: Waiting, after: Waiting, gone: Iterable[EventKey]
) -> None:
    for key in gone:
        identity = {"b_id": row_id(task_id_of(run.head.id, key[0]), key[1])}
        timer = before.events[key].kind == "timer"
        run.writes.append((_DROP_TIMER if timer else _DROP_SUBSCRIPTION, [identity]))
    for key, event in after.events.items():
        old = before.events.get(key)
        if old is not None and old.due_at != event.due_at:
            identity = {"b_id": row_id(task_id_of(run.head.id, key[0]), key[1])}
            run.writes.append((_MOVE_TIMER, [{**identity, "b_due": event.due_at}]))


def user_task_row(run: InstanceRun, task: InstanceTask) -> dict[str, Any]:
    """Evaluate all that the inbox shows of a user task."""
    spec = task.task_spec
    extensions: Mapping[str, Any] = spec.extensions
    assignee = run.guarded(task, lambda: _text(_evaluated(run, task, "assignee")))
    return {
        "id": task_id_of(run.head.id, task.id),
        "instance_id": run.head.id,
        "process_id": run.head.process_id,
        "business_key": run.head.business_key,
        "tenant": run.head.tenant,
        "element_id": spec.bpmn_id,
        "name": extensions.get("name") or spec.bpmn_name or spec.bpmn_id,
        "name_en": extensions.get("name_en"),
        "form_ref": extensions.get("form_ref"),
        "form_key": extensions.get("form_key"),
        "form_bundle_id": run.head.bundle_id,
        "candidate_groups": orjson.dumps(_who(run, task)).decode(),
        "assignee": assignee,
        "due_at": moment_of(run, task, "due_date"),
        "follow_up_at": moment_of(run, task, "follow_up_date"),
        "priority": run.guarded(task, lambda: _whole(_evaluated(run, task, "priority"))) or 0,
        "stage": inherited(task, "stage"),
        "step": inherited(task, "step"),
        "status": UserTaskStatus.READY,
        "created_at": run.now,
        "context": run.guarded(task, lambda: run.hooks.inputs(task)) or {},
        "excludes": orjson.dumps(extensions.get("excludes", [])).decode(),
        "duty": extensions.get("duty"),
        "operations": _operations(extensions),
    }


def _operations(extensions: Mapping[str, Any]) -> str | None:
    found = extensions.get("operations")
    return None if found is None else orjson.dumps(found).decode()


def _who(run: InstanceRun, task: InstanceTask) -> list[str]:
    extensions: Mapping[str, Any] = task.task_spec.extensions
    groups = candidate_groups(extensions)
    if "candidate_users" not in extensions:
        return groups
    found = run.guarded(task, lambda: _evaluated(run, task, "candidate_users"))
    people = found if isinstance(found, list) else [found]
    return groups + [f"{PERSON_PREFIX}{one}" for one in people if one is not None]


def moment_of(run: InstanceRun, task: InstanceTask, key: str) -> Any:
    """Tell when a user task's date of that name is, None if it has none."""
    source = task.task_spec.extensions.get(key)
    if source is None:
        return None
    names = run.hooks.names(task)
    run.evaluations += 1
    return run.guarded(task, lambda: run.engine.expressions.moment(source, names, run.now))


def write_due_date(run: InstanceRun, task: InstanceTask, due: datetime) -> bool:
    """Move a user task's due date; False if it is the same."""
    identity = {"b_id": task_id_of(run.head.id, task.id), "b_due": due}
    changed = _MOVE_DUE_DATE(run.connection, identity).rowcount
    if changed:
        _MOVE_GROUPS(run.connection, identity)
    return bool(changed)


def write_follow_up_date(run: InstanceRun, task: InstanceTask, moment: datetime) -> bool:
    """Move the date from which a user task is shown; False if it is the same."""
    identity = {"b_id": task_id_of(run.head.id, task.id), "b_at": moment}
    return bool(_MOVE_FOLLOW_UP(run.connection, identity).rowcount)


def candidate_groups(extensions: Mapping[str, Any]) -> list[str]:
    """List an element's groups: its own, else its lane's."""
    groups = extensions.get("candidate_groups")
    if groups:
        return list(groups)
    lane_group = extensions.get("lane_group")
    return [lane_group] if lane_group else []


def inherited(task: InstanceTask, key: str) -> Any:
    """Read an extension of the element, or of the nearest enclosing one that has it."""
    current: InstanceTask | None = task
    while current is not None:
        value = getattr(current.task_spec, "extensions", {}).get(key)
        if value is not None:
            return value
        tree = current.workflow
        owner = tree.parent_task_id
        current = None if owner is None else tree.top_workflow.find_task(owner)
    return None


def group_rows(user_task: Mapping[str, Any]) -> Rows:
    """Give the inbox index of a user task's row."""
    groups: list[str] = orjson.loads(user_task["candidate_groups"])
    return [
        {
            "user_task_id": user_task["id"],
            "group_key": group,
            "tenant": user_task["tenant"],
            "due_at": user_task["due_at"],
            "created_at": user_task["created_at"],
        }
        for group in dict.fromkeys(groups)
    ]


def _evaluated(run: InstanceRun, task: InstanceTask, key: str) -> Any:
    source = task.task_spec.extensions.get(key)
    return None if source is None else run.hooks.evaluate(task, source)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _add_event(run: InstanceRun, new: NewRows, task: InstanceTask, event: WaitingEvent) -> None:
    task_id = task_id_of(run.head.id, task.id)
    row = {
        "id": row_id(task_id, event.event_id),
        "instance_id": run.head.id,
        "task_id": task_id,
        "element_id": task.task_spec.bpmn_id,
        "event_id": event.event_id,
        "tenant": run.head.tenant,
        "bundle_id": run.head.bundle_id,
        "process_id": run.head.process_id,
    }
    if event.kind == "timer":
        new.timers.append({**row, "kind": event.name, "due_at": event.due_at})
        return
    key = ""
    if event.kind == "message":
        found = run.guarded(task, lambda: run.hooks.correlation_key(task, event.correlation_key))
        if found is None:
            return
        key = found
        run.arrived.append(Arrived(event.name, key))
    new.subscriptions.append(
        {
            **row,
            "kind": event.kind,
            "name": event.name,
            "correlation_key": key,
            "created_at": run.now,
        }
    )
