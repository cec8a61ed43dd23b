"""Starts, called processes, jobs, and what the specs hand to the runtime."""

from typing import Any

import pytest

from engine.diagrams import choose_start

S, E = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="m1"/>'
TIMER = "<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1D</bpmn:timeCycle>"
TIMER += "</bpmn:timerEventDefinition>"


def starting(draw: Any) -> bytes:
    nodes = E + draw.node("startEvent", "by_message", MESSAGE, camunda_resultVariable="sent")
    nodes += draw.node("startEvent", "by_timer", TIMER) + S + draw.user("a")
    edges = "by_message>a by_timer>a s>a a>e"
    return draw.document(draw.process(nodes, edges))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("start", "payload", "data"),
    [
        (None, None, {}),
        ("s", {"ignored": 1}, {}),
        ("by_message", {"x": 1}, {"sent": {"x": 1}}),
        ("by_message", None, {}),
        ("by_timer", None, {}),
    ],
)
def test_an_instance_begins_with_the_chosen_start(
    draw: Any, rehearse: Any, start: str | None, payload: Any, data: dict[str, Any]
) -> None:
    run = rehearse(starting(draw), start=start, payload=payload)

    assert (run.ready, run.waiting, run.trace) == (["a"], [], [start or "s"])
    run.complete("a")
    assert (run.completed, run.data) == (True, data)


def test_a_process_without_a_plain_start_begins_with_the_first(draw: Any, rehearse: Any) -> None:
    nodes = E + draw.node("startEvent", "by_message", MESSAGE)

    assert rehearse(draw.document(draw.process(nodes, "by_message>e"))).completed


def test_choose_start_refuses_an_unknown_event(draw: Any, rehearse: Any) -> None:
    run = rehearse(starting(draw))

    with pytest.raises(ValueError, match="no start event elsewhere"):
        choose_start(run.workflow, "elsewhere")


def calling(draw: Any, mapping: str) -> tuple[bytes, bytes]:
    extension = f"<bpmn:extensionElements>{mapping}</bpmn:extensionElements>"
    call = draw.node("callActivity", "call", extension, calledElement="called")
    main = draw.process(S + E + call, "s>call call>e")
    called = draw.process(S + E + draw.user("a"), "s>a a>e", name="called")
    return draw.document(main), draw.document(called)


