"""Multi-instance and loop activities."""

from typing import Any

import pytest
from SpiffWorkflow.util.task import TaskState

S, E = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
MI = "bpmn:multiInstanceLoopCharacteristics"


def repeated(draw: Any, attributes: str, inner: str = "", **about: str) -> bytes:
    """Draw a user task for each of something."""
    loop = f"<{MI} {attributes}>{inner}</{MI}>"
    extension = draw.properties(**about) if about else ""
    task = draw.user("u", extension + loop, camunda_dueDate="P5D")
    return draw.document(draw.process(S + E + task, "s>u u>e"))  # type: ignore[no-any-return]


XS = 'camunda:collection="= xs" camunda:elementVariable="x"'


def test_parallel_instances_run_side_by_side_and_collect_in_order(draw: Any, rehearse: Any) -> None:
    content = repeated(draw, XS, outputCollection="marks", outputElement="= mark + x")
    run = rehearse(content, variables={"xs": [10, 20, 30]})

    assert run.ready == ["u", "u", "u"]
    instances = [task for task in run.in_state(TaskState.READY) if task.task_spec.manual]
    assert [task.data["x"] for task in instances] == [10, 20, 30]
    assert {task.task_spec.extensions["due_date"] for task in instances} == {"P5D"}
    run.complete("u", 2, mark=3)
    run.complete("u", 0, mark=1)
    run.complete("u", 0, mark=2)
    assert (run.completed, run.data) == (True, {"xs": [10, 20, 30], "marks": [11, 22, 33]})


def test_sequential_instances_run_one_after_the_other(draw: Any, rehearse: Any) -> None:
    content = repeated(
        draw, f'isSequential="true" {XS}', outputCollection="seen", outputElement="x"
    )
    run = rehearse(content, variables={"xs": ["a", None, "c"]})

    for _ in range(3):
        assert run.ready == ["u"]
        run.complete("u")
    assert run.data["seen"] == ["a", None, "c"]


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("value", [[], None, 5, {"a": 1}, list(range(51))])
def test_collections_at_their_limits(draw: Any, rehearse: Any, sequential: str, value: Any) -> None:
    content = repeated(draw, f'isSequential="{sequential}" {XS}', outputCollection="out")
    run = rehearse(content, variables={"xs": value})

    if value == []:
        assert (run.completed, run.data["out"]) == (True, [])
    else:
        assert (run.completed, run.hooks.failures) == (False, [("u", "BadCollection")])


def test_fifty_instances_are_accepted(draw: Any, rehearse: Any) -> None:
    assert len(rehearse(repeated(draw, XS), variables={"xs": list(range(50))}).ready) == 50


def test_cardinality_counts_from_one(draw: Any, rehearse: Any) -> None:
    inner = "<bpmn:loopCardinality>= n + 1</bpmn:loopCardinality>"
    run = rehearse(repeated(draw, 'camunda:elementVariable="i"', inner), variables={"n": 2})

    ready = [task for task in run.in_state(TaskState.READY) if task.task_spec.manual]
    assert [task.data["i"] for task in ready] == [1, 2, 3]


@pytest.mark.parametrize("count", ["n", "null", "1.5", '"3"', "true", "51", "10**9", "999999999"])
def test_a_bad_cardinality_is_an_incident(draw: Any, rehearse: Any, count: str) -> None:
    inner = f"<bpmn:loopCardinality>if true then {count} else 0</bpmn:loopCardinality>"
    run = rehearse(repeated(draw, "", inner))

    assert run.hooks.failures == [("u", "BadCollection")]


def test_the_completion_condition_ends_it_early(draw: Any, rehearse: Any) -> None:
    inner = (
        "<bpmn:completionCondition>= nrOfCompletedInstances &gt;= 2 and nrOfInstances = 3 and "
        "count(out) = 2</bpmn:completionCondition>"
    )
    content = repeated(draw, XS, inner, outputCollection="out", outputElement="x")
    run = rehearse(content, variables={"xs": [1, 2, 3]})

    run.complete("u", 0)
    assert run.ready == ["u", "u"]
    run.complete("u", 1)
    assert (run.completed, run.ready, run.data["out"]) == (True, [], [1, 3])


def test_without_an_output_changed_variables_come_out_but_not_the_element(
    draw: Any, rehearse: Any
) -> None:
    run = rehearse(repeated(draw, XS), variables={"xs": [1, 2], "x": "old", "kept": 1})

    run.complete("u", 0, first=1)
    run.complete("u", 0, second=2)

    assert run.data == {"xs": [1, 2], "kept": 1, "first": 1, "second": 2}


def test_an_interrupting_event_stops_every_instance(draw: Any, rehearse: Any) -> None:
    inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>' + draw.user("a")
    inner += draw.flows("is>a a>ie") + f"<{MI} {XS}/>"
    nodes = (
        S
        + E
        + draw.node("subProcess", "u", inner)
        + draw.node(
            "boundaryEvent",
            "b",
            '<bpmn:messageEventDefinition messageRef="m1"/>',
            attachedToRef="u",
        )
    )
    content = draw.document(draw.process(nodes, "s>u u>e b>e"))
    run = rehearse(content, variables={"xs": [1, 2]})

    assert run.ready == ["a", "a"]
    run.fire("b")

    assert (run.completed, run.ready) == (True, [])
    assert all(scope.completed for scope in run.workflow.subprocesses.values())


@pytest.mark.parametrize(
    ("loop", "rounds"),
    [
        ('loopMaximum="3"', 3),
        ("<bpmn:loopCondition>= n != 2</bpmn:loopCondition>", 2),
        ('loopMaximum="5" testBefore="true"|<bpmn:loopCondition>n = 0</bpmn:loopCondition>', 1),
        ('testBefore="true"|<bpmn:loopCondition>n = 9</bpmn:loopCondition>', 0),
        ('loopMaximum="4"|<bpmn:loopCondition>= missing > 1</bpmn:loopCondition>', 1),
    ],
)
def test_a_loop_goes_round_while_its_condition_holds(
    draw: Any, rehearse: Any, loop: str, rounds: int
) -> None:
    attributes, _, inner = loop.rpartition("|") if "<" in loop else (loop, "", "")
    text = f"<bpmn:standardLoopCharacteristics {attributes}>{inner.replace('> 1', '&gt; 1')}"
    script = "<bpmn:script>{n: n + 1, seen: concatenate(seen, [n])}</bpmn:script>"
    nodes = (
        S + E + draw.node("scriptTask", "t", script + text + "</bpmn:standardLoopCharacteristics>")
    )
    content = draw.document(draw.process(nodes, "s>t t>e"))

    run = rehearse(content, variables={"n": 0, "seen": []})

    assert (run.completed, run.data["n"], len(run.data["seen"])) == (True, rounds, rounds)


def test_a_call_activity_for_each_item(draw: Any, rehearse: Any) -> None:
    called = draw.process(S + E + draw.user("a"), "s>a a>e", name="called")
    about = draw.properties(outputCollection="points", outputElement="mark")
    nodes = (
        S + E + draw.node("callActivity", "call", about + f"<{MI} {XS}/>", calledElement="called")
    )
    main = draw.process(nodes, "s>call call>e")
    run = rehearse(draw.document(main), draw.document(called), variables={"xs": [1, 2]})

    run.complete("a", 1, mark=20)
    run.complete("a", 0, mark=10)

    assert (run.completed, run.data) == (True, {"xs": [1, 2], "points": [10, 20]})
