"""Boundary events: what happens at the edge of an activity while it runs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin as Stock
from SpiffWorkflow.bpmn.specs.mixins import BoundaryEventMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.diagrams.compensation import PLAN, Compensating, note_interrupted, take_interrupted
from engine.diagrams.gone import Gone
from engine.diagrams.specs import Catching, Element, SubProcess, wait_again

WAITS_AGAIN = "waits_again"
"""Key in a boundary event's `internal_data`: another visit waits for the next time already."""


class BoundaryEvent(Catching, Compensating, BoundaryEventMixin, Element):
    """An event at the edge of an activity.

    Interrupting, it stops the activity at once; SpiffWorkflow 3.2 lets the rest of a sub-process
    run on in the same pass. Not interrupting, it can fire again while the activity runs; there it
    fires once. On an embedded sub-process it sees the variables as they are inside by then.
    When a transaction is cancelled, what was completed in it is compensated before it goes on.
    """

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task.state == TaskState.STARTED:
            return None
        return super()._update_hook(my_task)

    def _run_hook(self, my_task: Any) -> bool | None:
        if getattr(self.event_definition, "scoped_kind", None) != "cancel":
            return super()._run_hook(my_task)
        entries: list[Any] = []
        activity = _activity_of(my_task)
        if PLAN not in my_task.internal_data and activity is not None:
            self.event_definition.update_task_data(my_task)
            entries = take_interrupted(my_task.workflow, activity.task_spec.bpmn_id)
        return self.compensate(my_task, entries)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        activity = _activity_of(my_task)
        if activity is None:
            return
        my_task.data.update(_inner_data(activity))
        if self.cancel_activity:
            note_interrupted(activity)
            _stop(activity)
        elif getattr(self.event_definition, "at_once", False):
            # What happens twice before this has gone on must not be lost, nor caught further out.
            my_task.internal_data[WAITS_AGAIN] = True
            wait_again(self, my_task)

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        activity = _activity_of(my_task)
        if self.cancel_activity or activity is None or activity.has_state(TaskState.FINISHED_MASK):
            return
        if WAITS_AGAIN in my_task.internal_data:
            return
        wait_again(self, my_task)


class BoundaryEventJoin(Stock):
    """Ends the waiting of the events at the edge of an activity when that ends.

    Replaces the base method wholly: that one takes the last sibling which is no boundary event for
    the activity, and so a visit of an event that the diagram has no more. Seen in SpiffWorkflow
    3.2.0.
    """

    def _check_threshold_structured(self, my_task: Any) -> tuple[bool, list[Any]]:
        split = my_task.find_ancestor(self.split_task)
        activity = _activity_below(split)
        events = [one for one in split.children if isinstance(one.task_spec, BoundaryEvent)]
        happened = TaskState.READY | TaskState.COMPLETED
        interrupted = any(
            one.task_spec.cancel_activity and one.has_state(happened) for one in events
        )
        over = activity is None or activity.has_state(TaskState.FINISHED_MASK)
        if not over and not interrupted:
            return False, []
        stopped = [activity] if interrupted and activity is not None else []
        return True, [one for one in events if one.state == TaskState.WAITING] + stopped


def _stop(activity: Any) -> None:
    # Task.cancel drops the instances of a loop from the tree before it tells them, and what runs
    # inside them would go on. Seen in SpiffWorkflow 3.2.0.
    if isinstance(activity.task_spec, LoopTask):
        for instance in list(activity.children):
            instance.cancel()
    activity.cancel()


def _activity_of(boundary: Any) -> Any:
    return _activity_below(boundary.parent)


def _activity_below(split: Any) -> Any:
    for child in split.children:
        if not isinstance(child.task_spec, BoundaryEvent | Gone):
            return child
    return None


def _inner_data(activity: Any) -> dict[str, Any]:
    """Gather the variables of an embedded sub-process from where its branches stand."""
    spec = activity.task_spec
    workflow = activity.workflow.top_workflow.subprocesses.get(activity.id)
    if workflow is None or not isinstance(spec, SubProcess):
        return {}
    active = [
        task
        for task in workflow.tasks.values()
        if task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED)
        and not isinstance(task.task_spec, BoundaryEvent)
    ]
    gathered: dict[str, Any] = {}
    for task in sorted(active, key=lambda one: one.last_state_change):
        gathered.update(deepcopy(task.data))
        gathered.update(_inner_data(task))
    return gathered
