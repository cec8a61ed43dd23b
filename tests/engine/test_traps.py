"""What SpiffWorkflow 3.2 gets wrong or slow stays right here; one test for each known trap."""

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from engine import HistoryRow, Incident, ServiceTasks, Subscription, TaskContext
from engine.driver import drive
from engine.testing import BUNDLE, run_diagram
from engine.workflow import COMPLETED, InstanceTask

INCREMENT = "<bpmn:script>={n: n + 1}</bpmn:script>"


def loop(draw: Any, limit: int) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.node("exclusiveGateway", "again", default="out")
            + draw.node("scriptTask", "add", INCREMENT, scriptFormat="feel")
            + draw.user("end_it"),
            f"s>add add>again again>add[n < {limit}] again>end_it:out end_it>e",
        )
    )
    return sources


@pytest.mark.parametrize("rounds", [333, 334, 1100, 2000])
def test_long_loop_is_neither_cut_short_nor_slow(draw: Any, rounds: int) -> None:
    started = time.perf_counter()

    trace = run_diagram(loop(draw, rounds), "main", variables={"n": 0}, answers={"end_it": {}})

    assert (trace.data, trace.status) == ({"n": rounds}, "completed")
    assert trace.elements.count("add") == rounds
    assert time.perf_counter() - started < 10


def test_endless_loop_is_an_incident_and_keeps_the_answer(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.user("go")
            + draw.node("exclusiveGateway", "again", default="out")
            + draw.node("scriptTask", "add", INCREMENT, scriptFormat="feel"),
            "s>go go>add add>again again>add[stop = false] again>e:out",
        )
    )
    played = sqlite_stage(sources, step_budget=500)
    instance = played.start({"n": 0, "stop": False})

    done = played.complete("go")

    assert done.status == "completed"
    incident = played.rows(Incident)[0]
    assert (incident.kind, incident.task_id) == ("StepBudgetExceeded", None)
    assert (played.status(instance), played.ready()) == ("running", {})
    played.do("retry_incident", incident.id, actor="op")
    assert [one.resolution for one in played.rows(Incident)] == ["retried", None]


@pytest.mark.parametrize("blocks", [14, 30])
def test_parallel_blocks_do_not_explode(draw: Any, blocks: int) -> None:
    nodes, text = "", "s>f0 "
    for number in range(blocks):
        nodes += draw.node("parallelGateway", f"f{number}")
        nodes += draw.node("parallelGateway", f"j{number}")
        nodes += draw.node("task", f"a{number}") + draw.node("task", f"b{number}")
        text += (
            f"f{number}>a{number} f{number}>b{number} a{number}>j{number} b{number}>j{number} "
            f"j{number}>{f'f{number + 1}' if number + 1 < blocks else 'e'} "
        )
    started = time.perf_counter()
    from engine.errors import DiagramError

    try:
        trace = run_diagram(draw.document(draw.process(nodes, text)), "main")
    except DiagramError as refused:
        assert "parallel" in str(refused).lower()
    else:
        assert trace.status == "completed"
    assert time.perf_counter() - started < 3


def test_user_task_cannot_be_run_twice(memory_stage: Callable[..., Any], draw: Any) -> None:
    """`Task.run` has no guard of its own; the runtime's is the state under the lock."""
    from engine.errors import UserTaskNotReady

    played = memory_stage(draw.document(draw.process(draw.user("a") + draw.user("b"),
                                                     "s>a a>b b>e")))  # fmt: skip
    played.start()
    task = played.ready()["a"]
    played.do("complete", task, actor="li")

    with pytest.raises(UserTaskNotReady):
        played.do("complete", task, actor="li")

    assert list(played.ready()) == ["b"]
    played.database.dispose()


def test_cause_of_a_service_error_is_not_masked(draw: Any) -> None:
    def fails() -> None:
        raise LookupError("no such room") from KeyError("R7")

    trace = run_diagram(
        draw.document(draw.process(draw.service("t", "a.b"), "s>t t>e")),
        "main",
        service_tasks={"a.b": fails},
        partial=True,
    )

    assert [one.kind for one in trace.incidents] == ["LookupError"]
    assert "no such room" in trace.incidents[0].trace
    assert "KeyError: 'R7'" in trace.incidents[0].trace


