"""What is rewritten behaves as drawn; each case is one SpiffWorkflow 3.2.0 gets silently wrong."""

from typing import Any

import pytest

from engine.diagrams import compile_diagram, lower, read_diagram
from engine.diagrams.vocabulary import SYNTHETIC

S, E = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'


def catching(kind: str, reference: str = "") -> str:
    return f"<bpmn:{kind}EventDefinition {reference}/>"


def handler(draw: Any, definition: str, *, interrupting: bool = True, more: str = "") -> str:
    """Write an event sub-process with one user task."""
    flag = "true" if interrupting else "false"
    start = draw.node("startEvent", "hs", more + definition, isInterrupting=flag)
    inner = start + draw.user("help") + '<bpmn:endEvent id="he"/>' + draw.flows("hs>help help>he")
    return draw.node("subProcess", "h", inner, triggeredByEvent="true")


@pytest.mark.parametrize("name", ["Start", "End", "Root", "StartEventJoin"])
def test_reserved_ids_work_and_keep_their_names(draw: Any, rehearse: Any, name: str) -> None:
    content = draw.document(draw.process(S + E + draw.user(name), f"s>{name} {name}>e"))

    run = rehearse(content)

    assert run.ready == [name]
    run.complete(name)
    assert (run.completed, run.trace) == (True, sorted([name, "e", "s"]))
    assert run.compiled.elements[name].type == "userTask"


def test_end_event_named_end_waits_for_the_other_branch(draw: Any, rehearse: Any) -> None:
    nodes = S + '<bpmn:parallelGateway id="g"/><bpmn:endEvent id="End"/>'
    nodes += draw.user("a") + draw.user("b")
    run = rehearse(draw.document(draw.process(nodes, "s>g g>a g>b a>End b>End")))

    run.complete("a")
    assert (run.completed, run.ready) == (False, ["b"])
    run.complete("b")
    assert run.completed


def test_several_flows_out_of_a_task_all_run(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.user("a") + draw.user("b") + draw.user("c")
    run = rehearse(draw.document(draw.process(nodes, "s>a a>b a>c b>e c>e")))

    run.complete("a")

    assert run.ready == ["b", "c"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"x": 1, "y": 1}, ["always", "if_x", "if_y"]),
        ({"x": 1, "y": 0}, ["always", "if_x"]),
        ({"x": 0, "y": 0}, ["always", "otherwise"]),
        ({}, ["always", "otherwise"]),
    ],
)
def test_conditional_and_default_flows_out_of_a_task(
    draw: Any, rehearse: Any, variables: dict[str, int], expected: list[str]
) -> None:
    targets = ("always", "if_x", "if_y", "otherwise")
    nodes = S + E + draw.node("task", "a", default="d") + "".join(map(draw.user, targets))
    edges = "s>a a>always a>if_x[x = 1] a>if_y[y = 1] a>otherwise:d "
    edges += " ".join(f"{one}>e" for one in targets)

    run = rehearse(draw.document(draw.process(nodes, edges)), variables=variables)

    assert run.ready == expected


