"""Functions on days."""

from __future__ import annotations

from engine.feel.builtins.registry import builtin
from engine.feel.calendar import civil_from_days, days_from_civil
from engine.feel.errors import NotDefined
from engine.feel.properties import weekday
from engine.feel.scope import Run
from engine.feel.temporal import Date, DateTime
from engine.feel.values import Value

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = tuple(
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
)


def _day(value: Value) -> Date:
    if isinstance(value, DateTime):
        return value.date
    if isinstance(value, Date):
        return value
    raise NotDefined


@builtin("day of year", "date: any")
def day_of_year(run: Run, value: Value) -> Value:
    """Number the day in its year."""
    day = _day(value)
    return day.days() - days_from_civil(day.year, 1, 1) + 1


@builtin("day of week", "date: any")
def day_of_week(run: Run, value: Value) -> Value:
    """Name the day of the week in English, as FEEL does."""
    return _WEEKDAYS[weekday(_day(value)) - 1]


@builtin("month of year", "date: any")
def month_of_year(run: Run, value: Value) -> Value:
    """Name the month in English, as FEEL does."""
    return _MONTHS[_day(value).month - 1]


@builtin("week of year", "date: any")
def week_of_year(run: Run, value: Value) -> Value:
    """Number the ISO 8601 week: the one with the year's first Thursday is the first."""
    day = _day(value)
    thursday = day.days() - weekday(day) + 4
    return (thursday - days_from_civil(civil_from_days(thursday)[0], 1, 1)) // 7 + 1
