"""Reading the FEEL texts of a DMN file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from engine.decisions.document import Element, text_of
from engine.decisions.item_types import ItemTypes
from engine.decisions.report import DecisionReport
from engine.feel import FeelSyntaxError, UnaryTests, compile_unary_tests
from engine.feel.analysis import parts_of
from engine.feel.nodes import FunctionLiteral, Literal, Node, Test
from engine.feel.parser import parse_expression, parse_tests


class ExpressionReader:
    """Reads texts with the names that the file knows; what is wrong is reported."""

    def __init__(self, names: Iterable[str], types: ItemTypes, report: DecisionReport) -> None:
        self.names = frozenset(names)
        self.types = types
        self.report = report

    @contextmanager
    def knowing(self, names: Iterable[str]) -> Iterator[None]:
        """Know more names for a while, such as the parameters of a function."""
        known, self.names = self.names, self.names | frozenset(names)
        try:
            yield
        finally:
            self.names = known

    @property
    def null(self) -> Literal:
        """A constant in the place of what is missing."""
        return Literal(0, 0, None)

    @property
    def any_value(self) -> UnaryTests:
        """A cell that every value meets."""
        return compile_unary_tests("-")

    def read(self, element: Element) -> Node:
        """Read the text of an element; null when it is empty or wrong."""
        text = text_of(element)
        if not text:
            return self.null
        try:
            node = parse_expression(text, self.names, types=self.types.bare)
        except FeelSyntaxError as error:
            self.report.add_syntax(element, error)
            return self.null
        if _is_external(node):
            self.report.add(element, "dmn_external")
        return node

    def read_tests(self, element: Element) -> UnaryTests:
        """Read the cell of a condition; a wrong one is met by nothing."""
        try:
            return compile_unary_tests(text_of(element), names=self.names)
        except FeelSyntaxError as error:
            self.report.add_syntax(element, error)
            return compile_unary_tests("? != ?")

    def read_each_test(self, element: Element) -> tuple[UnaryTests, ...]:
        """Read a list of tests as one cell each."""
        text = text_of(element)
        try:
            tests, _ = parse_tests(text, self.names)
        except FeelSyntaxError as error:
            self.report.add_syntax(element, error)
            return ()
        sources = (text[test.start : test.end] for test in tests)
        return tuple(compile_unary_tests(source, names=self.names) for source in sources)

    def check_type(self, element: Element, reference: str | None) -> None:
        """Report a type that nobody knows."""
        if reference and not self.types.knows(reference):
            self.report.add(element, "dmn_type", value=reference, severity="warning")


def _is_external(node: Node | Test) -> bool:
    """Say whether a function without a body stands in the expression: one of Java or PMML."""
    if isinstance(node, FunctionLiteral) and node.body is None:
        return True
    return any(map(_is_external, parts_of(node)))
