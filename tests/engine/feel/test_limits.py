"""Expressions written to harm: each ends soon, in an error or a harmless value."""

import inspect
import sys
from decimal import Decimal

import pytest

from engine.feel import (
    FeelError,
    FeelLimit,
    FeelSyntaxError,
    Limits,
    compile_expression,
    compile_unary_tests,
    from_feel,
)

NESTED = {
    "parentheses": "(" * 500 + "1" + ")" * 500,
    "lists": "[" * 500 + "]" * 500,
    "contexts": "{a:" * 500 + "1" + "}" * 500,
    "calls": "f(" * 500 + ")" * 500,
    "filters": "a" + "[a" * 500 + "]" * 500,
    "ifs": "if a then " * 500 + "1" + " else 1" * 500,
    "fors": "for i in 1..2 return " * 400 + "1",
    "functions": "function(x) " * 400 + "1",
    "paths": "a" + ".b" * 4000,
    "called calls": "f" + "()" * 3000,
    "comparisons": "1" + "=1" * 3000,
    "types": "1 instance of " + "list<" * 500 + "number" + ">" * 500,
    "memberships": "1 in (" * 500 + "1" + ")" * 500,
    "too long": "1 + " * 5000 + "1",
    "too long text": '"' + "a" * 20_000 + '"',
    "huge number": "1e999999999",
}


@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED.keys())
def test_deep_or_long_source_is_refused(source: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (" + ".join(["1"] * 2000), Decimal(2000)),
        (" and ".join(["true"] * 1000), True),
        ("1" + " * 1" * 2000, Decimal(1)),
        ("-" * 5000 + "1", Decimal(1)),
        ("1" + "/**/" * 2000, Decimal(1)),
    ],
)
def test_long_chain_is_evaluated(source: str, expected: object) -> None:
    assert compile_expression(source)({}) == expected


DOUBLED = "{a0: [1, 1]" + "".join(f", a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 60)) + "}"
STOPPED = {
    "long loop": "for i in 1..1000000000 return i",
    "long loop down": "for i in 1000000000..1 return i",
    "huge bounds": "for i in 1..10**6000 return 1",
    "nested loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
    "quantified loop": "some i in 1..1000000000 satisfies i < 0",
    "every loop": "every i in 1..1000000000 satisfies i > 0",
    "days": 'for d in @"-999999999-01-01"..@"999999999-12-31" return d',
    "recursion": "{f: function(n) f(n + 1), r: f(1)}",
    "mutual recursion": "{f: function(g, n) g(g, n + 1), r: f(f, 1)}",
    "fibonacci": "{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(60)}.r",
    "text doubling": '{f: function(s, n) if n = 0 then s else f(s + s, n - 1), r: f("xxxx", 60)}',
    "text sum": "for i in 1..90 return if i = 1 then x else partial[-1] + partial[-1]",
    "growing texts": 'for i in 1..100000 return substring(y, 1, 900000) + "x"',
    "list doubling": "for i in 1..90 return if i = 1 then [1, 1] else "
    "concatenate(partial[-1], partial[-1])",
    "append": "for i in 1..3000 return if i = 1 then z else append(partial[-1], i)",
    "partial of partials": "for i in 1..100000 return count(flatten(partial))",
    "sort": "sort(for i in z return modulo(i * 7919, 20011), function(a, b) a < b)",
    "product of lists": "for a in z, b in z return [a, b]",
    "join": 'string join(for i in z return "a", substring(y, 1, 100000))',
    "replace grows": 'replace(y, "x", substring(y, 1, 1000))',
    "replace all": 'replace(y, "x", "xxxxx")',
    "split": 'split(y, "x")',
    "index of": "for i in z return index of(z, i)",
    "list contains": "for i in z return list contains(z, [i])",
    "distinct": "distinct values(for i in 1..5000 return [i])",
    "doubled text": f"string({DOUBLED})",
    "doubled comparison": f"{DOUBLED} = {DOUBLED}",
    "doubled flatten": f"flatten({DOUBLED}.a59)",
    "catastrophic pattern 2": 'matches(substring(y, 1, 60) + "!", "^(x|x)*$")',
    "catastrophic pattern 3": 'replace(substring(y, 1, 60) + "!", "(x|xx)+q", "")',
    "many patterns": 'for i in 1..100000 return matches(y, "x{1,50}a")',
    "long pattern": 'matches("x", substring(y, 1, 2000))',
    "upper case": "for i in 1..100000 return upper case(y)",
    "contains": 'for i in 1..100000 return contains(y, "a")',
    "read numbers": "for i in 1..1000000 return number(substring(y, 1, 10))",
    "context put": "for i in 1..100000 return context put(if i = 1 then {} else partial[-1], "
    "string(i), i)",
    "filter of filter": "z[count(z[item > 1]) > 1]",
    "lists of loops": "concatenate(" + ", ".join(["for i in 1..90000 return i"] * 3) + ")",
    "union": "union(" + ", ".join(["z"] * 30) + ")",
    "list replace": "list replace(z, function(a, b) list contains(z, -1), 1)",
    "wide lists": "for i in 1..100000 return [" + "1, " * 3000 + "1]",
    "entries": "for i in 1..100000 return get entries(w)",
    "copies": 'for i in 1..100000 return context put(w, "a", i)',
    "merges": "for i in 1..100000 return context merge([w, w])",
    "exponentials": "for i in 1..1000000 return exp(13000.5) + log(i)",
}


