"""Service tasks are registered by name, in groups that are listed explicitly."""

from typing import Any

import pytest

from engine.errors import UnknownServiceTask
from engine.service_tasks import ServiceTaskNameClash, ServiceTasks
from engine.testing import run_diagram

DIAGRAM = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="main" isExecutable="true">
 <bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>
 <bpmn:serviceTask id="a" camunda:type="external" camunda:topic="scores.grade"/>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/>
 <bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="e"/></bpmn:process></bpmn:definitions>"""


def plain(db: Any, *, points: int, limit: int = 60) -> None: ...


def with_context(db: Any, context: Any, **inputs: Any) -> None: ...


def test_registration_reads_the_signature() -> None:
    group = ServiceTasks("scores")
    group.register(plain)
    group.register(run="job", attempts=3, name="other")(with_context)

    first, second = group

    assert (first.name, first.run, first.attempts, first.wants_context) == (
        "scores.plain", "inline", 5, False,
    )  # fmt: skip
    assert (first.parameters, first.required) == ({"points", "limit"}, {"points"})
    assert (second.name, second.run, second.attempts, second.wants_context) == (
        "scores.other", "job", 3, True,
    )  # fmt: skip
    assert second.open_ended


@pytest.mark.parametrize(
    ("names", "accepted"),
    [({"points"}, True), ({"points", "limit"}, True), (set(), False), ({"points", "x"}, False)],
)
def test_inputs_are_checked_against_the_signature(names: set[str], accepted: bool) -> None:
    group = ServiceTasks("scores")
    group.register(plain)

    assert group.get("scores.plain").accepts(frozenset(names)) is accepted


def test_groups_are_joined() -> None:
    first, second, everything = ServiceTasks("a"), ServiceTasks("b"), ServiceTasks()
    first.register(plain)
    second.register(plain)

    everything.include(first)
    everything.include(second)
    everything.include(first)

    assert [one.name for one in everything] == ["a.plain", "b.plain"]
    assert ("a.plain" in everything, "c.plain" in everything, len(everything)) == (True, False, 2)


def test_names_that_clash_are_refused() -> None:
    first, second = ServiceTasks("a"), ServiceTasks("a")
    first.register(plain)
    second.register(name="plain")(with_context)

    with pytest.raises(ServiceTaskNameClash):
        first.include(second)


def test_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownServiceTask):
        ServiceTasks().get("a.b")


def test_result_is_held_to_what_is_declared() -> None:
    group = ServiceTasks("scores")

    @group.register(gives="passed: boolean")
    def grade(db: Any) -> dict[str, Any]:
        return {"passed": True, "points": 1}

    trace = run_diagram({"main.bpmn": DIAGRAM}, "main", service_tasks=group, partial=True)

    (incident,) = trace.incidents
    assert (incident.kind, incident.message) == (
        "BadResult",
        "BadResult: scores.grade does not say that it gives ['points']",
    )
