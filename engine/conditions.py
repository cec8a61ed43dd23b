"""Look again at the conditions that an instance waits for, after each step."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from engine.diagrams.ad_hoc import AdHocSubProcess
from engine.diagrams.conditional_events import (
    HELD,
    conditional_events,
    variables_around,
    variables_in,
)
from engine.diagrams.events import trigger
from engine.diagrams.vocabulary import SYNTHETIC
from engine.history import HistoryKind
from engine.workflow import COMPLETED, READY, STARTED, WAITING

if TYPE_CHECKING:
    from engine.run import InstanceRun


def fire_conditions(run: InstanceRun) -> None:
    """Let every conditional event happen that holds, and end ad-hoc sub-processes that are done.

    One that fires without interrupting fires anew only after its condition has failed.
    """
    waiting = [
        (task, event)
        for tree in run.workflow.scopes()
        for task in tree.waiting.values()
        for event in conditional_events(task.task_spec)
    ]
    for task, event in waiting:
        if task._state == WAITING and _holds(run, task, event.condition, variables_around):
            if HELD not in task.internal_data:
                run.record(HistoryKind.CONDITION, task, condition=event.name)
                trigger(task, event.event_id)
        else:
            task.internal_data.pop(HELD, None)
    for task in list(run.workflow.started.values()):
        if isinstance(task.task_spec, AdHocSubProcess) and task.task_spec.condition:
            _look_at_ad_hoc(run, task)


def _holds(run: InstanceRun, task: Any, condition: str, look: Any) -> bool:
    run.evaluations += 1
    names = run.hooks.names(task, look(task))
    return run.guarded(task, lambda: run.engine.expressions.evaluate(condition, names)) is True


def _look_at_ad_hoc(run: InstanceRun, task: Any) -> None:
    tree = run.workflow.subprocesses.get(task.id)
    if tree is None or tree.completed or task._state != STARTED or not _has_worked(tree):
        return
    spec = task.task_spec
    if not _holds(run, task, spec.condition, lambda _: variables_in(tree)):
        return
    run.record(HistoryKind.CONDITION, task, condition=spec.condition)
    if spec.cancel_remaining:
        task.data = deepcopy(variables_in(tree))
        tree.cancel_all()
        task._set_state(READY)
        return
    for one in list(tree.tasks.values()):
        begins = getattr(one.task_spec, "is_activity", False)
        if one.id in tree.tasks and one._state == READY and begins:
            one.cancel()
    tree.update_waiting_tasks()


def _has_worked(tree: Any) -> bool:
    return any(
        task._state == COMPLETED and getattr(task.task_spec, "is_activity", False)
        for task in tree.tasks.values()
        if SYNTHETIC not in str(getattr(task.task_spec, "bpmn_id", SYNTHETIC) or SYNTHETIC)
    )
