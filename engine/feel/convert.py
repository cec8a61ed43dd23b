"""Values in and out: the JSON of process variables on one side, FEEL's on the other."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from decimal import Decimal

from engine.feel.errors import FeelLimit
from engine.feel.limits import DEFAULT_LIMITS, Budget, Limits
from engine.feel.numbers import DECIMALS, is_whole
from engine.feel.temporal import Date, DateTime, DayDuration, Temporal
from engine.feel.text import to_text
from engine.feel.values import Function, Range, Value

# Whole numbers beyond 64 bits are no integers in the JSON that is stored.
_MAX_INTEGER = 2**63


def to_feel(value: object) -> Value:
    """Turn a value of Python into FEEL's; what FEEL does not know is null.

    A float is read as it is written: 0.1 is one tenth.
    """
    kind = type(value)
    if kind is str or kind is bool or kind is Decimal or value is None:
        return value
    if kind is int:
        return Decimal(value)  # type: ignore[arg-type]
    if kind is float:
        return Decimal(repr(value)) if math.isfinite(value) else None  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        return [to_feel(item) for item in value]  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {str(name): to_feel(item) for name, item in value.items()}
    return _from_python(value)


def _from_python(value: object) -> Value:
    """Convert the less frequent types."""
    if isinstance(value, Temporal | Range | Function):
        return value
    if isinstance(value, datetime.datetime):
        return DateTime.from_python(value)
    if isinstance(value, datetime.date):
        return Date.from_python(value)
    if isinstance(value, datetime.time):
        moment = DateTime.from_python(datetime.datetime.combine(datetime.date(1970, 1, 1), value))
        return moment.time
    if isinstance(value, datetime.timedelta):
        microseconds = value // datetime.timedelta(microseconds=1)
        return DayDuration(DECIMALS.divide(Decimal(microseconds), Decimal(1_000_000)))
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return Decimal(int(value))
    return list(map(to_feel, value)) if isinstance(value, list | tuple | set | frozenset) else None


class _Result:
    """Converts a result and counts its parts: shared ones may make a small result explode."""

    def __init__(self, limits: Limits) -> None:
        self.left = limits.result_size
        self.depth = limits.result_depth

    def convert(self, value: Value) -> Value:
        self.left -= 1
        if self.left < 0:
            raise FeelLimit("结果超过大小上限", "the result is too large")
        if isinstance(value, Decimal):
            return number_to_json(value)
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, list | dict):
            return self._parts(value)
        if isinstance(value, Range):
            return to_text(value, Budget())
        return None if isinstance(value, Function) else str(value)

    def _parts(self, value: list[Value] | dict[str, Value]) -> Value:
        self.depth -= 1
        if self.depth < 0:
            raise FeelLimit("结果嵌套过深", "the result is nested too deeply")
        converted: Value
        if isinstance(value, list):
            converted = [self.convert(item) for item in value]
        else:
            converted = {name: self.convert(item) for name, item in value.items()}
        self.depth += 1
        return converted


def from_feel(value: Value, limits: Limits = DEFAULT_LIMITS) -> Value:
    """Turn a value of FEEL into JSON's types.

    A number is an int when it is whole, else a float; dates, times, durations and ranges are
    their texts; a function is null.

    Raises:
        FeelLimit: The result has too many parts, is nested too deeply, or holds a number that
            JSON cannot.
    """
    return _Result(limits).convert(value)


def number_to_json(value: Decimal) -> int | float:
    """Give an int when the number is whole and fits 64 bits, else a float."""
    if abs(value) < _MAX_INTEGER and is_whole(value):
        return int(value)
    number = float(value)
    if math.isinf(number):
        raise FeelLimit("结果中的数字过大", "a number of the result is too large")
    return number
