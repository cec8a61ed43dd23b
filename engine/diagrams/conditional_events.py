"""Conditional events: they happen when a condition on the variables becomes true.

What counts as the variables is what the whole process has made of them by now, not what the
waiting task was given when it began to wait: the change comes from another branch, or from inside
the sub-process to whose edge the event is attached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import CallActivityMixin, SubWorkflowTaskMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.diagrams.events import Event, SeveralEvents, WaitingEvent
from engine.diagrams.joins import holds_token, merge_branches, source_of

HELD = "held"
"""Key in a task's internal data: the condition held when its event fired last, so that it must
fail once before it can fire again."""

MAX_NAME = 200
_ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class ConditionalEvent(Event):
    """A condition; the runtime looks at it whenever something in the instance has gone on."""

    kind = "condition"

    def __init__(self, condition: str, *, event_id: str, extensions: Mapping[str, Any]) -> None:
        super().__init__(condition[:MAX_NAME], event_id=event_id, extensions=extensions)
        self.condition = condition

    def waiting(self, my_task: Any) -> Sequence[WaitingEvent]:
        """List the condition, so that people see what is waited for."""
        return [WaitingEvent(self.kind, self.name, self.event_id)]

    def rearm(self, my_task: Any) -> dict[str, Any] | None:
        """Wait until it has failed and holds anew."""
        return {HELD: 1}


def conditional_events(spec: Any) -> list[ConditionalEvent]:
    """List the conditions that tasks of an element wait for."""
    definition = getattr(spec, "event_definition", None)
    events = definition.events if isinstance(definition, SeveralEvents) else [definition]
    return [event for event in events if isinstance(event, ConditionalEvent)]


def variables_around(task: Any) -> dict[str, Any]:
    """Gather the variables as a waiting task's process has them now.

    Where an instance of a multi-instance activity has values of its own, those go before the ones
    of its surroundings.
    """
    tree = task.workflow
    found = variables_in(tree)
    if not _is_embedded(tree):
        return found
    owner = tree.top_workflow.find_task(tree.parent_task_id)
    around = variables_around(owner)
    outside, given = owner.parent.data, tree.task_tree.data
    own = {
        name: value
        for name, value in found.items()
        if name not in given
        or given[name] != value
        or name not in outside
        or outside[name] != given[name]
    }
    return {**around, **own}


def variables_in(tree: Any) -> dict[str, Any]:
    """Merge what the branches of a process or sub-process have made of its variables."""
    active = [
        task
        for task in tree.tasks.values()
        if (task.has_state(_ACTIVE) or holds_token(task))
        and (task.parent is None or task.parent.state == TaskState.COMPLETED)
        and not _is_boundary(task)
        and not isinstance(getattr(task.parent, "task_spec", None), LoopTask)
    ]
    if not active:
        return dict((tree.last_task or tree.task_tree).data)
    active.sort(key=_latest_change)
    branches = [_variables_of(task) for task in active]
    base = _base(active)
    return merge_branches(base, branches)


def _base(active: Sequence[Any]) -> dict[str, Any]:
    chains = []
    for task in active:
        chain, current = [], task.parent
        while current is not None:
            chain.append(current)
            current = current.parent
        chains.append(list(reversed(chain)))
    fork = None
    for level in zip(*chains, strict=False):
        if any(one is not level[0] for one in level):
            break
        fork = level[0]
    return {} if fork is None else dict(fork.data)


def _latest_change(task: Any) -> int:
    """Tell when a branch changed last, be it inside a sub-process."""
    inner = task.workflow.top_workflow.subprocesses.get(task.id)
    within = [] if inner is None else [_latest_change(one) for one in inner.tasks.values()]
    own: int = source_of(task).last_state_change
    return max([own, *within])


def _variables_of(task: Any) -> dict[str, Any]:
    spec = task.task_spec
    inner = task.workflow.top_workflow.subprocesses.get(task.id)
    if (
        inner is None
        or not isinstance(spec, SubWorkflowTaskMixin)
        or isinstance(spec, CallActivityMixin)
    ):
        return dict(source_of(task).data)
    return variables_in(inner)


def _is_boundary(task: Any) -> bool:
    return hasattr(task.task_spec, "cancel_activity")


def _is_embedded(tree: Any) -> bool:
    if tree.parent_task_id is None:
        return False
    owner = tree.top_workflow.find_task(tree.parent_task_id)
    return owner is not None and not isinstance(owner.task_spec, CallActivityMixin)
