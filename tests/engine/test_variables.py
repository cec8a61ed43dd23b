"""Variables are JSON and shared with nobody."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidVariables
from engine.variables import MAX_DEPTH, checked, checked_value


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_copy_is_equal_and_its_own() -> None:
    given = {"a": 1, "b": [1, {"c": None}], "d": {"typename": "x"}, "e": 1.5, "f": True, "g": "文"}

    copy = checked(given)

    assert copy == given
    assert copy["b"] is not given["b"]
    assert copy["b"][1] is not given["b"][1]  # type: ignore[index]


@pytest.mark.parametrize(
    "bad",
    [
        (1,), {1}, b"x", date(2026, 1, 1), Decimal("1"), object(), float("inf"), float("nan"),
        2**63, -(2**63) - 1, {1: 2}, [{None: 1}], nested(MAX_DEPTH + 1),
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(bad: Any) -> None:
    with pytest.raises(InvalidVariables):
        checked({"x": bad})


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), nested(MAX_DEPTH)])
def test_limits(value: Any) -> None:
    assert checked_value(value) == value
