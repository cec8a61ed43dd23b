"""The designer's tester: values, reasons of nulls, hints and limits."""

from typing import Any

import pytest

from engine.feel.trial import TRIAL_LIMITS, Trial, try_expression


def remarks(tried: Trial) -> list[tuple[str, int | None, int | None, str, str]]:
    return [(r.kind, r.line, r.column, r.source, r.message_en) for r in tried.remarks]


@pytest.mark.parametrize(
    ("source", "data", "kind", "value", "text"),
    [
        ("0.1 + 0.2", {}, "number", 0.3, "0.3"),
        ("exam date + 1", {"exam date": 2}, "number", 3, "3"),
        ("总 分 / 2", {"总 分": 5}, "number", 2.5, "2.5"),
        ("a.exam date", {"a": [{"exam date": "x"}]}, "list", ["x"], '["x"]'),
        ('@"P1D" * 2', {}, "days and time duration", "P2D", '@"P2D"'),
        ("[1..3)", {}, "range", "[1..3)", "[1..3)"),
        ("function(x) x", {}, "function", None, "function"),
        ("= 1", {}, "number", 1, "1"),
    ],
)
def test_value_kind_and_how_feel_writes_it(
    source: str, data: dict[str, Any], kind: str, value: Any, text: str
) -> None:
    assert try_expression(source, data) == Trial(True, kind, value, text)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 / 0", [("null", 1, 1, "1 / 0", "it divides by zero")]),
        (
            '[1, x.c,\n {d: 1 + "x", e: [null]}]',
            [
                ("null", 1, 5, "x.c", "a context has no c"),
                ("null", 2, 6, '1 + "x"', "+ has no meaning for number and string"),
                ("null", 2, 19, "null", "it is null as written"),
            ],
        ),
        (
            "if totl then 1 else 2",
            [("hint", 1, 4, "totl", "there is no variable totl, did you mean total?")],
        ),
        ("for i in [null] return i", []),
    ],
)
def test_each_null_and_hint_has_its_place(source: str, expected: list[Any]) -> None:
    tried = try_expression(source, {"x": {"cc": 1}, "total": 3})

    assert (tried.evaluated, remarks(tried)) == (True, expected)


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        ("1 +", (1, 4), "expected a value"),
        ("", (1, 1), "expected a value"),
        ("for i in 1..9999999 return i", (None, None), "a list grows too long"),
        ("[" * 100, (1, 61), "the expression is nested too deeply"),
    ],
)
def test_what_cannot_be_evaluated_says_why(
    source: str, place: tuple[int | None, int | None], message: str
) -> None:
    tried = try_expression(source, {})

    (one,) = tried.remarks
    assert (tried.evaluated, tried.value, one.kind) == (False, None, "error")
    assert ((one.line, one.column), one.message_en) == (place, message)


def nested(depth: int) -> dict[str, Any]:
    outer: dict[str, Any] = {}
    inner = outer
    for _ in range(depth):
        inner["a"] = {}
        inner = inner["a"]
    return outer


def test_data_without_end_are_told() -> None:
    tried = try_expression("a", {"a": nested(3000)})

    assert remarks(tried) == [("error", None, None, "", "the data are nested too deeply")]


def test_many_names_in_data_cost_little() -> None:
    data = {f"name {number}": number for number in range(5000)}

    tried = try_expression("name 7 + totl", {**data, "total": 1})

    assert [one.kind for one in tried.remarks] == ["null"]


def test_reasons_are_bounded() -> None:
    tried = try_expression(f"[{', '.join(['null'] * 300)}]", {})

    assert len(tried.remarks) == 50
    assert TRIAL_LIMITS.seconds <= 1
