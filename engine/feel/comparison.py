"""Equality, order and membership in three-valued logic: None where FEEL says null."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.limits import Budget
from engine.feel.values import ORDERED_KINDS, Range, Value, kind_of

_PLAIN_KINDS = frozenset(
    {
        "boolean",
        "number",
        "string",
        "date",
        "years and months duration",
        "days and time duration",
    }
)


def equal(left: Value, right: Value, budget: Budget) -> bool | None:
    """Compare two values; null when their kinds differ, unless one is null."""
    if left is None or right is None:
        return left is None and right is None
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind in _PLAIN_KINDS:
        return bool(left == right)
    if kind in ("time", "date and time"):
        return bool(left.key() == right.key())
    if kind == "list":
        return _equal_lists(left, right, budget)
    if kind == "context":
        return _equal_contexts(left, right, budget)
    return bool(left == right) if kind == "range" else None


def _equal_lists(left: list[Value], right: list[Value], budget: Budget) -> bool | None:
    if len(left) != len(right):
        return False
    for one, other in zip(left, right, strict=True):
        budget.spend()
        same = equal(one, other, budget)
        if same is not True:
            return same
    return True


def _equal_contexts(left: dict[str, Value], right: dict[str, Value], budget: Budget) -> bool | None:
    if left.keys() != right.keys():
        return False
    for name, value in left.items():
        budget.spend()
        same = equal(value, right[name], budget)
        if same is not True:
            return same
    return True


def order(left: Value, right: Value) -> int | None:
    """Give -1, 0 or 1; null when the values have no order."""
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in ORDERED_KINDS:
        return None
    if kind in ("number", "string"):
        return -1 if left < right else int(left > right)
    one, other = left.key(), right.key()
    if kind in ("time", "date and time") and one[0] != other[0]:
        return None
    return -1 if one < other else int(one > other)


def compare(operator: str, left: Value, right: Value, budget: Budget) -> bool | None:
    """Apply one of = != < <= > >=."""
    if operator == "=":
        return equal(left, right, budget)
    if operator == "!=":
        same = equal(left, right, budget)
        return None if same is None else not same
    sign = order(left, right)
    return None if sign is None else holds(operator, sign)


def holds(operator: str, sign: int) -> bool:
    """Say whether an order of -1, 0 or 1 satisfies < <= > or >=."""
    if operator == "<":
        return sign < 0
    if operator == "<=":
        return sign <= 0
    return sign > 0 if operator == ">" else sign >= 0


def in_range(value: Value, span: Range, budget: Budget) -> bool | None:
    """Say whether the value lies in the range."""
    if span.operator in ("=", "!="):
        return compare(span.operator, value, span.start, budget)
    if span.operator is None and (span.start is None or span.end is None):
        return None
    above = below = True
    if span.start is not None:
        sign = order(value, span.start)
        if sign is None:
            return None
        above = sign > 0 or (sign == 0 and span.start_included)
    if span.end is not None:
        sign = order(value, span.end)
        if sign is None:
            return None
        below = sign < 0 or (sign == 0 and span.end_included)
    return above and below


def is_member(value: Value, test: Value, budget: Budget) -> bool | None:
    """Say whether the value meets the result of a test: equals it or lies in it."""
    if isinstance(test, Range):
        if isinstance(value, Range):
            return equal(value, test, budget)
        return in_range(value, test, budget)
    if isinstance(test, list):
        return _in_list(value, test, budget)
    return equal(value, test, budget)


def _in_list(value: Value, tests: list[Value], budget: Budget) -> bool:
    if isinstance(value, list) and equal(value, tests, budget) is True:
        return True
    for test in tests:
        budget.spend()
        nested = isinstance(test, list) and isinstance(value, list)
        met = equal(value, test, budget) if nested else is_member(value, test, budget)
        if met is True:
            return True
    return False


def scalar_key(value: Value) -> tuple[str, Value] | None:
    """Give a key that equal scalars share, or None for lists, contexts and the like."""
    if value is None or isinstance(value, (bool, Decimal, str)):
        return kind_of(value), value
    return None


def all_true(values: list[Value]) -> bool | None:
    """Conjunction: false as soon as one is false, null when another is not a boolean."""
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is not True:
            result = None
    return result


def any_true(values: list[Value]) -> bool | None:
    """Disjunction: true as soon as one is true, null when another is not a boolean."""
    result: bool | None = False
    for value in values:
        if value is True:
            return True
        if value is not False:
            result = None
    return result
