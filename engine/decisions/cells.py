"""What the tests of a cell compare with, as far as it can be known without data.

A cell is exact when it only compares the tested value with constants. Then its answer can change
only at those constants, so that a few sample values tell all. Every other cell is opaque.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.feel import FeelLimit, UnaryTests, Value
from engine.feel.analysis import parts_of
from engine.feel.builtins import BUILTINS
from engine.feel.compilation import build
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ComparisonRange,
    ListLiteral,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    Node,
    RangeLiteral,
    Test,
)
from engine.feel.scope import Run

TESTED = "?"
_MAKING = frozenset({"date", "time", "date and time", "duration"})


class Opaque(Exception):
    """What a cell compares with depends on data."""


def constant(node: Node) -> Value:
    """Evaluate what has the same value always.

    Raises:
        Opaque: It names a variable or calls a function other than those that make dates.
    """
    if not _is_constant(node):
        raise Opaque
    try:
        return build(node)(Run({}, BUILTINS).root)
    except (FeelLimit, RecursionError) as error:
        raise Opaque from error


def _is_constant(node: Node | Test) -> bool:
    if isinstance(node, Call):
        callee = node.callee
        making = isinstance(callee, Name) and callee.name in _MAKING and not node.names
        return making and all(map(_is_constant, node.arguments))
    if not isinstance(node, Literal | Negation | Arithmetic | ListLiteral):
        return False
    return all(map(_is_constant, parts_of(node)))


def compared(cell: UnaryTests) -> list[Value]:
    """Give the constants that a cell compares with.

    Raises:
        Opaque: The cell does more than compare with constants.
    """
    return [value for test in cell.tests for value in _of_test(test)]


def symbols(cells: Iterable[UnaryTests]) -> set[str]:
    """Give the variables that cells compare with, when they do nothing else.

    Raises:
        Opaque: Some cell does.
    """
    found: set[str] = set()
    for cell in cells:
        for test in cell.tests:
            bound = test.operand.bound if isinstance(test.operand, ComparisonRange) else None
            name = test.operand if test.operator is not None else bound
            if not isinstance(name, Name) or name.name == TESTED:
                raise Opaque
            found.add(name.name)
    return found


def _of_test(test: Test) -> Iterator[Value]:
    if test.operator is not None:
        yield constant(test.operand)
    else:
        yield from _of_operand(test.operand)


def _of_operand(node: Node) -> Iterator[Value]:
    """Read what a value is held against, or an expression about `?`."""
    if isinstance(node, ComparisonRange):
        yield constant(node.bound)
    elif isinstance(node, RangeLiteral):
        yield from (constant(node.low), constant(node.high))
    elif isinstance(node, ListLiteral):
        for item in node.items:
            yield from _of_operand(item)
    elif _names_tested(node):
        yield from _of_condition(node)
    else:
        yield constant(node)


def _names_tested(node: Node | Test) -> bool:
    if isinstance(node, Name):
        return node.name == TESTED
    return any(map(_names_tested, parts_of(node)))


def _of_condition(node: Node) -> Iterator[Value]:
    """Read a condition in which `?` stands for the value."""
    if isinstance(node, Name):
        yield True
    elif isinstance(node, Logic):
        for operand in node.operands:
            yield from _of_condition(operand)
    elif isinstance(node, Call) and _is_negation(node):
        yield from _of_condition(node.arguments[0])
    else:
        yield from _of_comparison(node)


def _of_comparison(node: Node) -> Iterator[Value]:
    if isinstance(node, Comparison):
        yield _other_side(node)
    elif isinstance(node, Between) and _is_tested(node.value):
        yield from (constant(node.low), constant(node.high))
    elif isinstance(node, Membership) and _is_tested(node.value):
        for test in node.tests:
            yield from _of_test(test)
    else:
        raise Opaque


def _is_tested(node: Node) -> bool:
    return isinstance(node, Name) and node.name == TESTED


def _other_side(node: Comparison) -> Value:
    if _is_tested(node.left):
        return constant(node.right)
    if _is_tested(node.right):
        return constant(node.left)
    raise Opaque


def _is_negation(node: Call) -> bool:
    called = isinstance(node.callee, Name) and node.callee.name == "not"
    return called and len(node.arguments) == 1 and not node.names
