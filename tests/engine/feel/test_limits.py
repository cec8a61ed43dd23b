"""Expressions written to harm: each ends soon, in an error or a harmless value."""

import inspect
import sys
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

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
    "quantified": "some a in [1] satisfies " * 300 + "true",
    "betweens": "1 between " * 300 + "1",
    "ranges": "[" * 200 + "1" + "..2]" * 200,
    "named arguments": "f(a: " * 300 + "1" + ")" * 300,
    "typed functions": "function(a: " + "list<" * 300 + "number" + ">" * 300 + ") a",
    "broken function type": "1 instance of function<" + "list<" * 300,
    "unclosed comment": "1 + /*" * 900,
    "unclosed text": '"' + "\\\\" * 2000 + '\\"',
    "blanks in an argument": "f(" * 50 + "a" + " " * 9000,
    "blanks in a key": "{a:" * 50 + "{a" + " " * 9000,
    "blanks in an iterator": "for a" + " " * 9000,
    "blanks in a parameter": "function(a" + " " * 9000,
    "blanks in a type": "1 instance of context<a" + " " * 9000,
    "words of other languages": "not " * 2400,
    "zero width name": "\u200b",
    "right to left mark": "a \u202e b",
    "lone surrogate": "\ud800",
    "nul": "a \x00 b",
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
    "powers": "for i in 1..1000000 return 1.0000001 ** 9998.7",
    "long fractions": "for i in 1..1000000 return decimal(1 / 3, 6000) + round up(1 / i, 6100)",
    "roots": "for i in 1..1000000 return sqrt(10 ** 6000 + i)",
    "eight iterators": "for a in z, b in z, c in z, d in z, e in z, f in z, g in z return 1",
    "iterators of iterators": "for a in 1..400, b in (for c in 1..400 return c) return b",
    "every pair": "every a in z, b in z satisfies a + b >= 0",
    "range of ranges": "count(for i in 1..10000 return for j in 1..10000 return j)",
    "recursion of a sort": "{f: function(a, b) count(sort([2, 1], f)) > 0, r: sort([2, 1], f)}.r",
    "recursion of a list replace": "{f: function(a, b) count(list replace([1], f, 0)) > 0, "
    "r: list replace([1], f, 0)}.r",
    "recursion in a filter": "{f: function(n) [1, 2][f(n + 1) > 0], r: f(1)}.r",
    "recursion in a loop": "{f: function(n) for i in 1..2 return f(n + 1), r: f(1)}.r",
    "recursion by name": "{f: function(n) f(n: n + 1), r: f(n: 1)}.r",
    "recursion of a context": "{f: function(c) f({c: c}), r: f({})}.r",
    "ackermann": "{a: function(m, n) if m = 0 then n + 1 else if n = 0 then a(m - 1, 1) "
    "else a(m - 1, a(m, n - 1)), r: a(3, 9)}.r",
    "sort that works": "sort(z, function(a, b) sum(for i in 1..1000 return i) > a - b)",
    "sort that grows": 'sort(z, function(a, b) string length(substring(y, 1, 90000) + "x") > 0)',
    "replace doubles": '{f: function(s, n) if n = 0 then s else f(replace(s, "x", "xx"), n - 1), '
    'r: f("xxxx", 60)}.r',
    "join doubles": "{f: function(s, n) if n = 0 then s else f(string join([s, s]), n - 1), "
    'r: f("xxxx", 60)}.r',
    "list replace doubles": "{f: function(l, n) if n = 0 then l else "
    "f(flatten(list replace(l, 1, l)), n - 1), r: string(f([1, 1], 90))}.r",
    "insert doubles": "{f: function(l, n) if n = 0 then l else "
    "f(flatten(insert before(l, 1, l)), n - 1), r: f([1, 1], 60)}.r",
    "strings of everything": "for i in z return string(z)",
    "splits of everything": 'for i in z return split(substring(y, 1, 9000), "x")',
    "numbers of everything": 'for i in 1..100000 return number("1e6144") + i',
    "catastrophic pattern 1": 'matches(substring(y, 1, 5000) + "!", "((x|xx)+)+y")',
    "catastrophic pattern 4": 'matches(substring(y, 1, 5000) + "!", "^(([a-z])+.)+[A-Z]$")',
    "catastrophic pattern 5": 'split(substring(y, 1, 5000), "(x+x+)+y")',
    "catastrophic pattern 6": 'matches(substring(y, 1, 5000) + "!", "(\\w+\\s?)*$")',
    "pattern written out": 'matches("x", "a{1000000000}")',
    "pattern written out twice": 'matches("x", "((a{100}){100}){100}")',
    "pattern written out with blanks": 'matches("x", "a{1000 000}", "x")',
    "equal lists": "for i in z return z = z",
    "memberships": "for i in z return -1 in z",
    "merges of merges": "for i in 1..100000 return context merge([if i = 1 then w else "
    "partial[-1], {a: i}])",
    "last days": 'for i in 1..1000000 return @"2026-01-31" + @"P1M" * i',
    "zones": 'for i in 1..1000000 return @"2026-01-31T00:00:00@Asia/Shanghai" + @"PT1S" * i',
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
    "class of a number": "(1).__class__",
    "class of a list": "{l: z.__class__}.l[1]",
    "class of a context": "{a: 1}.__class__",
    "class of a function": "(function(x) x).__class__",
    "scope of a function": "(function(x) x).scope",
    "body of a function": "(function(x) x).body",
    "signatures of a function": "abs.signatures",
    "globals of a function": "abs.call.__globals__",
    "slots of a duration": '@"P1D".amount',
    "method of a date": '@"2026-01-01".to_python',
    "days of a date": '@"2026-01-01".days',
    "operator of a range": "(< 5).operator",
    "method of a context": "{a: 1}.get",
    "keys of a context": "{a: 1}.keys",
    "value by a private name": 'get value({a: 1}, "__class__")',
    "call of a private name": "x.__class__()",
    "call of a method": 'x.format("a")',
    "entry of a private name": "{__class__: null}.__class__",
    "full-width call": "ｅｖａｌ(1)",
    "letter of another script": "сlass",
    "exec": 'exec("1")',
    "open": 'open("/etc/passwd")',
    "getattr": 'getattr(x, "upper")',
    "huge negative power": "10 ** -99999999",
    "root of a negative power": "(-1) ** 0.5",
    "division by a tiny number": "10 ** 6000 / 10 ** -6000",
    "huge modulo": "modulo(10 ** 6144, 10 ** -6144)",
    "huge scale": "floor(1, 10 ** 6000)",
    "huge second": "time(1, 1, 10 ** 6000)",
    "huge day": "date(10 ** 6000, 1, 1)",
    "huge year of months": '@"2026-01-01" + @"P1Y" * 10 ** 20',
    "huge item": "z[-(10 ** 6000)]",
    "huge range text": 'range("[1..1e9999999]")',
    "long range text": "range(y)",
    "long date": "date(y)",
    "long duration": 'duration("P" + y + "D")',
    "code in a range": 'range("[x..y]")',
    "call in a range": 'range("[string join(z)..2]")',
    "inline flags": 'matches("a", "(?i)A")',
    "conditional pattern": 'matches("a", "(?(1)a|b)")',
}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS.keys())
def test_trick_gives_null_or_nothing_of_python(source: str) -> None:
    context = {"x": "x", "y": "1" * 900_000, "z": [1, 2]}

    value = from_feel(compile_expression(source)(context))

    assert value in (None, "{0.__class__}")