@pytest.mark.parametrize("name", ["typename", "data", "Start", "End", "state", "__class__", "l"])
def test_any_name_may_be_a_variable(memory_stage: Callable[..., Any], draw: Any, name: str) -> None:
    played = memory_stage(draw.document(draw.process(draw.user("a") + draw.user("b"),
                                                     "s>a a>b b>e")))  # fmt: skip
    instance = played.start()

    played.complete("a", **{name: {"typename": "UUID", "value": 1}})
    played.complete("b")

    assert played.data(instance) == {name: {"typename": "UUID", "value": 1}}
    played.database.dispose()


def test_specs_are_not_changed_by_running(memory_stage: Callable[..., Any], draw: Any) -> None:
    """An event sub-process changed the shared spec, and with it every later instance."""
    sub = draw.node(
        "subProcess", "esp",
        draw.event("startEvent", "es", "message paid") + draw.user("esp_task")
        + draw.node("endEvent", "ee") + draw.flows("es>esp_task esp_task>ee"),
        triggeredByEvent="true",
    )  # fmt: skip
    played = memory_stage(draw.document(draw.process(draw.user("a") + sub, "s>a a>e")))
    process = played.definitions.process(BUNDLE, "main")

    def shape() -> list[Any]:
        return [
            (
                name,
                sorted(spec.task_specs),
                [list(one._outputs) for one in spec.task_specs.values()],
            )
            for name, spec in process.subprocess_specs.items()
        ]

    before = shape()
    first = played.start(key="A")
    played.do("correlate", "paid", "A")
    second = played.start(key="B")

    assert list(played.ready(first)) == ["esp_task"]
    assert list(played.ready(second)) == ["a"]
    assert shape() == before
    played.database.dispose()


def test_error_is_caught_only_by_its_own_scope(stage: Callable[..., Any], draw: Any) -> None:
    """One multi-instance error was caught by the boundary events of all siblings."""
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.node("callActivity", "one", calledElement="child")
            + draw.event("boundaryEvent", "one_b", "error late", attachedToRef="one")
            + draw.node("callActivity", "two", calledElement="child")
            + draw.event("boundaryEvent", "two_b", "error late", attachedToRef="two")
            + draw.user("one_failed")
            + draw.user("two_failed"),
            "s>g g>one g>two one>e two>e one_b>one_failed two_b>two_failed "
            "one_failed>e two_failed>e",
        )
    )
    sources["child.bpmn"] = draw.document(
        draw.process(
            draw.node("startEvent", "cs") + draw.user("ask")
            + draw.event("endEvent", "ce", "error late"),
            "cs>ask ask>ce", "child",
        )
    )["main.bpmn"]  # fmt: skip
    played = stage(sources)
    instance = played.start()
    from engine import UserTask

    first, second = (row.id for row in played.rows(UserTask, element_id="ask"))
    played.do("complete", first, actor="li")

    failed = [one for one in ("one_failed", "two_failed") if one in played.ready(instance)]
    assert len(failed) == 1
    assert [row.id for row in played.rows(UserTask, element_id="ask", status="ready")] == [second]


def test_interrupted_scope_runs_nothing_more(stage: Callable[..., Any], draw: Any) -> None:
    """The rest of an interrupted sub-process ran on in the same pass."""
    called: list[str] = []
    inner = (
        draw.node("startEvent", "is") + draw.user("work") + draw.user("other")
        + draw.node("parallelGateway", "ig") + draw.service("later", "a.later")
        + draw.event("endEvent", "bad", "error late") + draw.node("endEvent", "ie")
        + draw.flows("is>work work>ig ig>bad ig>later later>other other>ie")
    )  # fmt: skip
    sources = draw.document(
        draw.process(
            draw.node("subProcess", "scope", inner)
            + draw.event("boundaryEvent", "b", "error late", attachedToRef="scope")
            + draw.user("after"),
            "s>scope scope>e b>after after>e",
        )
    )
    played = stage(sources, {"a.later": lambda: called.append("later")})
    played.start()

    played.complete("work")

    assert list(played.ready()) == ["after"]
    assert called == []