@pytest.mark.parametrize("source", STOPPED.values(), ids=STOPPED.keys())
def test_endless_evaluation_is_stopped(source: str) -> None:
    context: dict[str, object] = {"x": "x" * 100, "y": "x" * 900_000, "z": list(range(20_000))}
    context["w"] = {f"n{place}": place for place in range(10_000)}
    expression = compile_expression(source, limits=Limits(seconds=0.3))

    # Without the limit, each of these would run for minutes or take all memory.
    with pytest.raises(FeelLimit):
        expression(context)


HARMLESS = {
    "attribute": "x.__class__.__mro__",
    "import": '__import__("os")',
    "dunder": "__builtins__",
    "method": "x.upper()",
    "format": '"{0.__class__}"',
    "subscript": 'x["__class__"]',
    "self reference": "{a: a}.a",
    "external": '(function() external {java: {class: "java.lang.Runtime"}})()',
    "host attribute": "f.call",
    "huge power": "9 ** 9999999",
    "huge round": "decimal(1, 999999999)",
    "huge duration": '@"2026-01-01" + duration("P9999999999999999999999Y")',
    "huge date": 'date(999999999, 12, 31) + duration("P9999999Y")',
    "huge year": 'date("9999999999-01-01")',
    "huge time": '@"00:00:00" + @"PT1S" * 10**6000',
    "huge moment": '@"2026-01-01T00:00:00" + @"PT1S" * 10**6000',
    "huge index": "z[10**6000]",
    "huge sublist": "sublist(z, 1, 10**6000)",
    "digits": "number(y)",
    "zone": '@"00:00:00@../../etc/passwd"',
    "zone of null": '@"00:00:00@UTC/"',
    "bad pattern": 'matches("a", "[")',
    "lookbehind": 'matches("a", "(?<=a)")',
    "recursive pattern": 'matches("a", "(?R)")',
}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS.keys())
def test_trick_gives_null_or_nothing_of_python(source: str) -> None:
    context = {"x": "x", "y": "1" * 900_000, "z": [1, 2]}

    value = from_feel(compile_expression(source)(context))

    assert value in (None, "{0.__class__}")


@pytest.mark.parametrize("source", ["-, -", "not(", "1,,2", "?.", "(" * 200])
def test_broken_tests_are_refused(source: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(source)


def test_shared_parts_do_not_explode_in_the_result() -> None:
    value = compile_expression(DOUBLED)({})

    with pytest.raises(FeelLimit):
        from_feel(value)


@pytest.mark.parametrize(
    "source",
    [
        "for i in 1..2000 return if i = 1 then 1 else [partial[-1]]",
        "for i in 1..2000 return [partial]",
        "string(for i in 1..2000 return if i = 1 then 1 else [partial[-1]])",
    ],
)
def test_deep_results_are_refused(source: str) -> None:
    with pytest.raises(FeelLimit):
        from_feel(compile_expression(source)({}))


def test_deep_context_is_refused() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(FeelLimit):
        compile_expression("a = 1")({"a": deep})
    with pytest.raises(FeelLimit):
        compile_unary_tests("1")(deep)


def test_partial_results_never_hold_themselves() -> None:
    assert from_feel(compile_expression("for i in 1..3 return partial")({})) == [
        [],
        [[]],
        [[], [[]]],
    ]


def test_honest_work_stays_within_the_limits() -> None:
    context = {"marks": [{"points": n % 101, "room": n % 7} for n in range(20_000)]}
    text = ";".join(["x"] * 20_000)

    assert compile_expression("count(marks[points >= 60])")(context) == Decimal(8118)
    assert compile_expression("sum(marks.points)")(context) == Decimal(999_901)
    assert compile_expression("count(distinct values(marks.room))")(context) == 7
    assert compile_expression('count(split(t, ";"))')({"t": text}) == Decimal(20_000)


def test_number_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(FeelLimit):
        from_feel(compile_expression("10 ** 400")({}))


def test_deep_stack_of_the_caller_ends_in_a_limit() -> None:
    expression = compile_expression("[" * 55 + "]" * 55)

    def deeper(left: int) -> object:
        return deeper(left - 1) if left else expression({})

    with pytest.raises(FeelError):
        deeper(sys.getrecursionlimit() - len(inspect.stack()) - 40)


def test_limits_can_be_set() -> None:
    limits = Limits(steps=10)

    with pytest.raises(FeelLimit) as caught:
        compile_expression("for i in 1..5000 return i", limits=limits)({})

    assert caught.value.message_zh == "计算步数超过上限"
    assert caught.value.message_en == "the evaluation takes too many steps"
