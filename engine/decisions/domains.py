"""The values of a table's column, cut into pieces on which no cell changes its answer.

Exact for numbers, dates, durations, strings and booleans; times and moments count in seconds.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.decisions.cells import Opaque, compared, symbols
from engine.decisions.item_types import Allowed
from engine.decisions.tables import DecisionTable, TableInput
from engine.feel import UnaryTests, Value, compile_expression
from engine.feel.builtins import BUILTINS
from engine.feel.comparison import order
from engine.feel.limits import Budget
from engine.feel.scope import Run
from engine.feel.text import to_text
from engine.feel.values import ORDERED_KINDS, kind_of

_BETWEEN = {
    "number": "(a + b) / 2",
    "days and time duration": "a + (b - a) / 2",
    "date": 'a + duration("P1D")',
    "time": 'a + duration("PT1S")',
    "date and time": 'a + duration("PT1S")',
    "years and months duration": 'a + duration("P1M")',
    "string": 'a + " "',
}
_STEPS = {"number": "1", "date": 'duration("P1D")', "years and months duration": 'duration("P1M")'}
_SECOND = 'duration("PT1S")'


def to_literal(value: Value) -> str:
    """Write a value as FEEL does inside a list."""
    return (to_text([value], Budget()) or "")[1:-1]


@dataclass(frozen=True, slots=True)
class Piece:
    """Values that no cell tells apart, with one of them as a sample.

    `named` is False for what lies beyond every value that a cell names. `low` and `high` are
    the bounds of what is ordered, the same text for a single value. `shown` is
    written in the place of the sample.
    """

    sample: Value
    text: str
    named: bool = True
    low: str | None = None
    high: str | None = None
    shown: str = ""

    @property
    def ordered(self) -> bool:
        """Say whether it is a part of a line."""
        return self.low is not None or self.high is not None


def _run_text(run: Sequence[Piece]) -> str:
    """Write neighbouring pieces as one interval."""
    first, last = run[0], run[-1]
    if len(run) == 1:
        return first.text
    closed_low, closed_high = first.low == first.high, last.low == last.high
    if first.low is None and last.high is None:
        return "-"
    if first.low is None:
        return f"{'<=' if closed_high else '<'} {last.high}"
    if last.high is None:
        return f"{'>=' if closed_low else '>'} {first.low}"
    return f"{'[' if closed_low else '('}{first.low}..{last.high}{']' if closed_high else ')'}"


@dataclass(frozen=True, slots=True)
class Domain:
    """The pieces of a column, the answers of its cells and the pieces that rows should cover.

    `masks` has for each rule the pieces that meet its cell, a bit each; None for an opaque cell.
    `expected` are the pieces in which a missing row is a gap; `beyond` those that no cell
    names, when no cell holds for any value either.
    """

    label: str
    pieces: tuple[Piece, ...]
    masks: tuple[int | None, ...]
    expected: int
    beyond: int

    @property
    def whole(self) -> int:
        """All pieces."""
        return (1 << len(self.pieces)) - 1

    def is_null(self, mask: int) -> bool:
        """Say whether null is the only one of some pieces, and not the only one of all."""
        return len(self.pieces) > 1 and mask == 1 << len(self.pieces) - 1

    def text(self, mask: int) -> str:
        """Write pieces as a cell would."""
        runs: list[list[Piece]] = []
        joined = False
        for place, piece in enumerate(self.pieces):
            if not mask >> place & 1:
                joined = False
                continue
            if joined and piece.ordered and runs[-1][-1].ordered:
                runs[-1].append(piece)
            else:
                runs.append([piece])
            joined = True
        return ", ".join(map(_run_text, runs))

    def example(self, mask: int) -> str:
        """Write a value of the first of some pieces."""
        piece = self.pieces[(mask & -mask).bit_length() - 1]
        return f"{self.label} {piece.shown or '= ' + to_literal(piece.sample)}"


def domain_of(table: DecisionTable, place: int) -> Domain:
    """Cut the values of a column."""
    column = table.inputs[place]
    cells = [rule.tests[place] for rule in table.rules]
    symbol = _symbol(cells)
    if symbol is not None:
        return _around(column, cells, symbol)
    allowed = _allowed(column)
    exact = [cell if _is_exact(cell) else None for cell in cells]
    constants = [value for cell in (*exact, *allowed) if cell for value in compared(cell)]
    pieces = list(_pieces(column, constants))
    pieces = [piece for piece in pieces if _may_be(piece.sample, allowed)]
    pieces = _without_strings_between(pieces, [cell for cell in exact if cell is not None])
    masks = tuple(None if cell is None else _mask(cell, pieces, {}) for cell in exact)
    return _domain(column, pieces, masks, closed=bool(allowed), cells=cells)


def _domain(
    column: TableInput,
    pieces: Sequence[Piece],
    masks: tuple[int | None, ...],
    cells: Sequence[UnaryTests],
    *,
    closed: bool,
) -> Domain:
    met = -1 if any(cell.is_any for cell in cells) else 0
    for cell, mask in zip(cells, masks, strict=True):
        met |= 0 if cell.is_any else mask or 0
    expected = beyond = 0
    for place, piece in enumerate(pieces):
        if piece.sample is None and len(pieces) > 1:
            continue
        if piece.named or closed or met >> place & 1:
            expected |= 1 << place
        else:
            beyond |= 1 << place
    return Domain(column.label, tuple(pieces), masks, expected, beyond)


def _allowed(column: TableInput) -> tuple[UnaryTests, ...]:
    """Give the tests that restrict a column, if all are exact."""
    tests = column.allowed
    if column.wanted is not None and isinstance(column.wanted.allows, Allowed):
        tests = tests or (column.wanted.allows.tests,)
    return tests if all(map(_is_exact, tests)) else ()


def _is_exact(cell: UnaryTests) -> bool:
    try:
        values = compared(cell)
    except Opaque:
        return False
    return not any(isinstance(value, list | dict) for value in values)


def _symbol(cells: Sequence[UnaryTests]) -> str | None:
    """Give the one variable that all cells compare with, if they compare with nothing else."""
    try:
        found = symbols(cells)
    except Opaque:
        return None
    return found.pop() if len(found) == 1 else None


def _around(column: TableInput, cells: Sequence[UnaryTests], symbol: str) -> Domain:
    """Cut a column at a variable: below, at and above it."""
    pieces = [
        Piece(Decimal(-1), f"< {symbol}", high=symbol, shown=f"< {symbol}"),
        Piece(Decimal(0), symbol, low=symbol, high=symbol, shown=f"= {symbol}"),
        Piece(Decimal(1), f"> {symbol}", low=symbol, shown=f"> {symbol}"),
    ]
    pieces.append(Piece(None, "null", named=False))
    masks = tuple(_mask(cell, pieces, {symbol: Decimal(0)}) for cell in cells)
    return _domain(column, pieces, masks, cells, closed=False)


def _mask(cell: UnaryTests, pieces: Sequence[Piece], context: dict[str, Value]) -> int:
    scope = Run(context, BUILTINS).root
    met = (cell.evaluate(piece.sample, scope) is True for piece in pieces)
    return sum(1 << place for place, holds in enumerate(met) if holds)


def _may_be(value: Value, allowed: Sequence[UnaryTests]) -> bool:
    if value is None or not allowed:
        return True
    scope = Run({}, BUILTINS).root
    return any(cell.evaluate(value, scope) is True for cell in allowed)


def _pieces(column: TableInput, constants: Sequence[Value]) -> Iterator[Piece]:
    kinds = [kind_of(value) for value in constants if value is not None]
    if column.wanted is not None and column.wanted.kind in (*ORDERED_KINDS, "boolean"):
        # A constant of another kind is met by no value of the column.
        kinds = [column.wanted.kind]
    for kind in dict.fromkeys(kinds):
        values = [value for value in constants if kind_of(value) == kind]
        yield from _of_kind(kind, values)
    yield Piece(None, "null", named=False)


def _of_kind(kind: str, values: Sequence[Value]) -> Iterator[Piece]:
    if kind == "boolean":
        yield from (Piece(True, "true"), Piece(False, "false"))
    elif kind in ORDERED_KINDS and values:
        yield from _ordered(kind, values)


def _without_strings_between(pieces: Sequence[Piece], cells: Sequence[UnaryTests]) -> list[Piece]:
    """Put all strings that no cell names together, unless cells tell some of them apart."""
    others = [one for one in pieces if not one.named and isinstance(one.sample, str)]
    answers = {tuple(_mask(cell, [one], {}) for cell in cells) for one in others}
    if len(others) < 2 or len(answers) > 1:
        return list(pieces)
    names = [one for one in pieces if one.named and isinstance(one.sample, str)]
    kept = [
        replace(one, low=None, high=None) if one in names else one
        for one in pieces
        if one not in others
    ]
    other = "其他"
    while any(one.sample == other for one in names):
        other += "其他"
    text = f"not({', '.join(one.text for one in names)})"
    return [*kept[:-1], Piece(other, text, named=False), kept[-1]]


def _ordered(kind: str, values: Sequence[Value]) -> Iterator[Piece]:
    """Cut an ordered kind at each value: the values themselves and what lies between them."""
    points = _sorted(values)
    lowest = _beside(kind, points[0], "-")
    if lowest is not None:
        text = to_literal(points[0])
        yield Piece(lowest, f"< {text}", named=False, high=text)
    for place, point in enumerate(points):
        text = to_literal(point)
        yield Piece(point, text, low=text, high=text)
        if place + 1 < len(points):
            yield from _interval(kind, point, points[place + 1])
    highest = _beside(kind, points[-1], "+")
    if highest is not None:
        text = to_literal(points[-1])
        yield Piece(highest, f"> {text}", named=False, low=text)


def _sorted(values: Sequence[Value]) -> list[Value]:
    ordered = sorted(values, key=functools.cmp_to_key(lambda one, other: order(one, other) or 0))
    points = ordered[:1]
    points += [value for before, value in itertools.pairwise(ordered) if before != value]
    return points


def _interval(kind: str, low: Value, high: Value) -> Iterator[Piece]:
    sample = compile_expression(_BETWEEN[kind])({"a": low, "b": high})
    # Between neighbouring dates there is none.
    if order(low, sample) == -1 and order(sample, high) == -1:
        # Strings are named one by one; what lies between two is like any other that is not.
        bounds = to_literal(low), to_literal(high)
        named = kind != "string"
        yield Piece(sample, f"({bounds[0]}..{bounds[1]})", named, *bounds)


def _beside(kind: str, point: Value, sign: str) -> Value:
    """Give a value below or above a point; None when there is none."""
    if kind == "string":
        return "" if sign == "-" and point else point + " " if sign == "+" else None
    sample = compile_expression(f"a {sign} {_STEPS.get(kind, _SECOND)}")({"a": point})
    return sample if order(sample, point) == (-1 if sign == "-" else 1) else None
