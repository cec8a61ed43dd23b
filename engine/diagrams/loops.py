"""Multi-instance and loop activities on FEEL, with all their bookkeeping in the instance.

SpiffWorkflow connects the callback on the shared spec when a first instance starts, so a restored
instance loses it; here `bind` connects it once, when the diagram is compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin, CallActivityMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.diagrams.events import ScopedEvent
from engine.errors import BadCollection

MAX_INSTANCES = 50
"""Larger sets are instances of their own: state grows with the square of this number."""


COUNTER = "loopCounter"
"""What the standard calls the number of an instance of a repeated activity, counted from 1."""


def round_of(task: Any) -> int | None:
    """Tell which instance of the innermost repeated activity around it a task belongs to.

    A called process does not see the rounds of who calls it.
    """
    while task is not None:
        holder = task.parent
        if holder is not None and isinstance(holder.task_spec, _Repeated):
            number = holder.task_spec.number_of(holder, task)
            if number is not None:
                return number
        if holder is None:
            tree = task.workflow
            owner = getattr(tree, "parent_task_id", None)
            holder = None if owner is None else tree.top_workflow.find_task(owner)
            if holder is not None and isinstance(holder.task_spec, CallActivityMixin):
                return None
        task = holder
    return None


class _Repeated(LoopTask, BpmnSpecMixin):
    """What runs the activity several times; the activity itself is the spec `<id> [child]`."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.task_spec = ""
        self.extensions: dict[str, Any] = {}

    def bind(self) -> None:
        """Hear of every finished instance."""
        child = self._wf_spec.task_specs[self.task_spec]
        child.completed_event.connect(self.merge_child)

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take over what one finished instance gave."""
        raise NotImplementedError

    def number_of(self, my_task: Any, child: Any) -> int | None:
        """Give the number of an instance; None for what is no instance."""
        raise NotImplementedError

    def start_child(self, my_task: Any, **variables: Any) -> None:
        """Start one instance with its own variables."""
        spec = self._wf_spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        child.data.update(variables)
        child.task_spec._update(child)

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task.state == TaskState.STARTED:
            return None
        super()._update_hook(my_task)
        try:
            return self.begin(my_task)
        except Exception as error:  # the edge of an expression: becomes an incident
            my_task.error()
            my_task.workflow.script_engine.fail(my_task, error)
            return None

    def begin(self, my_task: Any) -> bool | None:
        """Start the first instances; True when there are none to run."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Behavior:
    """An event that finished instances throw: after `each`, the `first`, or where one holds."""

    when: str
    condition: str | None
    event: Any


