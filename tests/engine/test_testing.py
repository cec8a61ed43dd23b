"""Scripted runs say what happened, and complain when the script and the diagram part."""

from pathlib import Path
from typing import Any

import pytest

from engine import DiagramError, ServiceTasks, TaskContext
from engine.errors import AnswerLeftOver, AnswerMissing
from engine.testing import SentMessage, run_diagram

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="x"><decision id="d_pass" name="pass"><decisionTable id="t" hitPolicy="FIRST">
<input id="i" label="points"><inputExpression id="ie"><text>points</text></inputExpression></input>
<output id="o" name="passed"/>
<rule id="r_yes"><inputEntry id="a"><text>&gt;= 60</text></inputEntry>
<outputEntry id="b"><text>true</text></outputEntry></rule>
<rule id="r_no"><inputEntry id="c"><text>-</text></inputEntry>
<outputEntry id="d1"><text>false</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def exam(draw: Any) -> dict[str, bytes]:
    tell = draw.extensions({"passed": "= result.passed"}, correlationKey='"board"')
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.user("mark")
            + draw.node(
                "businessRuleTask", "decide",
                camunda_decisionRef="d_pass", camunda_resultVariable="result",
            )
            + draw.node("exclusiveGateway", "g", default="again")
            + draw.event("intermediateThrowEvent", "tell", "message paid", tell),
            "s>mark mark>decide decide>g g>tell[result.passed] g>mark:again tell>e",
        )
    )  # fmt: skip
    return {**sources, "pass.dmn": TABLE.encode()}


def test_trace_tells_everything(draw: Any) -> None:
    trace = run_diagram(exam(draw), "main", answers={"mark": [{"points": 59}, {"points": 60}]})

    assert trace.elements == ["s", "mark", "decide", "g", "mark", "decide", "g", "tell", "e"]
    assert trace.data == {"points": 60, "result": {"passed": True}, "result_rows": ["r_yes"]}
    assert trace.status == "completed"
    assert [row.element_id for row in trace.user_tasks] == ["mark", "mark"]
    assert trace.messages == [SentMessage("paid", "board", {"passed": True})]
    assert trace.incidents == []
    assert trace.visited == [("main", element) for element in trace.elements]
    decided = [row.details for row in trace.history if row.kind == "decided"]
    assert [(one or {}).get("rows") for one in decided] == [["r_no"], ["r_yes"]]
    assert [(one or {}).get("inputs") for one in decided] == [{"points": 59}, {"points": 60}]


def test_sources_from_a_folder(draw: Any, tmp_path: Path) -> None:
    for name, content in exam(draw).items():
        (tmp_path / name).write_bytes(content)

    trace = run_diagram(tmp_path, "main", answers={"mark": {"points": 100}})

    assert trace.status == "completed"


@pytest.mark.parametrize(
    ("answers", "events", "error", "said"),
    [
        ({}, [], AnswerMissing, "user task mark"),
        ({"mark": {"points": 59}}, [], AnswerMissing, "user task mark"),
        ({"mark": [{"points": 60}] * 2}, [], AnswerLeftOver, r"mark \(1\)"),
        ({"mark": {"points": 60}, "x": {}}, [], AnswerLeftOver, r"x \(1\)"),
    ],
)
def test_script_that_does_not_fit(
    draw: Any, answers: Any, events: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        run_diagram(exam(draw), "main", answers=answers, events=events)


def test_partial_run_may_stop(draw: Any) -> None:
    trace = run_diagram(exam(draw), "main", partial=True)

    assert (trace.status, trace.elements) == ("running", ["s"])
    assert [row.status for row in trace.user_tasks] == ["ready"]


def test_events_jobs_facts_and_functions(draw: Any) -> None:
    group = ServiceTasks("a")

    @group.register(run="job")
    def print_it(db: Any, context: TaskContext, *, room: str) -> dict[str, Any]:
        answer = context.answer("ask")
        return {"printed": room, "date": str(context.today), "answer": answer and answer["x"]}

    class Port:
        def last_answer(self, db: Any, instance_id: Any, element_id: str) -> dict[str, Any]:
            return {"x": element_id}

    sources = draw.document(
        draw.process(
            draw.event("intermediateCatchEvent", "over", "timer duration P2D")
            + draw.event("intermediateCatchEvent", "fee", "message paid")
            + draw.event("intermediateCatchEvent", "stop", "signal closing")
            + draw.service("print", "a.print_it", draw.extensions({"room": "= shout(room.code)"})),
            "s>over over>fee fee>stop stop>print print>e",
        )
    )

    trace = run_diagram(
        sources,
        "main",
        events=[
            {"advance": "P2D"},
            {"message": "paid", "payload": {"n": 1}},
            {"signal": "closing"},
        ],
        service_tasks=group,
        facts={"room": lambda db, head, variables: {"code": "r7"}},
        functions={"shout": lambda text: text.upper()},
        answers_port=Port(),
    )

    assert trace.data == {"n": 1, "printed": "R7", "date": "2026-03-04", "answer": "ask"}


def test_diagram_with_errors_is_refused(draw: Any) -> None:
    with pytest.raises(DiagramError):
        run_diagram(draw.document(draw.process(draw.node("callChoreography", "c"), "s>e")), "main")


def test_call_activities_are_followed(draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node(
                "callActivity", "call",
                "<bpmn:extensionElements><camunda:properties>"
                '<camunda:property name="jc:step" value="3"/>'
                '<camunda:property name="jc:stage" value="application_review"/>'
                "</camunda:properties></bpmn:extensionElements>",
                calledElement="child",
            ),
            "s>call call>e",
        )
    )  # fmt: skip
    sources["child.bpmn"] = draw.document(
        draw.process(
            draw.node("startEvent", "cs") + draw.user("ask", draw.extensions(duty="review"))
            + draw.node("endEvent", "ce"),
            "cs>ask ask>ce", "child",
        )
    )["main.bpmn"]  # fmt: skip

    trace = run_diagram(sources, "main", answers={"ask": {"x": 1}})

    assert trace.elements == ["s", "cs", "ask", "ce", "call", "e"]
    assert trace.visited[1:4] == [("child", "cs"), ("child", "ask"), ("child", "ce")]
    task = trace.user_tasks[0]
    assert (task.stage, task.step, task.duty, task.process_id) == (
        "application_review", 3, "review", "main",
    )  # fmt: skip
    assert [(row.kind, row.element_id) for row in trace.history] == [
        ("started", None),
        ("entered", "call"),
        ("completed", "ask"),
        ("left", "call"),
        ("ended", None),
    ]
