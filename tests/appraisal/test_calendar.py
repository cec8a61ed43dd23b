from datetime import UTC, date, datetime

import pytest

from appraisal.calendar import (
    CalendarDay,
    WorkCalendar,
    calendar_of,
    local_date,
    local_time,
)
from appraisal.organisations import Organisation
from engine.database import Database

OFFICIAL = WorkCalendar()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 5), True),
        (date(2026, 1, 4), True),  # a Sunday that is worked to make up for the New Year holiday
        (date(2026, 1, 10), False),
        (date(2031, 5, 1), True),  # no data for that year: a Thursday
        (date(2031, 5, 3), False),
    ],
)
def test_working_days_include_moved_ones(day: date, works: bool) -> None:
    assert OFFICIAL.is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "provisional"), [(date(2026, 12, 31), False), (date(2031, 1, 2), True)]
)
def test_a_year_without_data_is_provisional(day: date, provisional: bool) -> None:
    assert OFFICIAL.is_provisional(day) is provisional


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2026, 5, 8), 0, date(2026, 5, 8)),
        (date(2026, 5, 16), 0, date(2026, 5, 18)),
        (date(2026, 5, 15), 1, date(2026, 5, 18)),
        (date(2026, 5, 18), -1, date(2026, 5, 15)),
        (date(2026, 5, 23), -5, date(2026, 5, 18)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
    ],
)
def test_workday_counts_from_a_day(start: date, n: int, expected: date) -> None:
    assert OFFICIAL.workday(start, n) == expected


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 5, 15), date(2026, 5, 15), 0),
        (date(2026, 5, 15), date(2026, 5, 18), 1),
        (date(2026, 5, 18), date(2026, 5, 15), -1),
        (date(2026, 5, 11), date(2026, 5, 15), 4),
    ],
)
def test_workdays_between(first: date, last: date, days: int) -> None:
    assert OFFICIAL.workdays_between(first, last) == days


def test_an_organisation_sets_its_own_days(database: Database) -> None:
    with database.transaction() as db:
        body = Organisation(code="A", name="A", calendar_key="a")
        db.add(body)
        db.add(CalendarDay(calendar_key="a", day=date(2026, 5, 18), is_workday=False))
        db.flush()
        assert body.id is not None

        calendar = calendar_of(db, body.id)

    assert calendar.workday(date(2026, 5, 15), 1) == date(2026, 5, 19)


def test_local_times_are_chinese() -> None:
    at = local_time(date(2026, 5, 1), "00:30")

    assert at == datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
    assert local_date(at) == date(2026, 5, 1)
