"""When a timer is due, on the engine's clock and never on that of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.feel import TimerCycle, TimerDuration, as_cycle, as_datetime, as_duration

FOREVER = -1


class InvalidTimer(ValueError):
    """The value is no date, duration or cycle, or leaves the calendar."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next due time, how many times it fires in all from here, and what lies between."""

    due: datetime
    left: int = 1
    every: TimerDuration | None = None

    def next(self) -> Schedule | None:
        """Give what follows the next firing, None when that was the last."""
        if self.left == 1 or self.every is None:
            return None
        left = self.left if self.left == FOREVER else self.left - 1
        return Schedule(_after(self.every, self.due), left, self.every)

    def as_json(self) -> dict[str, Any]:
        """Write for the instance state."""
        every = [self.every.months, self.every.delta.total_seconds()] if self.every else None
        return {"due": self.due.isoformat(), "left": self.left, "every": every}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Schedule:
        """Read from the instance state."""
        every = value["every"]
        interval = TimerDuration(every[0], timedelta(seconds=every[1])) if every else None
        return cls(datetime.fromisoformat(value["due"]), value["left"], interval)


def _after(interval: TimerDuration, moment: datetime) -> datetime:
    try:
        return interval.after(moment).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidTimer(f"{interval} from {moment} leaves the calendar") from error


def _repeated(cycle: TimerCycle, now: datetime) -> Schedule:
    count = FOREVER if cycle.repetitions is None else cycle.repetitions
    if count == 0 or _after(cycle.interval, now) <= now:
        raise InvalidTimer("a cycle must fire at least once and move forward")
    start = cycle.start
    due = _after(cycle.interval, now) if start is None else start.astimezone(UTC)
    return Schedule(due, count, cycle.interval)


def schedule(form: str, value: Any, now: datetime) -> Schedule:
    """Turn what a timer expression gave into its schedule.

    `form` says how it is drawn, "date", "duration" or "cycle"; a date that stands where a duration
    was expected, or the other way round, is taken for what it is.

    Raises:
        InvalidTimer: It is none of these.
    """
    if form == "cycle":
        cycle = as_cycle(value)
        if cycle is not None:
            return _repeated(cycle, now)
    duration = as_duration(value)
    if duration is not None:
        return Schedule(_after(duration, now))
    moment = as_datetime(value)
    if moment is None:
        raise InvalidTimer(f"not a {form}: {value!r}")
    try:
        return Schedule(moment.astimezone(UTC))
    except OverflowError as error:
        raise InvalidTimer(f"outside of the calendar: {value!r}") from error


def is_literal_of(form: str, text: str) -> bool:
    """Say whether an ISO 8601 literal is of the form that is drawn."""
    if form == "date":
        return as_datetime(text) is not None
    return (as_duration(text) if form == "duration" else as_cycle(text)) is not None
