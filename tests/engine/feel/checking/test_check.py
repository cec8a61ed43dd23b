"""The static check as a table: an expression, and where and what is found in it."""

from decimal import Decimal
from typing import Any

import pytest

from engine.feel.checking import (
    ANYTHING,
    BOOLEAN,
    DATE,
    NUMBER,
    STRING,
    Finding,
    Known,
    check_expression,
    check_unary_tests,
    context_of,
    function_of,
    list_of,
    one_of,
)

KNOWN: dict[str, Known] = {
    "total": NUMBER,
    "passed": BOOLEAN,
    "status": STRING,
    "verdict": one_of(["pass", "fail"]),
    "exam_date": DATE,
    "exam date": DATE,
    "总分": NUMBER,
    "subjects": list_of(context_of({"name": STRING, "points": NUMBER})),
    "candidate": context_of({"name": STRING, "工种": context_of({"code": STRING})}),
    "session": context_of({"id": NUMBER}, open=True),
    "answer": ANYTHING,
    "rows": list_of(),
    "double": function_of(["x"], NUMBER),
}


def workday(date: Any, n: Any = Decimal(1)) -> Any:
    return date


def codes(source: str, **options: Any) -> list[tuple[str, int, str | None]]:
    """Give code, column and suggestion of each finding."""
    found = check_expression(source, KNOWN, functions={"workday": workday}, **options)
    return [(one.code, one.column, one.suggestion) for one in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("total >= 60", []),
        ("totl >= 60", [("unknown_name", 1, "total")]),
        ("Total >= 60", [("unknown_name", 1, "total")]),
        ("exam-total = 1", [("unknown_name", 1, None)]),
        ("examdate = null", [("unknown_name", 1, "exam date")]),
        ("总份 > 60", [("unknown_name", 1, "总分")]),
        ("nothing_like_it", [("unknown_name", 1, None)]),
        ("exam date.year = 2026", []),
        ("candidate.nmae", [("unknown_member", 1, "name")]),
        ("candidate.工种.code", []),
        ("candidate.工重.code", [("unknown_member", 1, "工种")]),
        ("session.anything.at.all", []),
        ("answer.anything > 5", []),
        ("exam_date.yaer", [("unknown_member", 1, "year")]),
        ("total.x", [("unknown_member", 1, None)]),
        ("subjects.points", []),
        ("subjects.point", [("unknown_member", 1, "points")]),
        ("subjects[points > 5].name", []),
        ("subjects[point > 5]", [("unknown_name", 10, "points")]),
        ("subjects[1].points > 5", []),
        ("subjects[name > 5]", [("not_comparable", 10, None)]),
        ("rows[whatever > 5]", []),
        ("subjects[0]", [("no_position", 1, None)]),
        ("subjects[-1]", []),
        ("subjects[false]", []),
        ("status.length", [("unknown_member", 1, "count(…)")]),
        ("passed = True", [("unknown_name", 10, "true")]),
        ("status = None", [("unknown_name", 10, "null")]),
        ("[1, 2][item > totl]", [("unknown_name", 15, "total")]),
        ("{a: 1, b: a + c}.b", [("unknown_name", 15, None)]),
        ("{f: function(n) if n < 2 then 1 else f(n - 1), r: f(3)}.r", []),
        ("for i in subjects return i.pionts", [("unknown_member", 26, "points")]),
        ("for i in 1..3 return i + partial[-1]", []),
        ("some s in subjects satisfies s.points > 60", []),
        ("every s in subjects satisfies s.points", [("never_boolean", 31, None)]),
    ],
)
def test_names_and_members_are_known(source: str, expected: list[Any]) -> None:
    assert codes(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('total = "60"', [("not_comparable", 1, None)]),
        ('verdict = "pass"', []),
        ('verdict = "pas"', [("not_a_choice", 1, "pass")]),
        ('"nothing" != verdict', [("not_a_choice", 1, None)]),
        ('verdict in ("fail", "passed")', [("not_a_choice", 21, "pass")]),
        ('verdict in ["fail", "passed"]', []),
        ('(if passed then verdict else status) = "pas"', []),
        ('verdict + "" = "pas"', []),
        ('"a" = "b"', []),
        ("status > 60", [("not_comparable", 1, None)]),
        ("total != null", []),
        ("answer = 5", []),
        ("passed > true", [("not_comparable", 1, None)]),
        ("answer > passed", [("not_ordered", 1, None)]),
        ("total < {a: 1}", [("not_comparable", 1, None)]),
        ("status + 1", [("no_arithmetic", 1, None)]),
        ('status + "1"', []),
        ("status * 2", [("no_arithmetic", 1, None)]),
        ("answer * status", [("no_arithmetic", 10, None)]),
        ("passed + 1", [("no_arithmetic", 1, None)]),
        ("-passed", [("no_arithmetic", 1, None)]),
        ("-total", []),
        ('exam_date + @"P1D"', []),
        ("exam_date + 1", [("no_arithmetic", 1, None)]),
        ('exam_date - @"2026-01-01" > @"P5D"', []),
        ("(1 + total + status) > 5", [("no_arithmetic", 2, None)]),
        ("total and passed", [("never_boolean", 1, None)]),
        ("passed and status", [("never_boolean", 12, None)]),
        ("answer or passed", []),
        ('if "yes" then 1 else 2', [("never_boolean", 4, None)]),
        ("if total then 1 else 2", [("never_boolean", 4, None)]),
        ("if total > 5 then 1 else status", []),
        ("(if passed then 1 else status) + 1", []),
        ("total between 1 and status", [("not_comparable", 21, None)]),
        ("total in [1..5]", []),
        ('total in ("a", "b")', [("not_comparable", 11, None), ("not_comparable", 16, None)]),
        ('status in ["a", "b"]', []),
        ('total in [@"2026-01-01"..@"2026-02-01"]', [("not_comparable", 10, None)]),
        ('[1.."b"]', [("not_comparable", 1, None)]),
        ("[total..null]", []),
        ("answer instance of number", []),
    ],
)
def test_kinds_fit_their_operators(source: str, expected: list[Any]) -> None:
    assert codes(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("sum(subjects.points) > 60", []),
        ("summ(subjects.points)", [("unknown_function", 1, "sum")]),
        ("len(subjects)", [("unknown_function", 1, "count")]),
        ("IF(passed, 1, 2)", [("unknown_function", 1, "if … then … else …")]),
        ("status.trim()", [("unknown_member", 1, None)]),
        ("uppercase(status)", [("unknown_function", 1, "upper case")]),
        ("upper case(total)", [("wrong_argument_kind", 12, None)]),
        ("upper case([status])", []),
        ("upper case()", [("wrong_argument_count", 1, None)]),
        ("substring(status)", [("wrong_argument_count", 1, None)]),
        ("substring(status, 1, 2, 3)", [("wrong_argument_count", 1, None)]),
        ("substring(string: status, start position: 2)", []),
        ("substring(string: status, begin: 2)", [("unknown_argument", 1, None)]),
        ("substring(strng: status, start position: 2)", [("unknown_argument", 1, "string")]),
        ("substring(string: status)", [("missing_argument", 1, None)]),
        ("date(2026, 1, 1) = exam_date", []),
        ('date(2026, 1, 1) = "2026-01-01"', [("not_comparable", 1, None)]),
        ("count(subjects) = status", [("not_comparable", 1, None)]),
        ("max(subjects.points) + 1", []),
        ("concatenate([1], 2, [3])", []),
        ("number(status) > 5", []),
        ("workday(exam_date, 5)", []),
        ("workday(exam_date, 5, 6)", [("wrong_argument_count", 1, None)]),
        ("workday(date: exam_date, m: 5)", [("unknown_argument", 1, None)]),
        ("workdy(exam_date)", [("unknown_function", 1, "workday")]),
        ("double(2) + 1", []),
        ("double(2, 3)", [("wrong_argument_count", 1, None)]),
        ("double(y: 2)", [("unknown_argument", 1, None)]),
        ("total(2)", [("not_a_function", 1, None)]),
        ('"text"(2)', [("not_a_function", 1, None)]),
        ("answer(2)", []),
        ("(function(x) x + 1)(2, 3)", [("wrong_argument_count", 1, None)]),
        ("sort(subjects, function(a, b) a.points < b.points)", []),
        ("not(total)", []),
    ],
)
def test_calls_fit_their_functions(source: str, expected: list[Any]) -> None:
    assert codes(source) == expected


