"""Decision services, called as functions and asked for as decisions."""

from typing import Any

import pytest

from engine.decisions import DecisionError, parse_decisions
from tests.engine.decisions.drawing import decision, definitions, literal, requires, table

SERVICE = (
    '<decisionService id="s1" name="grading"><outputDecision href="#d2"/>'
    '<encapsulatedDecision href="#d3"/><inputDecision href="#d4"/><inputData href="#i1"/>'
    "</decisionService>"
)
PARTS = (
    '<inputData id="i1" name="theory points"><variable name="theory points" typeRef="number"/>'
    "</inputData>",
    '<inputData id="i2" name="remark"/>',
    decision("d4", literal("100"), name="bonus", type="number"),
    decision(
        "d3",
        literal("theory points + bonus"),
        name="total",
        needs=requires("i1", "d4"),
    ),
    decision(
        "d2",
        table(["total"], ["grade"], [[">= 60", '"pass"'], ["< 60", '"fail"']]),
        name="grade",
        needs=requires("d3"),
    ),
)


def calling(source: str, service: str = SERVICE) -> Any:
    needs = '<knowledgeRequirement><requiredKnowledge href="#s1"/></knowledgeRequirement>'
    xml = definitions(*PARTS, service, decision("d1", literal(source), needs=needs))
    return parse_decisions(xml)["d1"].evaluate({"theory points": 1, "remark": "seen"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # Input data come first, then input decisions.
        ("grading(59, 0)", "fail"),
        ("grading(59, 1)", "pass"),
        ("grading(bonus: 1, theory points: 59)", "pass"),
        ("for n in [59, 60] return grading(n, 0)", ["fail", "pass"]),
        ("(function(f) f(60, 0))(grading)", "pass"),
        ("grading(59)", None),
        ('grading("59", 1)', None),
        ("grading(theory points: 59)", None),
    ],
)
def test_service_is_called(source: str, expected: Any) -> None:
    assert calling(source).value == expected


def test_rows_inside_a_service_are_told() -> None:
    result = calling("grading(59, 1)")

    assert [(row.decision_id, row.rule_id) for row in result.fired] == [("d2", "r1")]
    assert result.rows == ()


def test_service_does_not_see_what_it_does_not_take() -> None:
    service = (
        '<decisionService id="s1" name="telling"><outputDecision href="#d5"/></decisionService>'
    )
    told = decision("d5", literal('remark + "!"'), name="told", needs=requires("i2"))

    assert calling("telling()", service + told).value is None


def test_several_outputs_are_a_context() -> None:
    service = SERVICE.replace("<enc", '<outputDecision href="#d3"/><enc')

    assert calling("grading(59, 1)", service).value == {"grade": "pass", "total": 60}


def test_service_is_asked_for_like_a_decision() -> None:
    asked = parse_decisions(definitions(*PARTS, SERVICE))["s1"]

    assert asked.names == {"theory points", "bonus"}
    assert asked.evaluate({"theory points": 59, "bonus": 0}).value == "fail"
    assert asked.evaluate({"theory points": 59}).value is None


def test_input_of_a_wrong_type_is_an_error() -> None:
    with pytest.raises(DecisionError) as caught:
        parse_decisions(definitions(*PARTS))["d2"].evaluate({"theory points": "x"})

    assert caught.value.message_zh == "输入“theory points”应为 number，实为 string"
    assert caught.value.message_en == "the input theory points must be number, but is string"


TYPED = """<itemDefinition name="tText"><functionItem outputTypeRef="string"/></itemDefinition>
<itemDefinition name="tNumbers"><functionItem outputTypeRef="tList"/></itemDefinition>
<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>"""


def test_argument_of_a_wrong_type_is_null_inside() -> None:
    inner = decision("d2", literal("n = null"), needs=requires("i1"))
    given = '<inputData id="i1" name="n"><variable name="n" typeRef="string"/></inputData>'
    service = (
        '<decisionService id="b2" name="s"><outputDecision href="#d2"/><inputData href="#i1"/>'
        "</decisionService>"
    )
    xml = definitions(
        given, inner, service, decision("asked", literal('[s(1), s("a")]'), needs=requires("b2"))
    )

    assert parse_decisions(xml)["asked"].evaluate({}).value == [True, False]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("tText", '"a"', "a"),
        ("tText", "1000", None),
        ("tText", '["a"]', "a"),
        ("tNumbers", "1", [1]),
        ("tNumbers", '"a"', None),
        ("string", "1000", None),
        ("Any", "1000", 1000),
    ],
)
def test_results_are_held_to_the_type_of_the_function(kind: str, given: str, expected: Any) -> None:
    """Source: DMN 1.5, section 10.3.2.9.4: a value that does not conform becomes null."""
    variable = f'<variable name="NAME" typeRef="{kind}"/>'
    service = (
        f'<decisionService id="b2" name="s">{variable.replace("NAME", "s")}'
        '<outputDecision href="#inner"/></decisionService>'
    )
    knowledge = (
        f'<businessKnowledgeModel id="b" name="b">{variable.replace("NAME", "b")}'
        f"<encapsulatedLogic>{literal(given)}</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = parse_decisions(
        definitions(
            TYPED,
            decision("inner", literal(given)),
            service,
            knowledge,
            decision("asked", literal("[s(), b()]"), needs=requires("b", "b2")),
        )
    )

    assert model["asked"].evaluate({}).value == [expected, expected]
    assert model["b2"].evaluate({}).value == expected
