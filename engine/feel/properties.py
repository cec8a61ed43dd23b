"""Entries and properties: what a name after a point gives."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel.limits import Budget
from engine.feel.temporal import Date, DateTime, DayDuration, MonthDuration, Time
from engine.feel.values import Range, Value


def property_of(value: Value, name: str, budget: Budget) -> Value:
    """Give the entry or property; of a list, that of every item; null when there is none."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        budget.check_list(value)
        return _of_items(value, name, budget)
    reader = _READERS.get(type(value))
    found = reader(value, name) if reader else None
    return Decimal(found) if type(found) is int else found


def _of_items(values: list[Value], name: str, budget: Budget) -> list[Value]:
    result = []
    for item in values:
        budget.spend()
        result.append(property_of(item, name, budget))
    return result


def weekday(date: Date) -> int:
    """Number the day of the week from Monday, 1."""
    return (date.days() + 3) % 7 + 1


def _of_date(value: Date, name: str) -> Value:
    if name == "weekday":
        return weekday(value)
    return getattr(value, name) if name in ("year", "month", "day") else None


def _of_time(value: Time, name: str) -> Value:
    if name in ("hour", "minute", "second"):
        return getattr(value, name)
    if name == "time offset":
        return _duration(value.offset())
    return value.zone if name == "timezone" else None


def _of_date_time(value: DateTime, name: str) -> Value:
    if name == "time offset":
        return _duration(value.offset())
    found = _of_date(value.date, name)
    return _of_time(value.time, name) if found is None else found


def _duration(seconds: int | None) -> DayDuration | None:
    return None if seconds is None else DayDuration(seconds)


def _of_months(value: MonthDuration, name: str) -> Value:
    years, months = divmod(abs(value.amount), 12)
    parts = {"years": years, "months": months}
    return _signed(parts.get(name), value.amount < 0)


def _of_days(value: DayDuration, name: str) -> Value:
    names = ("days", "hours", "minutes", "seconds")
    parts: dict[str, int | Decimal] = dict(zip(names, value.parts(), strict=True))
    return _signed(parts.get(name), value.amount < 0)


def _signed(part: int | Decimal | None, negative: bool) -> Decimal | None:
    if part is None:
        return None
    number = Decimal(part)
    return number.copy_negate() if negative and number else number


def _of_range(value: Range, name: str) -> Value:
    return {
        "start": value.start,
        "end": value.end,
        "start included": value.start_included,
        "end included": value.end_included,
    }.get(name)


_READERS: dict[type, Callable[..., Value]] = {
    Date: _of_date,
    Time: _of_time,
    DateTime: _of_date_time,
    MonthDuration: _of_months,
    DayDuration: _of_days,
    Range: _of_range,
}