@pytest.mark.parametrize(
    ("source", "expects", "expected"),
    [
        ("total", "boolean", [("never_boolean", 1, None)]),
        ("total > 5", "boolean", []),
        ("answer", "boolean", []),
        ("null", "boolean", []),
        ("status", "number", [("wrong_result", 1, None)]),
        ("subjects", "list", []),
    ],
)
def test_result_is_of_the_expected_kind(source: str, expects: str, expected: list[Any]) -> None:
    assert codes(source, expects=expects) == expected


def test_names_need_not_be_complete() -> None:
    assert codes("other > 5 and status > 5", complete=False) == [("not_comparable", 15, None)]
    assert codes("other(5)", complete=False) == []
    assert codes("sqrt(5, 6)", complete=False) == [("wrong_argument_count", 1, None)]
    assert codes("rows[sqrt(5, 6) > x]") == [("wrong_argument_count", 6, None)]


def test_finding_says_where_and_what() -> None:
    assert check_expression("=total > 5 and\n  totl.x < 3", KNOWN) == [
        Finding(
            code="unknown_name",
            line=2,
            column=3,
            source="totl",
            message_zh="没有名为“totl”的变量，是否指“total”？",
            message_en="there is no variable totl, did you mean total?",
            suggestion="total",
        )
    ]


def test_source_that_is_no_feel_is_one_finding() -> None:
    assert check_expression("=total >", KNOWN) == [
        Finding("syntax", 1, 9, "", "此处应为一个值", "expected a value")
    ]


@pytest.mark.parametrize(
    ("source", "tested", "expected"),
    [
        ("-", NUMBER, []),
        ("< 60", NUMBER, []),
        ("< 60", STRING, ["not_comparable"]),
        ("[60..75)", NUMBER, []),
        ("[60..75)", STRING, ["not_comparable"]),
        ('"a", "b"', STRING, []),
        ('"a", "b"', NUMBER, ["not_comparable", "not_comparable"]),
        ('not("a")', NUMBER, ["not_comparable"]),
        ("> totl", NUMBER, ["unknown_name"]),
        ("? > 5 and ? < total", NUMBER, []),
        ("? + 1", NUMBER, ["never_boolean"]),
        ('starts with(?, "a")', NUMBER, ["wrong_argument_kind"]),
        ("null", NUMBER, []),
        ("passed", NUMBER, []),
        ("< 60", ANYTHING, []),
        ("1,,2", NUMBER, ["syntax"]),
    ],
)
def test_cells_fit_their_input(source: str, tested: Known, expected: list[str]) -> None:
    assert [one.code for one in check_unary_tests(source, KNOWN, tested=tested)] == expected
