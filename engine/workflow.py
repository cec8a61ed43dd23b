"""The tree of one instance: SpiffWorkflow's workflow without its walks over the whole tree.

SpiffWorkflow 3.2 walks every tree after every completion, stops looking at a depth of 1000 (an
instance with 994 open branches loses tasks, a loop of 334 rounds counts as finished), recurses, and
builds log entries that nobody reads. Here what is ready and what waits is indexed as states change.

Task ids are small numbers. The id for the outside is the instance's id with its last 32 bits
replaced, so that a state does not contain the instance's id and can be used as a template.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

FUTURE = TaskState.FUTURE
READY = TaskState.READY
WAITING = TaskState.WAITING
STARTED = TaskState.STARTED
COMPLETED = TaskState.COMPLETED
ERROR = TaskState.ERROR
CANCELLED = TaskState.CANCELLED
FINISHED = TaskState.FINISHED_MASK
NOT_FINISHED = TaskState.NOT_FINISHED_MASK

NUMBER_BITS = (1 << 32) - 1
ANY_DEPTH = 1 << 60


def task_id_of(instance_id: UUID, number: int) -> UUID:
    """Give the outside id of a task."""
    return UUID(int=instance_id.int & ~NUMBER_BITS | number)


def task_number_of(task_id: UUID) -> int:
    """Give the number of a task in its instance's tree."""
    return task_id.int & NUMBER_BITS


FAILED = "failed"
"""Key in a task's internal data: it failed and waits for its incident to be settled.

Such a task is STARTED, not in SpiffWorkflow's error state: that one counts as finished, so an
instance would end, and boundary timers stop, while somebody still has to repair it.
"""


class InstanceTask(Task):  # type: ignore[misc]
    """One visit of an element."""

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: Any = None,
        state: int = TaskState.MAYBE,
        id: int | None = None,
    ) -> None:
        top = workflow.top_workflow
        self.id = top.next_number() if id is None else id
        self.workflow = workflow
        self._parent = None if parent is None else parent.id
        self._children: list[int] = []
        self._state = state
        self.triggered = False
        self.task_spec = task_spec
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = top.tick()
        workflow.tasks[self.id] = self
        self._index(state)
        if parent is not None:
            parent._children.append(self.id)

    def _index(self, state: int) -> None:
        if state == READY:
            self.workflow.top_workflow.index_ready(self)
        elif state == WAITING:
            self.workflow.waiting[self.id] = self
        elif state == STARTED:
            self.workflow.top_workflow.started[self.id] = self

    def forget(self) -> None:
        """Leave the indexes."""
        if self._state == READY:
            self.workflow.top_workflow.unindex_ready(self)
        elif self._state == WAITING:
            self.workflow.waiting.pop(self.id, None)
        elif self._state == STARTED:
            self.workflow.top_workflow.started.pop(self.id, None)

    def _set_state(self, value: int) -> None:
        if value == self._state:
            return
        self.forget()
        self._state = value
        self.last_state_change = self.workflow.top_workflow.tick()
        self._index(value)

    @property
    def failed(self) -> bool:
        """Whether an incident holds it."""
        return self._state == STARTED and FAILED in self.internal_data

    def hold(self) -> None:
        """Let it stand until its incident is settled."""
        self.internal_data[FAILED] = 1
        self._set_state(STARTED)

    def release(self) -> None:
        """End the hold without running it."""
        self.internal_data.pop(FAILED, None)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> InstanceTask:
        task = InstanceTask(self.workflow, task_spec, self, state=state)
        if state == READY:
            task._ready()
        return task

    def _inherit_data(self) -> None:
        """Take over the parent's variables; what the task has already is its own.

        Replaces a merge that goes into nested values and so changes what other tasks hold. Values
        are shared between tasks, never changed in place.
        """
        inherited = self.parent.data
        self.data = {**inherited, **self.data} if self.data else dict(inherited)

    def complete(self) -> None:
        """Mark as completed, unless an interrupting event has cancelled it while it ran."""
        if self._state != CANCELLED:
            super().complete()

    def cancel(self) -> None:
        """Cancel this task, or if it is finished, all unfinished ones behind it."""
        stack = [self]
        while stack:
            task = stack.pop()
            if task._state & FINISHED:
                stack.extend(reversed(task.children))
            else:
                task._set_state(CANCELLED)
                task._drop_children()
                task.task_spec._on_cancel(task)

    def is_descendant_of(self, task: Any) -> bool:
        """Tell whether the other task is an ancestor."""
        return any(ancestor is task for ancestor in self._ancestors())

    def find_ancestor(self, spec_name: str) -> Any:
        """Find the nearest ancestor that visits that element."""
        return next((a for a in self._ancestors() if a.task_spec.name == spec_name), None)

    def _ancestors(self) -> Iterator[Any]:
        current = self.parent
        while current is not None:
            yield current
            current = current.parent

    def _drop_children(self, force: bool = False) -> None:
        drop, stack = [], [self]
        while stack:
            for child in stack.pop().children:
                if force or child._state & NOT_FINISHED:
                    drop.append(child)
                else:
                    stack.append(child)
        for task in drop:
            self.workflow._remove_task(task.id)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        """Collect nothing: no part of a state belongs in a log."""
        return {}

    def __iter__(self) -> Iterator[Any]:
        stack = [self]
        while stack:
            task = stack.pop()
            yield task
            stack.extend(reversed(task.children))


