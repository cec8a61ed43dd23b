"""Gateways and the end of a process: prediction that does not explode, joins that lose nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins import (
    BpmnSpecMixin,
    ExclusiveGatewayMixin,
    InclusiveGatewayMixin,
    ParallelGatewayMixin,
)
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.util.task import TaskState

from engine.errors import NoFlowTaken

JOINED_BY = "joined_by"
"""Key in a join's `internal_data`: the id of the visit that consumed its token."""


class Condition(Operator):
    """A condition on a sequence flow: holds only if FEEL gives true."""

    def __init__(self, expression: str) -> None:
        super().__init__(expression)
        self.expression = expression

    def _matches(self, task: Any) -> bool:
        return task.workflow.script_engine.evaluate(task, self.expression) is True


def merge_branches(base: dict[str, Any], branches: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Merge what parallel branches made of the variables they all began with.

    A variable takes the value of the last branch that changed it; a deletion stays one; where
    several branches appended to the same list, all additions are kept in the branches' order.
    Replaces SpiffWorkflow 3.2's merge, which mixes lists by position and revives deleted keys.
    """
    merged = dict(base)
    for branch in branches:
        for name, value in branch.items():
            if name in base and base[name] == value:
                continue
            merged[name] = _combine(base.get(name), merged.get(name), value)
        for name in base.keys() - branch.keys():
            merged.pop(name, None)
    return merged


def _combine(before: Any, so_far: Any, value: Any) -> Any:
    lists = isinstance(before, list) and isinstance(so_far, list) and isinstance(value, list)
    if not lists or so_far == before:
        return value
    size = len(before)
    if so_far[:size] == before and value[:size] == before:
        return so_far + value[size:]
    return value


def _ancestors(task: Any) -> list[Any]:
    chain = []
    current = task
    while current is not None:
        chain.append(current)
        current = current.parent
    return chain


def _fork(tasks: Iterable[Any]) -> Any:
    """Find the task from which all of these descend."""
    chains = [list(reversed(_ancestors(task))) for task in tasks]
    fork = chains[0][0]
    for level in zip(*chains, strict=False):
        if any(task is not level[0] for task in level):
            break
        fork = level[0]
    return fork


def _previous(join: Any, task: Any) -> Any:
    """Find the visit of the join that came before, in a loop."""
    return next((one for one in _ancestors(task)[1:] if one.task_spec is join), None)


def _tokens(join: Any, my_task: Any) -> list[Any]:
    """List the visits of the join in this round that hold a token, oldest first.

    SpiffWorkflow 3.2 also counts tokens of earlier rounds and those that the join has consumed, so
    a join in a loop fires too early and a second token at one flow fires it again.
    """
    previous = _previous(join, my_task)
    return [
        task
        for task in my_task.workflow.tasks.values()
        if task.task_spec is join
        and task.parent.state == TaskState.COMPLETED
        and task.internal_data.get(JOINED_BY) not in my_task.workflow.tasks
        and _previous(join, task) is previous
    ]


class MergingJoin(UnstructuredJoin):
    """A join that consumes tokens and merges their variables against those of the fork."""

    def _update_hook(self, my_task: Any) -> bool:
        fires = bool(super()._update_hook(my_task))
        if fires:
            for task in self.joined(my_task):
                task.internal_data[JOINED_BY] = my_task.id
            self._keep_rest(my_task)
        return fires

    def _keep_rest(self, my_task: Any) -> None:
        """Let a token that was not consumed wait on.

        SpiffWorkflow 3.2 cancels all visits but the newest while a join waits. When that fires, a
        second token of one flow would be forgotten, and the process would end without it.
        """
        left = _tokens(self, my_task)
        if left and not any(task.state == TaskState.WAITING for task in left):
            left[-1]._set_state(TaskState.WAITING)
            self._predict(left[-1])

    def joined(self, my_task: Any) -> Iterable[Any]:
        """Choose the tokens to consume: the one of this task, and one of each other flow."""
        chosen = {my_task.parent.task_spec: my_task}
        for task in _tokens(self, my_task):
            chosen.setdefault(task.parent.task_spec, task)
        return chosen.values()

    def _run_hook(self, my_task: Any) -> bool:
        joined = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task.internal_data.get(JOINED_BY) == my_task.id
        ]
        if len(joined) > 1:
            joined.sort(key=lambda task: (task is my_task, task.last_state_change))
            sources = [task.parent for task in joined]
            my_task.data = merge_branches(_fork(sources).data, [one.data for one in sources])
        return True


def holds_token(task: Any) -> bool:
    """Tell whether a visit of a join has brought a token that is not taken on yet.

    SpiffWorkflow 3.2 cancels such a visit when a later one waits.
    """
    if not isinstance(task.task_spec, MergingJoin) or task.parent.state != TaskState.COMPLETED:
        return False
    if not task.has_state(TaskState.WAITING | TaskState.READY | TaskState.CANCELLED):
        return False
    taken = task.workflow.tasks.get(task.internal_data.get(JOINED_BY))
    return taken is None or not taken.has_state(TaskState.FINISHED_MASK)


def source_of(task: Any) -> Any:
    """Give the task that has the variables of a branch: a join has none before it fires."""
    return task.parent if isinstance(task.task_spec, MergingJoin) else task


class ParallelGateway(MergingJoin, ParallelGatewayMixin, BpmnSpecMixin):
    """An AND gateway.

    `lazy` (set by the compiler for a join outside any cycle) predicts nothing beyond the join
    before it fires: SpiffWorkflow 3.2 predicts 2^k tasks for k blocks in a row. In a cycle the
    stock join needs the prediction to tell its first round from later ones.
    """

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.lazy = False

    def _predict_hook(self, my_task: Any) -> None:
        if self.lazy and not my_task.has_state(TaskState.READY | TaskState.FINISHED_MASK):
            return
        super()._predict_hook(my_task)

    def _run_hook(self, my_task: Any) -> bool:
        super()._run_hook(my_task)
        if self.lazy:
            _go_on(my_task, self.outputs)
        return True

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        """Tell whether each flow has brought a token in this round.

        In the first round a flow that can only be reached from behind the join is not waited for.
        """
        missing = set(self.inputs)
        missing.difference_update(one.parent.task_spec for one in _tokens(self, my_task))
        for task in my_task.workflow.tasks.values() if missing else ():
            if task.task_spec is self and my_task in (chain := _ancestors(task))[1:]:
                behind = [one.task_spec for one in chain if one.task_spec in missing]
                missing.difference_update(behind[:1])
        return not missing


def _go_on(my_task: Any, specs: list[Any]) -> None:
    my_task._sync_children(specs, TaskState.FUTURE)
    for child in my_task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)


def _is_token(task: Any) -> bool:
    unfinished = TaskState.NOT_FINISHED_MASK | TaskState.ERROR
    return bool(
        task.has_state(unfinished)
        and task.parent is not None
        and task.parent.state == TaskState.COMPLETED
    )


def _reached_inputs(join: Any, task_spec: Any) -> set[Any]:
    """Find the inputs of a join that can be reached without passing it."""
    seen: set[Any] = set()
    waiting = [task_spec]
    while waiting:
        current = waiting.pop()
        if current is not join and current not in seen:
            seen.add(current)
            waiting.extend(current.outputs)
    return seen & set(join.inputs)


class _Conditional:
    """Takes conditions as FEEL."""

    def connect_outgoing_if(self, condition: str | None, task_spec: Any) -> None:
        """Connect a flow with its condition, None for the default flow."""
        if condition is None:
            self.connect(task_spec)  # type: ignore[attr-defined]
        else:
            self.connect_if(Condition(condition), task_spec)  # type: ignore[attr-defined]


class ExclusiveGateway(_Conditional, ExclusiveGatewayMixin, BpmnSpecMixin):
    """An XOR gateway; flows are tried in the order of the file, not from top to bottom."""

    def _run_hook(self, my_task: Any) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise NoFlowTaken(f"{self.bpmn_id}: no condition holds and there is no default flow")
        _go_on(my_task, (matches or defaults)[:1])
        return True


class InclusiveGateway(_Conditional, MergingJoin, InclusiveGatewayMixin, BpmnSpecMixin):
    """An OR gateway; its join merges like the AND join."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        """Tell whether no other token can still come, in this round.

        Source: BPMN 2.0.2, section 13.4.3: a token elsewhere is waited for if it can reach a flow
        without a token, unless it can also reach one that has a token.
        """
        full = {task.parent.task_spec for task in _tokens(self, my_task)}
        empty = set(self.inputs) - full
        return not any(
            reached & empty and not reached & full
            for task in my_task.workflow.tasks.values()
            if _is_token(task) and task.task_spec is not self
            for reached in [_reached_inputs(self, task.task_spec)]
        )

    def _run_hook(self, my_task: Any) -> bool:
        MergingJoin._run_hook(self, my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise NoFlowTaken(f"{self.bpmn_id}: no condition holds and there is no default flow")
        _go_on(my_task, matches or defaults)
        return True


class QuantityJoin(MergingJoin, ParallelGatewayMixin, BpmnSpecMixin):
    """Waits for so many tokens, whichever flow brings them."""

    lazy = False
    threshold = 1

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        return len(_tokens(self, my_task)) >= self.threshold

    def joined(self, my_task: Any) -> Iterable[Any]:
        """Consume as many tokens as are needed, this task's among them."""
        others = [task for task in _tokens(self, my_task) if task is not my_task]
        return [my_task, *others[: self.threshold - 1]]


class ComplexGateway(InclusiveGateway):
    """A gateway that fires once a condition on the tokens holds, and takes in the later ones.

    `activation` is FEEL on the variables and `activationCount`, the number of tokens so far.
    Source: BPMN 2.0.2, section 13.4.5.
    """

    activation: str | None = None

    def _update_hook(self, my_task: Any) -> bool:
        fired = self._fired_before(my_task)
        if fired is None:
            return bool(super()._update_hook(my_task))
        my_task._inherit_data()
        my_task.internal_data[JOINED_BY] = fired.id
        my_task.cancel()
        return False

    def _fired_before(self, my_task: Any) -> Any:
        if self.activation is None:
            return None
        previous = _previous(self, my_task)
        found = TaskState.READY | TaskState.STARTED | TaskState.COMPLETED
        for task in my_task.workflow.tasks.values():
            same = task.task_spec is self and task is not my_task and task.has_state(found)
            if same and JOINED_BY in task.internal_data and _previous(self, task) is previous:
                return task
        return None

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        if self.activation is None:
            return True
        tokens = _tokens(self, my_task)
        sources = [task.parent for task in tokens]
        merged = merge_branches(_fork(sources).data, [one.data for one in sources])
        hooks = my_task.workflow.script_engine
        count = {**merged, "activationCount": len(tokens)}
        return hooks.evaluate(my_task, self.activation, count) is True

    def joined(self, my_task: Any) -> Iterable[Any]:
        """Consume every token that has come."""
        return _tokens(self, my_task)


class EndJoin(MergingJoin, _EndJoin):
    """The end of a process: waits for every branch, also for one that failed."""

    def joined(self, my_task: Any) -> Iterable[Any]:
        """Consume every token."""
        return _tokens(self, my_task)

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        unfinished = TaskState.NOT_FINISHED_MASK | TaskState.ERROR
        return not any(
            task.has_state(unfinished)
            for task in my_task.workflow.tasks.values()
            if task.task_spec is not self and task.task_spec.name != "End"
        )

    def _run_hook(self, my_task: Any) -> bool:
        super()._run_hook(my_task)
        my_task.workflow.data.update(my_task.data)
        return True


class ProcessSpec(BpmnProcessSpec):
    """A process or sub-process with our end join.

    `detached` names the specs of what undoes its activities, `compensation` of what undoes it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.detached: list[str] = []
        self.compensation: str | None = None
        name = f"{self.name}.EndJoin"
        del self.task_specs[name], self.task_specs["End"]
        self.end: Any = EndJoin(self, name)
        self.end.connect(SimpleBpmnTask(self, "End"))
