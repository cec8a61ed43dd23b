"""Functions on lists."""

from __future__ import annotations

import functools
from decimal import Decimal

from engine.feel.builtins.arguments import index_in, whole
from engine.feel.builtins.registry import builtin
from engine.feel.comparison import equal, order, scalar_key
from engine.feel.errors import NotDefined
from engine.feel.scope import Run
from engine.feel.values import Function, Value


@builtin("list contains", "list: list, element: any")
def list_contains(run: Run, values: list[Value], element: Value) -> Value:
    """Say whether an item equals the element."""
    return any(_same(value, element, run) for value in values)


def _same(one: Value, other: Value, run: Run) -> bool:
    run.spend()
    return equal(one, other, run) is True


@builtin("count", "list: list")
def count(run: Run, values: list[Value]) -> Value:
    """Count the items."""
    return len(values)


@builtin("sublist", "list: list, start position: number, length?: number?")
def sublist(run: Run, values: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    """Cut out a part."""
    first = index_in(values, start)
    if length is None:
        return values[first:]
    size = whole(length)
    return values[first : first + size] if size >= 1 and first + size <= len(values) else None


@builtin("append", "list: list, item...: any")
def append(run: Run, values: list[Value], *items: Value) -> Value:
    """Add items at the end."""
    return [*values, *items]


@builtin("concatenate", "list...: list")
def concatenate(run: Run, *lists: list[Value]) -> Value:
    """Join lists."""
    run.check_length(sum(map(len, lists)))
    return [value for values in lists for value in values]


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(run: Run, values: list[Value], position: Decimal, item: Value) -> Value:
    """Put an item in before a position."""
    index = index_in(values, position)
    return [*values[:index], item, *values[index:]]


@builtin("remove", "list: list, position: number")
def remove(run: Run, values: list[Value], position: Decimal) -> Value:
    """Leave out the item at a position."""
    index = index_in(values, position)
    return [*values[:index], *values[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any")
def replace_at(run: Run, values: list[Value], position: Decimal, item: Value) -> Value:
    """Replace the item at a position."""
    index = index_in(values, position)
    return [*values[:index], item, *values[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any")
def replace_where(run: Run, values: list[Value], match: Function, item: Value) -> Value:
    """Replace the items for which the function gives true."""
    if len(match.parameters) != 2:
        return None
    result = []
    for value in values:
        met = match.invoke([value, item], run)
        if not isinstance(met, bool):
            return None
        result.append(item if met else value)
    return result


@builtin("reverse", "list: list")
def reverse(run: Run, values: list[Value]) -> Value:
    """Turn the order around."""
    return values[::-1]


@builtin("index of", "list: list, match: any")
def index_of(run: Run, values: list[Value], match: Value) -> Value:
    """Give the positions of the items that equal the match."""
    return [
        Decimal(position)
        for position, value in enumerate(values, start=1)
        if _same(value, match, run)
    ]


def _distinct(run: Run, values: list[Value]) -> list[Value]:
    """Keep the first of equal items; scalars by hash, the others by comparison."""
    seen: set[tuple[str, Value]] = set()
    others: list[Value] = []
    result: list[Value] = []
    for value in values:
        key = scalar_key(value)
        if key is not None:
            known = key in seen
            seen.add(key)
        else:
            known = any(_same(value, other, run) for other in others)
            others += [] if known else [value]
        result += [] if known else [value]
    return result


@builtin("union", "list...: list")
def union(run: Run, *lists: list[Value]) -> Value:
    """Join lists without repetition."""
    run.check_length(sum(map(len, lists)))
    return _distinct(run, [value for values in lists for value in values])


@builtin("distinct values", "list: list")
def distinct_values(run: Run, values: list[Value]) -> Value:
    """Leave out repetitions."""
    return _distinct(run, values)


@builtin("flatten", "list: list")
def flatten(run: Run, values: list[Value]) -> Value:
    """Dissolve lists inside lists."""
    result: list[Value] = []
    waiting = [iter(values)]
    while waiting:
        for value in waiting[-1]:
            run.spend()
            if isinstance(value, list):
                waiting.append(iter(value))
                break
            result.append(value)
        else:
            waiting.pop()
    return result


@builtin("sort", "list: list")
def sort(run: Run, values: list[Value]) -> Value:
    """Order values that have an order."""

    def compared(one: Value, other: Value) -> int:
        run.spend()
        sign = order(one, other)
        if sign is None:
            raise NotDefined
        return sign

    return sorted(values, key=functools.cmp_to_key(compared))


@builtin("sort", "list: list, precedes: function")
def sort_by(run: Run, values: list[Value], precedes: Function) -> Value:
    """Order values by a function that says whether one precedes the other."""

    def before(one: Value, other: Value) -> bool:
        result = precedes.invoke([one, other], run)
        if not isinstance(result, bool):
            raise NotDefined
        return result

    def compared(one: Value, other: Value) -> int:
        run.spend()
        return -1 if before(one, other) else int(before(other, one))

    return sorted(values, key=functools.cmp_to_key(compared))
