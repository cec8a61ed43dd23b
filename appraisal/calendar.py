"""Working days: the official calendar with its moved rest days, and an organisation's own days.

For a year that the calendar data does not cover, Monday to Friday count and the answer is
provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, select

from appraisal.organisations import organisation_by_id

LOCAL = ZoneInfo("Asia/Shanghai")


class CalendarDay(SQLModel, table=True):
    """A day that an organisation's calendar sets otherwise than the official one."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("calendar_key", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    calendar_key: str = Field(max_length=40, index=True)
    day: date
    is_workday: bool
    note: str = Field(default="", max_length=100)


@dataclass(frozen=True)
class WorkCalendar:
    """Working days with some days set otherwise."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether people work on this day."""
        override = self.overrides.get(day)
        return _official(day)[0] if override is None else override

    def is_provisional(self, day: date) -> bool:
        """Whether no official calendar is known for the day's year."""
        return day not in self.overrides and _official(day)[1]

    def workday(self, start: date, n: int) -> date:
        """The n-th working day after `start`, before it for a negative n.

        0 gives `start` itself or, if that is a day off, the next working day.
        """
        step = timedelta(days=1 if n >= 0 else -1)
        day, left = start, abs(n)
        while left:
            day += step
            left -= self.is_workday(day)
        while not self.is_workday(day):
            day += step
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; negative when `last` is earlier."""
        if last < first:
            return -self.workdays_between(last, first)
        days = (first + timedelta(days=i) for i in range(1, (last - first).days + 1))
        return sum(self.is_workday(day) for day in days)


@cache
def _official(day: date) -> tuple[bool, bool]:
    # Cached because a date of a far year raises inside the library each time it is asked.
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < 5, True


def calendar_of(db: Session, organisation_id: int) -> WorkCalendar:
    """The calendar of an organisation with the days that it set itself."""
    return calendar_named(db, organisation_by_id(db, organisation_id).calendar_key)


def calendar_named(db: Session, key: str) -> WorkCalendar:
    """The calendar with this key; a key without days of its own is the official calendar."""
    rows = db.exec(select(CalendarDay).where(CalendarDay.calendar_key == key)).all()
    return WorkCalendar({row.day: row.is_workday for row in rows})


def local_time(day: date, clock: str = "00:00") -> datetime:
    """That time of day in China as an aware time; `clock` is HH:MM."""
    return datetime.combine(day, time.fromisoformat(clock), LOCAL)


def local_date(at: datetime) -> date:
    """The date in China at that moment."""
    return at.astimezone(LOCAL).date()