class MultiInstance(_Repeated):
    """An activity for each item of a list, side by side or one after the other.

    `internal_data`: `items` (the list), `results` (by index), `done` (how many have finished).
    """

    def __init__(
        self,
        wf_spec: Any,
        bpmn_id: str,
        *,
        sequential: bool,
        collection: str | None = None,
        cardinality: str | None = None,
        element_variable: str | None = None,
        output_collection: str | None = None,
        output_element: str | None = None,
        condition: str | None = None,
        behaviors: Sequence[Behavior] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.behaviors = behaviors
        self.sequential = sequential
        self.collection = collection
        self.cardinality = cardinality
        self.element_variable = element_variable
        self.output_collection = output_collection
        self.output_element = output_element
        self.condition = condition

    def items(self, my_task: Any) -> list[Any]:
        """Evaluate the collection, or count from 1 to the cardinality.

        Raises:
            BadCollection: It is no list, or too long.
        """
        evaluate = my_task.workflow.script_engine.evaluate
        if self.collection is not None:
            items = evaluate(my_task, self.collection)
        else:
            count = evaluate(my_task, self.cardinality)
            whole = isinstance(count, int) and not isinstance(count, bool) and count >= 0
            items = list(range(1, min(count, MAX_INSTANCES + 1) + 1)) if whole else None
        if not isinstance(items, list):
            raise BadCollection(f"{self.bpmn_id}: what to run for each of is no list or number")
        if len(items) > MAX_INSTANCES:
            raise BadCollection(f"{self.bpmn_id}: more than {MAX_INSTANCES} instances")
        return items

    def begin(self, my_task: Any) -> bool | None:
        """Start all instances, or the first of a sequence."""
        items = self.items(my_task)
        if self.element_variable:
            my_task.data.pop(self.element_variable, None)
        my_task.internal_data.update(items=items, results={}, done=0)
        if not items:
            self.finish(my_task)
            return True
        my_task._set_state(TaskState.STARTED)
        for index in range(1 if self.sequential else len(items)):
            self.start_item(my_task, index)
        return None

    def start_item(self, my_task: Any, index: int) -> None:
        """Start the instance of one item."""
        item = my_task.internal_data["items"][index]
        variables = {self.element_variable: item} if self.element_variable else {}
        spec = self._wf_spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        child.internal_data["index"] = index
        child.data.update(variables)
        child.task_spec._update(child)

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Keep its output; go on, or finish when all are done or the condition says enough."""
        my_task = child.parent
        if my_task.state != TaskState.STARTED:
            return
        state = my_task.internal_data
        state["done"] += 1
        self._keep_output(my_task, child)
        self._throw(my_task, child)
        if my_task.state != TaskState.STARTED:
            return  # what was thrown has interrupted the whole activity
        if state["done"] == len(state["items"]) or self._is_enough(my_task, child):
            for other in self._instances(my_task):
                other.cancel()
            self.finish(my_task)
            my_task._set_state(TaskState.READY)
        elif self.sequential:
            self.start_item(my_task, child.internal_data["index"] + 1)

    def number_of(self, my_task: Any, child: Any) -> int | None:
        """Give the place of its item, counted from 1."""
        index = child.internal_data.get("index")
        return None if index is None else int(index) + 1

    def _keep_output(self, my_task: Any, child: Any) -> None:
        if self.output_collection is None:
            changed = {
                name: value
                for name, value in child.data.items()
                if name != self.element_variable
                and (name not in my_task.data or my_task.data[name] != value)
            }
            my_task.data.update(changed)
        elif self.output_element is not None:
            value = my_task.workflow.script_engine.evaluate(child, self.output_element)
            my_task.internal_data["results"][str(child.internal_data["index"])] = value

    def _throw(self, my_task: Any, child: Any) -> None:
        """Throw what an instance's end throws; to boundary events of the activity, and beyond."""
        for behavior in self.behaviors:
            if behavior.when == "first" and my_task.internal_data["done"] > 1:
                continue
            if behavior.condition is not None and not self._holds(
                my_task, child, behavior.condition
            ):
                continue
            if isinstance(behavior.event, ScopedEvent):
                behavior.event.throw(my_task, own=True)
            else:
                behavior.event.throw(my_task)

    def _is_enough(self, my_task: Any, child: Any) -> bool:
        return self.condition is not None and self._holds(my_task, child, self.condition)

    def _holds(self, my_task: Any, child: Any, condition: str) -> bool:
        total, done = len(my_task.internal_data["items"]), my_task.internal_data["done"]
        left = total - done
        counted = {
            "Instances": total,
            "CompletedInstances": done,
            "ActiveInstances": min(left, 1) if self.sequential else left,
            "TerminatedInstances": 0,
        }
        # What most tools write goes before a variable, the standard's own names after it.
        counters: dict[str, Any] = {f"nrOf{name}": count for name, count in counted.items()}
        standard = {f"numberOf{name}": count for name, count in counted.items()}
        standard[COUNTER] = child.internal_data["index"] + 1
        counters |= {name: count for name, count in standard.items() if name not in child.data}
        if self.output_collection is not None:
            counters[self.output_collection] = self._results(my_task)
        hooks = my_task.workflow.script_engine
        return hooks.evaluate(child, condition, counters) is True

    @staticmethod
    def _results(my_task: Any) -> list[Any]:
        results = my_task.internal_data["results"]
        return [results[key] for key in sorted(results, key=int)]

    def finish(self, my_task: Any) -> None:
        """Write the outputs in the order of the items."""
        if self.output_collection is not None:
            my_task.data[self.output_collection] = self._results(my_task)


class Loop(_Repeated):
    """An activity that is repeated while a condition holds, at most so many times."""

    def __init__(
        self,
        wf_spec: Any,
        bpmn_id: str,
        *,
        maximum: int | None,
        condition: str | None,
        test_before: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.maximum = maximum
        self.condition = condition
        self.test_before = test_before

    def begin(self, my_task: Any) -> bool | None:
        """Run it once, or not at all if the test comes first and fails."""
        my_task.internal_data["done"] = 0
        if self.test_before and self.is_over(my_task):
            return True
        my_task._set_state(TaskState.STARTED)
        self.start_child(my_task)
        return None

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take over its variables and decide whether to go round again."""
        my_task = child.parent
        if my_task.state != TaskState.STARTED:
            return
        my_task.internal_data["done"] += 1
        my_task.data = dict(child.data)
        if self.is_over(my_task):
            my_task._set_state(TaskState.READY)
        else:
            self.start_child(my_task)

    def number_of(self, my_task: Any, child: Any) -> int | None:
        """Give the round it is, counted from 1."""
        if child.task_spec.name != self.task_spec:
            return None
        return int(my_task.internal_data["done"]) + 1

    def is_over(self, my_task: Any) -> bool:
        """Tell whether the maximum is reached or the condition does not hold."""
        if self.maximum is not None and my_task.internal_data["done"] >= self.maximum:
            return True
        if self.condition is None:
            return False
        hooks = my_task.workflow.script_engine
        own = COUNTER in my_task.data
        rounds = {} if own else {COUNTER: my_task.internal_data["done"]}
        return hooks.evaluate(my_task, self.condition, rounds) is not True
