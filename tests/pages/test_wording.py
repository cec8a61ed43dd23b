"""Limits and dates as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from api.pages import wording

# 12:00 on a Sunday in China.
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zh", "en", "colour"),
    [
        (-49, "逾期 2 天", "2 days late", "bad"),
        (-24, "逾期 1 天", "1 day late", "bad"),
        (-23.9, "逾期 23 小时", "23 h late", "bad"),
        (-0.5, "刚刚逾期", "Just overdue", "bad"),
        (0, "今天 12:00", "Today 12:00", "warn"),
        (11.9, "今天 23:54", "Today 23:54", "warn"),
        (12, "明天 00:00", "Tomorrow 00:00", "warn"),
        (24, "明天 12:00", "Tomorrow 12:00", ""),
        (48, "周二 12:00", "Tue 12:00", ""),
        (24 * 7, "11 月 29 日", "29 Nov", ""),
    ],
)
def test_limit_in_words(hours: float, zh: str, en: str, colour: str) -> None:
    at = NOW + timedelta(hours=hours)

    assert wording.due(at, NOW, language="zh-CN") == zh
    assert wording.due(at, NOW, language="en") == en
    assert wording.due_class(at, NOW, language="en") == colour


def test_no_limit() -> None:
    assert wording.due(None, NOW, language="zh-CN") == "不限时"
    assert wording.due_class(None, NOW, language="zh-CN") == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("86.50"), "86.5"), (Decimal("60.00"), "60"), (100, "100"), (None, "")],
)
def test_number_has_no_needless_zeros(value: Decimal | int | None, text: str) -> None:
    assert wording.number(value, language="en") == text


def test_moment_of_today_is_a_time() -> None:
    assert wording.moment(NOW - timedelta(hours=1), NOW, language="zh-CN") == "11:00"
    assert wording.moment(NOW - timedelta(days=1), NOW, language="zh-CN") == "11 月 21 日 12:00"
