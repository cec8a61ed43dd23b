"""Dates, times and durations as FEEL has them."""

from __future__ import annotations

import datetime
from collections.abc import Hashable
from decimal import Decimal
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from engine.feel.calendar import MAX_YEAR, civil_from_days, days_from_civil, days_in_month

SECONDS_PER_DAY = 86_400
# Both reach from the first year to the last.
MAX_MONTHS = 2 * 12 * (MAX_YEAR + 1)
MAX_SECONDS = 2 * 366 * SECONDS_PER_DAY * (MAX_YEAR + 1)
# Zones need a year that Python's datetime knows; rules do not change outside of these.
_MIN_ZONE_YEAR, _MAX_ZONE_YEAR = 1, 9_998


class Temporal:
    """A value compared by its key; equal only to values of its own class."""

    __slots__ = ()

    def key(self) -> Hashable:
        """Give what equality and order look at."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash((type(self), self.key()))

    def __repr__(self) -> str:
        return f'@"{self}"'


class Date(Temporal):
    """A calendar day without a time."""

    __slots__ = ("day", "month", "year")

    def __init__(self, year: int, month: int, day: int) -> None:
        if not -MAX_YEAR <= year <= MAX_YEAR or not 1 <= month <= 12:
            raise ValueError("no such month")
        if not 1 <= day <= days_in_month(year, month):
            raise ValueError("no such day")
        self.year, self.month, self.day = year, month, day

    @classmethod
    def from_days(cls, days: int) -> Date:
        """Make the date that lies so many days after 1970-01-01."""
        return cls(*civil_from_days(days))

    @classmethod
    def from_python(cls, value: datetime.date) -> Date:
        """Take over a date of Python."""
        return cls(value.year, value.month, value.day)

    def to_python(self) -> datetime.date:
        """Give Python's date; raises ValueError outside of its years 1 to 9999."""
        return datetime.date(self.year, self.month, self.day)

    def key(self) -> tuple[int, int, int]:
        """Give year, month and day."""
        return self.year, self.month, self.day

    def days(self) -> int:
        """Count the days since 1970-01-01."""
        return days_from_civil(self.year, self.month, self.day)

    def add_months(self, months: int) -> Date:
        """Move by months; a day that the month lacks becomes its last."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        if abs(year) > MAX_YEAR:
            raise ValueError("year out of range")
        return Date(year, month + 1, min(self.day, days_in_month(year, month + 1)))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


class Time(Temporal):
    """A time of day: local, at an offset in seconds, or in a named zone."""

    __slots__ = ("hour", "minute", "offset_seconds", "second", "zone")

    def __init__(
        self,
        hour: int,
        minute: int,
        second: Decimal | int,
        offset_seconds: int | None = None,
        zone: str | None = None,
    ) -> None:
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
            raise ValueError("no such time")
        if offset_seconds is not None and abs(offset_seconds) > 18 * 3600:
            raise ValueError("offset out of range")
        self.hour, self.minute, self.second = hour, minute, Decimal(second)
        self.offset_seconds, self.zone = offset_seconds, zone

    @classmethod
    def from_seconds(
        cls, seconds: Decimal, offset_seconds: int | None = None, zone: str | None = None
    ) -> Time:
        """Make the time so many seconds after midnight, turning over at 24 hours."""
        rest = seconds % SECONDS_PER_DAY
        if rest < 0:
            rest += SECONDS_PER_DAY
        minutes = int(rest // 60)
        return cls(minutes // 60, minutes % 60, rest - minutes * 60, offset_seconds, zone)

    def seconds(self) -> Decimal:
        """Count the seconds since midnight."""
        return self.hour * 3600 + self.minute * 60 + self.second

    def offset(self) -> int | None:
        """Give the seconds east of UTC; a zone counts as it is on 1 January 1970."""
        if self.offset_seconds is None and self.zone:
            return zone_offset(self.zone, datetime.datetime(1970, 1, 1, self.hour, self.minute))
        return self.offset_seconds

    def key(self) -> tuple[bool, int]:
        """Give (is local, whole seconds in UTC or local).

        Source: DMN 1.5, section 10.3.2.3.4: times are compared to the second.
        """
        offset = self.offset()
        if offset is None:
            return True, int(self.seconds())
        return False, (int(self.seconds()) - offset) % SECONDS_PER_DAY

    def __str__(self) -> str:
        zone = f"@{self.zone}" if self.zone else offset_text(self.offset_seconds)
        return f"{self.hour:02d}:{self.minute:02d}:{seconds_text(self.second)}{zone}"


class DateTime(Temporal):
    """A date with a time of day."""

    __slots__ = ("date", "time")

    def __init__(self, date: Date, time: Time) -> None:
        self.date, self.time = date, time

    @classmethod
    def from_seconds(
        cls, seconds: Decimal, offset_seconds: int | None = None, zone: str | None = None
    ) -> DateTime:
        """Make the local moment so many seconds after 1970-01-01T00:00:00."""
        days, rest = divmod(seconds, SECONDS_PER_DAY)
        if rest < 0:
            rest, days = rest + SECONDS_PER_DAY, days - 1
        return cls(Date.from_days(int(days)), Time.from_seconds(rest, offset_seconds, zone))

    @classmethod
    def from_utc(cls, seconds: Decimal, zone: str) -> DateTime:
        """Make the moment so many seconds after the epoch, told in a named zone."""
        in_utc = cls.from_seconds(seconds, 0).naive().replace(tzinfo=datetime.UTC)
        shift = in_utc.astimezone(ZoneInfo(zone)).utcoffset() or datetime.timedelta()
        return cls.from_seconds(seconds + int(shift.total_seconds()), None, zone)

    @classmethod
    def from_python(cls, value: datetime.datetime) -> DateTime:
        """Take over a datetime of Python with its offset."""
        shift = value.utcoffset()
        second = Decimal(value.second) + Decimal(value.microsecond) / 1_000_000
        offset = None if shift is None else int(shift.total_seconds())
        time = Time(value.hour, value.minute, second, offset)
        return cls(Date(value.year, value.month, value.day), time)

    def naive(self) -> datetime.datetime:
        """Give Python's datetime without zone, moved into the years it knows."""
        year = min(max(self.date.year, _MIN_ZONE_YEAR), _MAX_ZONE_YEAR)
        day = min(self.date.day, days_in_month(year, self.date.month))
        whole = int(self.time.second)
        micro = int((self.time.second - whole) * 1_000_000)
        clock = (self.time.hour, self.time.minute, whole, micro)
        return datetime.datetime(year, self.date.month, day, *clock)

    def to_python(self) -> datetime.datetime:
        """Give Python's datetime: naive when local; raises ValueError outside of its years."""
        self.date.to_python()
        offset = self.offset()
        if offset is None:
            return self.naive()
        return self.naive().replace(tzinfo=datetime.timezone(datetime.timedelta(seconds=offset)))

    def offset(self) -> int | None:
        """Give the seconds east of UTC on this day, or None when local."""
        if self.time.offset_seconds is None and self.time.zone:
            return zone_offset(self.time.zone, self.naive())
        return self.time.offset_seconds

    def local_seconds(self) -> Decimal:
        """Count the seconds since 1970-01-01T00:00:00 on the local clock."""
        return self.date.days() * SECONDS_PER_DAY + self.time.seconds()

    def instant(self) -> tuple[bool, Decimal]:
        """Give (is local, seconds with their fraction in UTC or local)."""
        offset = self.offset()
        if offset is None:
            return True, self.local_seconds()
        return False, self.local_seconds() - offset

    def key(self) -> tuple[bool, int]:
        """Give (is local, whole seconds in UTC or local).

        Source: DMN 1.5, section 10.3.2.3.5: moments are compared to the second.
        """
        is_local, seconds = self.instant()
        return is_local, floor(seconds)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