def test_corpus_is_as_large_as_promised() -> None:
    assert len(NESTED) + len(STOPPED) + len(HARMLESS) >= 80


# What broke the server, or would, without each of the limits.
EACH_LIMIT: dict[str, tuple[str, dict[str, Any]]] = {
    "source_length": ("1" + " + 1" * 30, {}),
    "nesting": ("((((((1))))))", {}),
    "steps": ("for i in 1..5000 return i", {}),
    "seconds": ("for i in 1..20000 return i", {}),
    "text_length": ("s + s", {"s": "x" * 60}),
    "list_length": ("concatenate(l, l)", {"l": list(range(60))}),
    "result_size": ("for i in 1..60 return [i, i]", {}),
    "result_depth": ("[[[[[[[[[[[[1]]]]]]]]]]]]", {}),
    "recursion": ("{f: function(n) if n = 0 then 0 else f(n - 1), r: f(50)}.r", {}),
    "pattern_length": ('matches("x", p)', {"p": "x" * 200}),
    "pattern_size": ('matches("x", "x{200}")', {}),
    "pattern_seconds": ('matches(s, "^(x+x+)+y")', {"s": "x" * 5000}),
}
TIGHT: dict[str, Any] = {
    "source_length": 100,
    "nesting": 5,
    "steps": 1000,
    "seconds": -1.0,
    "text_length": 100,
    "list_length": 100,
    "result_size": 100,
    "result_depth": 10,
    "recursion": 10,
    "pattern_length": 100,
    "pattern_size": 100,
    "pattern_seconds": 0.01,
}


def test_each_limit_has_its_case() -> None:
    assert EACH_LIMIT.keys() == TIGHT.keys() == {field.name for field in fields(Limits)}


@pytest.mark.parametrize("name", EACH_LIMIT)
def test_each_limit_stops_what_grows_beyond_it(name: str) -> None:
    source, context = EACH_LIMIT[name]
    wide = Limits(nesting=100, pattern_seconds=60.0) if name != "pattern_seconds" else Limits()
    tight = replace(wide, **{name: TIGHT[name]})

    with pytest.raises(FeelError):
        from_feel(compile_expression(source, limits=tight)(context), tight)
    if name != "pattern_seconds":
        from_feel(compile_expression(source, limits=wide)(context), wide)


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
