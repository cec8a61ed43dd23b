"""Task specs: SpiffWorkflow's, with the traps closed and the work given to the runtime's hooks.

Every spec that stands for a drawn element has `bpmn_id` (the id in the diagram, also for the
instances of a multi-instance activity, whose `name` is `<id> [child]`) and `extensions` (see
`dialect.read_extensions`). What runs calls `task.workflow.script_engine`, see
`engine.diagrams.hooks.EngineHooks`; waiting events are read and fired by
`engine.diagrams.events.waiting_events` and `trigger`.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    NoneEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins import (
    BpmnSpecMixin,
    CallActivityMixin,
    EndEventMixin,
    EventBasedGatewayMixin,
    IntermediateCatchEventMixin,
    IntermediateThrowEventMixin,
    ManualTaskMixin,
    ReceiveTaskMixin,
    SendTaskMixin,
    StartEventMixin,
    SubWorkflowTaskMixin,
    UserTaskMixin,
)
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.diagrams.compensation import (
    PLAN,
    CompensateEvent,
    Compensating,
    log_of,
    note_completed,
    take_visible,
)
from engine.diagrams.data import Associations, produced, values_of
from engine.diagrams.events import Event, SeveralEvents
from engine.diagrams.timers import FOREVER

START_EVENT = "start_event"
"""Key in the root task's `internal_data`: which start event an instance began with."""


class Element(BpmnSpecMixin):
    """A drawn element."""

    extensions: dict[str, Any] = {}  # noqa: RUF012 -- replaced on each spec by the parser
    compensated_by: str | None = None
    data_in: Associations = ()
    data_out: Associations = ()
    is_activity = False

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        if self.data_in:
            my_task.data.update(values_of(my_task, self.data_in))

    def _on_complete_hook(self, my_task: Any) -> None:
        if self.data_out:
            my_task.data.update(values_of(my_task, produced(my_task, self.data_out)))
        super()._on_complete_hook(my_task)
        if self.compensated_by is not None:
            note_completed(my_task, self.compensated_by)


class _Activity(Element):
    """An element that does work."""

    is_activity = True


class UserTask(UserTaskMixin, _Activity):
    """Work for a person."""


class ManualTask(ManualTaskMixin, _Activity):
    """Work for a person without a form: confirmed like a user task."""


class AbstractTask(_Activity):
    """A task of no kind: passes at once."""


class ServiceTask(_Activity):
    """A registered function, run inline or as a job."""

    def _run_hook(self, my_task: Any) -> bool | None:
        return my_task.workflow.script_engine.run_service_task(my_task)  # type: ignore[no-any-return]


class BusinessRuleTask(_Activity):
    """A decision."""

    def _run_hook(self, my_task: Any) -> bool | None:
        return my_task.workflow.script_engine.run_decision(my_task)  # type: ignore[no-any-return]


