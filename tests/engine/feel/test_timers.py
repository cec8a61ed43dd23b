from datetime import UTC, datetime, timedelta, timezone
from datetime import date as python_date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import (
    TimerCycle,
    TimerDuration,
    as_cycle,
    as_datetime,
    as_duration,
    compile_expression,
    is_timer_literal,
)

CHINA = ZoneInfo("Asia/Shanghai")


def feel(source: str) -> Any:
    return compile_expression(source)({})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("P5D", TimerDuration(0, timedelta(days=5))),
        (" PT1H30M ", TimerDuration(0, timedelta(minutes=90))),
        ("P1Y2M", TimerDuration(14)),
        ("P1M5D", TimerDuration(1, timedelta(days=5))),
        ("P2W", TimerDuration(0, timedelta(weeks=2))),
        ("-P1M1D", TimerDuration(-1, timedelta(days=-1))),
        ("PT0.5S", TimerDuration(0, timedelta(milliseconds=500))),
        (feel('@"P1M"'), TimerDuration(1)),
        (feel('@"P1DT1H" * 2'), TimerDuration(0, timedelta(days=2, hours=2))),
        (timedelta(hours=1), TimerDuration(0, timedelta(hours=1))),
        ("P", None),
        ("PT", None),
        ("P1H", None),
        ("5", None),
        (5, None),
        (None, None),
        (feel('@"P1D" * 10 ** 20'), None),
    ],
)
def test_duration_is_read(value: Any, expected: TimerDuration | None) -> None:
    assert as_duration(value) == expected


@pytest.mark.parametrize(
    ("duration", "moment", "expected"),
    [
        ("P1M", datetime(2026, 1, 31, 9, tzinfo=CHINA), datetime(2026, 2, 28, 9, tzinfo=CHINA)),
        ("P1Y", datetime(2024, 2, 29, 9, tzinfo=CHINA), datetime(2025, 2, 28, 9, tzinfo=CHINA)),
        ("-P1M", datetime(2026, 1, 15, tzinfo=CHINA), datetime(2025, 12, 15, tzinfo=CHINA)),
        ("P1M1D", datetime(2026, 1, 31, tzinfo=CHINA), datetime(2026, 3, 1, tzinfo=CHINA)),
        ("PT36H", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 12, tzinfo=UTC)),
    ],
)
def test_duration_is_added(duration: str, moment: datetime, expected: datetime) -> None:
    read = as_duration(duration)

    assert read is not None
    assert read.after(moment) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=CHINA)),
        ("2026-01-01T09:00", datetime(2026, 1, 1, 9, tzinfo=CHINA)),
        ("2026-01-01T09:00:00", datetime(2026, 1, 1, 9, tzinfo=CHINA)),
        ("2026-01-01T09:00:00Z", datetime(2026, 1, 1, 9, tzinfo=UTC)),
        ("2026-01-01T09:00:00+08:00", datetime(2026, 1, 1, 9, tzinfo=CHINA)),
        (feel('@"2026-01-01"'), datetime(2026, 1, 1, tzinfo=CHINA)),
        (feel('@"2026-01-01T09:00:00Z"'), datetime(2026, 1, 1, 9, tzinfo=UTC)),
        (feel('@"2026-01-01T09:00:00"'), datetime(2026, 1, 1, 9, tzinfo=CHINA)),
        (python_date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=CHINA)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-13-01", None),
        ("09:00:00", None),
        ("P1D", None),
        (feel('@"99999-01-01"'), None),
        (None, None),
        (20260101, None),
    ],
)
def test_moment_is_read(value: Any, expected: datetime | None) -> None:
    assert as_datetime(value) == expected


def test_moment_without_offset_is_told_in_the_zone_asked_for() -> None:
    zone = timezone(timedelta(hours=1))

    assert as_datetime("2026-01-01", zone) == datetime(2026, 1, 1, tzinfo=zone)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("R3/PT10M", TimerCycle(3, TimerDuration(0, timedelta(minutes=10)))),
        ("R/P1D", TimerCycle(None, TimerDuration(0, timedelta(days=1)))),
        ("P1D", TimerCycle(None, TimerDuration(0, timedelta(days=1)))),
        (
            "R2/2026-01-01T08:00:00Z/P1M",
            TimerCycle(2, TimerDuration(1), datetime(2026, 1, 1, 8, tzinfo=UTC)),
        ),
        ("R3", None),
        ("R3/soon", None),
        ("R3/soon/P1D", None),
        ("0 0 * * *", None),
    ],
)
def test_cycle_is_read(value: Any, expected: TimerCycle | None) -> None:
    assert as_cycle(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P5D", True),
        ("2026-01-01", True),
        ("R3/PT10M", True),
        ("workday(session.exam_date, -5)", False),
        ("P5D_late", False),
    ],
)
def test_literal_is_told_from_an_expression(text: str, expected: bool) -> None:
    assert is_timer_literal(text) is expected
