"""Events: what waits, what fires, who catches."""

from datetime import timedelta
from typing import Any

import pytest
from SpiffWorkflow.util.task import TaskState

from engine.diagrams import trigger

S, E = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'


def defined(kind: str, reference: str = "", inner: str = "") -> str:
    return f"<bpmn:{kind}EventDefinition {reference}>{inner}</bpmn:{kind}EventDefinition>"


def timer(form: str, text: str) -> str:
    return defined("timer", "", f"<bpmn:{form}>{text}</bpmn:{form}>")


def boundary(
    draw: Any, name: str, host: str, definition: str, *, interrupting: bool = True, **more: str
) -> str:
    flag = "true" if interrupting else "false"
    return draw.node(  # type: ignore[no-any-return]
        "boundaryEvent", name, definition, attachedToRef=host, cancelActivity=flag, **more
    )


MESSAGE, OTHER = defined("message", 'messageRef="m1"'), defined("message", 'messageRef="m2"')
SIGNAL = defined("signal", 'signalRef="s1"')
LATE, LOST = defined("error", 'errorRef="e1"'), defined("error", 'errorRef="e2"')
ANY_ERROR, HELP = defined("error"), defined("escalation", 'escalationRef="c1"')


def test_message_catch_waits_and_takes_the_payload(draw: Any, rehearse: Any) -> None:
    about = draw.properties(correlationKey="= order.number")
    nodes = (
        S
        + E
        + draw.node("intermediateCatchEvent", "c", about + MESSAGE, camunda_resultVariable="answer")
    )
    run = rehearse(draw.document(draw.process(nodes, "s>c c>e")))
    (waiting,) = [
        one
        for task in run.in_state(TaskState.WAITING)
        for one in task.task_spec.event_definition.waiting(task)
    ]

    assert (waiting.kind, waiting.name, waiting.event_id) == ("message", "paid", "c")
    assert waiting.correlation_key == "order.number"
    run.fire("c", {"status": "paid"})
    assert (run.completed, run.data) == (True, {"answer": {"status": "paid"}})


@pytest.mark.parametrize("tag", ["receiveTask", "intermediateCatchEvent"])
def test_payload_is_merged_without_a_result_variable(draw: Any, rehearse: Any, tag: str) -> None:
    reference = {"messageRef": "m1"} if tag == "receiveTask" else {}
    inner = "" if tag == "receiveTask" else MESSAGE
    nodes = S + E + draw.node(tag, "c", inner, **reference)
    run = rehearse(draw.document(draw.process(nodes, "s>c c>e")), variables={"a": 1})

    run.fire("c", {"b": 2})

    assert run.data == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("nodes", "thrown"),
    [
        ('<bpmn:sendTask id="t" messageRef="m1"/>', ("message", "paid")),
        (
            f'<bpmn:intermediateThrowEvent id="t">{MESSAGE}</bpmn:intermediateThrowEvent>',
            ("message", "paid"),
        ),
        (
            f'<bpmn:intermediateThrowEvent id="t">{SIGNAL}</bpmn:intermediateThrowEvent>',
            ("signal", "closing"),
        ),
        (
            f'<bpmn:intermediateThrowEvent id="t">{HELP}</bpmn:intermediateThrowEvent>',
            ("escalation", "help"),
        ),
    ],
)
def test_throwing_goes_to_the_runtime(
    draw: Any, rehearse: Any, nodes: str, thrown: tuple[str, str]
) -> None:
    run = rehearse(draw.document(draw.process(S + E + nodes, "s>t t>e")))

    assert (run.completed, run.hooks.thrown) == (True, [thrown])


@pytest.mark.parametrize(
    ("definition", "thrown"),
    [(SIGNAL, ("signal", "closing")), (MESSAGE, ("message", "paid")), (LATE, ("error", "late"))],
)
def test_end_events_throw(
    draw: Any, rehearse: Any, definition: str, thrown: tuple[str, str]
) -> None:
    nodes = S + draw.node("endEvent", "e", definition)

    run = rehearse(draw.document(draw.process(nodes, "s>e")))

    assert run.hooks.thrown == [thrown]