def test_branch_with_an_incident_keeps_the_instance_open(
    stage: Callable[..., Any], draw: Any
) -> None:
    """An ERROR task counts as finished: the other branch's end would have ended the instance."""
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.service("breaks", "a.breaks")
            + draw.event("boundaryEvent", "b", "timer duration P1D", attachedToRef="breaks")
            + draw.user("late")
            + draw.user("other"),
            "s>g g>breaks g>other breaks>e other>e b>late late>e",
        )
    )
    played = stage(sources, {"a.breaks": lambda: 1 / 0})
    instance = played.start()
    played.complete("other")
    from engine import Timer

    assert played.status(instance) == "running"
    assert [row.element_id for row in played.rows(Timer)] == ["b"]
    played.do("fire_timer", played.rows(Timer)[0].id, force=True)
    assert list(played.ready()) == ["late"]
    assert [one.resolution for one in played.rows(Incident)] == ["ended"]
    played.complete("late")
    assert played.status(instance) == "completed"


def test_values_of_earlier_tasks_do_not_change(memory_stage: Callable[..., Any], draw: Any) -> None:
    """Nested values were shared: a later change showed in earlier tasks and other branches."""
    group = ServiceTasks("a")

    @group.register
    def spoil(db: Any, context: TaskContext, *, room: dict[str, Any]) -> dict[str, Any]:
        room["seats"] = 0
        return {"spoiled": room}

    sources = draw.document(
        draw.process(
            draw.service("spoil", "a.spoil", draw.extensions({"room": "= room"})) + draw.user("a"),
            "s>spoil spoil>a a>e",
        )
    )
    played = memory_stage(sources, group)
    given = {"room": {"seats": 30}}

    instance = played.start(given)

    assert played.data(instance) == {"room": {"seats": 30}, "spoiled": {"seats": 0}}
    assert given == {"room": {"seats": 30}}
    played.database.dispose()


def test_join_keeps_what_both_branches_wrote(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g") + draw.node("parallelGateway", "j")
            + draw.user("a") + draw.user("b") + draw.user("after"),
            "s>g g>a g>b a>j b>j j>after after>e",
        )
    )  # fmt: skip
    played = stage(sources)
    instance = played.start({"items": ["x"], "kept": 1})

    played.complete("a", items=["x", "a"], from_a=1)
    played.complete("b", items=["x", "b"], from_b=2)

    assert played.data(instance) == {
        "items": ["x", "a", "b"], "kept": 1, "from_a": 1, "from_b": 2,
    }  # fmt: skip
    assert list(played.ready()) == ["after"]


def test_signal_reaches_the_throwers_own_catchers_and_others(
    stage: Callable[..., Any], draw: Any
) -> None:
    """A signal with an internal catcher was not seen by other instances."""
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.event("intermediateCatchEvent", "hear", "signal closing")
            + draw.user("go")
            + draw.event("endEvent", "tell", "signal closing"),
            "s>g g>hear g>go go>tell hear>e",
        )
    )
    played = stage(sources)
    first, second = played.start(key="A"), played.start(key="B")

    played.do("complete", played.ready(first)["go"], actor="li")

    assert played.status(first) == "completed"
    assert list(played.ready(second)) == ["go"]
    assert played.rows(Subscription) == []


def test_message_goes_to_one_of_several_waiting_in_one_instance(
    stage: Callable[..., Any], draw: Any
) -> None:
    """Every waiting multi-instance task took it."""
    mi = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="= rooms" '
        'camunda:elementVariable="room"/>'
    )
    key = draw.extensions(correlationKey="= room")
    sources = draw.document(
        draw.process(draw.node("receiveTask", "wait", key + mi, messageRef="paid"), "s>wait wait>e")
    )
    played = stage(sources)
    instance = played.start({"rooms": ["r1", "r2", "r3"]})
    assert sorted(row.correlation_key for row in played.rows(Subscription)) == ["r1", "r2", "r3"]

    played.do("correlate", "paid", "r2")

    assert sorted(row.correlation_key for row in played.rows(Subscription)) == ["r1", "r3"]
    played.do("correlate", "paid", "r1")
    played.do("correlate", "paid", "r3")
    assert played.status(instance) == "completed"


