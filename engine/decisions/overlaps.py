"""Whether rules may hold together, and whether a number falls between them.

Only cells of constants and intervals are understood; others may hold for any value or none,
so nothing is said about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from engine.decisions.tables import DecisionTable, Rule
from engine.feel import UnaryTests
from engine.feel.nodes import ComparisonRange, Literal, Negation, Node, RangeLiteral, Test
from engine.feel.values import Value

_MAX_RULES = 300
_MIN, _MAX = Decimal("-Infinity"), Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers between two bounds."""

    low: Decimal
    high: Decimal
    low_included: bool
    high_included: bool

    def meets(self, other: Span) -> bool:
        """Say whether a number lies in both."""
        first, second = (self, other) if self._begin() <= other._begin() else (other, self)
        if first.high != second.low:
            return first.high > second.low
        return first.high_included and second.low_included

    def _begin(self) -> tuple[Decimal, bool]:
        return self.low, not self.low_included


# A cell: None when it holds for any value, or the constants and intervals it is met by.
_Cell = list[Span | str | bool]


def _constant(node: Node) -> Value:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Negation) and isinstance(node.operand, Literal):
        value = node.operand.value
        return value.copy_negate() if isinstance(value, Decimal) else None
    return None


def _compared(operator: str, bound: Value) -> Span | str | bool | None:
    if operator == "=" and isinstance(bound, str | bool):
        return bound
    if not isinstance(bound, Decimal):
        return None
    return {
        "<": Span(_MIN, bound, False, False),
        "<=": Span(_MIN, bound, False, True),
        ">": Span(bound, _MAX, False, False),
        ">=": Span(bound, _MAX, True, False),
        "=": Span(bound, bound, True, True),
    }.get(operator)


def _part(test: Test) -> Span | str | bool | None:
    node = test.operand
    if test.operator is not None:
        return _compared(test.operator, _constant(node))
    if isinstance(node, ComparisonRange):
        return _compared(node.operator, _constant(node.bound))
    if isinstance(node, RangeLiteral):
        low, high = _constant(node.low), _constant(node.high)
        if isinstance(low, Decimal) and isinstance(high, Decimal):
            return Span(low, high, node.low_included, node.high_included)
        return None
    return _compared("=", _constant(node))


class _NotUnderstood(Exception):
    """A cell holds more than constants and intervals."""


def _cell(tests: UnaryTests) -> _Cell | None:
    if tests.is_any:
        return None
    parts = [_part(test) for test in tests.tests]
    understood = [part for part in parts if part is not None]
    if tests.negated or len(understood) < len(parts):
        raise _NotUnderstood
    return understood


def _cells_meet(one: _Cell | None, other: _Cell | None) -> bool:
    if one is None or other is None:
        return True
    return any(_parts_meet(left, right) for left in one for right in other)


def _parts_meet(left: Span | str | bool, right: Span | str | bool) -> bool:
    if isinstance(left, Span) and isinstance(right, Span):
        return left.meets(right)
    return type(left) is type(right) and left == right


def _understood(rules: tuple[Rule, ...]) -> Iterator[tuple[Rule, list[_Cell | None]]]:
    for rule in rules:
        try:
            yield rule, [_cell(tests) for tests in rule.tests]
        except _NotUnderstood:
            continue


def overlapping_rules(table: DecisionTable) -> list[tuple[str, str]]:
    """Give pairs of rules for which some input meets both, by their ids."""
    rules = list(_understood(table.rules[:_MAX_RULES]))
    return [
        (one.id, other.id)
        for (one, left), (other, right) in combinations(rules, 2)
        if all(_cells_meet(a, b) for a, b in zip(left, right, strict=True))
    ]


def uncovered_numbers(table: DecisionTable) -> list[str]:
    """Name the gaps between the intervals of a table with a single input.

    What lies below the lowest or above the highest bound is no gap.
    """
    rules = list(_understood(table.rules))
    if len(table.inputs) != 1 or len(rules) < len(table.rules):
        return []
    cells = [cells[0] for _, cells in rules]
    parts = [part for cell in cells if cell is not None for part in cell]
    spans = [part for part in parts if isinstance(part, Span)]
    if None in cells or len(spans) < len(parts) or len(spans) < 2:
        return []
    return list(_gaps(sorted(spans, key=Span._begin)))


def _gaps(spans: list[Span]) -> Iterator[str]:
    reach = spans[0]
    for span in spans[1:]:
        touching = reach.high == span.low and (reach.high_included or span.low_included)
        if span.low > reach.high or (span.low == reach.high and not touching):
            opening = "(" if reach.high_included else "["
            closing = ")" if span.low_included else "]"
            yield f"{opening}{reach.high}..{span.low}{closing}"
        if (span.high, span.high_included) > (reach.high, reach.high_included):
            reach = span
