"""What is refused, and what an author is told."""

import pytest

from engine.decisions import InvalidDecisions, lint_decisions, parse_decisions, read_model
from tests.engine.decisions.drawing import decision, definitions, literal, requires, table

BILLION = b"""<!DOCTYPE definitions [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">&b;</definitions>"""
EXTERNAL = b"""<!DOCTYPE definitions [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">&a;</definitions>"""


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "dmn_no_xml"),
        (b"<definitions", "dmn_no_xml"),
        (b"\xff\xfe\x00", "dmn_no_xml"),
        (BILLION, "dmn_doctype"),
        (EXTERNAL, "dmn_doctype"),
        (b"<definitions/>", "dmn_no_dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "dmn_no_dmn"),
        (definitions("<!--" + "x" * 2_000_000 + "-->"), "dmn_too_large"),
        (definitions("<a/>" * 50_001), "dmn_too_large"),
    ],
)
def test_file_that_is_no_dmn_is_refused(xml: bytes, code: str) -> None:
    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(xml)

    assert [finding.code for finding in caught.value.findings] == [code]
    assert [finding.code for finding in lint_decisions(xml)] == [code]


def tabled(*rules: list[str], **options: str) -> bytes:
    return definitions(decision("d1", table(["n"], ["x"], rules, **options)))


EXTERNAL_FUNCTION = (
    '<businessKnowledgeModel id="b1" name="f"><encapsulatedLogic kind="Java">'
    + literal("1")
    + "</encapsulatedLogic></businessKnowledgeModel>"
)


@pytest.mark.parametrize(
    ("xml", "code", "element_id"),
    [
        (tabled(policy="LAST"), "dmn_hit_policy", "t"),
        (tabled(policy="COLLECT", aggregation="AVG"), "dmn_aggregation", "t"),
        (tabled([">> 1", "1"]), "dmn_expression", "r1"),
        (tabled(["1", "1 +"]), "dmn_expression", "r1"),
        (tabled(["1"]), "dmn_cells", "r1"),
        (tabled(["1", "2", "3"]), "dmn_cells", "r1"),
        (definitions(decision("d1", table(["n"], [], []))), "dmn_no_output", "t"),
        (
            definitions(
                decision("d1", table([], ["a", "b"], [], policy="COLLECT", aggregation="SUM"))
            ),
            "dmn_aggregated_outputs",
            "t",
        ),
        (definitions(decision("d1", "")), "dmn_no_logic", "d1"),
        (definitions(decision("d1", literal("1")) * 2), "dmn_same_id", "d1"),
        (definitions(decision("d1", literal("1"), needs=requires("d2"))), "dmn_requirement", "d1"),
        (
            definitions(
                decision("d1", "<literalExpression expressionLanguage='groovy'/>"),
            ),
            "dmn_language",
            "d1",
        ),
        (definitions(EXTERNAL_FUNCTION), "dmn_external", "b1"),
        (definitions('<import namespace="x"/>'), "dmn_import", "d"),
        (definitions('<import importType="http://www.dmg.org/PMML-4_3"/>'), "dmn_import_type", "d"),
        (definitions('<decisionService id="s1" name="s"/>'), "dmn_service_output", "s1"),
    ],
)
def test_mistake_is_found_where_it_is(xml: bytes, code: str, element_id: str) -> None:
    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(xml)

    found = [(finding.code, finding.element_id) for finding in caught.value.findings]
    assert found == [(code, element_id)]


def test_decisions_in_a_circle_are_found() -> None:
    xml = definitions(
        decision("d1", literal("d2"), needs=requires("d2")),
        decision("d2", literal("d1"), needs=requires("d1")),
    )

    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(xml)

    assert {finding.code for finding in caught.value.findings} == {"dmn_cycle"}


def test_wrong_expression_says_where_in_the_cell() -> None:
    (finding,) = lint_decisions(tabled(["1", "n + * 2"]))

    assert finding.message_zh == "表达式有误，第 1 行第 5 列: 此处应为一个值"
    assert finding.message_en == "the expression is wrong, line 1, column 5: expected a value"
    assert (finding.severity, finding.line) == ("error", 1)


