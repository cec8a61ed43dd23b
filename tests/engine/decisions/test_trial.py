"""Trying decisions: rows that decided, rows that did not and why, nulls, broken files."""

from typing import Any

import pytest

from engine.decisions.trial import DecisionTrial, StoppedRow, try_decision
from engine.feel.trial import Remark
from tests.engine.feel.test_trial import nested

XML = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="x">
<decision id="d_band" name="band"><variable name="band"/><decisionTable id="t_band">
<input id="i" label="年龄"><inputExpression id="ie"><text>person.age</text>
</inputExpression></input>
<output id="o" name="band"/><annotation name="en"/>
<rule id="r_young"><description>未成年</description><inputEntry id="a"><text>&lt; 18</text>
</inputEntry><outputEntry id="b"><text>"young"</text></outputEntry>
<annotationEntry><text>Minor</text></annotationEntry></rule>
<rule id="r_old"><inputEntry id="c"><text>&gt;= limit</text></inputEntry>
<outputEntry id="d1"><text>"old"</text></outputEntry></rule></decisionTable></decision>
<decision id="d_text" name="the text"><informationRequirement id="q">
<requiredDecision href="#d_band"/></informationRequirement>
<literalExpression id="l"><text>{shown: band, sum: 1 + band}</text></literalExpression></decision>
</definitions>""".encode()


def errors(tried: DecisionTrial) -> list[str]:
    return [one.message_en for one in tried.trial.remarks if one.kind == "error"]


def test_rows_that_decided_and_rows_that_did_not() -> None:
    tried = try_decision(XML, "band", {"person": {"age": 17}, "limit": 18})

    assert (tried.trial.evaluated, tried.trial.value, tried.trial.remarks) == (True, "young", ())
    assert [(row.rule_id, row.number) for row in tried.fired] == [("r_young", 1)]
    assert tried.texts["r_young"] == {"": "未成年", "en": "Minor"}
    assert tried.stopped == (StoppedRow("r_old", 2, "年龄", ">= limit", "17", False),)


def test_cells_that_cannot_be_told_say_why() -> None:
    tried = try_decision(XML, "d_band", {"person": {"age": 20}})

    why = tried.stopped[1].remark
    assert [(row.rule_id, row.unknown) for row in tried.stopped] == [
        ("r_young", False), ("r_old", True),
    ]  # fmt: skip
    assert why is not None
    assert (why.source, why.message_en) == ("limit", "there is no variable limit")
    assert tried.trial.remarks == (Remark("null", "没有规则成立", "no rule holds"),)


def test_null_inputs_say_why() -> None:
    tried = try_decision(XML, "d_band", {"person": {"agee": 20}, "limit": 18})

    found = [(one.source, one.message_en) for one in tried.trial.remarks]
    assert found == [
        ("person.age", "a context has no age, did you mean agee?"), ("", "no rule holds"),
    ]  # fmt: skip


def test_nulls_of_an_expression_see_what_it_requires() -> None:
    tried = try_decision(XML, "the text", {"person": {"age": 17}, "limit": 18})

    found = [(one.line, one.column, one.source) for one in tried.trial.remarks]
    assert tried.trial.value == {"shown": "young", "sum": None}
    assert found == [(1, 20, "1 + band")]
    assert [row.decision_id for row in tried.fired] == ["d_band"]


@pytest.mark.parametrize(
    ("xml", "decision", "data", "said", "known"),
    [
        (b"<x/>", "d", {}, ["no DMN file of 1.1 to 1.5"], ()),
        (XML, "nope", {}, ["there is no decision nope"], ("d_band", "d_text")),
        (
            XML.replace(b"&lt; 18", b"&lt; (18"), "d_band", {"person": {"age": 1}},
            ["expected ) in “< (18”"], (),
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(
    xml: bytes, decision: str, data: dict[str, Any], said: list[str], known: tuple[str, ...]
) -> None:
    tried = try_decision(xml, decision, data)

    assert len(errors(tried)) == len(said)
    assert all(word in errors(tried)[0] for word in said[0].split()[:2])
    assert tried.known == known


def test_data_without_end_are_told() -> None:
    assert errors(try_decision(XML, "d_band", {"person": nested(3000)})) == [
        "the data are nested too deeply"
    ]


def test_rows_that_clash_are_an_error() -> None:
    xml = XML.replace(b"&lt; 18", b"&lt; 30")

    tried = try_decision(xml, "d_band", {"person": {"age": 20}, "limit": 18})

    assert (tried.trial.evaluated, len(errors(tried))) == (False, 1)


@pytest.mark.parametrize(
    ("logic", "fired"),
    [
        ('<literalExpression id="l"><text>"old"</text></literalExpression>', 0),
        (
            '<decisionTable id="t"><input id="i"><inputExpression id="ie"><text>age</text>'
            '</inputExpression></input><output id="o"/><rule id="r"><inputEntry id="a">'
            '<text>&gt; 1</text></inputEntry><outputEntry id="b"><text>"old"</text>'
            "</outputEntry></rule></decisionTable>",
            1,
        ),
    ],
)
def test_a_result_of_another_type_is_told(logic: str, fired: int) -> None:
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
        'namespace="x"><decision id="d_age" name="age of"><variable name="age of" '
        f'typeRef="number"/>{logic}</decision></definitions>'
    )

    tried = try_decision(xml.encode(), "d_age", {"age": 20})

    assert (tried.trial.value, len(tried.fired)) == (None, fired)
    assert [one.message_en for one in tried.trial.remarks if one.kind == "null"] == [
        "what it gives is null, or does not fit the type that is declared for it"
    ]
