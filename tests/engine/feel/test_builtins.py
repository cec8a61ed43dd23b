"""The built-in functions as a table: a call and what it gives, both in FEEL."""

import pytest

from engine.feel import compile_expression
from engine.feel.builtins import BUILTINS
from engine.feel.limits import Budget
from engine.feel.text import to_text

CONVERSIONS = [
    ('date("2026-09-01")', '@"2026-09-01"'),
    ('date("2026-13-01")', "null"),
    ('date("2026-9-1")', "null"),
    ("date(2024, 2, 29)", '@"2024-02-29"'),
    ("date(2026, 2, 29)", "null"),
    ("date(2026, 1.5, 1)", "null"),
    ('date("-0044-03-15").year', "-44"),
    ('date(date and time("2026-09-01T10:00:00"))', '@"2026-09-01"'),
    ('time("08:30:00")', '@"08:30:00"'),
    ('time("08:30:00.50+08:00")', '@"08:30:00.5+08:00"'),
    ('time("24:00:00")', "null"),
    ('time("08:30:00@Asia/Shanghai")', '@"08:30:00@Asia/Shanghai"'),
    ('time("08:30:00@No/Where")', "null"),
    ("time(8, 30, 0)", '@"08:30:00"'),
    ('time(8, 30, 0, duration("PT8H"))', '@"08:30:00+08:00"'),
    ("time(8, 30, 0, null)", '@"08:30:00"'),
    ("time(25, 0, 0)", "null"),
    ('date and time("2026-09-01T08:30:00")', '@"2026-09-01T08:30:00"'),
    ('date and time("2026-09-01")', '@"2026-09-01T00:00:00"'),
    ('date and time(@"2026-09-01", @"08:30:00Z")', '@"2026-09-01T08:30:00Z"'),
    ("date and time(2026, 9, 1, 8, 30, 0)", '@"2026-09-01T08:30:00"'),
    ('duration("P1Y2M")', '@"P1Y2M"'),
    ('duration("-P1D")', '@"-P1D"'),
    ('duration("PT90S")', '@"PT1M30S"'),
    ('duration("PT0S")', '@"PT0S"'),
    ('duration("P1Y1D")', "null"),
    ('duration("P")', "null"),
    ('years and months duration(@"2026-01-31", @"2026-03-30")', '@"P1M"'),
    ('number("1,234.5", ",", ".")', "1234.5"),
    ('number("1 234,5", " ", ",")', "1234.5"),
    ('number("1", ",", ",")', "null"),
    ('number("一")', "null"),
    ('number(from: "-1.50")', "-1.5"),
    ("string(1.50)", '"1.5"'),
    ("string(null)", "null"),
    ('string([1, "a", {b: null}, @"P1D"])', '"[1, \\"a\\", {b: null}, @\\"P1D\\"]"'),
    ('range("[1..3)")', "[1..3)"),
    ('range("[a..3)")', "null"),
    ('range("1")', "null"),
]

STRINGS = [
    ('substring("职业技能", 2)', '"业技能"'),
    ('substring("职业技能", -2, 1)', '"技"'),
    ('substring("abc", 0)', "null"),
    ('substring("abc", 4)', "null"),
    ('string length("鉴定😀")', "3"),
    ('upper case("aß")', '"ASS"'),
    ('lower case("ABC")', '"abc"'),
    ('substring before("2026-001", "-")', '"2026"'),
    ('substring before("abc", "x")', '""'),
    ('substring after("2026-001", "-")', '"001"'),
    ('substring after("abc", "")', '"abc"'),
    ('contains("abc", "b")', "true"),
    ('contains(null, "b")', "null"),
    ('starts with("abc", "ab")', "true"),
    ('ends with("abc", "bc")', "true"),
    ('string join(["a", null, "b"], "、")', '"a、b"'),
    ('string join(["a", "b"])', '"ab"'),
    ('string join(["a", "b"], ",", "[", "]")', '"[a,b]"'),
    ('string join([1], ",")', "null"),
    ('matches("A-001", "^[A-Z]-\\d{3}$")', "true"),
    ('matches("abc", "B", "i")', "true"),
    ('matches("abc", "b", "k")', "null"),
    ('matches("abc", "(")', "null"),
    ('matches("abc", "(?=b)")', "null"),
    ('replace("abcabc", "b", "x")', '"axcaxc"'),
    ('replace("abc", "(b)", "[$1$1]")', '"a[bb]c"'),
    ('replace("a.c", ".", "x", "q")', '"axc"'),
    ('replace("abc", "x*", "-")', "null"),
    ('replace("abc", "b", "$")', "null"),
    ('replace("abc", "b", "\\\\$")', '"a$c"'),
    ('split("a;b;;c", ";")', '["a", "b", "", "c"]'),
]

