"""Reading arguments more narrowly than by kind."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.errors import NotDefined
from engine.feel.numbers import is_whole
from engine.feel.values import Value


def whole(value: Decimal) -> int:
    """Read a number that has no fraction."""
    if not is_whole(value):
        raise NotDefined
    return int(value)


def index_in(values: list[Value], position: Decimal) -> int:
    """Turn a position from 1, or from -1 backwards, into an index of the list."""
    number = whole(position)
    if number == 0 or abs(number) > len(values):
        raise NotDefined
    return number - 1 if number > 0 else len(values) + number


def texts(values: list[Value]) -> list[str]:
    """Read a list of strings, leaving out null."""
    found = [value for value in values if value is not None]
    if not all(isinstance(value, str) for value in found):
        raise NotDefined
    return found


def numbers(values: list[Value]) -> list[Decimal]:
    """Read a list of numbers."""
    if not all(isinstance(value, Decimal) for value in values):
        raise NotDefined
    return values
