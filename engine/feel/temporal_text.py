"""Reading the ISO 8601 texts of dates, times and durations."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from engine.feel.temporal import Date, DateTime, DayDuration, MonthDuration, Temporal, Time, is_zone

# Longer texts are no dates; the bound keeps integers of a million digits from being read.
_MAX_LENGTH = 100
_DATE = re.compile(r"(-?)([1-9]\d{4,8}|\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"T?(\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|z|[+-]\d\d:\d\d(?::\d\d)?)?(@[A-Za-z0-9_+\-/]+)?", re.ASCII
)
_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?=\d|T)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d*)?)S)?)?", re.ASCII
)


def parse_date(text: str) -> Date | None:
    """Read 2026-09-01; None when it is no date."""
    match = _DATE.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    year = int(match[2])
    try:
        return Date(-year if match[1] else year, int(match[3]), int(match[4]))
    except ValueError:
        return None


def _offset(text: str) -> int:
    """Read Z or +08:00 as seconds east of UTC."""
    if text in "Zz":
        return 0
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59 or any(second > 59 for second in seconds):
        raise ValueError("no such offset")
    total = hours * 3600 + minutes * 60 + sum(seconds)
    return -total if text[0] == "-" else total


def parse_time(text: str) -> Time | None:
    """Read 08:30:00, with Z, an offset or @Asia/Shanghai; None when it is no time."""
    match = _TIME.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None or (match[4] and match[5]):
        return None
    zone = match[5][1:] if match[5] else None
    if zone and not is_zone(zone):
        return None
    try:
        offset = _offset(match[4]) if match[4] else None
        return Time(int(match[1]), int(match[2]), Decimal(match[3]), offset, zone)
    except ValueError:
        return None


def parse_date_time(text: str) -> DateTime | None:
    """Read 2026-09-01T08:30:00+08:00; a date alone is its local midnight."""
    day, mark, clock = text.partition("T")
    date = parse_date(day)
    if date is None or (mark and clock.startswith("T")):
        return None
    time = parse_time(clock) if mark else Time(0, 0, 0)
    return DateTime(date, time) if time is not None else None


def parse_duration(text: str) -> MonthDuration | DayDuration | None:
    """Read P1Y2M or P5DT3H; FEEL knows no duration that mixes both."""
    if len(text) > _MAX_LENGTH:
        return None
    months = _MONTHS.fullmatch(text)
    days = None if months else _DAYS.fullmatch(text)
    try:
        if months:
            amount = int(months[2] or 0) * 12 + int(months[3] or 0)
            return MonthDuration(-amount if months[1] else amount)
        return _day_duration(days) if days else None
    except ValueError:
        return None


def _day_duration(days: re.Match[str]) -> DayDuration:
    minutes = (int(days[2] or 0) * 24 + int(days[3] or 0)) * 60 + int(days[4] or 0)
    seconds = minutes * 60 + Decimal(days[5] or 0)
    return DayDuration(-seconds if days[1] else seconds)


def parse_temporal(text: str) -> Temporal | None:
    """Read whatever an @-literal may hold."""
    parsers: list[Callable[[str], Temporal | None]] = [parse_date]
    if text.lstrip("-").startswith("P"):
        parsers = [parse_duration]
    elif "T" in text[1:]:
        parsers = [parse_date_time]
    elif ":" in text:
        parsers = [parse_time]
    return parsers[0](text)
