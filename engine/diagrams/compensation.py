"""Compensation: undo what was completed, the last first, with the variables it ended with.

Each process or sub-process keeps a log in its root task's internal data: one entry for every
completed activity that has a handler, or that has such activities in it. A throw event takes the
entries and runs their handlers one after another, each as a scope of its own.

Source: BPMN 2.0.2, section 10.6 "Compensation".
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.util.task import TaskState

LOG = "compensations"
INTERRUPTED = "interrupted"
PLAN = "plan"
Entry = dict[str, Any]


class CompensateEvent(EventDefinition):
    """What a throw event compensates: one activity, or all of the scope."""

    def __init__(self, activity: str | None) -> None:
        super().__init__("compensate", "compensate")
        self.activity = activity

    def throw(self, my_task: Any) -> None:
        """Throw nothing: the element runs the handlers itself."""


def note_completed(task: Any, handler: str | None, inner: Sequence[Entry] = ()) -> None:
    """Log a completed activity.

    `handler` is the spec of what undoes it; without one its inner entries are undone instead.
    """
    notes = task.workflow.task_tree.internal_data
    entry = {
        "of": task.task_spec.bpmn_id,
        "by": handler,
        "data": deepcopy(task.data) if handler else {},
        "inner": list(inner),
    }
    notes[LOG] = [*notes.get(LOG, ()), entry]


def log_of(tree: Any) -> list[Entry]:
    """Read the log of a process or sub-process."""
    return list(tree.task_tree.internal_data.get(LOG, ()))


def note_interrupted(activity: Any) -> None:
    """Keep the log of a sub-process that an event interrupts, for that event's path."""
    tree = activity.workflow.top_workflow.subprocesses.get(activity.id)
    entries = [] if tree is None else _log_with_open_scopes(tree)
    if entries:
        notes = activity.workflow.task_tree.internal_data
        notes[INTERRUPTED] = {**notes.get(INTERRUPTED, {}), activity.task_spec.bpmn_id: entries}


def _log_with_open_scopes(tree: Any) -> list[Entry]:
    entries = log_of(tree)
    for number, scope in tree.top_workflow.subprocesses.items():
        if number in tree.tasks and not scope.completed:
            inner = _log_with_open_scopes(scope)
            if inner:
                entries.append({"of": "", "by": None, "data": {}, "inner": inner})
    return entries


def take_interrupted(tree: Any, element_id: str) -> list[Entry]:
    """Take the log of a sub-process that was interrupted."""
    notes = tree.task_tree.internal_data
    kept = dict(notes.get(INTERRUPTED, {}))
    entries: list[Entry] = kept.pop(element_id, [])
    if entries:
        notes[INTERRUPTED] = kept
    return entries


def plan_of(entries: Sequence[Entry]) -> list[Entry]:
    """Put handlers in the order in which they run: what was completed last comes first."""
    plan: list[Entry] = []
    for entry in reversed(entries):
        plan.extend([entry] if entry["by"] else plan_of(entry["inner"]))
    return plan


def take_visible(task: Any, activity: str | None) -> list[Entry]:
    """Take what a throw event may compensate, so that nothing is compensated twice.

    That is its own scope; in an event sub-process, the scope to which that belongs.
    """
    tree = task.workflow
    taken = _take(tree, activity)
    owner = (
        None if tree.parent_task_id is None else tree.top_workflow.find_task(tree.parent_task_id)
    )
    body = getattr(getattr(owner, "task_spec", None), "handles", None)
    if owner is None or body is None:
        return taken
    around = owner.workflow
    found = _chosen(take_interrupted(around, body), activity)[0]
    for one in around.tasks.values():
        scope = around.top_workflow.subprocesses.get(one.id)
        if one.task_spec.bpmn_id == body and scope is not None and not scope.completed:
            found += _take(scope, activity)
    return [*_take(around, activity), *found, *taken]


def _take(tree: Any, activity: str | None) -> list[Entry]:
    chosen, left = _chosen(log_of(tree), activity)
    if chosen:
        tree.task_tree.internal_data[LOG] = left
    return chosen


def _chosen(entries: Sequence[Entry], activity: str | None) -> tuple[list[Entry], list[Entry]]:
    chosen = [entry for entry in entries if activity in (None, entry["of"])]
    return chosen, [entry for entry in entries if entry not in chosen]


class Compensating:
    """An event that runs handlers before it goes on."""

    def compensate(self, my_task: Any, entries: Sequence[Entry]) -> bool | None:
        """Run the handlers of the entries; True when there are none left."""
        if PLAN not in my_task.internal_data:
            my_task.internal_data[PLAN] = plan_of(entries)
            self._run_next(my_task)
        return None if my_task.internal_data[PLAN] is not None else True

    def _run_next(self, my_task: Any) -> None:
        plan = my_task.internal_data[PLAN]
        if not plan:
            my_task.internal_data[PLAN] = None
            return
        entry, *left = plan
        my_task.internal_data[PLAN] = left
        scope = my_task.workflow.top_workflow.create_subprocess(my_task, entry["by"])
        scope.completed_event.connect(self._on_subworkflow_completed, my_task)
        scope.task_tree.data.update(deepcopy({**my_task.data, **entry["data"]}))
        if entry["inner"]:
            scope.task_tree.internal_data[LOG] = entry["inner"]
        scope.task_tree.run()

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        given = subworkflow.task_tree.data
        for name, value in subworkflow.last_task.data.items():
            if name not in given or given[name] != value:
                my_task.data[name] = deepcopy(value)
        top = my_task.workflow.top_workflow
        if top.subprocesses.pop(my_task.id, None) is not None:
            for task in list(subworkflow.tasks.values()):
                task.forget()
                top.forget_task(task)
        self._run_next(my_task)
        if my_task.internal_data[PLAN] is None:
            my_task._set_state(TaskState.READY)

    def _on_cancel(self, my_task: Any) -> None:
        scope = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        if scope is not None:
            scope.cancel()
        super()._on_cancel(my_task)  # type: ignore[misc]
