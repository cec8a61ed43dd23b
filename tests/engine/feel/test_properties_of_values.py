"""Properties that hold for all values, tried on generated ones."""

import datetime
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from engine.feel import FeelError, compile_expression, compile_unary_tests, from_feel, to_feel
from engine.feel.builtins import BUILTINS
from engine.feel.calendar import civil_from_days, days_from_civil
from engine.feel.checking import (
    NUMBER,
    STRING,
    check_expression,
    check_unary_tests,
    context_of,
    list_of,
)
from engine.feel.limits import Budget
from engine.feel.numbers import DECIMALS, number_text
from engine.feel.scope import Run
from engine.feel.text import to_text
from engine.feel.timers import as_duration

HUGE = st.sampled_from([Decimal("1E+6144"), Decimal("-1E+6144"), Decimal("1E-6143"), Decimal(0)])
PATTERNS = st.text("ab(){}[]^$*+?|\\\\d1,.-", max_size=12)
NUMBERS = st.decimals(-(10**12), 10**12, places=4, allow_nan=False)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.dates(),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999)),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["a", "名", "a b", "+"]), inner, max_size=4),
    ),
    max_leaves=10,
)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_sums_are_exact(a: Decimal, b: Decimal, c: Decimal) -> None:
    context = {"a": a, "b": b, "c": c}

    assert compile_expression("a + b - b")(context) == a
    assert compile_expression("a * c + b * c = (a + b) * c")(context) is True
    assert compile_expression("(a < b) = (b > a)")(context) is True


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_floats_survive_the_way_in_and_out(number: float) -> None:
    assert float(from_feel(to_feel(number))) == number


@given(NUMBERS)
def test_numbers_read_back_as_written(number: Decimal) -> None:
    assert compile_expression(number_text(number))({}) == DECIMALS.plus(number)


@given(JSON)
def test_values_read_back_as_written(value: Any) -> None:
    converted = to_feel(value)
    source = str(to_text([converted], Budget()))

    assert compile_expression(source)({}) == [converted]


@given(st.integers(-(10**9), 10**9))
def test_days_count_both_ways(days: int) -> None:
    assert days_from_civil(*civil_from_days(days)) == days


@given(st.dates(), st.integers(-1000, 1000))
def test_days_agree_with_python(day: datetime.date, shift: int) -> None:
    expression = compile_expression('day + @"P1D" * shift - day = @"P1D" * shift')

    assert expression({"day": day, "shift": shift}) is True
    assert compile_expression("day.weekday")({"day": day}) == day.isoweekday()
    assert compile_expression("week of year(day)")({"day": day}) == day.isocalendar().week


@given(st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999)))
def test_durations_read_back_for_timers(delta: datetime.timedelta) -> None:
    read = as_duration(str(to_feel(delta)))

    assert read is not None
    assert read.delta == delta


PIECES = (
    "1 2.5 a 名 ( ) [ ] { } , . .. : + - * / ** = != < >= and or not in between instance of "
    'if then else for return some every satisfies function null true "x" @"P1D" // /* */ ? '
    "partial 10**6000 P1Y string( * string length( sort( date( ＋ \\ \" ' ; # \n \t"
)


@given(st.lists(st.sampled_from(PIECES.split(" ")), max_size=25).map(" ".join))
@settings(max_examples=400)
def test_any_text_is_evaluated_or_refused(source: str) -> None:
    try:
        from_feel(compile_expression(source)({"a": [1, 2], "名": {"x": 1}}))
        compile_expression(source).explain({"a": 1})
        compile_unary_tests(source).explain(1, {"a": 1})
    except FeelError:
        return


@given(st.lists(st.sampled_from(PIECES.split(" ")), max_size=25).map(" ".join))
@settings(max_examples=300)
def test_any_text_is_checked(source: str) -> None:
    known = {"a": list_of(NUMBER), "名": context_of({"x": STRING})}

    findings = check_expression(source, known) + check_unary_tests(source, known, tested=NUMBER)

    assert all(one.message_zh and one.message_en and one.line >= 1 for one in findings)


@given(st.sampled_from(sorted(BUILTINS)), st.lists(JSON | HUGE | PATTERNS, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_arguments_are_answered(name: str, arguments: list[Any]) -> None:
    run = Run({}, BUILTINS)

    try:
        from_feel(BUILTINS[name].invoke([to_feel(value) for value in arguments], run))
    except FeelError:
        return
