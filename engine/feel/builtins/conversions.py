"""Functions that make values of one kind from another."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from engine.feel.builtins.arguments import whole
from engine.feel.builtins.registry import builtin
from engine.feel.compilation import build
from engine.feel.errors import FeelSyntaxError
from engine.feel.nodes import Call, Literal, Name, Negation, Node, RangeLiteral
from engine.feel.numbers import DECIMALS
from engine.feel.parser import parse_expression
from engine.feel.scope import Run
from engine.feel.temporal import Date, DateTime, DayDuration, MonthDuration, Time, as_moment
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.text import to_text
from engine.feel.values import Range, Value

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MAX_NUMBER_LENGTH = 10_000
_MAX_RANGE_LENGTH = 1_000


@builtin("date", "from: any")
def date(run: Run, value: Value) -> Value:
    """Read a text, or take the date of a moment."""
    if isinstance(value, str):
        return parse_date(value)
    if isinstance(value, DateTime):
        return value.date
    return value if isinstance(value, Date) else None


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    """Put a date together."""
    return Date(whole(year), whole(month), whole(day))


@builtin("time", "from: any")
def time(run: Run, value: Value) -> Value:
    """Read a text, or take the time of a moment."""
    if isinstance(value, str):
        return parse_time(value)
    if isinstance(value, DateTime):
        return value.time
    if isinstance(value, Date):
        return Time(0, 0, 0, 0)
    return value if isinstance(value, Time) else None


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration?")
def time_of_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DayDuration | None = None
) -> Value:
    """Put a time together."""
    return Time(whole(hour), whole(minute), second, _seconds(offset))


def _seconds(offset: DayDuration | None) -> int | None:
    return None if offset is None else int(offset.amount)


@builtin("date and time", "from: any")
def date_and_time(run: Run, value: Value) -> Value:
    """Read a text, or take a date as its midnight."""
    if isinstance(value, str):
        return parse_date_time(value)
    return as_moment(value) if isinstance(value, Date | DateTime) else None


@builtin("date and time", "date: any, time: time")
def date_with_time(run: Run, day: Value, clock: Time) -> Value:
    """Join a date and a time."""
    if isinstance(day, DateTime):
        day = day.date
    return DateTime(day, clock) if isinstance(day, Date) else None


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number,"
    "offset?: days and time duration?",
)
def date_and_time_of_parts(run: Run, *parts: Value) -> Value:
    """Put a moment together."""
    year, month, day, hour, minute, second, *offset = parts
    clock = time_of_parts(run, hour, minute, second, *offset)
    return DateTime(Date(whole(year), whole(month), whole(day)), clock)


@builtin("duration", "from: any")
def duration(run: Run, value: Value) -> Value:
    """Read a text."""
    if isinstance(value, str):
        return parse_duration(value)
    return value if isinstance(value, MonthDuration | DayDuration) else None


@builtin("years and months duration", "from: any, to: any")
def months_between(run: Run, start: Value, end: Value) -> Value:
    """Count the whole months from one day to another."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    if not (isinstance(first, Date) and isinstance(last, Date)):
        return None
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return MonthDuration(months)


@builtin("number", "from: number")
def number(run: Run, value: Decimal) -> Value:
    """Give a number as it is."""
    return value


@builtin("number", "from: string, grouping separator?: string?, decimal separator?: string?")
def number_of_text(
    run: Run, text: str, grouping: str | None = None, point: str | None = None
) -> Value:
    """Read a number; the separators must differ."""
    if len(text) > _MAX_NUMBER_LENGTH or grouping not in (None, " ", ",", "."):
        return None
    if point not in (None, ",", ".") or (grouping is not None and grouping == point):
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    return DECIMALS.create_decimal(plain) if _NUMBER.fullmatch(plain) else None


@builtin("string", "from: any")
def string(run: Run, value: Value) -> Value:
    """Write any value."""
    return to_text(value, run)


@builtin("range", "from: string")
def range_of_text(run: Run, text: str) -> Value:
    """Read an interval whose bounds are constants."""
    if len(text) > _MAX_RANGE_LENGTH:
        return None
    run.spend(len(text))
    try:
        node = parse_expression(text, run.functions)
    except FeelSyntaxError:
        return None
    if not isinstance(node, RangeLiteral):
        return None
    if not (_is_constant(node.low) and _is_constant(node.high)):
        return None
    return _useful(build(node)(run.root))


def _is_constant(node: Node) -> bool:
    """Allow literals and calls on literals, never a variable."""
    if isinstance(node, Negation):
        return _is_constant(node.operand)
    if isinstance(node, Call):
        literal = all(isinstance(argument, Literal) for argument in node.arguments)
        return isinstance(node.callee, Name) and literal
    return isinstance(node, Literal)


def _useful(value: Value) -> Range | None:
    if not isinstance(value, Range) or (value.start is None and value.end is None):
        return None
    return value


@builtin("now", "")
def now(run: Run) -> Value:
    """Give the present moment; a host with a clock of its own lends another function."""
    return DateTime.from_python(datetime.datetime.now().astimezone())


@builtin("today", "")
def today(run: Run) -> Value:
    """Give the present day; a host with a clock of its own lends another function."""
    return Date.from_python(datetime.date.today())
