"""The language as a table: an expression and what it gives, both in FEEL."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import Value, compile_expression, compile_unary_tests
from engine.feel.limits import Budget
from engine.feel.text import to_text

CONTEXT: dict[str, Any] = {
    "a": 5,
    "price": 0.1,
    "text": "abc",
    "empty": None,
    "flag": True,
    "总分": 78.15,
    "成绩": [82, 59, 60],
    "persons": [{"name": "甲", "age": 30}, {"name": "乙", "age": 17}],
    "deep": {"one": {"two": 2}},
    "count": 7,
}


def written(value: Value) -> str:
    """Write a value as it would stand in a list."""
    return str(to_text([value], Budget()))[1:-1]


ARITHMETIC = [
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("10 - 2 - 3", "5"),
    ("2 ** 3 ** 2", "64"),
    ("-2 ** 2", "4"),
    ("--3", "3"),
    ("-(3)", "-3"),
    ("0.1 + 0.2", "0.3"),
    ("price * 3", "0.3"),
    ("1 / 3", "0.3333333333333333333333333333333333"),
    ("1 / 0", "null"),
    ("0 ** 0", "null"),
    ("10 ** 40", "1E+40"),
    ("1e3", "1000"),
    (".5 + 1.50", "2"),
    ("-0", "0"),
    ("1 + null", "null"),
    ('1 + "1"', "null"),
    ('"a" + "b"', '"ab"'),
    ('"a" - "b"', "null"),
    ("9999999999999999999999999999999999 + 1", "10000000000000000000000000000000000"),
    ("10 ** 6144 * 10", "null"),
    ("2 ** 0.5", "1.414213562373095048801688724209698"),
    ("总分 * 0.3", "23.445"),
]

LOGIC = [
    ("true and true", "true"),
    ("true and null", "null"),
    ("false and null", "false"),
    ("null and false", "false"),
    ("true or null", "true"),
    ("false or null", "null"),
    ("null or true", "true"),
    ('true and "x"', "null"),
    ("true or false and false", "true"),
    ("not(true)", "false"),
    ("not(null)", "null"),
    ("not(1)", "null"),
    ("flag", "true"),
    ("missing", "null"),
    ("a > 3 and missing.thing > 2", "null"),
]

COMPARISON = [
    ("1 = 1.0", "true"),
    ('1 = "1"', "null"),
    ("null = null", "true"),
    ("1 = null", "false"),
    ("1 != null", "true"),
    ('"a" < "b"', "true"),
    ("1 < null", "null"),
    ("true < false", "null"),
    ("[1, 2] = [1, 2]", "true"),
    ("[1, 2] = [1]", "false"),
    ('[1] = ["1"]', "null"),
    ("{a: 1} = {a: 1.0}", "true"),
    ("{a: 1} = {b: 1}", "false"),
    ("[1..2] = [1..2]", "true"),
    ("[1..2] = [1..2)", "false"),
    ("5 between 5 and 6", "true"),
    ("4.99 between 5 and 6", "false"),
    ("6.01 between 5 and 6", "false"),
    ("null between 5 and 6", "null"),
    ("5 in [5..6]", "true"),
    ("5 in (5..6]", "false"),
    ("5 in ]5..6]", "false"),
    ("6 in [5..6[", "false"),
    ("6 in [5..6)", "false"),
    ("5 in (1, 3, 5)", "true"),
    ("5 in (< 5, > 5)", "false"),
    ("5 in <= 5", "true"),
    ("5 in [1, 5]", "true"),
    ('"b" in ("a", "b")', "true"),
    ("null in [1..2]", "null"),
    ("null in (null)", "true"),
    ("a in (1..9) and true", "true"),
]

CONTROL = [
    ("if true then 1 else 2", "1"),
    ("if null then 1 else 2", "2"),
    ('if "x" then 1 else 2', "null"),
    ("if false then 1 else if true then 2 else 3", "2"),
    ("for i in 1..3 return i * i", "[1, 4, 9]"),
    ("for i in 3..1 return i", "[3, 2, 1]"),
    ("for i in [1..3] return i", "[1, 2, 3]"),
    ("for i in (1..3) return i", "[2]"),
    ("for i in 7 return i", "[7]"),
    ("for i in null return i", "null"),
    ("for i in 1..2, j in [10, 20] return i + j", "[11, 21, 12, 22]"),
    ("for i in 1..i return i", "null"),
    ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
    ('for d in @"2026-02-27"..@"2026-03-01" return d.day', "[27, 28, 1]"),
    ("some x in 成绩 satisfies x < 60", "true"),
    ("every x in 成绩 satisfies x >= 60", "false"),
    ("every x in [] satisfies x > 1", "true"),
    ("some i in 1..3 satisfies i = 2", "true"),
    ("every i in 1..3, j in 1..3 satisfies i + j < 7", "true"),
    ("for i in 1..3, j in i..3 return i * j", "[1, 2, 3, 4, 6, 9]"),
    ("some x in [] satisfies x > 1", "false"),
    ("some x in [1, null] satisfies x > 1", "null"),
    ('some x in [1] satisfies "x"', "null"),
    ("some x in null satisfies true", "null"),
]

COLLECTIONS = [
    ("[1, 2, 3][1]", "1"),
    ("[1, 2, 3][-1]", "3"),
    ("[1, 2, 3][0]", "null"),
    ("[1, 2, 3][4]", "null"),
    ("[1, 2, 3][1.5]", "null"),
    ("[1, 2, 3][item >= 2]", "[2, 3]"),
    ("[][item > 1]", "[]"),
    ("[][1]", "null"),
    ("5[1]", "5"),
    ("5[item > 6]", "[]"),
    ("null[1]", "null"),
    ("null[true]", "[]"),
    ("persons[age < 18].name", '["乙"]'),
    ("persons[1].name", '"甲"'),
    ("persons.age", "[30, 17]"),
    ("persons[item.age > a].name", '["甲", "乙"]'),
    ("persons[age > missing]", "[]"),
    ('[1]["x"]', "null"),
    ("deep.one.two", "2"),
    ("deep.two.one", "null"),
    ("{x: 1, y: x + 1}", "{x: 1, y: 2}"),
    ('{"a b": 1}', "{a b: 1}"),
    ('{"": 1, "1+": 2}', '{"": 1, "1+": 2}'),
    ("{a b: 1, c: a b + 1}.c", "2"),
    ("{}", "{}"),
    ("[]", "[]"),
    ("[1..3].start", "1"),
    ("(1..3].start included", "false"),
    ("(< 5).end", "5"),
    ("[3..1]", "null"),
    ('[1.."b"]', "null"),
]

FUNCTIONS = [
    ("(function(x) x + 1)(2)", "3"),
    ("(function(x: number) x)(null)", "null"),
    ('(function(x: number) x)("a")', "null"),
    ("(function(x: number) x)([5])", "5"),
    ("(function(x: list<number>) x)(5)", "[5]"),
    ("(function(x, y) x - y)(y: 1, x: 3)", "2"),
    ("(function(x) x)(z: 1)", "null"),
    ("(function() 1)()", "1"),
    ("(function(x) x)()", "null"),
    ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(5)}.r", "120"),
    ('(function(x) external {java: {class: "X"}})(1)', "null"),
    ("nothing(1)", "null"),
    ("a(1)", "null"),
    ("count([1, 2])", "2"),
    ("count", "7"),
    ("sort([1, 3, 2], function(x, y) x > y)", "[3, 2, 1]"),
]

TYPES = [
    ("1 instance of number", "true"),
    ('"1" instance of number', "false"),
    ("null instance of number", "false"),
    ("null instance of Any", "false"),
    ("1 instance of Any", "true"),
    ("null instance of Null", "true"),
    ("[1] instance of list<number>", "true"),
    ('[1, "2"] instance of list<number>', "false"),
    ("{a: 1} instance of context<a: number>", "true"),
    ("{b: 1} instance of context<a: number>", "false"),
    ("[1..2] instance of range<number>", "true"),
    ('@"P1D" instance of days and time duration', "true"),
    ('@"P1M" instance of years and months duration', "true"),
    ("function(x: number) x instance of function<number> -> number", "function"),
    ("(function(x: number) x) instance of function<number> -> number", "true"),
    ("(function(x) x) instance of function<number, number> -> Any", "false"),
    ("1 instance of unheard", "null"),
    ("1 instance of list<number>", "false"),
    ("[] instance of list<number>", "true"),
    ("null instance of list<Any>", "false"),
    ("[[1]] instance of list<list<number>>", "true"),
    ("{a: {b: 1}} instance of context<a: context<b: number>>", "true"),
    ("{a: {b: 1}} instance of context<a: context<b: string>>", "false"),
    ("{a: 1, b: 2} instance of context<a: number>", "true"),
    ("[1..2] instance of range<string>", "false"),
    ("(< 5) instance of range<number>", "true"),
    ("abs instance of function<number> -> number", "true"),
    ("abs instance of function<number, number> -> number", "false"),
    (
        "(function(x: list<number>) x) instance of function<list<number>> -> Any",
        "true",
    ),
    ('@"2026-09-01" instance of date', "true"),
    ('@"2026-09-01" instance of date and time', "false"),
    ('@"08:00:00" instance of time', "true"),
    ('@"2026-09-01T08:00:00Z" instance of date and time', "true"),
    ("true instance of boolean", "true"),
]

TEXT = [
    ('"a\\n\\"b\\"\\\\"', '"a\n\\"b\\"\\\\"'),
    ('"\\u4e2d\\U01F600"', '"中😀"'),
    ('"\\uD83D\\uDE00"', '"😀"'),
    ('"a//b"', '"a//b"'),
    ("1 // one", "1"),
    ("1 /* in\nbetween */ + 2", "3"),
    ("  =  1 + 1 ", "2"),
    ("😀名 + 1", "null"),
]


@pytest.mark.parametrize(
    ("source", "expected"),
    ARITHMETIC + LOGIC + COMPARISON + CONTROL + COLLECTIONS + FUNCTIONS + TYPES + TEXT,
)
def test_expression_gives(source: str, expected: str) -> None:
    assert written(compile_expression(source)(CONTEXT)) == expected


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("-", 1, True),
        ("", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ("5", "5", None),
        ("< 60", 59, True),
        ("< 60", 60, False),
        (">= 60", 60, True),
        ("[60..75)", 60, True),
        ("[60..75)", 75, False),
        ('"甲", "乙"', "乙", True),
        ('"甲", "乙"', "丙", False),
        ('not("甲", "乙")', "丙", True),
        ('not("甲")', "甲", False),
        ("not(null)", 1, True),
        ("null", None, True),
        ("null", 1, False),
        ("> a", 6, True),
        ("? > 5 and ? < 9", 7, True),
        ("? > 5 and ? < 9", 9, False),
        ('starts with(?, "甲")', "甲乙", True),
        ("not(? > 5) and true", 4, True),
        ("true", True, True),
        ("false", True, False),
        ("flag", "anything", True),
        ("list contains(?, 1)", [1, 2], True),
        ("[1, 2]", [1, 2], True),
        ("some x in ? satisfies x > 5", [1, 6], True),
        ('not(contains(?, "甲"))', "乙", True),
        ('contains(?, "甲"), "乙"', "乙", True),
        ("not([1..5], > 8)", 7, True),
        ("not([1..5], > 8)", 9, False),
        ("? between 1 and 5", 5, True),
        ("? instance of number", 5, True),
        ("?[1] = 5", [5], True),
        ("?.a = 5", {"a": 5}, True),
        ("(< 5)", 5, False),
        ("[1..5[", 5, False),
        ("-5", -5, True),
        ('!= "a"', "b", True),
        ("not(true)", False, True),
    ],
)
def test_unary_tests_say(source: str, value: Any, expected: bool | None) -> None:
    assert compile_unary_tests(source)(value, CONTEXT) is expected


def test_names_with_spaces_and_signs_are_read_when_known() -> None:
    expression = compile_expression(
        "exam  date.year + pass-mark - 1", names=["exam date", "pass-mark"]
    )

    value = expression({"exam date": {"year": 2026}, "pass-mark": 60})

    assert value == Decimal(2085)
    assert expression.names == {"exam date", "pass-mark"}


def test_names_are_those_an_expression_does_not_bind() -> None:
    expression = compile_expression(
        "{x: k, y: x} = f(z) and (for i in xs, j in i return i + j) = [] and xs[points > m] = []"
    )

    assert expression.names == {"k", "f", "z", "xs"}
    assert expression.possible_names == {"points", "m"}


def test_tests_do_not_count_what_they_test_as_a_name() -> None:
    assert compile_unary_tests("? > limit, [low..9]").names == {"limit", "low"}


def test_one_source_is_compiled_once() -> None:
    assert compile_expression("a + 1") is compile_expression("a + 1")
    assert compile_expression("a + 1") is compile_expression("=a + 1")


class Facts(dict[str, Any]):
    """Remembers what was looked up."""

    def __init__(self, **values: Any) -> None:
        super().__init__(values)
        self.read: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.read.append(name)
        return super().__getitem__(name)


def test_names_are_looked_up_once_and_only_when_needed() -> None:
    facts = Facts(session={"exam_date": "2026-09-01"}, enrolment={"state": "open"})

    value = compile_expression("session.exam_date + session.exam_date")(facts)

    assert value == "2026-09-012026-09-01"
    assert facts.read == ["session"]


def test_condition_decided_early_looks_no_further() -> None:
    facts = Facts(closed=False, enrolment={"state": "open"})

    assert compile_expression('closed and enrolment.state = "open"')(facts) is False
    assert facts.read == ["closed"]


def test_one_expression_serves_many_threads() -> None:
    expression = compile_expression("sum(for i in 1..n return i / 7) * 7 + exp(0)")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: expression({"n": n}), range(1, 200)))

    assert found == [expression({"n": n}) for n in range(1, 200)]