def test_wrong_cell_is_met_by_nothing_in_a_lenient_reading() -> None:
    read = read_model(tabled([">> 1", "1"], ["-", "2"]))

    assert read.decisions["d1"].evaluate({"n": 5}).value == {"x": 2}
    assert read.decisions["d1"].evaluate({}).value == {"x": 2}


@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (["[1..2]", "(2..3]"], ""),
        (["[1..2]", "[2..3]"], "2"),
        (["[1..2)", "[2..3]"], ""),
        (["< 5", ">= 5"], ""),
        (["<= 5", ">= 5"], "5"),
        (["< -1", "> -2"], "-1.5"),
        (["-", "5"], "5"),
        (["5", "5.0"], "5"),
        (['"a","b"', '"b"'], '"b"'),
        (['"a"', '"b"'], ""),
        (["true", "false"], ""),
        # A bare `true` holds for whatever is no boolean.
        (["true", "1"], "1"),
        (["n * 2", "5"], ""),
        (["not(5)", "5"], ""),
        (["not(5)", "6"], "6"),
        (["? > 1 and ? < 3", "[3..4]"], ""),
        (["? > 1 and ? <= 3", "[3..4]"], "3"),
        (["< limit", ">= limit"], ""),
        (["<= limit", ">= limit"], "limit"),
        (['date("2026-01-01")', '@"2026-01-02"'], ""),
        (['<= date("2026-01-01")', '>= @"2026-01-01"'], '@"2026-01-01"'),
        (['< duration("P2D")', '> duration("P1D")'], '@"P1DT12H"'),
        (["null", "-"], "null"),
    ],
)
def test_overlap_is_told_of(cells: list[str], example: str) -> None:
    findings = lint_decisions(tabled(*([cell, "1"] for cell in cells)))

    overlaps = [(one.severity, one.message_en) for one in findings if one.code == "dmn_overlap"]
    told = f"rows 1 and 2 may hold together (such as n = {example}), against UNIQUE"
    expected = [("error", told)]
    assert overlaps == (expected if example else [])


@pytest.mark.parametrize(
    ("cells", "gaps"),
    [
        (["< 60", "[60..75)", ">= 75"], []),
        (["< 60", "(60..75)", ">= 75"], ["n 60 (such as n = 60)"]),
        (["<= 60", "[70..80]", "> 90"], ["n (60..70), (80..90] (such as n = 65)"]),
        (["< limit", "> limit"], ["n limit (such as n = limit)"]),
        (['<= @"2026-01-01"', '>= @"2026-01-02"'], []),
        (
            ['<= @"2026-01-01"', '>= @"2026-01-03"'],
            ['n (@"2026-01-01"..@"2026-01-03") (such as n = @"2026-01-02")'],
        ),
        (["true"], ["n false (such as n = false)"]),
        (['"a"', 'not("a", "b")'], ['n "b" (such as n = "b")']),
        (["[0..10]", "[2..3]", "(10..20]"], []),
        (["1", "-"], []),
        (["1"], []),
    ],
)
def test_gap_is_warned_of(cells: list[str], gaps: list[str]) -> None:
    findings = lint_decisions(tabled(*([cell, "1"] for cell in cells), policy="FIRST"))

    expected = [f"no row covers {gap}" for gap in gaps]
    assert [one.message_en for one in findings if one.code == "dmn_gap"] == expected


def test_unknown_type_is_warned_of() -> None:
    column = '<input><inputExpression typeRef="tNone"><text>n</text></inputExpression></input>'
    xml = definitions(decision("d1", f'<decisionTable id="t">{column}<output/></decisionTable>'))

    found = [(one.code, one.severity) for one in lint_decisions(xml)]
    assert found == [("dmn_type", "warning")]
    assert list(parse_decisions(xml)) == ["d1"]