def test_multi_instance_goes_on_after_a_restart(
    memory_stage: Callable[..., Any], draw: Any
) -> None:
    """The callback of a finished child hung on the spec of the process that started it."""
    mi = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" '
        'camunda:collection="= rooms" camunda:elementVariable="room"/>'
    )
    outputs = draw.extensions(outputCollection="found", outputElement="= room + mark")
    sources = draw.document(draw.process(draw.user("each", outputs + mi), "s>each each>e"))
    played = memory_stage(sources)
    instance = played.start({"rooms": ["a", "b"]})
    from engine.diagrams.compile import compile_diagram
    from engine.testing import SourceDefinitions

    for mark in ("1", "2"):
        compile_diagram.cache_clear()
        played.engine.definitions = SourceDefinitions(sources)
        played.complete("each", mark=mark)

    assert played.status(instance) == "completed"
    assert played.data(instance)["found"] == ["a1", "b2"]
    played.database.dispose()


def test_no_log_entry_is_built(memory_stage: Callable[..., Any], draw: Any) -> None:
    records: list[Any] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("spiff")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        played = memory_stage(draw.document(draw.process(draw.user("a"), "s>a a>e")))
        played.start({"secret": "x"})
        played.complete("a")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)

    assert not [one for one in records if "secret" in str(one.__dict__)]
    played.database.dispose()


@pytest.mark.parametrize("element_id", ["Start", "End", "main", "Root"])
def test_reserved_ids_are_ordinary(draw: Any, element_id: str) -> None:
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g") + draw.user(element_id) + draw.user("other"),
            f"s>g g>{element_id} g>other {element_id}>e other>e",
        )
    )
    from engine.errors import DiagramError

    try:
        trace = run_diagram(sources, "main", answers={element_id: {}, "other": {}})
    except DiagramError:
        assert element_id == "main"
    else:
        assert trace.status == "completed"
        assert sorted(trace.elements) == sorted(["s", "g", element_id, "other", "e", "e"])


def test_a_thousand_parallel_instances_of_a_task_are_all_seen(
    memory_stage: Callable[..., Any], draw: Any
) -> None:
    """Beyond a depth of 1000 tasks vanished from the engine's own lists."""
    played = memory_stage(loop(draw, 1500))
    instance = played.start({"n": 0})
    with played.database.transaction() as db, played.engine.opened(db, instance) as run:
        workflow = run.workflow
        assert len(workflow.get_tasks(state=COMPLETED)) == sum(
            1 for one in workflow.tasks.values() if one._state == COMPLETED
        )
        deepest = max(workflow.tasks.values(), key=lambda one: one.depth)
        assert deepest.is_descendant_of(workflow.task_tree)
        assert deepest.find_ancestor("Start") is workflow.task_tree
    played.do("cancel", instance, actor="op", reason="")
    assert played.status(instance) == "cancelled"
    played.database.dispose()


def test_end_waits_for_a_branch_that_lies_deep(memory_stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.user("short")
            + draw.node("exclusiveGateway", "again", default="out")
            + draw.node("scriptTask", "add", INCREMENT, scriptFormat="feel")
            + draw.user("deep"),
            "s>g g>short short>e g>add add>again again>add[n < 600] again>deep:out deep>e",
        )
    )
    played = memory_stage(sources)
    instance = played.start({"n": 0})

    played.complete("short")

    assert (played.status(instance), list(played.ready())) == ("running", ["deep"])
    played.complete("deep")
    assert played.status(instance) == "completed"
    played.database.dispose()


def test_driver_counts_steps_and_stops(memory_stage: Callable[..., Any], draw: Any) -> None:
    played = memory_stage(loop(draw, 5))
    instance = played.start({"n": 0})
    seen: list[str] = []
    with played.database.transaction() as db, played.engine.opened(db, instance) as run:
        task = next(iter(run.workflow.ready_manual.values()))
        assert isinstance(task, InstanceTask)
        task.run()

        steps = drive(
            run.workflow,
            on_failure=lambda task, error: pytest.fail(str(error)),
            on_step=lambda task: seen.append(task.task_spec.name),
        )

    assert steps == len(seen) > 0
    assert played.status(instance) == "completed"
    assert [row.kind for row in played.rows(HistoryRow)][-1] == "ended"
    played.database.dispose()
