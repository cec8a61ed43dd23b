"""Arithmetic on numbers, texts, dates and durations; null where it has no meaning."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from engine.feel.limits import Budget
from engine.feel.numbers import DECIMALS, ZERO
from engine.feel.temporal import (
    SECONDS_PER_DAY,
    Date,
    DateTime,
    DayDuration,
    MonthDuration,
    Time,
    as_moment,
)
from engine.feel.values import Value

Duration: TypeAlias = MonthDuration | DayDuration
_MAX_EXPONENT = 9_999


def calculate(operator: str, left: Value, right: Value, budget: Budget) -> Value:
    """Apply one of + - * / ** to two values."""
    try:
        return _OPERATIONS[operator](left, right, budget)
    except (ValueError, ArithmeticError):
        return None


def negate(value: Value) -> Value:
    """Change the sign of a number or duration."""
    if isinstance(value, Decimal):
        return value.copy_negate() if value else value
    if isinstance(value, MonthDuration):
        return MonthDuration(-value.amount)
    return DayDuration(value.amount.copy_negate()) if isinstance(value, DayDuration) else None


def _add(left: Value, right: Value, budget: Budget) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return DECIMALS.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        budget.check_text(len(left) + len(right))
        return left + right
    if isinstance(right, MonthDuration | DayDuration):
        return _shift(left, right)
    return _shift(right, left) if isinstance(left, MonthDuration | DayDuration) else None


def _subtract(left: Value, right: Value, budget: Budget) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return DECIMALS.subtract(left, right)
    if isinstance(right, MonthDuration | DayDuration):
        return _shift(left, negate(right))
    if isinstance(left, Time) and isinstance(right, Time):
        return _time_between(left, right)
    if isinstance(left, Date) and isinstance(right, Date):
        return DayDuration((left.days() - right.days()) * SECONDS_PER_DAY)
    if isinstance(left, Date | DateTime) and isinstance(right, Date | DateTime):
        (left_local, one) = as_moment(left).instant()
        (right_local, other) = as_moment(right).instant()
        return DayDuration(one - other) if left_local == right_local else None
    return None


def _time_between(left: Time, right: Time) -> DayDuration | None:
    one, other = left.offset(), right.offset()
    if (one is None) != (other is None):
        return None
    return DayDuration(left.seconds() - right.seconds() - ((one or 0) - (other or 0)))


def _shift(value: Value, by: Duration) -> Value:
    """Add a duration to a duration or a point in time."""
    if type(value) is type(by):
        return _sum_of_durations(value, by)
    if isinstance(by, MonthDuration):
        return _shift_months(value, by.amount)
    if isinstance(value, Date):
        return Date.from_days(int((value.days() * SECONDS_PER_DAY + by.amount) // SECONDS_PER_DAY))
    if isinstance(value, Time):
        seconds = value.seconds() + by.amount
        return Time.from_seconds(seconds, value.offset_seconds, value.zone)
    return _shift_moment(value, by.amount) if isinstance(value, DateTime) else None


def _sum_of_durations(left: Value, right: Value) -> Duration:
    if isinstance(left, MonthDuration):
        return MonthDuration(left.amount + right.amount)
    return DayDuration(DECIMALS.add(left.amount, right.amount))


def _shift_months(value: Value, months: int) -> Value:
    if isinstance(value, Date):
        return value.add_months(months)
    if isinstance(value, DateTime):
        return DateTime(value.date.add_months(months), value.time)
    return None


def _shift_moment(value: DateTime, seconds: Decimal) -> DateTime:
    """Move a moment; in a named zone by real time, over its clock changes."""
    if value.time.zone:
        in_utc = value.local_seconds() - (value.offset() or 0)
        return DateTime.from_utc(in_utc + seconds, value.time.zone)
    return DateTime.from_seconds(value.local_seconds() + seconds, value.time.offset_seconds)


def _multiply(left: Value, right: Value, budget: Budget) -> Value:
    if isinstance(left, Decimal):
        if isinstance(right, Decimal):
            return DECIMALS.multiply(left, right)
        left, right = right, left
    return _scale(left, right, DECIMALS.multiply) if isinstance(right, Decimal) else None


def _divide(left: Value, right: Value, budget: Budget) -> Value:
    if isinstance(right, Decimal):
        if not right:
            return None
        if isinstance(left, Decimal):
            return DECIMALS.divide(left, right)
        return _scale(left, right, DECIMALS.divide)
    if isinstance(left, MonthDuration | DayDuration) and type(left) is type(right):
        return DECIMALS.divide(Decimal(left.amount), Decimal(right.amount))
    return None


def _scale(
    value: Value, factor: Decimal, operation: Callable[[Decimal, Decimal], Decimal]
) -> Duration | None:
    if isinstance(value, MonthDuration):
        return MonthDuration(int(operation(Decimal(value.amount), factor)))
    if isinstance(value, DayDuration):
        return DayDuration(operation(value.amount, factor))
    return None


def _power(left: Value, right: Value, budget: Budget) -> Value:
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        return None
    if abs(right) > _MAX_EXPONENT:
        return None
    return DECIMALS.power(left, right)


def total(values: list[Value], budget: Budget) -> Value:
    """Add up a list that is not empty; null when its items do not add."""
    result = values[0]
    if not isinstance(result, Decimal | MonthDuration | DayDuration):
        return None
    for value in values[1:]:
        result = calculate("+", result, value, budget)
    return result


def floor_modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Give the remainder with the sign of the divisor; null for a divisor of zero."""
    if not divisor:
        return None
    quotient = DECIMALS.divide(dividend, divisor).to_integral_value("ROUND_FLOOR")
    return DECIMALS.subtract(dividend, DECIMALS.multiply(divisor, quotient)) or ZERO


_OPERATIONS: dict[str, Callable[[Value, Value, Budget], Value]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "**": _power,
}