LISTS = [
    ("list contains([1, null], null)", "true"),
    ("list contains([1, 2], 3)", "false"),
    ("count([])", "0"),
    ("count(5)", "1"),
    ("count(null)", "null"),
    ("min([3, 1, 2])", "1"),
    ("max(3, 1, 2)", "3"),
    ("min([])", "null"),
    ('min([1, "a"])', "null"),
    ('max([@"2026-01-01", @"2026-02-01"])', '@"2026-02-01"'),
    ("sum([0.1, 0.2])", "0.3"),
    ("sum([])", "null"),
    ("sum(1, 2, 3)", "6"),
    ('sum([@"P1D", @"PT12H"])', '@"P1DT12H"'),
    ("mean([82, 59, 60])", "67"),
    ("median([82, 59, 60])", "60"),
    ("median([1, 2])", "1.5"),
    ("median([])", "null"),
    ("stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931"),
    ("stddev([1])", "null"),
    ("mode([6, 3, 9, 6, 6, 3])", "[6]"),
    ("mode([])", "[]"),
    ("product([2, 3, 4])", "24"),
    ("all([true, null])", "null"),
    ("all([])", "true"),
    ("any([false, true])", "true"),
    ("any([])", "false"),
    ("all(true, false)", "false"),
    ("sublist([1, 2, 3], 2)", "[2, 3]"),
    ("sublist([1, 2, 3], -2, 1)", "[2]"),
    ("sublist([1, 2, 3], 0)", "null"),
    ("append([1], 2, 3)", "[1, 2, 3]"),
    ("concatenate([1], [2, 3], 4)", "[1, 2, 3, 4]"),
    ("insert before([1, 3], 2, 2)", "[1, 2, 3]"),
    ("insert before([1, 3], 3, 2)", "null"),
    ("remove([1, 2, 3], -1)", "[1, 2]"),
    ("reverse([1, 2])", "[2, 1]"),
    ("index of([1, 2, 1], 1)", "[1, 3]"),
    ("union([1, 2], [2, 3])", "[1, 2, 3]"),
    ("distinct values([1, 1.0, [1], [1], null, null])", "[1, [1], null]"),
    ('distinct values([1, "1"])', '[1, "1"]'),
    ("flatten([1, [2, [3, []]]])", "[1, 2, 3]"),
    ("sort([3, 1, 2])", "[1, 2, 3]"),
    ('sort([1, "a"])', "null"),
    ("sort([1, 2], function(x, y) 5)", "null"),
    ("list replace([1, 2], 2, 9)", "[1, 9]"),
    ("list replace([1, 2, 3], function(item, new) item > 1, 9)", "[1, 9, 9]"),
    ("list replace([1, 2], 3, 9)", "null"),
]

NUMBERS = [
    ("decimal(2.5, 0)", "2"),
    ("decimal(1 / 3, 2)", "0.33"),
    ("decimal(1, null)", "null"),
    ("floor(-1.5)", "-2"),
    ("floor(1.56, 1)", "1.5"),
    ("ceiling(1.2)", "2"),
    ("ceiling(1.2, null)", "null"),
    ("round up(5.5, 0)", "6"),
    ("round down(-5.5, 0)", "-5"),
    ("round half up(2.5, 0)", "3"),
    ("round half up(77.45, 1)", "77.5"),
    ("round half down(2.5, 0)", "2"),
    ("round half up(1234, -2)", "1200"),
    ("abs(-1)", "1"),
    ('abs(@"-P1D")', '@"P1D"'),
    ("modulo(-12, 5)", "3"),
    ("modulo(12, 0)", "null"),
    ("sqrt(16)", "4"),
    ("sqrt(-1)", "null"),
    ("log(0)", "null"),
    ("exp(0)", "1"),
    ("exp(20000)", "null"),
    ("odd(3)", "true"),
    ("even(2.5)", "null"),
]