def test_a_signal_is_not_caught_by_itself(draw: Any, rehearse: Any) -> None:
    """The runtime fans it out; SpiffWorkflow would let only this instance hear it."""
    nodes = S + E + '<bpmn:parallelGateway id="g"/><bpmn:endEvent id="e2"/>'
    nodes += draw.node("intermediateCatchEvent", "c", SIGNAL)
    nodes += draw.node("intermediateThrowEvent", "t", SIGNAL)
    run = rehearse(draw.document(draw.process(nodes, "s>g g>c g>t c>e t>e2")))

    assert (run.waiting, run.hooks.thrown) == (["c"], [("signal", "closing")])
    run.fire("c", {"x": 1})
    assert run.completed


def failing_step(draw: Any, *handlers: str, definition: str = LATE) -> str:
    """Draw a sub-process with a user task and an error end, and handlers at its edge."""
    inner = '<bpmn:startEvent id="is"/>' + draw.user("a")
    inner += draw.node("endEvent", "ie", definition) + draw.flows("is>a a>ie")
    return draw.node("subProcess", "sub", inner) + "".join(handlers)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("caught", "expected"),
    [
        ({"late": LATE}, "late"),
        ({"any": ANY_ERROR}, "any"),
        ({"any": ANY_ERROR, "late": LATE}, "late"),
        ({"lost": LOST, "any": ANY_ERROR}, "any"),
        ({"lost": LOST}, None),
        ({"help": HELP}, None),
    ],
)
def test_an_error_goes_to_the_handler_for_its_code(
    draw: Any, rehearse: Any, caught: dict[str, str], expected: str | None
) -> None:
    nodes = S + E + failing_step(draw, *(boundary(draw, k, "sub", v) for k, v in caught.items()))
    nodes += "".join(draw.user(f"after_{name}") for name in caught)
    edges = "s>sub sub>e " + " ".join(f"{one}>after_{one} after_{one}>e" for one in caught)
    run = rehearse(draw.document(draw.process(nodes, edges)))

    run.complete("a")

    assert run.ready == ([f"after_{expected}"] if expected else [])
    assert run.hooks.thrown == ([] if expected else [("error", "late")])


def test_an_error_passes_called_processes_to_the_nearest_handler(draw: Any, rehearse: Any) -> None:
    called = draw.process(
        S + draw.user("a") + draw.node("endEvent", "failed", LATE), "s>a a>failed", name="called"
    )
    inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>'
    inner += draw.node("callActivity", "call", calledElement="called")
    inner += boundary(draw, "near", "call", LATE, camunda_resultVariable="problem")
    inner += draw.user("mend") + draw.flows("is>call call>ie near>mend mend>ie")
    nodes = S + E + draw.node("subProcess", "sub", inner) + boundary(draw, "far", "sub", LATE)
    main = draw.process(nodes, "s>sub sub>e far>e")
    run = rehearse(draw.document(main), draw.document(called))

    run.complete("a")

    assert (run.ready, run.waiting) == (["mend"], [])
    assert "far" not in run.trace


def test_a_sibling_s_handler_does_not_catch(draw: Any, rehearse: Any) -> None:
    """The stock parser lets any waiting error boundary of the instance catch."""
    nodes = S + '<bpmn:parallelGateway id="g"/>' + draw.user("x")
    nodes += boundary(draw, "b", "x", LATE) + '<bpmn:endEvent id="e2"/><bpmn:endEvent id="e3"/>'
    nodes += draw.user("y") + draw.node("endEvent", "failed", LATE)
    run = rehearse(draw.document(draw.process(nodes, "s>g g>x g>y x>e2 b>e3 y>failed")))

    run.complete("y")

    assert run.hooks.thrown == [("error", "late")]
    assert "b" not in run.trace


