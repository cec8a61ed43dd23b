"""Durations and moments for timers: results of expressions, or ISO 8601 texts as written."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.feel.calendar import days_in_month
from engine.feel.temporal import Date, DateTime, DayDuration, MonthDuration
from engine.feel.temporal_text import parse_date_time
from engine.feel.values import Value

CHINA = ZoneInfo("Asia/Shanghai")
_DURATION = re.compile(
    r"([+-])?P(?=[0-9T])(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,7})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,10}(?:\.[0-9]{1,6})?)S)?)?"
)
_CYCLE = re.compile(r"R([0-9]{0,9})/(?:([^/]+)/)?([^/]+)")
_SHORT_TIME = re.compile(r"(T[0-9]{2}:[0-9]{2})(?=$|Z|[+-])")


@dataclass(frozen=True, slots=True)
class TimerDuration:
    """Months and a time that pass in this order; both may be negative."""

    months: int = 0
    delta: datetime.timedelta = datetime.timedelta()

    def after(self, moment: datetime.datetime) -> datetime.datetime:
        """Give the moment so much later; a day that the month lacks becomes its last.

        Months are counted on the clock of the moment's own zone.
        """
        year, month = divmod(moment.year * 12 + moment.month - 1 + self.months, 12)
        day = min(moment.day, days_in_month(year, month + 1))
        shifted = moment.replace(year=year, month=month + 1, day=day)
        return (shifted.astimezone(datetime.UTC) + self.delta).astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True)
class TimerCycle:
    """A repeated timer: how often (None: without end), how far apart, and from when."""

    repetitions: int | None
    interval: TimerDuration
    start: datetime.datetime | None = None


def as_duration(value: Value) -> TimerDuration | None:
    """Read a duration of FEEL, a timedelta or an ISO text; None when it is none of them."""
    if isinstance(value, TimerDuration):
        return value
    if isinstance(value, MonthDuration):
        return TimerDuration(months=value.amount)
    if isinstance(value, datetime.timedelta):
        return TimerDuration(delta=value)
    try:
        if isinstance(value, DayDuration):
            return TimerDuration(delta=_seconds(str(value.amount)))
        return _parse_duration(value.strip()) if isinstance(value, str) else None
    except OverflowError:
        return None


def _seconds(text: str) -> datetime.timedelta:
    return datetime.timedelta(seconds=float(text))


def _parse_duration(text: str) -> TimerDuration | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    sign = -1 if match[1] == "-" else 1
    years, months, weeks, days, hours, minutes = (int(match[i] or 0) for i in range(2, 8))
    time = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    return TimerDuration(sign * (years * 12 + months), sign * (time + _seconds(match[8] or "0")))


def as_datetime(value: Value, zone: datetime.tzinfo = CHINA) -> datetime.datetime | None:
    """Read a date or moment of FEEL or Python, or an ISO text, as an aware moment.

    A date is its midnight, and a moment without offset is told, in `zone`. None when it is
    none of them, or lies outside of the years 1 to 9999.
    """
    try:
        moment = _moment(value)
    except (ValueError, OverflowError):
        return None
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone)


def _moment(value: Value) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, Date):
        return datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, DateTime):
        return value.to_python()
    if isinstance(value, str):
        parsed = parse_date_time(_SHORT_TIME.sub(r"\1:00", value.strip()))
        return parsed.to_python() if parsed is not None else None
    return None


def as_cycle(value: Value, zone: datetime.tzinfo = CHINA) -> TimerCycle | None:
    """Read R3/PT10M, R/2026-09-01T08:00:00/P1D, or a duration, which repeats without end."""
    interval = as_duration(value)
    if interval is not None:
        return TimerCycle(None, interval)
    match = _CYCLE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    interval = as_duration(match[3])
    start = as_datetime(match[2], zone) if match[2] else None
    if interval is None or (match[2] and start is None):
        return None
    return TimerCycle(int(match[1]) if match[1] else None, interval, start)


def is_timer_literal(text: str) -> bool:
    """Say whether a timer's text is an ISO literal, to be read before FEEL is tried.

    2026-01-01 would else be a subtraction.
    """
    return as_cycle(text) is not None or as_datetime(text) is not None
