"""History tells which rows decided, and on what, without what facts say of people."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlmodel import Session

from engine import ServiceTasks, TaskContext, read_history
from engine.testing import run_diagram

TABLES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="x">
<decision id="d_band" name="band"><variable name="band"/><decisionTable id="t_band">
<input id="i"><inputExpression id="ie"><text>age</text></inputExpression></input>
<output id="o" name="band"/>
<rule id="r_young"><inputEntry id="a"><text>&lt; 18</text></inputEntry>
<outputEntry id="b"><text>"young"</text></outputEntry></rule>
<rule id="r_old"><inputEntry id="c"><text>&gt;= 18</text></inputEntry>
<outputEntry id="d1"><text>"old"</text></outputEntry></rule></decisionTable></decision>
<decision id="d_fee" name="fee"><informationRequirement id="q">
<requiredDecision href="#d_band"/></informationRequirement>
<decisionTable id="t_fee" hitPolicy="COLLECT">
<input id="i1"><inputExpression id="ie1"><text>band</text></inputExpression></input>
<input id="i2"><inputExpression id="ie2"><text>level</text></inputExpression></input>
<output id="o1" name="fee"/>
<rule id="r_any"><inputEntry id="e"><text>-</text></inputEntry>
<inputEntry id="e2"><text>-</text></inputEntry>
<outputEntry id="f"><text>10</text></outputEntry></rule>
<rule id="r_4"><inputEntry id="g"><text>"old"</text></inputEntry>
<inputEntry id="g2"><text>"4"</text></inputEntry>
<outputEntry id="h"><text>20</text></outputEntry></rule></decisionTable></decision></definitions>"""
FIRED = [
    {"decision": "d_band", "table": "t_band", "rows": ["r_old"], "numbers": [2]},
    {"decision": "d_fee", "table": "t_fee", "rows": ["r_any", "r_4"], "numbers": [1, 2]},
]
group = ServiceTasks("fees")


@group.register
def ask(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """Ask about three people of whom history must not learn the age."""
    ages = (16, 30, 40)
    found = [context.decide("d_fee", {"age": age, "level": "4"}) for age in ages]
    context.decide("d_band", {"age": 30})
    return {"fees": [len(one.value) for one in found]}


@group.register(run="job")
def ask_later(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """Ask as a job."""
    context.decide("d_band", {"age": 16})
    return {}


def person(*_: Any) -> dict[str, Any]:
    return {"age": 30}


def decided(draw: Any, node: str, **given: Any) -> list[dict[str, Any] | None]:
    sources = draw.document(draw.process(node, "s>x x>e"))
    trace = run_diagram(
        {**sources, "fee.dmn": TABLES.encode()},
        "main",
        variables=given,
        facts={"person": person, "age": lambda *_: 30},
        service_tasks=group,
    )
    assert trace.status == "completed"
    return [row.details for row in trace.history if row.kind == "decided"]


@pytest.mark.parametrize(
    ("inputs", "given", "kept"),
    [
        ({}, {"age": 30, "level": "4"}, {"inputs": {"age": 30, "level": "4"}}),
        ({}, {"level": "4"}, {"inputs": {"level": "4"}, "withheld": ["age"]}),
        (
            {"age": "= person.age", "level": "= wanted.level"},
            {"wanted": {"level": "4"}},
            {"inputs": {"level": "4"}, "withheld": ["age"]},
        ),
        ({"age": "= n + 1", "level": "4"}, {"n": 29}, {"inputs": {"age": 30, "level": "4"}}),
        ({"age": "= max([n, person.age])"}, {"n": 1, "level": "4"},
         {"inputs": {"level": "4"}, "withheld": ["age"]}),
    ],
)  # fmt: skip
def test_rows_and_what_they_were_decided_on(
    draw: Any, inputs: dict[str, str], given: dict[str, Any], kept: dict[str, Any]
) -> None:
    extensions = draw.extensions(inputs) if inputs else ""
    node = draw.node(
        "businessRuleTask", "x", extensions, camunda_decisionRef="d_fee",
        camunda_resultVariable="fee",
    )  # fmt: skip

    details = decided(draw, node, **given)

    assert details == [{"decision": "d_fee", "rows": ["r_any", "r_4"], "fired": FIRED, **kept}]


def test_long_texts_and_structures_are_withheld(draw: Any) -> None:
    node = draw.node("businessRuleTask", "x", camunda_decisionRef="d_fee")

    details = decided(draw, node, age=30, level="4" * 201)

    assert [(one or {}).get("withheld") for one in details] == [["level"]]


@pytest.mark.parametrize(
    ("topic", "tallies"),
    [
        (
            "fees.ask",
            [
                {"decision": "d_fee", "cases": 3, "tally": {"r_any": 3, "r_4": 2}},
                {"decision": "d_band", "cases": 1, "tally": {"r_old": 1}},
            ],
        ),
        ("fees.ask_later", [{"decision": "d_band", "cases": 1, "tally": {"r_young": 1}}]),
    ],
)
def test_decisions_of_a_service_task_are_counted(
    draw: Any, topic: str, tallies: list[dict[str, Any]]
) -> None:
    assert decided(draw, draw.service("x", topic)) == tallies


def test_a_failed_call_leaves_no_count(draw: Any, sqlite_stage: Callable[..., Any]) -> None:
    broken = ServiceTasks("broken")

    @broken.register
    def fall(db: Session, context: TaskContext) -> None:
        context.decide("d_band", {"age": 1})
        raise ValueError("after deciding")

    sources = draw.document(draw.process(draw.service("x", "broken.fall"), "s>x x>e"))
    played = sqlite_stage({**sources, "fee.dmn": TABLES.encode()}, broken)

    instance = played.start()

    with played.database.reading() as db:
        assert [row.kind for row in read_history(db, instance)] == ["started", "incident"]
