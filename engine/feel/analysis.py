"""Which names an expression uses without binding them itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from engine.feel.nodes import (
    Call,
    ContextLiteral,
    Embedded,
    Filter,
    For,
    FunctionLiteral,
    Membership,
    Name,
    Node,
    Quantified,
    Test,
)

Bound = frozenset[str]


class FreeNames:
    """Collects the names: those surely meant as variables, and those that may be entries.

    Inside a filter a name may stand for an entry of the item, which only the data can tell.
    """

    def __init__(self, functions: frozenset[str]) -> None:
        self.functions = functions
        self.certain: set[str] = set()
        self.possible: set[str] = set()
        self._filters = 0

    def visit(self, node: Node | Test, bound: Bound) -> None:
        """Collect from a node, where these names are bound."""
        if isinstance(node, Name):
            self._name(node.name, bound)
        elif isinstance(node, Call):
            self._call(node, bound)
        elif isinstance(node, ContextLiteral):
            self._context(node, bound)
        elif isinstance(node, For | Quantified):
            self._loop(node, bound)
        elif isinstance(node, Filter):
            self._filter(node, bound)
        else:
            if isinstance(node, FunctionLiteral):
                bound |= set(node.parameters)
            self._parts(node, bound)

    def _name(self, name: str, bound: Bound) -> None:
        if name not in bound:
            (self.possible if self._filters else self.certain).add(name)

    def _call(self, node: Call, bound: Bound) -> None:
        callee = node.callee
        if not (isinstance(callee, Name) and callee.name in self.functions):
            self.visit(callee, bound)
        for argument in node.arguments:
            self.visit(argument, bound)

    def _context(self, node: ContextLiteral, bound: Bound) -> None:
        for name, value in node.entries:
            self.visit(value, bound)
            bound |= {name}

    def _loop(self, node: For | Quantified, bound: Bound) -> None:
        if isinstance(node, For):
            bound |= {"partial"}
        for iterator in node.iterators:
            self.visit(iterator.source, bound)
            if iterator.last is not None:
                self.visit(iterator.last, bound)
            bound |= {iterator.name}
        self.visit(node.body, bound)

    def _filter(self, node: Filter, bound: Bound) -> None:
        self.visit(node.target, bound)
        self._filters += 1
        self.visit(node.condition, bound | {"item"})
        self._filters -= 1

    def _parts(self, node: Node | Test, bound: Bound) -> None:
        if isinstance(node, Membership | Embedded):
            # Tests may name what they test.
            bound |= {"?"}
        for part in parts_of(node):
            self.visit(part, bound)


def parts_of(node: Node | Test) -> Iterator[Node]:
    """Give the nodes that a node directly holds in its fields."""
    for field in dataclasses.fields(node):
        yield from _nodes_in(getattr(node, field.name))


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _nodes_in(item)
    elif dataclasses.is_dataclass(value) and hasattr(value, "start"):
        yield value  # type: ignore[misc]
