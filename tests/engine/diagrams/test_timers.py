from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.diagrams.timers import FOREVER, InvalidTimer, Schedule, schedule

NOW = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "value", "due"),
    [
        ("duration", "PT0S", NOW),
        ("duration", "PT1H30M", NOW + timedelta(hours=1, minutes=30)),
        ("duration", "P5D", NOW + timedelta(days=5)),
        ("duration", "P1M", datetime(2026, 2, 28, 2, 0, tzinfo=UTC)),
        ("duration", "P1Y1M", datetime(2027, 2, 28, 2, 0, tzinfo=UTC)),
        ("duration", timedelta(days=1), NOW + timedelta(days=1)),
        ("date", "2026-03-01", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("date", date(2026, 3, 1), datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("date", "2026-03-01T09:00:00", datetime(2026, 3, 1, 1, 0, tzinfo=UTC)),
        ("date", "2026-03-01T09:00:00Z", datetime(2026, 3, 1, 9, 0, tzinfo=UTC)),
        ("date", "P1D", NOW + timedelta(days=1)),
        ("duration", "2026-03-01T09:00:00Z", datetime(2026, 3, 1, 9, 0, tzinfo=UTC)),
    ],
)
def test_schedule_of_one_firing(form: str, value: Any, due: datetime) -> None:
    found = schedule(form, value, NOW)

    assert found == Schedule(due)
    assert found.next() is None


@pytest.mark.parametrize(
    ("value", "hours"),
    [("R3/PT1H", [1, 2, 3]), ("R1/PT1H", [1]), ("R2/2026-01-31T12:00:00Z/PT2H", [10, 12])],
)
def test_schedule_of_a_cycle_counts_down(value: str, hours: list[int]) -> None:
    current: Schedule | None = schedule("cycle", value, NOW)

    dues = []
    while current is not None:
        dues.append(current.due)
        current = current.next()

    assert dues == [NOW + timedelta(hours=one) for one in hours]


def test_schedule_without_end_goes_on_by_months() -> None:
    first = schedule("cycle", "R/P1M", NOW)
    second = first.next()

    assert (first.left, first.due) == (FOREVER, datetime(2026, 2, 28, 2, 0, tzinfo=UTC))
    assert second is not None
    assert (second.left, second.due) == (FOREVER, datetime(2026, 3, 28, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("duration", None),
        ("duration", ""),
        ("duration", "5 days"),
        ("duration", 5),
        ("duration", "P99999Y"),
        ("duration", "P9999Y"),
        ("date", "2026-02-30"),
        ("date", True),
        ("date", {}),
        ("cycle", "R0/PT1H"),
        ("cycle", "R3/PT0S"),
        ("cycle", "R3/-PT1H"),
        ("cycle", "R3/"),
    ],
)
def test_schedule_refuses_what_is_no_time(form: str, value: Any) -> None:
    with pytest.raises(InvalidTimer):
        schedule(form, value, NOW)


@pytest.mark.parametrize("value", ["PT1H", "R3/P1M", "R/PT1S"])
def test_schedule_survives_json(value: str) -> None:
    found = schedule("cycle", value, NOW)

    assert Schedule.from_json(found.as_json()) == found
