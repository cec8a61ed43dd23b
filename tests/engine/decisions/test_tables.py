"""Every hit policy, with the rows that decide."""

from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import (
    Decision,
    DecisionError,
    DecisionResult,
    FiredRow,
    parse_decisions,
)
from tests.engine.decisions.drawing import decision, definitions, table

GRADES = [
    ["[60..75)", '"pass"'],
    ["[75..100]", '"good"'],
    [">= 90", '"excellent"'],
    ["< 60", '"fail"'],
]
RANKS = ['"excellent","good","pass","fail"']


def read(logic: str, **options: str) -> Decision:
    return parse_decisions(definitions(decision("d1", logic, **options)))["d1"]


def grades(policy: str, **options: Any) -> Decision:
    return read(table(["points"], ["grade"], GRADES, policy=policy, **options))


@pytest.mark.parametrize(
    ("policy", "points", "value", "rows"),
    [
        ("UNIQUE", 59.9, {"grade": "fail"}, ("r4",)),
        ("UNIQUE", 60, {"grade": "pass"}, ("r1",)),
        ("UNIQUE", 75, {"grade": "good"}, ("r2",)),
        ("UNIQUE", 101, {"grade": "excellent"}, ("r3",)),
        ("UNIQUE", None, None, ()),
        ("UNIQUE", "60", None, ()),
        ("FIRST", 95, {"grade": "good"}, ("r2",)),
        ("FIRST", None, None, ()),
        ("PRIORITY", 95, {"grade": "excellent"}, ("r3",)),
        ("RULE ORDER", 95, [{"grade": "good"}, {"grade": "excellent"}], ("r2", "r3")),
        ("OUTPUT ORDER", 95, [{"grade": "excellent"}, {"grade": "good"}], ("r3", "r2")),
        ("COLLECT", 95, [{"grade": "good"}, {"grade": "excellent"}], ("r2", "r3")),
        ("COLLECT", None, [], ()),
    ],
)
def test_policy_decides(policy: str, points: Any, value: Any, rows: tuple[str, ...]) -> None:
    result = grades(policy, values=RANKS).evaluate({"points": points})

    assert (result.value, result.rows) == (value, rows)


def test_value_of_one_output_is_bare_for_feel() -> None:
    assert grades("UNIQUE").evaluate({"points": 60}) == DecisionResult(
        value={"grade": "pass"},
        rows=("r1",),
        feel_value="pass",
        fired=(FiredRow("d1", "t", "d1", "r1", 1, ""),),
    )


def test_unique_names_the_rules_that_hold_together() -> None:
    with pytest.raises(DecisionError) as caught:
        grades("UNIQUE").evaluate({"points": 95})

    error = caught.value
    assert error.rule_ids == ("r2", "r3")
    assert error.message_zh == "决策表“d1”要求只有一行成立，但第 2 行、第 3 行同时成立"
    assert error.message_en == "the table d1 allows one row to hold, but row 2, row 3 hold together"


def test_any_takes_rules_that_agree_and_refuses_others() -> None:
    rules = [["> 0", "1"], ["> 1", "1.0"], ["> 2", "2"]]
    agreeing = read(table(["n"], ["x"], rules, policy="ANY"))

    decided = agreeing.evaluate({"n": 2})
    assert (decided.value, decided.rows, decided.feel_value) == ({"x": 1}, ("r1", "r2"), Decimal(1))
    assert [row.number for row in decided.fired] == [1, 2]
    with pytest.raises(DecisionError) as caught:
        agreeing.evaluate({"n": 3})
    assert caught.value.rule_ids == ("r1", "r2", "r3")


@pytest.mark.parametrize(
    ("aggregation", "n", "value", "rows"),
    [
        ("SUM", 3, 6.5, ("r1", "r2", "r3")),
        ("MIN", 3, 1, ("r1", "r2", "r3")),
        ("MAX", 2, 2, ("r1", "r2")),
        ("COUNT", 3, 3, ("r1", "r2", "r3")),
        ("SUM", 0, None, ()),
        ("MIN", 0, None, ()),
        ("MAX", 0, None, ()),
        ("COUNT", 0, 0, ()),
    ],
)
def test_collected_outputs_are_aggregated(
    aggregation: str, n: int, value: Any, rows: tuple[str, ...]
) -> None:
    rules = [["> 0", "1"], ["> 1", "2"], ["> 2", "3.5"]]
    aggregating = read(table(["n"], ["x"], rules, policy="COLLECT", aggregation=aggregation))

    result = aggregating.evaluate({"n": n})

    assert (result.value, result.rows) == (value, rows)


def test_outputs_are_ranked_one_after_the_other() -> None:
    rules = [["-", '"b"', '"x"'], ["-", '"a"', '"x"'], ["-", '"a"', '"y"'], ["-", '"c"', '"y"']]
    ordered = read(
        table(["n"], ["p", "q"], rules, policy="OUTPUT ORDER", values=['"a","b","c"', '"y","x"'])
    )

    assert ordered.evaluate({}).rows == ("r3", "r2", "r1", "r4")