class MonthDuration(Temporal):
    """A duration of years and months, held in months."""

    __slots__ = ("amount",)

    def __init__(self, amount: int) -> None:
        if abs(amount) > MAX_MONTHS:
            raise ValueError("duration out of range")
        self.amount = amount

    def key(self) -> int:
        """Give the months."""
        return self.amount

    def __str__(self) -> str:
        years, months = divmod(abs(self.amount), 12)
        sign = "-" if self.amount < 0 else ""
        tail = f"{months}M" if months or not years else ""
        return f"{sign}P" + (f"{years}Y" if years else "") + tail


class DayDuration(Temporal):
    """A duration of days, hours, minutes and seconds, held in seconds."""

    __slots__ = ("amount",)

    def __init__(self, amount: Decimal | int) -> None:
        if Decimal(amount).copy_abs() > MAX_SECONDS:
            raise ValueError("duration out of range")
        self.amount = Decimal(amount)

    def key(self) -> Decimal:
        """Give the seconds."""
        return self.amount

    def parts(self) -> tuple[int, int, int, Decimal]:
        """Split the absolute value into days, hours, minutes and seconds."""
        rest = self.amount.copy_abs()
        whole = int(rest)
        seconds = rest - whole + whole % 60
        return whole // SECONDS_PER_DAY, whole // 3600 % 24, whole // 60 % 60, seconds

    def __str__(self) -> str:
        days, hours, minutes, seconds = self.parts()
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds:
            clock += f"{format(seconds.normalize(), 'f')}S"
        if not days and not clock:
            return "PT0S"
        sign = "-" if self.amount < 0 else ""
        return f"{sign}P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def as_moment(value: Date | DateTime) -> DateTime:
    """Read a date as midnight in UTC, which is how FEEL coerces it."""
    return DateTime(value, Time(0, 0, 0, 0)) if isinstance(value, Date) else value


def seconds_text(second: Decimal) -> str:
    """Write seconds with two digits and what fraction there is."""
    whole = int(second)
    fraction = second - whole
    return f"{whole:02d}" + (format(fraction.normalize(), "f")[1:] if fraction else "")


def offset_text(offset: int | None) -> str:
    """Write an offset as Z, +08:00 or nothing."""
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    rest = abs(offset)
    tail = f":{rest % 60:02d}" if rest % 60 else ""
    return f"{'-' if offset < 0 else '+'}{rest // 3600:02d}:{rest // 60 % 60:02d}{tail}"


def zone_offset(zone: str, moment: datetime.datetime) -> int:
    """Give the offset of a zone, in seconds, at a local moment."""
    shift = ZoneInfo(zone).utcoffset(moment)
    return int(shift.total_seconds()) if shift is not None else 0


@lru_cache(1024)
def is_zone(name: str) -> bool:
    """Say whether the IANA zone is known."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