@pytest.mark.parametrize(
    ("mapping", "inside", "outside"),
    [
        ("", {"x": 1, "y": 2}, {"x": 1, "y": 2, "r": 5}),
        ('<camunda:in variables="all"/>', {"x": 1, "y": 2}, {"x": 1, "y": 2, "r": 5}),
        ('<camunda:in businessKey="k"/>', {"x": 1, "y": 2}, {"x": 1, "y": 2, "r": 5}),
        ('<camunda:in source="x" target="z"/>', {"z": 1}, {"z": 1, "r": 5}),
        (
            '<camunda:in sourceExpression="= x + y" target="sum"/>'
            '<camunda:out source="r" target="result"/>',
            {"sum": 3},
            {"x": 1, "y": 2, "result": 5},
        ),
        (
            '<camunda:out sourceExpression="r * 2" target="twice"/>',
            {"x": 1, "y": 2},
            {"x": 1, "y": 2, "twice": 10},
        ),
    ],
)
def test_call_activity_passes_variables(
    draw: Any, rehearse: Any, mapping: str, inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    run = rehearse(*calling(draw, mapping), variables={"x": 1, "y": 2})
    (task,) = [one for one in run.tasks() if one.task_spec.bpmn_id == "a"]

    assert task.data == inside
    run.complete("a", r=5)
    assert (run.completed, run.data) == (True, outside)


def test_a_job_is_started_and_finished_later(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.node("serviceTask", "t", camunda_type="external", camunda_topic="x.y")
    run = rehearse(draw.document(draw.process(nodes, "s>t t>e")), services={"x.y": lambda t: None})

    assert not run.completed
    run.finish_job("t", x=1)
    assert (run.completed, run.data) == (True, {"x": 1})


def test_scripts_and_decisions_and_tasks_of_no_kind_pass(draw: Any, rehearse: Any) -> None:
    script = "<bpmn:script>= {a: 1, b: a + 1}</bpmn:script>"
    nodes = (
        S
        + E
        + draw.node("scriptTask", "x", script)
        + draw.node("task", "y")
        + draw.node("businessRuleTask", "z", camunda_decisionRef="d", camunda_resultVariable="r")
    )

    run = rehearse(draw.document(draw.process(nodes, "s>x x>y y>z z>e")))

    assert (run.completed, run.data) == (True, {"a": 1, "b": 2, "r": "decided"})


def test_a_manual_task_waits_for_a_person(draw: Any, rehearse: Any) -> None:
    nodes = S + E + draw.node("manualTask", "m")

    assert rehearse(draw.document(draw.process(nodes, "s>m m>e"))).ready == ["m"]


def test_extensions_are_as_agreed(draw: Any, rehearse: Any) -> None:
    rows = {
        "name_en": "Review",
        "stage": "application_review",
        "step": "3",
        "duty": "review",
        "excludes": "s, a",
        "operations": "claim",
        "correlationKey": "= k",
    }
    about = draw.properties(**rows).replace(
        "</bpmn:extensionElements>",
        '<camunda:inputOutput><camunda:inputParameter name="i">= x + 1</camunda:inputParameter>'
        '<camunda:inputParameter name="j">text</camunda:inputParameter>'
        '<camunda:outputParameter name="o">=y</camunda:outputParameter></camunda:inputOutput>'
        "</bpmn:extensionElements>",
    )
    lane = draw.properties(group="director") + "<bpmn:flowNodeRef>a</bpmn:flowNodeRef>"
    nodes = f'<bpmn:laneSet><bpmn:lane id="l" name="主任">{lane}</bpmn:lane></bpmn:laneSet>' + S + E
    nodes += draw.node(
        "userTask",
        "a",
        about,
        name="审核",
        camunda_formRef="f",
        camunda_assignee="= who",
        camunda_dueDate="P5D",
        camunda_followUpDate="P1D",
        camunda_candidateUsers="li, 7",
        camunda_priority="= 3",
    )
    run = rehearse(draw.document(draw.process(nodes, "s>a a>e")))
    (task,) = [one for one in run.tasks() if one.task_spec.bpmn_id == "a"]
    extensions = dict(task.task_spec.extensions)
    properties = extensions.pop("properties")

    assert extensions == {
        "name": "审核",
        "name_en": "Review",
        "form_ref": "f",
        "assignee": "who",
        "candidate_users": '["li", "7"]',
        "due_date": "P5D",
        "follow_up_date": "P1D",
        "priority": "3",
        "stage": "application_review",
        "step": 3,
        "duty": "review",
        "excludes": ["s", "a"],
        "operations": ["claim"],
        "correlation_key": "k",
        "inputs": [["i", "x + 1", True], ["j", "text", False]],
        "outputs": [["o", "y", True]],
        "lane_group": "director",
    }
    assert properties["jc:stage"] == "application_review"
    info = run.compiled.elements["a"]
    assert (info.name, info.name_en, info.lane, info.stage, info.step) == (
        "审核",
        "Review",
        "主任",
        "application_review",
        3,
    )


@pytest.mark.parametrize(
    ("attributes", "groups"),
    [
        ({"camunda_candidateGroups": ""}, ["director"]),
        ({"camunda_candidateGroups": "planner, reviewer"}, ["planner", "reviewer"]),
    ],
)
def test_a_lane_gives_its_post_where_none_is_named(
    draw: Any, rehearse: Any, attributes: dict[str, str], groups: list[str]
) -> None:
    lane = draw.properties(group="director") + "<bpmn:flowNodeRef>sub</bpmn:flowNodeRef>"
    inner = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>' + draw.user("a", **attributes)
    sub = draw.node("subProcess", "sub", inner + draw.flows("is>a a>ie"))
    nodes = f'<bpmn:laneSet><bpmn:lane id="l">{lane}</bpmn:lane></bpmn:laneSet>' + S + E + sub
    run = rehearse(draw.document(draw.process(nodes, "s>sub sub>e")))
    (task,) = [one for one in run.tasks() if one.task_spec.bpmn_id == "a"]

    assert task.task_spec.extensions["candidate_groups"] == groups
