"""Compiled processes: shared, never changed, and complete with what they call."""

from typing import Any

import pytest

from engine.diagrams import compile_diagram, link, prepare_diagram, read_diagram, start_triggers
from engine.errors import UnknownProcess

S, E = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="m1"/>'


def fingerprint(compiled: Any) -> dict[str, Any]:
    """Write down everything in the specs that an instance could change."""
    events = ("update_event", "ready_event", "completed_event", "error_event", "cancelled_event")
    return {
        f"{name}:{task_name}": (
            list(task_spec._inputs),
            list(task_spec._outputs),
            sorted(
                (key, repr(value))
                for key, value in vars(task_spec).items()
                if key not in ("_wf_spec", *events, "run_event")
            ),
            [len(getattr(task_spec, event).hard_subscribers or []) for event in events],
        )
        for name, spec in compiled.subprocess_specs.items()
        for task_name, task_spec in spec.task_specs.items()
    }


def busy_diagram(draw: Any) -> bytes:
    """Draw an event sub-process, a multi-instance, a loop, a race and a join."""
    handler = draw.node("startEvent", "hs", MESSAGE, isInterrupting="false")
    handler += '<bpmn:endEvent id="he"/>' + draw.user("help") + draw.flows("hs>help help>he")
    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="xs"/>'
    nodes = S + E + draw.node("subProcess", "h", handler, triggeredByEvent="true")
    nodes += draw.user("each", loop) + '<bpmn:eventBasedGateway id="race"/>'
    nodes += draw.node("task", "round", '<bpmn:standardLoopCharacteristics loopMaximum="2"/>')
    nodes += draw.node("intermediateCatchEvent", "c", MESSAGE)
    nodes += '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="j"/>'
    edges = "s>g g>each g>round each>j round>j j>race race>c c>e"
    return draw.document(draw.process(nodes, edges))  # type: ignore[no-any-return]


def test_running_changes_no_spec(draw: Any, rehearse: Any) -> None:
    content = busy_diagram(draw)
    before = fingerprint(rehearse(content, variables={"xs": []}).compiled)

    for _ in range(2):
        run = rehearse(content, variables={"xs": [1, 2]})
        run.fire("hs")
        run.complete("help")
        run.complete("each")
        run.complete("each")
        run.fire("c")
        assert run.completed
        assert fingerprint(run.compiled) == before


def test_the_same_content_is_parsed_once(draw: Any) -> None:
    lowered = prepare_diagram(busy_diagram(draw)).lowered
    assert lowered is not None

    assert compile_diagram(lowered) is compile_diagram(bytes(lowered))


def test_subprocesses_of_two_processes_may_share_ids(draw: Any, rehearse: Any) -> None:
    def diagram(name: str, task: str, more: str = "", edge: str = "") -> bytes:
        inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>' + draw.user(task)
        inner += draw.flows(f"is>{task} {task}>ie")
        nodes = S + E + draw.node("subProcess", "part", inner) + more
        return draw.document(draw.process(nodes, edge or "s>part part>e", name=name))

    call = draw.node("callActivity", "call", calledElement="called")
    main = diagram("main", "a", call, "s>part part>call call>e")
    run = rehearse(main, diagram("called", "b"))

    assert sorted(run.compiled.subprocess_specs) == ["called", "called/part", "main", "main/part"]
    run.complete("a")
    assert run.ready == ["b"]
    run.complete("b")
    assert run.completed


def test_an_element_is_told_apart_by_its_process(draw: Any, rehearse: Any) -> None:
    main = draw.process(
        S + E + draw.node("callActivity", "call", calledElement="called"), "s>call call>e"
    )
    called = draw.process(S + E + draw.user("call", name="内层"), "s>call call>e", name="called")
    run = rehearse(draw.document(main), draw.document(called))

    assert run.compiled.elements["call"].type == "callActivity"
    inner = run.compiled.element("called", "call")
    assert inner is not None
    assert (inner.name, inner.process_id) == ("内层", "called")
    assert run.compiled.element("called/part", "nothing") is None


def test_link_names_what_is_missing(draw: Any) -> None:
    nodes = S + E + draw.node("callActivity", "call", calledElement="gone")
    lowered = prepare_diagram(draw.document(draw.process(nodes, "s>call call>e"))).lowered
    assert lowered is not None
    compiled = compile_diagram(lowered)

    with pytest.raises(UnknownProcess, match="no process gone"):
        link("main", {"main": compiled})
    with pytest.raises(UnknownProcess, match="no process other"):
        link("other", {"main": compiled})


def test_no_synthetic_element_is_listed(draw: Any, rehearse: Any) -> None:
    run = rehearse(busy_diagram(draw), variables={"xs": []})

    assert not [name for name in run.compiled.elements if "__" in name]
    assert {"hs", "help", "h", "each", "c"} <= run.compiled.elements.keys()


def test_start_triggers_are_listed(draw: Any) -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeCycle>= R</bpmn:timeCycle>"
    about = draw.properties(correlationKey="= number")
    nodes = (
        E
        + S
        + draw.node(
            "startEvent", "m", about + MESSAGE, camunda_formRef="ask", camunda_resultVariable="sent"
        )
    )
    nodes += draw.node("startEvent", "t", timer + "</bpmn:timerEventDefinition>")
    nodes += draw.node("startEvent", "g", '<bpmn:signalEventDefinition signalRef="s1"/>')
    drawn = draw.document(draw.process(nodes, "s>e m>e t>e g>e"))
    starters = b'<bpmn:process camunda:candidateStarterGroups="planner, director"'
    root = read_diagram(drawn.replace(b"<bpmn:process", starters, 1))

    found = [
        (
            one.element_id,
            one.kind,
            one.name,
            one.form,
            one.expression,
            one.form_ref,
            one.correlation_key,
            one.result_variable,
        )
        for one in start_triggers(root)
    ]

    assert found == [
        ("s", "none", "", "", "", None, None, None),
        ("m", "message", "paid", "", "", "ask", "number", "sent"),
        ("t", "timer", "", "cycle", "R", None, None, None),
        ("g", "signal", "closing", "", "", None, None, None),
    ]
    assert [one.groups for one in start_triggers(root)] == [("planner", "director"), (), (), ()]