def test_an_error_of_one_instance_is_caught_at_that_instance(draw: Any, rehearse: Any) -> None:
    inner = '<bpmn:startEvent id="os"/><bpmn:endEvent id="oe"/>' + failing_step(draw)
    inner += boundary(draw, "b", "sub", LATE) + draw.user("mend")
    inner += draw.flows("os>sub sub>oe b>mend mend>oe")
    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="xs"/>'
    nodes = S + E + draw.node("subProcess", "each", inner + loop)
    run = rehearse(draw.document(draw.process(nodes, "s>each each>e")), variables={"xs": [1, 2, 3]})

    run.complete("a", 1)

    assert run.ready == ["a", "a", "mend"]


@pytest.mark.parametrize(("code", "expected"), [("late", ["mend"]), ("lost", ["other"])])
def test_a_service_task_s_error_leaves_through_its_boundary(
    draw: Any, rehearse: Any, code: str, expected: list[str]
) -> None:
    nodes = S + E + draw.node("serviceTask", "t", camunda_type="external", camunda_topic="x.y")
    nodes += boundary(draw, "b", "t", LATE, camunda_resultVariable="problem")
    nodes += boundary(draw, "c", "t", ANY_ERROR) + draw.user("mend") + draw.user("other")
    content = draw.document(draw.process(nodes, "s>t t>e b>mend mend>e c>other other>e"))
    run = rehearse(content, services={"x.y": lambda task: code})

    assert run.ready == expected
    run.complete(expected[0])
    problem = {"problem": {"code": "late", "message": "refused"}} if code == "late" else {}
    assert (run.completed, run.data) == (True, problem)


def test_an_interrupting_boundary_event_stops_the_activity_at_once(
    draw: Any, rehearse: Any
) -> None:
    """SpiffWorkflow lets engine tasks that are ready in the sub-process still run in that pass."""
    ran: list[str] = []
    work = {"camunda_type": "external", "camunda_topic": "x.work"}
    inner = '<bpmn:startEvent id="is"/><bpmn:parallelGateway id="g"/>'
    inner += draw.node("serviceTask", "first", **work) + draw.node("endEvent", "failed", LATE)
    inner += draw.node("serviceTask", "second", **work) + '<bpmn:endEvent id="ie"/>'
    inner += draw.flows("is>g g>first first>failed g>second second>ie")
    nodes = S + E + draw.node("subProcess", "sub", inner) + boundary(draw, "b", "sub", LATE)

    def work_on(task: Any) -> dict[str, Any]:
        ran.append(task.task_spec.bpmn_id)
        return {}

    run = rehearse(
        draw.document(draw.process(nodes + draw.user("m"), "s>sub sub>e b>m m>e")),
        services={"x.work": work_on},
    )

    assert run.ready == ["m"]
    assert not run.in_state(TaskState.STARTED)
    assert ran == ["first", "second"] or ran == ["first"]


@pytest.mark.parametrize(
    ("interrupting", "ready"), [(True, ["after"]), (False, ["after", "again"])]
)
def test_an_escalation_interrupts_or_not(
    draw: Any, rehearse: Any, interrupting: bool, ready: list[str]
) -> None:
    inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>'
    inner += draw.node("intermediateThrowEvent", "ask", HELP) + draw.user("again")
    inner += draw.flows("is>ask ask>again again>ie")
    nodes = S + E + draw.node("subProcess", "sub", inner) + draw.user("after")
    nodes += boundary(draw, "b", "sub", HELP, interrupting=interrupting)

    run = rehearse(draw.document(draw.process(nodes, "s>sub sub>e b>after after>e")))

    assert run.ready == ready


def test_an_escalation_end_in_a_called_process_is_caught(draw: Any, rehearse: Any) -> None:
    called = draw.process(S + draw.node("endEvent", "asked", HELP), "s>asked", name="called")
    nodes = S + E + draw.node("callActivity", "call", calledElement="called")
    nodes += boundary(draw, "b", "call", HELP, interrupting=False) + draw.user("after")
    main = draw.process(nodes, "s>call call>e b>after after>e")

    run = rehearse(draw.document(main), draw.document(called))

    assert (run.ready, run.hooks.thrown) == (["after"], [])