DATES = [
    ('@"2026-01-31" + @"P1M"', '@"2026-02-28"'),
    ('@"2024-02-29" - @"P1Y"', '@"2023-02-28"'),
    ('@"2026-09-01" + @"P5D"', '@"2026-09-06"'),
    ('@"2026-09-06" - @"2026-09-01"', '@"P5D"'),
    ('@"2026-09-01T08:00:00Z" - @"2026-09-01T08:00:00+08:00"', '@"PT8H"'),
    ('@"2026-09-01T08:00:00" - @"2026-09-01T08:00:00Z"', "null"),
    ('@"23:30:00" + @"PT1H"', '@"00:30:00"'),
    ('@"P1D" * 2.5', '@"P2DT12H"'),
    ('@"P1Y" / 2', '@"P6M"'),
    ('@"P1D" / @"PT6H"', "4"),
    ('@"P1D" + @"P1M"', "null"),
    ('@"2026-09-01" < @"2026-09-02"', "true"),
    ('@"2026-09-01T00:00:00Z" = @"2026-09-01T08:00:00+08:00"', "true"),
    ('@"2026-09-01T08:00:00@Asia/Shanghai" = @"2026-09-01T00:00:00Z"', "true"),
    ('@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H"', '@"2026-03-29T03:30:00@Europe/Paris"'),
    ('@"2026-09-01".weekday', "2"),
    ('@"2026-09-01T08:30:15".minute', "30"),
    ('@"2026-09-01T08:30:15+08:00".time offset', '@"PT8H"'),
    ('@"2026-09-01T08:30:15".time offset', "null"),
    ('@"08:30:00@Asia/Shanghai".timezone', '"Asia/Shanghai"'),
    ('@"P1Y2M".months', "2"),
    ('@"-P1DT2H".hours', "-2"),
    ('@"P1D".years', "null"),
    ('day of year(@"2026-12-31")', "365"),
    ('day of week(@"2026-09-01")', '"Tuesday"'),
    ('month of year(@"2026-09-01")', '"September"'),
    ('week of year(@"2027-01-01")', "53"),
    ('@"10:30:00.4" = @"10:30:00.9"', "true"),
    ('@"10:30:00.4" < @"10:30:00.9"', "false"),
    ('@"10:30:00.9" = @"10:30:01"', "false"),
    ('@"1969-12-31T23:59:59.5Z" = @"1969-12-31T23:59:59.1Z"', "true"),
    ('@"2026-09-01T00:00:00.9" - @"2026-09-01T00:00:00.4"', '@"PT0.5S"'),
    ('@"bad"', "null"),
]

RANGES = [
    ("before(1, 10)", "true"),
    ("before([1..10), 10)", "true"),
    ("before([1..10], 10)", "false"),
    ("after([5..10], [1..4])", "true"),
    ("meets([1..5], [5..10])", "true"),
    ("met by([5..10], [1..5])", "true"),
    ("overlaps([1..5], [3..8])", "true"),
    ("overlaps before([1..5], [3..8])", "true"),
    ("overlaps after([3..8], [1..5])", "true"),
    ("finishes(10, [1..10])", "true"),
    ("finished by([1..10], 10)", "true"),
    ("includes([1..10], 5)", "true"),
    ("includes([1..10], [2..20])", "false"),
    ("during(5, [1..10])", "true"),
    ("starts(1, [1..10])", "true"),
    ("started by([1..10], 1)", "true"),
    ("coincides([1..2], [1..2])", "true"),
    ("coincides(1, 1)", "true"),
    ("meets(1, 2)", "null"),
    ('before(1, "a")', "null"),
]

CONTEXTS = [
    ('get value({a: 1}, "a")', "1"),
    ('get value({a: 1}, "b")', "null"),
    ("get entries({a: 1})", '[{key: "a", value: 1}]'),
    ('context([{key: "a", value: 1}])', "{a: 1}"),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "null"),
    ('context put({a: 1}, "b", 2)', "{a: 1, b: 2}"),
    ('context put({a: {b: 1}}, ["a", "c"], 2)', "{a: {b: 1, c: 2}}"),
    ('context put({a: 1}, ["a", "c"], 2)', "null"),
    ("context merge([{a: 1}, {a: 2, b: 3}])", "{a: 2, b: 3}"),
    ('is(@"08:00:00Z", @"08:00:00+00:00")', "true"),
    ('is(@"2026-09-01", @"2026-09-01T00:00:00")', "false"),
]


@pytest.mark.parametrize(
    ("source", "expected"),
    CONVERSIONS + STRINGS + LISTS + NUMBERS + DATES + RANGES + CONTEXTS,
)
def test_call_gives(source: str, expected: str) -> None:
    value = compile_expression(source)({})

    assert str(to_text([value], Budget()))[1:-1] == expected


def test_every_builtin_of_dmn_is_there() -> None:
    # Source: DMN 1.5, section 10.3.4.
    wanted = """
        date|time|date and time|duration|years and months duration|number|string|range|not|is
        substring|string length|upper case|lower case|substring before|substring after|replace
        contains|starts with|ends with|matches|split|string join|list contains|list replace|count
        min|max|sum|mean|all|any|sublist|append|concatenate|insert before|remove|reverse|index of
        union|distinct values|flatten|product|median|stddev|mode|sort|decimal|floor|ceiling
        round up|round down|round half up|round half down|abs|modulo|sqrt|log|exp|odd|even
        day of year|day of week|month of year|week of year|now|today|before|after|meets|met by
        overlaps|overlaps before|overlaps after|finishes|finished by|includes|during|starts
        started by|coincides|get value|get entries|context|context put|context merge
    """

    names = {name.strip() for line in wanted.splitlines() for name in line.split("|")} - {""}

    assert names - BUILTINS.keys() == set()
