"""The constructs that go over lists: for, some, every and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import repeat

from engine.feel.analysis import FreeNames
from engine.feel.closures import Build, Builder, Closure
from engine.feel.comparison import all_true, any_true
from engine.feel.nodes import Filter, For, Iterator, Quantified
from engine.feel.numbers import is_whole
from engine.feel.scope import Scope
from engine.feel.temporal import Date
from engine.feel.values import Range, Value


def _whole_numbers(start: int, end: int) -> Iterable[Decimal]:
    step = 1 if start <= end else -1
    return map(Decimal, range(start, end + step, step))


def _days(start: int, end: int) -> Iterable[Date]:
    step = 1 if start <= end else -1
    return map(Date.from_days, range(start, end + step, step))


def _between(low: Value, high: Value, shrink: tuple[int, int] = (0, 0)) -> Iterable[Value] | None:
    """Give the whole numbers or days from one bound to the other, up or down.

    `shrink` moves the bounds of a range that does not include them; it may end up empty.
    """
    if isinstance(low, Decimal) and isinstance(high, Decimal) and is_whole(low) and is_whole(high):
        start, end, make = int(low), int(high), _whole_numbers
    elif isinstance(low, Date) and isinstance(high, Date):
        start, end, make = low.days(), high.days(), _days  # type: ignore[assignment]
    else:
        return None
    rising = start <= end
    start, end = start + shrink[0], end - shrink[1]
    return [] if rising and start > end else make(start, end)


def sequence_of(value: Value) -> Iterable[Value] | None:
    """Give what iteration over a value goes through: a single value is a list of one."""
    if isinstance(value, Range):
        shrink = int(not value.start_included), int(not value.end_included)
        return _between(value.start, value.end, shrink)
    if value is None or isinstance(value, list):
        return value
    return [value]


class _Loop:
    """The iterators of one construct, nested into one another."""

    def __init__(self, iterators: list[Iterator], build: Build) -> None:
        self.steps = [
            (
                iterator.name,
                build(iterator.source),
                build(iterator.last) if iterator.last is not None else None,
            )
            for iterator in iterators
        ]

    def over(self, scope: Scope, visit: Callable[[Scope], None], level: int = 0) -> bool:
        """Visit every combination; False when something is not to be iterated over."""
        if level == len(self.steps):
            visit(scope)
            return True
        name, source, last = self.steps[level]
        low = source(scope)
        values = sequence_of(low) if last is None else _between(low, last(scope))
        if values is None:
            return False
        spend = scope.run.spend
        for value in values:
            spend()
            if not self.over(scope.child({name: value}), visit, level + 1):
                return False
        return True


def _for(node: For, build: Build) -> Closure:
    loop = _Loop(node.iterators, build)
    body = build(node.body)
    names = FreeNames(frozenset())
    names.visit(node.body, frozenset())
    sees_partial = "partial" in names.certain | names.possible

    def collect(scope: Scope) -> Value:
        results: list[Value] = []
        most = scope.run.limits.list_length
        own: dict[str, Value] = {"partial": []}

        def visit(inner: Scope) -> None:
            if sees_partial:
                # A copy: the list itself could become one of its own items.
                inner.run.check_list(results)
                own["partial"] = results.copy()
            results.append(body(inner))
            if len(results) > most:
                inner.run.check_list(results)

        return results if loop.over(scope.child(own), visit) else None

    return collect


def _quantified(node: Quantified, build: Build) -> Closure:
    loop = _Loop(node.iterators, build)
    body = build(node.body)
    decide = all_true if node.every else any_true

    def quantify(scope: Scope) -> Value:
        results: list[Value] = []
        done = loop.over(scope, lambda inner: results.append(body(inner)))
        # What is neither true, false nor null is no condition at all.
        sound = all(result is None or isinstance(result, bool) for result in results)
        return decide(results) if done and sound else None

    return quantify


def _filter(node: Filter, build: Build) -> Closure:
    target, condition = build(node.target), build(node.condition)

    def select(scope: Scope) -> Value:
        value = target(scope)
        if value is None or value == []:
            return _of_nothing(condition(scope.child({"item": None})))
        items = value if isinstance(value, list) else [value]
        chosen: list[Value] = []
        for item, inner in zip(items, map(_item_scope, items, repeat(scope)), strict=True):
            scope.run.spend()
            met = condition(inner)
            if isinstance(met, Decimal):
                return _at(items, met)
            if met is True:
                chosen.append(item)
            elif met is not False and met is not None:
                return None
        return chosen

    return select


def _item_scope(item: Value, scope: Scope) -> Scope:
    """Let the condition see the item, and the entries of an item that is a context."""
    if isinstance(item, dict):
        return scope.child({"item": item, **item})
    return scope.child({"item": item})


def _of_nothing(met: Value) -> list[Value] | None:
    return None if isinstance(met, Decimal) else []


def _at(items: list[Value], position: Decimal) -> Value:
    """Give the item at a position, counted from 1, or from -1 backwards."""
    if not is_whole(position) or not 1 <= abs(position) <= len(items):
        return None
    index = int(position)
    return items[index - 1] if index > 0 else items[index]


LOOP_BUILDERS: dict[type, Builder] = {For: _for, Quantified: _quantified, Filter: _filter}
