"""Whatever is drawn: a file is refused with findings, or it compiles and an instance starts."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.diagrams import prepare_diagram

TAGS = st.sampled_from(
    [
        "task",
        "userTask",
        "scriptTask",
        "subProcess",
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "eventBasedGateway",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "endEvent",
    ]
)
INNER = st.sampled_from(
    [
        "",
        "",
        '<bpmn:messageEventDefinition messageRef="m1"/>',
        '<bpmn:errorEventDefinition errorRef="e1"/>',
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition>",
        "<bpmn:terminateEventDefinition/>",
        '<bpmn:standardLoopCharacteristics loopMaximum="2"/>',
        "<bpmn:script>{a: 1}</bpmn:script>",
        '<bpmn:startEvent id="inner"/>',
    ]
)
NODE = st.tuples(TAGS, INNER, st.booleans(), st.integers(0, 5))
EDGES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 7), st.sampled_from(["", "[true]", "[x = 1]"])),
    max_size=14,
)


def drawn(draw: Any, nodes: list[tuple[str, str, bool, int]], edges: list[Any]) -> bytes:
    parts, defaults = ['<bpmn:startEvent id="n0"/>'], {}
    written = []
    for number, (source, target, condition) in enumerate(edges):
        written.append(f"n{source}>n{target}{condition}:f{number}")
        if not condition:
            defaults[source] = f"f{number}"
    for number, (tag, inner, flag, host) in enumerate(nodes, start=1):
        attributes = {"camunda_candidateGroups": "x"} if tag == "userTask" else {}
        if tag == "boundaryEvent":
            attributes["attachedToRef"] = f"n{host}"
        if tag == "subProcess" and flag:
            attributes["triggeredByEvent"] = "true"
        if flag and number in defaults and "Event" not in tag:
            attributes["default"] = defaults[number]
        parts.append(
            draw.node(tag, f"n{number}", inner.replace("inner", f"i{number}"), **attributes)
        )
    return draw.document(draw.process("".join(parts), " ".join(written)))  # type: ignore[no-any-return]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nodes=st.lists(NODE, min_size=1, max_size=7), edges=EDGES)
def test_a_drawing_is_refused_or_runs(
    draw: Any, rehearse: Any, nodes: list[tuple[str, str, bool, int]], edges: list[Any]
) -> None:
    content = drawn(draw, nodes, edges)
    prepared = prepare_diagram(content)

    assert "not_compiled" not in {one.code for one in prepared.findings}
    if prepared.lowered is not None:
        try:
            rehearse(content, variables={"x": 1})
        except Exception as error:
            assert "no condition holds" in str(error)


@given(st.binary(max_size=200))
def test_bytes_are_refused(content: bytes) -> None:
    prepared = prepare_diagram(content)

    assert (prepared.lowered, len(prepared.findings)) == (None, 1)


def test_references_and_mandatory_elements_are_gathered(draw: Any) -> None:
    nodes = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
    nodes += draw.user("a", draw.properties(mandatory="true"), name="审核")
    nodes += draw.node("callActivity", "b", calledElement="other")
    nodes += draw.node("serviceTask", "c", camunda_type="external", camunda_topic="x.y")
    nodes += draw.node("businessRuleTask", "d", camunda_decisionRef="d1")
    prepared = prepare_diagram(draw.document(draw.process(nodes, "s>a a>b b>c c>d d>e")))

    found = prepared.references
    assert prepared.processes == ("main",)
    assert prepared.mandatory == {"a": "审核"}
    assert (found.processes, found.forms, found.decisions) == ({"other"}, {"f"}, {"d1"})
    assert (found.service_tasks, found.groups) == ({"x.y"}, {"reviewer"})


@pytest.mark.parametrize("key", [None, "main"])
def test_a_refused_file_has_no_lowered_form(draw: Any, key: str | None) -> None:
    content = draw.document(draw.process('<bpmn:callChoreography id="g"/>'))

    assert prepare_diagram(content, key=key).lowered is None