class _Tree:
    """What the tree of an instance and those of its scopes share."""

    tasks: dict[int, InstanceTask]
    task_tree: InstanceTask
    waiting: dict[int, InstanceTask]
    top_workflow: Any
    completed: bool
    success: bool
    spec: Any

    def plant(self) -> None:
        """Begin with the root task."""
        root = InstanceTask(self, self.spec.start, state=TaskState.FUTURE)
        self.task_tree = root
        root.task_spec._predict(root, mask=NOT_FINISHED)
        root._ready()

    def update_waiting_tasks(self) -> None:
        """Let joins look again. Events are left out: they happen when the runtime says so."""
        for task in list(self.waiting.values()):
            spec = task.task_spec
            if isinstance(spec, CatchingEvent) and not isinstance(
                spec.event_definition, ConditionalEventDefinition
            ):
                continue
            if task._state == WAITING:
                spec._update(task)

    def is_completed(self) -> bool:
        """Tell whether nothing is left to do."""
        if not self.completed:
            self.completed = not any(t._state & NOT_FINISHED for t in self.tasks.values())
        return self.completed

    def get_tasks(self, first_task: Any = None, **kwargs: Any) -> list[Any]:
        """List tasks; by name in this very tree, else as SpiffWorkflow does."""
        if first_task is None and kwargs.keys() == {"spec_name"}:
            name = kwargs["spec_name"]
            return [task for task in self.tasks.values() if task.task_spec.name == name]
        return list(self.get_tasks_iterator(first_task, **kwargs))

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Iterator[Any]:
        """Iterate without the depth limit."""
        kwargs.setdefault("max_depth", ANY_DEPTH)
        iterator: Iterator[Any] = BpmnTaskIterator(first_task or self.task_tree, **kwargs)
        return iterator

    def cancel_all(self) -> list[Any]:
        """Cancel what is open in this tree."""
        self.success = False
        self.completed = True
        cancelled = [task for task in self.tasks.values() if task._state & NOT_FINISHED]
        for task in cancelled:
            if task.id in self.tasks:
                task.cancel()
        return cancelled

    def _remove_task(self, task_id: int) -> None:
        root = self.tasks.get(task_id)
        if root is None:
            return
        if root.parent is not None:
            root.parent._children.remove(task_id)
        stack = [root]
        while stack:
            task = stack.pop()
            stack.extend(child for child in task.children if child is not None)
            task.forget()
            del self.tasks[task.id]
            self.top_workflow.forget_task(task)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        """Collect nothing."""
        return {}