def test_a_transaction_is_cancelled_alone(draw: Any, rehearse: Any) -> None:
    def transaction(number: int) -> str:
        inner = f'<bpmn:startEvent id="is{number}"/>' + draw.user(f"a{number}")
        inner += draw.node("endEvent", f"undo{number}", defined("cancel"))
        inner += draw.flows(f"is{number}>a{number} a{number}>undo{number}")
        caught = boundary(draw, f"b{number}", f"t{number}", defined("cancel"))
        return draw.node("transaction", f"t{number}", inner) + caught + draw.user(f"m{number}")

    nodes = S + '<bpmn:parallelGateway id="g"/>' + transaction(1) + transaction(2)
    edges = "s>g g>t1 g>t2 b1>m1 b2>m2"
    run = rehearse(draw.document(draw.process(nodes, edges)))

    run.complete("a1")

    assert run.ready == ["a2", "m1"]


def test_non_interrupting_boundary_messages_can_come_again(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.user("a") + draw.user("note")
    nodes += boundary(draw, "b", "a", MESSAGE, interrupting=False)
    run = rehearse(draw.document(draw.process(nodes, "s>a a>e b>note")))

    run.fire("b", {"n": 1})
    run.fire("b", {"n": 2})
    assert (run.ready, run.waiting) == (["a", "note", "note"], ["b"])
    run.complete("a")
    run.complete("note")
    run.complete("note")
    assert (run.completed, run.waiting) == (True, [])


def test_event_based_gateway_takes_the_first(draw: Any, rehearse: Any) -> None:
    nodes = S + E + '<bpmn:eventBasedGateway id="g"/>' + draw.user("x") + draw.user("y")
    about = draw.properties(correlationKey="number")
    nodes += draw.node("intermediateCatchEvent", "paid", about + MESSAGE)
    nodes += draw.node("intermediateCatchEvent", "paid_too", MESSAGE)
    nodes += draw.node("intermediateCatchEvent", "late", timer("timeDuration", "P5D"))
    nodes += draw.node("receiveTask", "moved", messageRef="m2", camunda_resultVariable="to")
    edges = "s>g g>paid g>paid_too g>late g>moved paid>x paid_too>x late>y moved>y x>e y>e"
    content = draw.document(draw.process(nodes, edges))

    for event_id, payload, ready in (
        ("paid", {"k": 1}, ["x"]),
        ("paid_too", {"k": 2}, ["x"]),
        ("late", None, ["y"]),
        ("moved", {"k": 3}, ["y"]),
    ):
        run = rehearse(content)
        assert run.waiting == ["late", "moved", "paid", "paid_too"]
        run.fire(event_id, payload)
        assert (run.ready, run.waiting, event_id in run.trace) == (ready, [], True)
        run.complete(ready[0])
        expected = {"to": payload} if event_id == "moved" else (payload or {})
        assert (run.completed, run.data) == (True, expected)


@pytest.mark.parametrize(("parallel", "enough"), [("false", 1), ("true", 2)])
def test_an_event_with_several_definitions(
    draw: Any, rehearse: Any, parallel: str, enough: int
) -> None:
    nodes = (
        S + E + draw.node("intermediateCatchEvent", "c", MESSAGE + OTHER, parallelMultiple=parallel)
    )
    run = rehearse(draw.document(draw.process(nodes, "s>c c>e")))

    assert run.waiting == ["c", "c#2"]
    run.fire("c#2", {"a": 2})
    assert run.completed is (enough == 1)
    if not run.completed:
        assert run.waiting == ["c"]
        run.fire("c", {"b": 1})
        assert (run.completed, run.data) == (True, {"a": 2, "b": 1})


@pytest.mark.parametrize(
    ("form", "text", "after"),
    [
        ("timeDuration", "PT2H", timedelta(hours=2)),
        ("timeDuration", '= duration("PT" + string(hours) + "H")', timedelta(hours=3)),
        ("timeDate", "2026-03-02T10:00:00", timedelta(hours=1)),
        ("timeDate", '= date("2026-03-02") + duration("P1D")', timedelta(hours=15)),
        ("timeCycle", "R/PT1H", timedelta(hours=1)),
    ],
)
def test_a_timer_is_due_by_the_engine_s_clock(
    draw: Any, rehearse: Any, form: str, text: str, after: timedelta
) -> None:
    nodes = S + E + draw.node("intermediateCatchEvent", "c", timer(form, text))
    run = rehearse(draw.document(draw.process(nodes, "s>c c>e")), variables={"hours": 3})

    assert run.due == {"c": after}
    run.hooks.clock += timedelta(days=1)
    run.workflow.do_engine_steps()
    assert not run.completed
    run.fire("c")
    assert run.completed


def test_an_interrupting_cycle_fires_once(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.user("a") + draw.user("late")
    nodes += boundary(draw, "b", "a", timer("timeCycle", "R3/PT1H"))
    run = rehearse(draw.document(draw.process(nodes, "s>a a>e b>late late>e")))

    run.fire("b")

    assert (run.ready, run.waiting) == (["late"], [])


def test_date_timers_follow_a_moved_date(draw: Any, rehearse: Any) -> None:
    moving = timer("timeDate", '= date(exam_date) - duration("P1D")')
    nodes = S + E + draw.user("a") + draw.user("x")
    nodes += boundary(draw, "b", "a", moving) + boundary(
        draw, "c", "a", timer("timeDuration", "= wait"), interrupting=False
    )
    run = rehearse(
        draw.document(draw.process(nodes, "s>a a>e b>x c>x x>e")),
        variables={"exam_date": "2026-03-10", "wait": "P1D"},
    )
    before = run.due
    for task in run.in_state(TaskState.WAITING):
        task.data.update(exam_date="2026-03-12", wait="P9D")

    assert sorted(run.reschedule()) == [False, True]
    assert run.due == {"b": before["b"] + timedelta(days=2), "c": timedelta(days=1)}


@pytest.mark.parametrize("text", ["= missing", '= "soon"', "= 5"])
def test_a_bad_timer_becomes_an_incident_and_the_rest_goes_on(
    draw: Any, rehearse: Any, text: str
) -> None:
    nodes = S + E + draw.user("a") + boundary(draw, "b", "a", timer("timeDate", text))
    run = rehearse(draw.document(draw.process(nodes, "s>a a>e b>e")))

    assert (run.ready, run.hooks.failures) == (["a"], [("b", "InvalidTimer")])


def test_trigger_refuses_what_does_not_wait(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.node("intermediateCatchEvent", "c", MESSAGE)
    run = rehearse(draw.document(draw.process(nodes, "s>c c>e")))
    (task,) = run.in_state(TaskState.WAITING)

    with pytest.raises(ValueError, match="does not wait for other"):
        trigger(task, "other")
    run.fire("c")
    with pytest.raises(ValueError, match="does not wait for c"):
        trigger(task, "c")


def test_waiting_state_is_json(draw: Any, rehearse: Any) -> None:
    import orjson

    nodes = S + E + '<bpmn:eventBasedGateway id="g"/>' + draw.user("u")
    nodes += draw.node("intermediateCatchEvent", "c", MESSAGE)
    nodes += draw.node("intermediateCatchEvent", "d", timer("timeCycle", "R/PT1H"))
    nodes += boundary(draw, "b", "u", MESSAGE + timer("timeDuration", "P1M"), interrupting=False)
    run = rehearse(draw.document(draw.process(nodes, "s>u u>g g>c g>d c>e d>e b>e")))

    run.fire("b", {"x": 1})
    run.complete("u")

    for task in run.tasks():
        assert orjson.loads(orjson.dumps(task.internal_data)) == task.internal_data