def test_one_conditional_flow_is_not_taken_when_false(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.node("task", "a", default="d") + draw.user("b") + draw.user("c")
    content = draw.document(draw.process(nodes, "s>a a>b[x = 1] a>c:d b>e c>e"))

    assert rehearse(content, variables={"x": 1}).ready == ["b"]
    assert rehearse(content, variables={"x": 2}).ready == ["c"]


def test_links_lead_to_their_target(draw: Any, rehearse: Any) -> None:
    link = '<bpmn:linkEventDefinition name="L"/>'
    nodes = S + E + draw.user("b")
    nodes += draw.node("intermediateThrowEvent", "go", link)
    nodes += draw.node("intermediateCatchEvent", "come", link)

    run = rehearse(draw.document(draw.process(nodes, "s>go come>b b>e")))

    assert run.ready == ["b"]
    assert run.trace == ["come", "go", "s"]


def test_event_definition_reference_is_followed(draw: Any, rehearse: Any) -> None:
    nodes = (
        S
        + E
        + draw.node(
            "intermediateCatchEvent",
            "c",
            "<bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef>",
        )
    )
    shared = '<bpmn:message id="m1" name="paid"/>'
    shared += '<bpmn:messageEventDefinition id="shared" messageRef="m1"/>'

    run = rehearse(draw.document(draw.process(nodes, "s>c c>e"), roots=shared))

    assert run.waiting == ["c"]
    run.fire("c")
    assert run.completed


def test_a_global_task_is_called(draw: Any, rehearse: Any) -> None:
    task = '<bpmn:globalUserTask id="ask" name="询问" camunda:candidateGroups="x"/>'
    nodes = S + E + draw.node("callActivity", "call", calledElement="ask")

    run = rehearse(draw.document(draw.process(nodes, "s>call call>e"), task))

    assert run.ready == ["ask"]
    assert run.compiled.elements["ask"].name == "询问"
    run.complete("ask", answer=1)
    assert (run.completed, run.data) == (True, {"answer": 1})


def test_a_receive_task_can_start_a_process(draw: Any, rehearse: Any) -> None:
    nodes = E + draw.node("receiveTask", "r", messageRef="m1", instantiate="true")
    run = rehearse(draw.document(draw.process(nodes, "r>e")), start="r", payload={"x": 1})

    assert (run.completed, run.data) == (True, {"x": 1})


def test_a_branch_without_end_event_ends(draw: Any, rehearse: Any) -> None:
    run = rehearse(draw.document(draw.process(S + draw.user("a"), "s>a")))

    run.complete("a")

    assert (run.completed, run.trace) == (True, ["a", "s"])


@pytest.mark.parametrize(
    ("kind", "reference"), [("message", 'messageRef="m1"'), ("signal", 'signalRef="s1"')]
)
def test_interrupting_event_subprocess_ends_the_rest(
    draw: Any, rehearse: Any, kind: str, reference: str
) -> None:
    nodes = S + E + draw.user("a") + draw.user("after")
    nodes += handler(draw, catching(kind, reference))
    run = rehearse(draw.document(draw.process(nodes, "s>a a>after after>e")))

    assert (run.ready, run.waiting) == (["a"], ["hs"])
    run.fire("hs", {"reason": "flood"})
    assert (run.ready, run.waiting) == (["help"], [])
    run.complete("help")
    assert (run.completed, run.trace) == (True, ["h", "he", "help", "hs", "s"])
    assert run.data == {"reason": "flood"}


def test_non_interrupting_event_subprocess_runs_beside_and_again(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.user("a")
    nodes += handler(draw, catching("message", 'messageRef="m1"'), interrupting=False)
    run = rehearse(draw.document(draw.process(nodes, "s>a a>e")))

    run.fire("hs")
    run.fire("hs")
    assert run.ready == ["a", "help", "help"]
    run.complete("a")
    assert (run.completed, run.ready, run.waiting) == (False, ["help", "help"], [])
    run.complete("help")
    run.complete("help")
    assert run.completed


def test_event_subprocess_is_not_run_at_start_and_catches_its_scope_s_error(
    draw: Any, rehearse: Any
) -> None:
    nodes = S + draw.user("a") + handler(draw, catching("error", 'errorRef="e1"'))
    nodes += draw.node("endEvent", "failing", catching("error", 'errorRef="e1"'))
    run = rehearse(draw.document(draw.process(nodes, "s>a a>failing")))

    assert run.ready == ["a"]
    run.complete("a")
    assert (run.ready, run.hooks.thrown) == (["help"], [])


def test_event_subprocess_sees_what_the_scope_knows_by_then(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.user("a") + draw.user("b")
    nodes += handler(draw, catching("message", 'messageRef="m1"'))
    run = rehearse(draw.document(draw.process(nodes, "s>a a>b b>e")), variables={"id": 7})

    run.complete("a", round=2)
    run.fire("hs", {"reason": "flood"})
    run.complete("help")

    assert run.data == {"id": 7, "round": 2, "reason": "flood"}


def test_event_subprocess_within_a_subprocess_and_called_process(draw: Any, rehearse: Any) -> None:
    inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>' + draw.user("a")
    inner += handler(draw, catching("message", 'messageRef="m1"')) + draw.flows("is>a a>ie")
    called = draw.process(
        S + E + draw.node("subProcess", "sub", inner) + draw.user("then"),
        "s>sub sub>then then>e",
        name="called",
    )
    main = draw.process(
        S + E + draw.node("callActivity", "call", calledElement="called"), "s>call call>e"
    )
    run = rehearse(draw.document(main), draw.document(called))

    run.fire("hs")
    assert run.ready == ["help"]
    run.complete("help")
    assert run.ready == ["then"]
    run.complete("then")
    assert run.completed


def test_event_subprocess_of_a_repeated_subprocess_interrupts_one_instance(
    draw: Any, rehearse: Any
) -> None:
    inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>' + draw.user("a")
    inner += handler(draw, catching("message", 'messageRef="m1"')) + draw.flows("is>a a>ie")
    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="xs"/>'
    nodes = S + E + draw.node("subProcess", "sub", inner + loop)
    run = rehearse(draw.document(draw.process(nodes, "s>sub sub>e")), variables={"xs": [1, 2, 3]})

    assert run.ready == ["a", "a", "a"]
    run.fire("hs")
    assert run.ready == ["a", "a", "help"]


def test_timer_event_subprocess_repeats(draw: Any, rehearse: Any) -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeCycle>R2/PT1H</bpmn:timeCycle>"
    nodes = S + E + draw.user("a")
    nodes += handler(draw, timer + "</bpmn:timerEventDefinition>", interrupting=False)
    run = rehearse(draw.document(draw.process(nodes, "s>a a>e")))

    hours = []
    while run.due:
        hours.append(run.due["hs"].total_seconds() / 3600)
        run.fire("hs")

    assert (hours, run.ready) == ([1, 2], ["a", "help", "help"])


def test_terminate_ends_handlers_beside_the_body(draw: Any, rehearse: Any) -> None:
    nodes = S + draw.user("a") + draw.node("endEvent", "stop", catching("terminate"))
    nodes += handler(draw, catching("message", 'messageRef="m1"'), interrupting=False)
    run = rehearse(draw.document(draw.process(nodes, "s>a a>stop")))

    run.fire("hs")
    run.complete("a")

    assert (run.completed, run.ready, run.trace) == (True, [], ["a", "hs", "s", "stop"])


def test_cancelling_a_batch_stops_steps_and_their_timers(draw: Any, rehearse: Any) -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeDate>2026-04-01</bpmn:timeDate>"
    nodes = S + E + draw.node("callActivity", "step", calledElement="step_1")
    nodes += draw.node(
        "boundaryEvent",
        "late",
        timer + "</bpmn:timerEventDefinition>",
        attachedToRef="step",
        cancelActivity="false",
    ) + draw.user("remind")
    nodes += handler(draw, catching("message", 'messageRef="m2"'))
    main = draw.process(nodes, "s>step step>e late>remind")
    called = draw.process(S + E + draw.user("a"), "s>a a>e", name="step_1")
    run = rehearse(draw.document(main), draw.document(called))

    assert (run.ready, run.waiting) == (["a"], ["hs", "late"])
    run.fire("hs")
    assert (run.ready, run.waiting) == (["help"], [])
    run.complete("help")
    assert run.completed


def test_event_subprocess_keeps_several_starts(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.user("a") + handler(draw, catching("signal", 'signalRef="s1"'))
    nodes += draw.node("startEvent", "s2", catching("message", 'messageRef="m1"'))
    content = draw.document(draw.process(nodes, "s>a s2>a a>e"))

    for start, payload in ((None, None), ("s2", {"x": 1})):
        run = rehearse(content, start=start, payload=payload)
        assert (run.ready, run.trace) == (["a"], [start or "s"])
        run.complete("a")
        assert (run.completed, run.data) == (True, payload or {})


def test_lowering_leaves_the_source_alone_and_is_repeatable(draw: Any) -> None:
    nodes = S + E + draw.user("a") + handler(draw, catching("message", 'messageRef="m1"'))
    root = read_diagram(draw.document(draw.process(nodes, "s>a a>e")))

    first, second = lower(root), lower(root)

    assert first == second
    assert b"triggeredByEvent" not in first
    assert sum(1 for one in root.iter() if SYNTHETIC in (one.get("id") or "")) == 0


def test_drawing_is_left_out(draw: Any) -> None:
    pool = '<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="other"/>'
    pool += "</bpmn:collaboration>"
    other = '<bpmn:process id="other" isExecutable="false"><bpmn:task id="t"/></bpmn:process>'
    note = '<bpmn:textAnnotation id="n"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>'
    shape = '<x:Shape xmlns:x="urn:x"/>'
    content = draw.document(pool, draw.process(S + E + note, "s>e"), other, shape)

    lowered = lower(read_diagram(content))

    assert list(compile_diagram(lowered).elements) == ["main"]
    assert not any(one in lowered for one in (b"other", b"collaboration", b"text", b"urn:x"))


def test_empty_default_names_no_flow(draw: Any, rehearse: Any) -> None:
    """Tools write it when the default is taken back."""
    nodes = S + E + draw.node("task", "a", default="")

    run = rehearse(draw.document(draw.process(nodes, "s>a a>e")))

    assert run.workflow.is_completed()
