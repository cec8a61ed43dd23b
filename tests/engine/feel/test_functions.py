"""Functions that the host lends."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import Value, compile_expression, from_feel


def workday(date: Value, n: Decimal = Decimal(1)) -> Value:
    """The n-th day after, for the sake of the test."""
    return date.to_python() + timedelta(days=int(n))


def workdays_between(start_day: Value, end_day: Value) -> int:
    return int(end_day.days() - start_day.days())


def today() -> date:
    return date(2026, 9, 1)


def failing(kind: str) -> Value:
    raise {"value": ValueError, "key": KeyError, "attribute": AttributeError}[kind]


FUNCTIONS: dict[str, Any] = {
    "workday": workday,
    "workdays between": workdays_between,
    "today": today,
    "failing": failing,
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('workday(@"2026-09-01", 5)', "2026-09-06"),
        ('workday(@"2026-09-01")', "2026-09-02"),
        ('workday(date: @"2026-09-01", n: -1)', "2026-08-31"),
        ("workday(n: 1)", None),
        ("workday()", None),
        ("workday(1, 2, 3)", None),
        ('workdays  between(@"2026-09-01", @"2026-09-04")', 3),
        ('workdays between(start day: @"2026-09-01", end day: @"2026-09-04")', 3),
        ("today()", "2026-09-01"),
        ('today() + @"P1D"', "2026-09-02"),
        ('failing("value")', None),
        ('failing("key")', None),
    ],
)
def test_host_function_is_called(source: str, expected: Any) -> None:
    assert from_feel(compile_expression(source, functions=FUNCTIONS)({})) == expected


def test_mistake_of_the_host_is_not_hidden() -> None:
    with pytest.raises(AttributeError):
        compile_expression('failing("attribute")', functions=FUNCTIONS)({})


def test_function_is_unknown_elsewhere() -> None:
    assert compile_expression('workday(@"2026-09-01", 5)')({}) is None
    assert compile_expression("workday(a, 5)", functions=FUNCTIONS).names == {"a"}
    assert compile_expression("workday(a, 5)").names == {"a", "workday"}