class ScriptTask(_Activity):
    """A FEEL context that is merged into the data; `script` has no leading `=`."""

    def __init__(self, wf_spec: Any, bpmn_id: str, script: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.script = script

    def _run_hook(self, my_task: Any) -> bool | None:
        return my_task.workflow.script_engine.run_script(my_task)  # type: ignore[no-any-return]


class SendTask(SendTaskMixin, _Activity):
    """Throws a message."""


class _Throwing(Compensating):
    """What throw and end events share: with a compensation they run handlers first."""

    event_definition: Any

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task.state == TaskState.STARTED:
            return None
        return super()._update_hook(my_task)  # type: ignore[misc, no-any-return]

    def _run_hook(self, my_task: Any) -> bool | None:
        if not isinstance(self.event_definition, CompensateEvent):
            return super()._run_hook(my_task)  # type: ignore[misc, no-any-return]
        planned = PLAN in my_task.internal_data
        entries = [] if planned else take_visible(my_task, self.event_definition.activity)
        return self.compensate(my_task, entries)


class ThrowEvent(_Throwing, IntermediateThrowEventMixin, Element):
    """Throws a message, a signal, an escalation or a compensation, or nothing."""


class EndEvent(_Throwing, EndEventMixin, Element):
    """Ends a branch, or with a terminate event its whole scope."""

    def _on_complete_hook(self, my_task: Any) -> None:
        if not isinstance(self.event_definition, TerminateEventDefinition):
            super()._on_complete_hook(my_task)
            return
        # SpiffWorkflow 3.2 also cancels what the cancelling of others has removed by then.
        tree = my_task.workflow
        for task in list(tree.tasks.values()):
            if task.id in tree.tasks and task.has_state(TaskState.NOT_FINISHED_MASK):
                task.cancel()
        tree._mark_complete(my_task)


class Catching:
    """What all catching elements share: a payload taken over once, errors that do not spread."""

    event_definition: Any

    def _update_hook(self, my_task: Any) -> bool | None:
        try:
            return super()._update_hook(my_task)  # type: ignore[misc, no-any-return]
        except Exception as error:  # the edge of a timer's expression: becomes an incident
            my_task.error()
            my_task.workflow.script_engine.fail(my_task, error)
            return None

    def _run_hook(self, my_task: Any) -> bool | None:
        self.event_definition.update_task_data(my_task)
        return True


class CatchEvent(Catching, IntermediateCatchEventMixin, Element):
    """Waits for a message, a signal, a timer or a condition.

    With `repeats` it is a timer with a cycle: one that says how often happens that often.
    """

    repeats = False

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        current = self.event_definition.schedule_of(my_task) if self.repeats else None
        if current is not None and current.left != FOREVER:
            wait_again(self, my_task)


class ReceiveTask(Catching, ReceiveTaskMixin, _Activity):
    """Waits for a message."""


class StartEvent(Catching, StartEventMixin, Element):
    """Where an instance begins. It never waits: the one that is chosen fires, the others do not.

    Chosen is what `choose_start` said; otherwise the start event without a trigger, or if there
    is none the first.
    """

    def _update_hook(self, my_task: Any) -> bool | None:
        if _chosen_start(my_task) != self.bpmn_id:
            my_task._inherit_data()
            my_task._set_state(TaskState.WAITING)
            return None
        my_task._inherit_data()
        payload = my_task.workflow.task_tree.internal_data.get("start_payload")
        if isinstance(self.event_definition, Event) and payload is not None:
            event_id = self.event_definition.event_id
            self.event_definition.arrive(my_task, event_id, payload)
        return True


def _chosen_start(task: Any) -> str:
    chosen = task.workflow.task_tree.internal_data.get(START_EVENT)
    starts = task.workflow.spec.bpmn_start_events
    if chosen is not None:
        return str(chosen)
    plain = [spec for spec in starts if not isinstance(spec.event_definition, Event)]
    return str((plain or starts)[0].bpmn_id)


def choose_start(workflow: Any, element_id: str, payload: Any = None) -> None:
    """Say which start event a new instance begins with; before it is first driven.

    Raises:
        ValueError: The process has no such start event.
    """
    if element_id not in {spec.bpmn_id for spec in workflow.spec.bpmn_start_events}:
        raise ValueError(f"{workflow.spec.name} has no start event {element_id}")
    workflow.task_tree.internal_data[START_EVENT] = element_id
    workflow.task_tree.internal_data["start_payload"] = payload


class EventBasedGateway(EventBasedGatewayMixin, Element):
    """Waits for the first of the events behind it; those then pass at once.

    The runtime sees the waiting events on the gateway's task, under the ids of the events.
    """

    event_definition: SeveralEvents

    def connect(self, child: Any) -> None:
        """Take over the event of what follows."""
        TaskSpec.connect(self, child)
        self.event_definition.events.append(child.event_definition)
        child.event_definition = NoneEventDefinition()

    def _run_hook(self, my_task: Any) -> bool:
        (event_id, _), *_ = my_task.internal_data["arrived"]
        position = [event.event_id for event in self.event_definition.events].index(event_id)
        self.event_definition.update_task_data(my_task)
        my_task._sync_children([self.outputs[position]], TaskState.FUTURE)
        for child in my_task.children:
            mask = TaskState.FUTURE | TaskState.PREDICTED_MASK
            child.task_spec._predict(child, mask=mask)
        return True


def wait_again(spec: Any, my_task: Any) -> None:
    """Wait beside what has just happened for its next time, if there is one."""
    state = spec.event_definition.rearm(my_task)
    if state is not None:
        again = my_task.parent._add_child(spec, TaskState.MAYBE)
        again.internal_data.update(state)
        spec._predict(again)
        again._set_state(TaskState.WAITING)
        spec._update(again)


class _Scope(_Activity):
    """An activity with a tree of its own, which may hold what can be undone."""

    associations_in: Associations = ()
    associations_out: Associations = ()

    def _on_complete_hook(self, my_task: Any) -> None:
        tree = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        super()._on_complete_hook(my_task)
        if self.compensated_by is None and tree is not None:
            inner = log_of(tree)
            if inner or tree.spec.compensation:
                note_completed(my_task, tree.spec.compensation, inner)


class SubProcess(SubWorkflowTaskMixin, _Scope):
    """An embedded sub-process, or a transaction.

    `handles` names the sub-process whose events it handles, if it is drawn as an event
    sub-process.
    """

    handles: str | None = None

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        """Hand the variables in, with those that data associations give."""
        super().copy_data(my_task, subworkflow)
        subworkflow.task_tree.data.update(values_of(my_task, self.associations_in))

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """Take the variables back, and what data associations bring out."""
        super().update_data(my_task, subworkflow)
        _bring_out(self, my_task, subworkflow)


class CallActivity(CallActivityMixin, _Scope):
    """Runs another process inside this instance.

    `extensions["call_in"]` and `["call_out"]` are lists of `[expression, target]`; without them
    all variables go in, and all come out. What data associations give comes on top; the called
    process knows it by the name of the data input.
    """

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        """Hand the variables to the called process."""
        root = subworkflow.task_tree
        mapping = self.extensions.get("call_in")
        root.data.update(deepcopy(my_task.data) if mapping is None else _mapped(my_task, mapping))
        root.data.update(values_of(my_task, self.associations_in))

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """Take the variables back."""
        last = subworkflow.last_task
        mapping = self.extensions.get("call_out")
        if mapping is None:
            my_task.data = deepcopy(last.data)
        else:
            my_task.data.update(_mapped(last, mapping))
        _bring_out(self, my_task, subworkflow)

    def _update_hook(self, my_task: Any) -> bool | None:
        try:
            return super()._update_hook(my_task)  # type: ignore[no-any-return]
        except Exception as error:  # the edge of a mapping's expressions: becomes an incident
            my_task.workflow.top_workflow.subprocesses.pop(my_task.id, None)
            my_task.error()
            my_task.workflow.script_engine.fail(my_task, error)
            return None


def _bring_out(spec: _Scope, my_task: Any, subworkflow: Any) -> None:
    last = subworkflow.last_task
    my_task.data.update(values_of(last, produced(last, spec.associations_out)))


def _mapped(task: Any, mapping: list[list[str]]) -> dict[str, Any]:
    hooks = task.workflow.script_engine
    return {target: deepcopy(hooks.evaluate(task, source)) for source, target in mapping}


__all__ = [
    "AbstractTask",
    "BusinessRuleTask",
    "CallActivity",
    "CatchEvent",
    "Catching",
    "Element",
    "EndEvent",
    "EventBasedGateway",
    "ManualTask",
    "ReceiveTask",
    "ScriptTask",
    "SendTask",
    "ServiceTask",
    "StartEvent",
    "SubProcess",
    "ThrowEvent",
    "UserTask",
    "choose_start",
    "wait_again",
]
