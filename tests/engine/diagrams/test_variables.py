"""Which variables are known at an element, and what is known of them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from engine.diagrams import Environment, prepare_diagram
from engine.diagrams.checking.variables import (
    BadDeclaration,
    Called,
    Providers,
    State,
    read_declaration,
    required_names,
)
from engine.feel.checking import ANYTHING, BOOLEAN, NUMBER, STRING, context_of, list_of, one_of

PROVIDERS = Providers(
    facts={"session": ANYTHING},
    forms={"f": {"verdict": one_of(["pass", "fail"]), "points": NUMBER}},
    decisions={"grade": context_of({"grade": one_of(["a", "b"])})},
    service_tasks={"x.count": context_of({"counted": NUMBER}), "x.nothing": context_of({})},
    process=lambda name: {
        "open": Called(None, State({"found": NUMBER}, open=True)),
        "strict": Called(("total",), State({"total": NUMBER, "found": NUMBER})),
    }.get(name),
)
MULTI = "multiInstanceLoopCharacteristics"


@pytest.fixture
def found(draw: Any) -> Callable[..., Sequence[tuple[str, str]]]:
    """The findings about names and values in a process that says what it begins with."""

    def check(
        nodes: str, flows: str, said: str | None = "total: number", **attributes: str
    ) -> Sequence[tuple[str, str]]:
        inner = "" if said is None else draw.properties(variables=said)
        start = draw.node("startEvent", "s", inner, **attributes)
        content = draw.document(draw.process(start + draw.node("endEvent", "e") + nodes, flows))
        findings = prepare_diagram(content, Environment(providers=PROVIDERS)).findings
        about = ("variable", "member", "chosen", "null", "missing", "bad_")
        return [
            (one.code, one.element_id)
            for one in findings
            if any(part in one.code for part in about)
        ]

    return check


def script(name: str, text: str) -> str:
    return f'<bpmn:scriptTask id="{name}"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


def serve(draw: Any, topic: str, inner: str = "", **more: str) -> str:
    attributes = {"camunda_type": "external", "camunda_topic": topic, **more}
    return str(draw.node("serviceTask", "a", inner, **attributes))


def outputs(name: str, text: str) -> str:
    return (
        "<bpmn:extensionElements><camunda:inputOutput>"
        f'<camunda:outputParameter name="{name}">{text}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>"
    )


def catch(draw: Any, inner: str = "", **attributes: str) -> str:
    definition = '<bpmn:messageEventDefinition messageRef="m1"/>'
    return str(draw.node("intermediateCatchEvent", "a", inner + definition, **attributes))


GIVES: dict[str, tuple[Callable[[Any], str], str]] = {
    "form": (lambda draw: draw.user("a"), "verdict"),
    "decision": (
        lambda draw: draw.node("businessRuleTask", "a", camunda_decisionRef="grade"),
        "grade",
    ),
    "rows": (
        lambda draw: draw.node(
            "businessRuleTask", "a", camunda_decisionRef="grade", camunda_resultVariable="g"
        ),
        "g_rows",
    ),
    "service task": (lambda draw: serve(draw, "x.count"), "counted"),
    "result variable": (
        lambda draw: serve(draw, "x.unknown", camunda_resultVariable="counted"),
        "counted",
    ),
    "output parameter": (lambda draw: serve(draw, "x.count", outputs("y", "= counted")), "y"),
    "script": (lambda draw: script("a", "{y: total + 1}"), "y"),
    "message": (lambda draw: catch(draw, draw.properties(variables="y")), "y"),
    "message's variable": (lambda draw: catch(draw, camunda_resultVariable="y"), "y"),
    "called process": (lambda draw: draw.node("callActivity", "a", calledElement="open"), "found"),
    "sub-process": (
        lambda draw: draw.node(
            "subProcess",
            "a",
            '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>'
            + script("b", "{y: 1}")
            + draw.flows("is>b b>ie"),
        ),
        "y",
    ),
    "list of outputs": (
        lambda draw: draw.node(
            "scriptTask",
            "a",
            draw.properties(outputCollection="every_y", outputElement="y")
            + "<bpmn:script>{y: one}</bpmn:script>"
            + f'<bpmn:{MULTI} camunda:collection="[1, 2]" camunda:elementVariable="one"/>',
        ),
        "every_y",
    ),
    "data association": (
        lambda draw: draw.node(
            "task",
            "a",
            '<bpmn:dataOutputAssociation id="d"><bpmn:assignment><bpmn:from>total</bpmn:from>'
            "<bpmn:to>y</bpmn:to></bpmn:assignment></bpmn:dataOutputAssociation>",
        ),
        "y",
    ),
}


@pytest.mark.parametrize("way", GIVES)
def test_what_an_element_gives_is_known_behind_it_only(
    draw: Any, found: Callable[..., Any], way: str
) -> None:
    write, name = GIVES[way]
    nodes = write(draw) + script("b", f"{{z: {name}}}") + script("c", "{z: total}")

    assert found(nodes, "s>a a>b b>c c>e") == []
    assert found(nodes, "s>b b>a a>c c>e") == [("unknown_variable", "b")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("total", None),
        ("session.number", None),
        ("totl", "unknown_variable"),
        ('total = "a"', "always_null"),
        ("total.points", "unknown_member"),
        ("[{a: 1}].b", "unknown_member"),
        ('count(session.offers) + "a"', "always_null"),
    ],
)
def test_expressions_are_held_to_what_the_start_says(
    found: Callable[..., Any], text: str, code: str | None
) -> None:
    expected = [] if code is None else [(code, "a")]

    assert found(script("a", f"{{z: {text}}}"), "s>a a>e") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('verdict = "pass"', None),
        ('verdict = "pas"', "never_chosen"),
        ('verdict != "passed"', "never_chosen"),
        ('verdict in ("pass", "none")', "never_chosen"),
        ("verdict = 1", "always_null"),
        ('points = "a"', "always_null"),
    ],
)
def test_answers_are_held_to_their_form_whatever_the_start_brings(
    draw: Any, found: Callable[..., Any], text: str, code: str | None
) -> None:
    nodes = draw.user("a") + script("b", f"{{z: {text}}}")
    expected = [] if code is None else [(code, "b")]

    assert found(nodes, "s>a a>b b>e", said=None) == expected
    assert found(nodes, "s>a a>b b>e") == expected


def test_choice_that_another_road_may_have_made_is_accepted(
    draw: Any, found: Callable[..., Any]
) -> None:
    gateway = '<bpmn:exclusiveGateway id="g" default="d"/>'
    nodes = gateway + draw.user("a") + script("b", '{z: verdict = "none"}')
    roads = "s>g g>a[total = 1] g>b:d a>b b>e"

    assert found(nodes, roads, said="total, verdict: none | more") == []
    assert found(nodes, roads, said=None) == []
    assert found(nodes, roads) == [("never_chosen", "b")]


def test_branches_give_what_they_give_to_their_join(draw: Any, found: Callable[..., Any]) -> None:
    nodes = (
        '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="j"/>'
        + script("a", "{x: 1}")
        + script("b", "{y: total}")
        + script("c", "{z: x + y}")
    )

    assert found(nodes, "s>g g>a g>b a>j b>j j>c c>e") == []
    inner = nodes.replace("{y: total}", "{y: x}")
    assert found(inner, "s>g g>a g>b a>j b>j j>c c>e") == [("unknown_variable", "b")]


def test_loop_brings_back_what_comes_later_in_it(found: Callable[..., Any]) -> None:
    gateway = '<bpmn:exclusiveGateway id="g" default="d"/>'
    nodes = gateway + script("a", "{x: y}") + script("b", "{y: total, l: [l]}")

    assert found(nodes, "s>a a>b b>g g>a[total = 1] g>e:d", said="total, l: list") == []


def test_instances_know_their_element_and_its_kind(draw: Any, found: Callable[..., Any]) -> None:
    each = f'<bpmn:{MULTI} camunda:collection="[1, 2]" camunda:elementVariable="one"/>'
    task = "<bpmn:script>{{z: {}}}</bpmn:script>" + each

    def run(text: str) -> Any:
        nodes = draw.node("scriptTask", "a", task.format(text)) + script("b", "{q: total}")
        return found(nodes, "s>a a>b b>e")

    assert run("one + 1") == []
    assert run('one = "a"') == [("always_null", "a")]
    behind = draw.node("scriptTask", "a", task.format("one")) + script("b", "{q: one}")
    assert found(behind, "s>a a>b b>e") == [("unknown_variable", "b")]


def test_boundary_event_knows_what_its_sub_process_has_given(
    draw: Any, found: Callable[..., Any]
) -> None:
    body = draw.node(
        "subProcess",
        "a",
        '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>'
        + script("b", "{y: 1}")
        + draw.flows("is>b b>ie"),
    )
    caught = draw.node(
        "boundaryEvent",
        "x",
        '<bpmn:errorEventDefinition errorRef="e1"/>',
        attachedToRef="a",
        camunda_resultVariable="error",
    )
    after = script("c", "{z: [y, error.code]}") + script("d", "{z: error.cod}")

    assert found(body + caught + after, "s>a a>e x>c c>d d>e") == [("unknown_member", "d")]


def test_event_sub_process_knows_what_its_scope_has_given(
    draw: Any, found: Callable[..., Any]
) -> None:
    start = draw.node(
        "startEvent",
        "hs",
        draw.properties(variables="reason: a | b") + '<bpmn:signalEventDefinition signalRef="s1"/>',
    )
    inner = start + '<bpmn:endEvent id="he"/>' + script("c", '{z: [y, reason = "c"]}')
    handler = draw.node("subProcess", "h", inner + draw.flows("hs>c c>he"), triggeredByEvent="true")

    assert found(script("b", "{y: 1}") + handler, "s>b b>e") == [("never_chosen", "c")]


def test_anything_goes_where_nothing_is_known_of_who_gives(
    draw: Any, found: Callable[..., Any]
) -> None:
    behind = script("b", '{z: [other, verdict = "none"]}')

    for write in (
        lambda draw: serve(draw, "x.unknown"),
        lambda draw: draw.node("callActivity", "a", calledElement="elsewhere"),
        lambda draw: draw.user("a", camunda_formRef="unknown"),
    ):
        nodes = draw.user("u") + write(draw) + behind
        assert found(nodes, "s>u u>a a>b b>e") == []


def test_name_from_an_open_start_is_not_taken_for_a_fact(found: Callable[..., Any]) -> None:
    nodes = script("a", "{z: [session_id, totl]}")

    assert found(nodes, "s>a a>e", said=None) == []
    assert found(script("b", "{total: 1}") + nodes, "s>b b>a a>e", said=None) == [
        ("unlikely_variable", "a")
    ]


def test_called_process_gets_what_it_needs(draw: Any, found: Callable[..., Any]) -> None:
    call = draw.node("callActivity", "a", calledElement="strict")
    mapped = draw.node(
        "callActivity",
        "a",
        "<bpmn:extensionElements>"
        '<camunda:in source="points" target="total"/><camunda:out source="fnd" target="y"/>'
        "</bpmn:extensionElements>",
        calledElement="strict",
    )

    assert found(call, "s>a a>e") == []
    assert found(call, "s>a a>e", said="points") == [("input_missing", "a")]
    gateway = '<bpmn:exclusiveGateway id="g" default="d"/>'
    assert found(call + gateway, "s>a a>g g>e[points = 1] g>a:d", said="points") == [
        ("input_missing", "a")
    ]
    assert found(mapped, "s>a a>e", said="points") == [("unknown_variable", "a")]


def test_finding_says_where_and_what_was_probably_meant(draw: Any) -> None:
    start = draw.node("startEvent", "s", draw.properties(variables="outcome: approved | refused"))
    nodes = start + draw.node("endEvent", "e", name="办结")
    content = draw.document(
        draw.process(nodes + draw.node("task", "a", name="办理"), 's>a a>e[outcome = "aproved"]')
    )

    (finding,) = [
        one
        for one in prepare_diagram(content, Environment(providers=PROVIDERS)).findings
        if one.code == "never_chosen"
    ]

    assert (finding.element_id, finding.element_name, finding.severity) == ("a", "办理", "error")
    assert finding.message_en == (
        "In the condition, at 1:1: the value is one of approved, refused, never aproved, "
        "did you mean approved?"
    )
    assert finding.message_zh == (
        "条件第 1 行第 1 列:这里的值只会是“approved”、“refused”，不会是“aproved”，"
        "是否指“approved”？"
    )


def test_declaration_is_read() -> None:
    text = "id: number, outcome?: a | b, flag: boolean, names: texts, other,"

    assert read_declaration(text) == {
        "id": NUMBER,
        "outcome": one_of(["a", "b"]),
        "flag": BOOLEAN,
        "names": list_of(STRING),
        "other": ANYTHING,
    }
    assert required_names(text) == ["id", "flag", "names", "other"]


@pytest.mark.parametrize("text", ["1a", "a: numbr", "a b", "a: x |", "a, a", ": number"])
def test_wrong_declaration_is_refused(text: str) -> None:
    with pytest.raises(BadDeclaration):
        read_declaration(text)
