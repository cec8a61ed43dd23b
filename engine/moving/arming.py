"""Let an instance that was bound to new diagrams wait for all that it waits for by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from sqlalchemy import select

from engine.diagrams.boundary_events import BoundaryEvent
from engine.diagrams.events import Event
from engine.history import HISTORY, HistoryKind
from engine.instances import INSTANCE
from engine.subscriptions import SUBSCRIPTION
from engine.user_tasks import USER_TASK
from engine.workflow import (
    FUTURE,
    NOT_FINISHED,
    READY,
    STARTED,
    WAITING,
    InstanceTask,
    task_id_of,
)

if TYPE_CHECKING:
    from engine.run import InstanceRun

_ACTIVE = READY | WAITING | STARTED


def arm(
    run: InstanceRun, bodies: Mapping[int, int | None], behind: Iterable[tuple[int, str]]
) -> None:
    """Begin new boundary events and timers, and predict what comes.

    A duration runs from when the activity began, or the scope was entered whose body is new
    (`bodies`, with the scope's owner): what is due by then fires at the next look. `behind` are
    elements to begin, each after the task of a number.
    """
    began = _beginnings(run)
    for body, owner in bodies.items():
        entered = began["start"] if owner is None else began.get(task_id_of(run.head.id, owner))
        if entered is not None:
            began[task_id_of(run.head.id, body)] = entered
    _catch_up(run, behind)
    for tree in run.workflow.scopes():
        for task in list(tree.tasks.values()):
            if not task._state & _ACTIVE or task.id not in tree.tasks:
                continue
            with run.hooks.at(began.get(run.task_id(task)) or run.now):
                _wait(run, task)
                _guard(run, task)
            task.task_spec._predict(task, mask=NOT_FINISHED)


def _catch_up(run: InstanceRun, behind: Iterable[tuple[int, str]]) -> None:
    for number, name in behind:
        last: Any = run.workflow.find_task(number)
        spec = last.workflow.spec.task_specs[name]
        spec._update(last._add_child(spec, FUTURE))


def _wait(run: InstanceRun, task: InstanceTask) -> None:
    spec = task.task_spec
    if task._state != WAITING or not isinstance(spec, CatchingEvent):
        return
    if isinstance(spec.event_definition, Event):
        run.guarded(task, partial(spec.event_definition.update_task, task))


def _guard(run: InstanceRun, task: InstanceTask) -> None:
    """Let the events at the edge of an activity wait that were not there when it began."""
    split: Any = task.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return
    if isinstance(task.task_spec, BoundaryEvent):
        return
    there = {child.task_spec.name for child in split.children}
    for spec in split.task_spec.outputs:
        if isinstance(spec, BoundaryEvent) and spec.name not in there:
            child = split._add_child(spec)
            spec._predict(child)
            child._set_state(WAITING)
            spec._update(child)


def _beginnings(run: InstanceRun) -> dict[Any, datetime]:
    """Tell when each element began at which the instance stands, as far as that is known."""
    entered = (HISTORY.c.instance_id == run.head.id) & HISTORY.c.kind.in_(
        [HistoryKind.ENTERED.value, HistoryKind.CALLED.value]
    )
    queries = [
        select(HISTORY.c.task_id, HISTORY.c.at).where(entered).order_by(HISTORY.c.seq),
        select(SUBSCRIPTION.c.task_id, SUBSCRIPTION.c.created_at).where(
            SUBSCRIPTION.c.instance_id == run.head.id
        ),
        select(USER_TASK.c.id, USER_TASK.c.created_at).where(
            USER_TASK.c.instance_id == run.head.id
        ),
    ]
    started = select(INSTANCE.c.started_at).where(INSTANCE.c.id == run.head.id)
    found: dict[Any, datetime] = {"start": run.connection.execute(started).scalar_one()}
    for query in queries:
        found.update((row[0], row[1]) for row in run.connection.execute(query))
    return found