class ScopeWorkflow(_Tree, BpmnSubWorkflow):  # type: ignore[misc]
    """The tree of a sub-process or call activity."""

    def __init__(self, spec: Any, parent_task_id: int, top_workflow: Any) -> None:
        self.waiting = {}
        super().__init__(
            spec, parent_task_id=parent_task_id, top_workflow=top_workflow, deserializing=True
        )

    def cancel(self, success: bool = False) -> list[Any]:
        """Cancel what is open in the scope."""
        return self.cancel_all()


class InstanceWorkflow(_Tree, BpmnWorkflow):  # type: ignore[misc]
    """The tree of a whole instance.

    `ready` holds the engine tasks that can run at once, `ready_manual` those of people, `started`
    those that wait for a scope, a job or the settling of an incident; over all scopes and in the
    order in which they became so. `opened` gathers new scopes until somebody looks.
    """

    def __init__(self, spec: Any, subprocess_specs: Any, script_engine: Any) -> None:
        self.waiting = {}
        self.ready: dict[int, InstanceTask] = {}
        self.ready_manual: dict[int, InstanceTask] = {}
        self.started: dict[int, InstanceTask] = {}
        self.opened: list[tuple[ScopeWorkflow, InstanceTask]] = []
        self.numbers = 0
        self.ticks = 0
        super().__init__(
            spec, subprocess_specs, script_engine=script_engine or object(), deserializing=True
        )

    def next_number(self) -> int:
        """Number the next task."""
        self.numbers += 1
        return self.numbers

    def tick(self) -> int:
        """Count changes; stands for the time of a change, which a state need not know."""
        self.ticks += 1
        return self.ticks

    def index_ready(self, task: InstanceTask) -> None:
        """Note that a task can run."""
        (self.ready_manual if task.task_spec.manual else self.ready)[task.id] = task

    def unindex_ready(self, task: InstanceTask) -> None:
        """Note that a task cannot run any more."""
        (self.ready_manual if task.task_spec.manual else self.ready).pop(task.id, None)

    def forget_task(self, task: InstanceTask) -> None:
        """Drop what hangs on a removed task."""
        self.event_manager.tasks.pop(task.id, None)
        scope = self.subprocesses.pop(task.id, None)
        if scope is not None:
            for inner in list(scope.tasks.values()):
                inner.forget()
                self.forget_task(inner)

    def scopes(self) -> list[Any]:
        """List all trees of the instance, the outermost first."""
        return [self, *self.subprocesses.values()]

    def update_all_waiting(self) -> None:
        """Let joins look again in every scope."""
        for tree in self.scopes():
            tree.update_waiting_tasks()

    def find_task(self, number: int) -> InstanceTask | None:
        """Find a task in any scope."""
        for tree in self.scopes():
            task: InstanceTask | None = tree.tasks.get(number)
            if task is not None:
                return task
        return None

    def get_task_from_id(self, task_id: int) -> Any:
        """Find a task in any scope, as SpiffWorkflow asks for it."""
        task = self.find_task(task_id)
        return task if task is not None else super().get_task_from_id(task_id)

    def create_subprocess(self, my_task: Any, spec_name: str) -> ScopeWorkflow:
        """Open a scope for a task."""
        scope = ScopeWorkflow(self.subprocess_specs[spec_name], my_task.id, self)
        scope.plant()
        self.subprocesses[my_task.id] = scope
        self.opened.append((scope, my_task))
        return scope

    def prune(self) -> None:
        """Drop the trees of finished scopes; history has what happened there."""
        for number, scope in list(self.subprocesses.items()):
            if scope.completed:
                owner = self.find_task(number)
                if owner is None or owner._state & (COMPLETED | CANCELLED):
                    del self.subprocesses[number]
                    for task in scope.tasks.values():
                        task.forget()

    def cancel(self, workflow: Any = None) -> list[Any]:
        """Cancel what is open in the whole instance."""
        cancelled = [task for tree in reversed(self.scopes()) for task in tree.cancel_all()]
        return cancelled