def test_defaults_are_given_when_no_rule_holds() -> None:
    rules = [["1", '"one"', "1"]]
    defaulting = read(table(["n"], ["name", "size"], rules, defaults=['"none"', "n"]))

    assert defaulting.evaluate({"n": 5}).value == {"name": "none", "size": 5}
    assert defaulting.evaluate({"n": 5}).rows == ()
    assert defaulting.evaluate({"n": 1}).value == {"name": "one", "size": 1}


def test_cells_see_variables_and_what_they_test() -> None:
    rules = [["? > limit and ? < limit * 2", "points - limit"], ["not(> limit)", "0"]]
    seeing = read(table(["points"], ["over"], rules, policy="FIRST"))

    assert seeing.evaluate({"points": 70, "limit": 60}).value == {"over": 10}
    assert seeing.evaluate({"points": 60, "limit": 60}).value == {"over": 0}
    assert seeing.evaluate({"points": 120, "limit": 60}).value is None
    assert seeing.names == {"points", "limit"}


def test_metadata_names_inputs_and_outputs() -> None:
    decided = grades("UNIQUE")

    assert [(one.label, one.expression) for one in decided.inputs] == [("points", "points")]
    assert [one.name for one in decided.outputs] == ["grade"]


def test_host_functions_are_lent_when_reading_or_deciding() -> None:
    xml = definitions(decision("d1", table(["n"], ["x"], [["-", "twice as much(n)"]])))
    read_with = parse_decisions(xml, functions={"twice as much": lambda n: n * 2})["d1"]

    assert read_with.evaluate({"n": 2}).value == {"x": 4}
    assert read_with.evaluate({"n": 2}, {"twice as much": lambda n: n * 3}).value == {"x": 6}
    assert read_with.names == {"n"}


def column(source: str, kind: str, allowed: str = "") -> str:
    values = f"<inputValues><text>{allowed}</text></inputValues>" if allowed else ""
    return (
        f'<input label="{source}"><inputExpression typeRef="{kind}"><text>{source}</text>'
        f"</inputExpression>{values}</input>"
    )


def typed(kind: str, *, allowed: str = "", output: str = "", gives: str = "1") -> Decision:
    row = (
        '<rule id="r1"><inputEntry><text>-</text></inputEntry>'
        f"<outputEntry><text>{gives}</text></outputEntry></rule>"
    )
    return read(
        f'<decisionTable id="t">{column("n", kind, allowed)}'
        f'<output name="x" {output}/>{row}</decisionTable>'
    )


@pytest.mark.parametrize(
    ("kind", "value", "message_zh", "message_en"),
    [
        (
            "number",
            "60",
            "决策表“d1”的输入“n”应为 number，实为 string",
            "the input n of the table d1 must be number, but is string",
        ),
        (
            "date",
            "2026-01-01",
            "决策表“d1”的输入“n”应为 date，实为 string；可写成 date(n)",
            "the input n of the table d1 must be date, but is string; write date(n)",
        ),
        (
            "boolean",
            1,
            "决策表“d1”的输入“n”应为 boolean，实为 number",
            "the input n of the table d1 must be boolean, but is number",
        ),
    ],
)
def test_input_of_another_type_is_an_error(
    kind: str, value: Any, message_zh: str, message_en: str
) -> None:
    with pytest.raises(DecisionError) as caught:
        typed(kind).evaluate({"n": value})

    assert (caught.value.message_zh, caught.value.message_en) == (message_zh, message_en)


@pytest.mark.parametrize(
    ("kind", "value"), [("number", 60), ("number", [60]), ("number", None), ("Any", "x")]
)
def test_input_that_fits_its_type_is_taken(kind: str, value: Any) -> None:
    assert typed(kind).evaluate({"n": value}).value == {"x": 1}


def test_value_that_is_not_allowed_is_an_error() -> None:
    table_ = typed("string", allowed='"a","b"')

    assert table_.evaluate({"n": "b"}).value == {"x": 1}
    assert table_.evaluate({"n": None}).value == {"x": 1}
    with pytest.raises(DecisionError, match="the input n of the table d1 may not be c"):
        table_.evaluate({"n": "c"})


@pytest.mark.parametrize(
    ("output", "gives"), [('typeRef="string"', "n"), ('typeRef="number"', '"1"')]
)
def test_output_of_another_type_is_an_error(output: str, gives: str) -> None:
    with pytest.raises(DecisionError, match="the output x of row 1 of the table d1 may not be 1"):
        typed("number", output=output, gives=gives).evaluate({"n": 1})


def test_clashing_rows_are_named_by_what_their_author_says() -> None:
    described = table(["points"], ["grade"], GRADES).replace(
        '<rule id="r2">', '<rule id="r2"><description>良好</description>'
    )
    annotated = described.replace(
        '"excellent"</text></outputEntry>',
        '"excellent"</text></outputEntry><annotationEntry><text>优秀</text></annotationEntry>',
    )

    with pytest.raises(DecisionError) as caught:
        read(annotated).evaluate({"points": 95})

    assert caught.value.message_zh == (
        "决策表“d1”要求只有一行成立，但第 2 行（良好）、第 3 行（优秀）同时成立"
    )
    assert caught.value.message_en == (
        "the table d1 allows one row to hold, but row 2 (良好), row 3 (优秀) hold together"
    )
