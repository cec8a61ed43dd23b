"""Small diagrams written in a line or two, and a rehearsal that runs them without a database."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.diagrams import (
    CompiledProcess,
    choose_start,
    compile_diagram,
    link,
    prepare_diagram,
    raise_in_scope,
    reschedule,
    trigger,
    waiting_events,
)
from engine.feel import compile_expression, from_feel

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
ROOTS = (
    '<bpmn:message id="m1" name="paid"/><bpmn:message id="m2" name="moved"/>'
    '<bpmn:signal id="s1" name="closing"/><bpmn:error id="e1" errorCode="late"/>'
    '<bpmn:error id="e2" errorCode="lost"/><bpmn:escalation id="c1" escalationCode="help"/>'
)
_FLOW = re.compile(r"(\w+)>(\w+)(?:\[([^\]]*)\])?(?::(\w+))?")


def flows(text: str) -> str:
    """Write flows such as `a>b b>c[x = 1] b>d:flow_id`."""
    made = []
    for number, match in enumerate(_FLOW.finditer(text)):
        source, target, condition, name = match.groups()
        inner = ""
        if condition is not None:
            escaped = condition.replace("&", "&amp;").replace("<", "&lt;")
            inner = f"<bpmn:conditionExpression>{escaped}</bpmn:conditionExpression>"
        flow_id = name or f"f{number}_{source}_{target}"
        made.append(
            f'<bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</bpmn:sequenceFlow>"
        )
    return "".join(made)


def node(tag: str, element_id: str, inner: str = "", **attributes: str) -> str:
    """Write an element; `camunda_x` becomes `camunda:x`."""
    written = "".join(
        f' {key.replace("camunda_", "camunda:")}="{value}"' for key, value in attributes.items()
    )
    return f'<bpmn:{tag} id="{element_id}"{written}>{inner}</bpmn:{tag}>'


def user(element_id: str, inner: str = "", **attributes: str) -> str:
    """Write a user task that somebody may do."""
    attributes = {"name": element_id, "camunda_candidateGroups": "reviewer", **attributes}
    return node("userTask", element_id, inner, **{"camunda_formRef": "f", **attributes})


def process(nodes: str, flow_text: str = "", name: str = "main") -> str:
    """Write a process."""
    return f'<bpmn:process id="{name}" isExecutable="true">{nodes}{flows(flow_text)}</bpmn:process>'


def document(*processes: str, roots: str = ROOTS) -> bytes:
    """Write a file."""
    return f"<bpmn:definitions {NAMESPACES}>{roots}{''.join(processes)}</bpmn:definitions>".encode()


def properties(**values: str) -> str:
    """Write `jc:` properties; `name_en` becomes `jc:name.en`."""
    rows = "".join(
        f'<camunda:property name="jc:{key.replace("_", ".")}" value="{value}"/>'
        for key, value in values.items()
    )
    return (
        f"<bpmn:extensionElements><camunda:properties>{rows}</camunda:properties>"
        "</bpmn:extensionElements>"
    )


class Draw:
    """The writers above, for tests to reach as one fixture."""

    flows = staticmethod(flows)
    node = staticmethod(node)
    user = staticmethod(user)
    process = staticmethod(process)
    document = staticmethod(document)
    properties = staticmethod(properties)


@pytest.fixture
def draw() -> type[Draw]:
    return Draw


class RehearsalHooks:
    """What a runtime offers, without a database."""

    def __init__(self, services: Mapping[str, Callable[..., Any]]) -> None:
        self.services = dict(services)
        self.clock = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        self.thrown: list[tuple[str, str]] = []
        self.failures: list[tuple[str, str]] = []

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        context = {**task.data, **(external_context or {})}
        return from_feel(compile_expression(expression)(context))

    def run_service_task(self, task: Any) -> bool | None:
        result = self.services[task.task_spec.extensions["topic"]](task)
        if isinstance(result, str):
            payload = {"code": result, "message": "refused"}
            if not raise_in_scope(task, "error", result, payload, own=True):
                raise RuntimeError(f"uncaught {result}")
            return True
        task.data.update(result or {})
        return None if result is None else True

    def run_decision(self, task: Any) -> bool | None:
        task.data[task.task_spec.extensions["result_variable"]] = "decided"
        return True

    def run_script(self, task: Any) -> bool | None:
        task.data.update(self.evaluate(task, task.task_spec.script))
        return True

    def throw(self, task: Any, kind: str, name: str) -> None:
        self.thrown.append((kind, name))

    def fail(self, task: Any, error: Exception) -> None:
        self.failures.append((task.task_spec.bpmn_id, type(error).__name__))

    def now(self) -> datetime:
        return self.clock

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        now, self.clock = self.clock, moment
        yield
        self.clock = now


class Rehearsal:
    """One instance of the first process of a file."""

    def __init__(
        self,
        *contents: bytes,
        variables: Mapping[str, Any] | None = None,
        services: Mapping[str, Callable[..., Any]] | None = None,
        start: str | None = None,
        payload: Any = None,
    ) -> None:
        diagrams = {}
        for content in contents:
            prepared = prepare_diagram(content)
            assert prepared.lowered is not None, prepared.findings
            compiled = compile_diagram(prepared.lowered)
            diagrams.update(dict.fromkeys(compiled.elements, compiled))
        self.compiled: CompiledProcess = link("main", diagrams)
        self.hooks = RehearsalHooks(services or {})
        self.workflow = BpmnWorkflow(
            self.compiled.spec, dict(self.compiled.subprocess_specs), script_engine=self.hooks
        )
        self.workflow.task_tree.data.update(variables or {})
        if start is not None:
            choose_start(self.workflow, start, payload)
        self.workflow.do_engine_steps()

    def tasks(self) -> list[Any]:
        scopes = [self.workflow, *self.workflow.subprocesses.values()]
        return [task for scope in scopes for task in scope.tasks.values()]

    def in_state(self, state: int) -> list[Any]:
        return [task for task in self.tasks() if task.state == state]

    @property
    def ready(self) -> list[str]:
        """Ids of the user tasks that can be done."""
        return sorted(
            task.task_spec.bpmn_id
            for task in self.in_state(TaskState.READY)
            if task.task_spec.manual
        )

    @property
    def waiting(self) -> list[str]:
        """Ids of the events that are waited for."""
        found = [one for task in self.in_state(TaskState.WAITING) for one in waiting_events(task)]
        return sorted(one.event_id for one in found)

    @property
    def due(self) -> dict[str, timedelta]:
        """How far off each timer is."""
        return {
            one.event_id: one.due_at - self.hooks.clock
            for task in self.in_state(TaskState.WAITING)
            for one in waiting_events(task)
            if one.due_at is not None
        }

    @property
    def trace(self) -> list[str]:
        """Ids of the drawn elements that were completed, sorted."""
        ids = [
            task.task_spec.bpmn_id
            for task in self.in_state(TaskState.COMPLETED)
            if task.task_spec.bpmn_id and not task.task_spec.name.endswith("[child]")
        ]
        return sorted(one for one in ids if "__" not in one)

    @property
    def completed(self) -> bool:
        return bool(self.workflow.completed)

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.workflow.data)

    def complete(self, element_id: str, index: int = 0, **variables: Any) -> None:
        found = [
            task
            for task in self.in_state(TaskState.READY)
            if task.task_spec.manual and task.task_spec.bpmn_id == element_id
        ]
        found[index].data.update(variables)
        found[index].run()
        self.workflow.do_engine_steps()

    def fire(self, event_id: str, payload: Any = None) -> None:
        for task in self.in_state(TaskState.WAITING):
            if event_id in [one.event_id for one in waiting_events(task)]:
                trigger(task, event_id, payload)
                self.workflow.do_engine_steps()
                return
        raise AssertionError(f"nobody waits for {event_id}: {self.waiting}")

    def reschedule(self) -> list[bool]:
        return [reschedule(task) for task in self.in_state(TaskState.WAITING)]

    def finish_job(self, element_id: str, **variables: Any) -> None:
        (task,) = [
            one
            for one in self.in_state(TaskState.STARTED)
            if one.task_spec.bpmn_id == element_id and "topic" in one.task_spec.extensions
        ]
        task.data.update(variables)
        task.complete()
        self.workflow.do_engine_steps()


@pytest.fixture
def rehearse() -> Callable[..., Rehearsal]:
    return Rehearsal


@pytest.fixture
def codes() -> Callable[[bytes], Sequence[str]]:
    """The codes of the findings about a file."""

    def found(content: bytes, **environment: Any) -> Sequence[str]:
        return sorted({one.code for one in prepare_diagram(content, **environment).findings})

    return found
