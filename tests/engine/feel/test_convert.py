from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import compile_expression, from_feel, to_feel
from engine.feel.temporal import Date, DateTime, DayDuration, Time

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1, Decimal(1)),
        (0.1, Decimal("0.1")),
        (float("nan"), None),
        (float("inf"), None),
        ("文", "文"),
        ([1, (2,)], [Decimal(1), [Decimal(2)]]),
        ({"a": {"b": 1}}, {"a": {"b": Decimal(1)}}),
        (date(2026, 9, 1), Date(2026, 9, 1)),
        (time(8, 30), Time(8, 30, 0)),
        (
            datetime(2026, 9, 1, 8, 30, 0, 500_000, CHINA),
            DateTime(Date(2026, 9, 1), Time(8, 30, Decimal("0.5"), 28800)),
        ),
        (datetime(2026, 9, 1, 8, 30), DateTime(Date(2026, 9, 1), Time(8, 30, 0))),
        (timedelta(days=1, milliseconds=1), DayDuration(Decimal("86400.001"))),
        (object(), None),
    ],
)
def test_value_of_python_becomes_feel(value: Any, expected: Any) -> None:
    converted = to_feel(value)

    assert (type(converted), converted) == (type(expected), expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1.0", 1),
        ("78.15", 78.15),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 2.0**63),
        ("true", True),
        ("null", None),
        ('[1, "a", {b: 0.5}]', [1, "a", {"b": 0.5}]),
        ('@"2026-09-01"', "2026-09-01"),
        ('@"2026-09-01T08:30:00+08:00"', "2026-09-01T08:30:00+08:00"),
        ('@"P1DT2H"', "P1DT2H"),
        ('@"P14M"', "P1Y2M"),
        ("[1..2)", "[1..2)"),
        ("function() 1", None),
    ],
)
def test_value_of_feel_becomes_json(source: str, expected: Any) -> None:
    converted = from_feel(compile_expression(source)({}))

    assert (type(converted), converted) == (type(expected), expected)


def test_moment_goes_to_python_and_back() -> None:
    moment = datetime(2026, 9, 1, 8, 30, tzinfo=CHINA)

    assert to_feel(moment).to_python() == moment
    assert to_feel(moment.astimezone(UTC)) == to_feel(moment)
