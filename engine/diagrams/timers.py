"""When a timer is due: ISO 8601 durations, dates and cycles, on the engine's clock."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
"""A date or a time without an offset means this zone."""

FOREVER = -1

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?"
    r"(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?")
_CYCLE = re.compile(r"R(?P<count>\d*)/(?P<first>[^/]+)(?:/(?P<second>[^/]+))?")


class InvalidTimer(ValueError):
    """The value is no date, duration or cycle."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Months and exact time, kept apart because months have no fixed length."""

    months: int
    exact: timedelta

    def after(self, start: datetime) -> datetime:
        """Add to a time: first the months, on local dates; 31 January + 1 month ends February."""
        local = start.astimezone(LOCAL_ZONE)
        month = local.year * 12 + local.month - 1 + self.months
        year, month = divmod(month, 12)
        if not 1 <= year <= 9999:
            raise InvalidTimer(f"{self} from {start} leaves the calendar")
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        moved = local.replace(year=year, month=month + 1, day=day)
        try:
            return moved.astimezone(UTC) + self.exact
        except OverflowError as error:
            raise InvalidTimer(f"{self} from {start} leaves the calendar") from error


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next due time, how many times it fires in all from here, and what lies between."""

    due: datetime
    left: int = 1
    every: str | None = None

    def next(self) -> Schedule | None:
        """Give what follows the next firing, None when that was the last."""
        if self.left == 1 or self.every is None:
            return None
        due = parse_duration(self.every).after(self.due)
        return Schedule(due, self.left if self.left == FOREVER else self.left - 1, self.every)

    def as_json(self) -> dict[str, Any]:
        """Write for the instance state."""
        return {"due": self.due.isoformat(), "left": self.left, "every": self.every}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Schedule:
        """Read from the instance state."""
        return cls(datetime.fromisoformat(value["due"]), value["left"], value["every"])


def is_iso(text: str) -> bool:
    """Tell a bare ISO 8601 literal from an expression."""
    return any(pattern.fullmatch(text) for pattern in (_DURATION, _DATE, _CYCLE))


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration.

    Raises:
        InvalidTimer: It is none.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidTimer(f"not an ISO 8601 duration: {text!r}")
    part = {name: float(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    try:
        exact = timedelta(
            weeks=part["weeks"],
            days=part["days"],
            hours=part["hours"],
            minutes=part["minutes"],
            seconds=part["seconds"],
        )
    except OverflowError as error:
        raise InvalidTimer(f"duration too long: {text!r}") from error
    return Duration(sign * int(part["years"] * 12 + part["months"]), sign * exact)


def parse_date(text: str) -> datetime:
    """Read an ISO 8601 date or date and time as aware UTC; a bare date means local midnight.

    Raises:
        InvalidTimer: It is none.
    """
    if not _DATE.fullmatch(text):
        raise InvalidTimer(f"not an ISO 8601 date: {text!r}")
    try:
        return _as_utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise InvalidTimer(f"no such date: {text!r}") from error


def _as_utc(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=LOCAL_ZONE)).astimezone(UTC)


def _cycle(text: str, now: datetime) -> Schedule:
    match = _CYCLE.fullmatch(text)
    if match is None:
        raise InvalidTimer(f"not an ISO 8601 cycle: {text!r}")
    count = int(match["count"]) if match["count"] else FOREVER
    if count == 0:
        raise InvalidTimer(f"a cycle that never fires: {text!r}")
    if match["second"] is None:
        every = match["first"]
        due = parse_duration(every).after(now)
    else:
        every = match["second"]
        due = parse_date(match["first"])
    step = parse_duration(every)
    if step.after(now) <= now:
        raise InvalidTimer(f"a cycle must move forward: {text!r}")
    return Schedule(due, count, every)


def schedule(value: Any, now: datetime) -> Schedule:
    """Turn what a timer expression gave into its schedule.

    Takes a date, a time, a duration, or ISO 8601 text of one of these or of a cycle (`R3/PT1H`,
    `R/2026-01-01/P1M`).

    Raises:
        InvalidTimer: It is none of these.
    """
    if isinstance(value, datetime):
        return Schedule(_as_utc(value))
    if isinstance(value, date):
        return Schedule(_as_utc(datetime.combine(value, time())))
    if isinstance(value, timedelta):
        return Schedule(now + value)
    text = str(value).strip()
    if _DURATION.fullmatch(text):
        return Schedule(parse_duration(text).after(now))
    if text.startswith("R"):
        return _cycle(text, now)
    return Schedule(parse_date(text))
