"""What is wrong with single cells: wrong types, values that are not allowed, unknown names."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from engine.decisions.cells import Opaque, compared, constant
from engine.decisions.document import Element, children
from engine.decisions.domains import to_literal
from engine.decisions.report import DecisionReport
from engine.decisions.tables import DecisionTable, Rule, TableInput, TableOutput
from engine.feel import UnaryTests, Value
from engine.feel.analysis import FreeNames
from engine.feel.builtins import BUILTINS
from engine.feel.nodes import Literal, Node
from engine.feel.scope import Run
from engine.feel.types import ANY, Type, coerce
from engine.feel.values import kind_of

_UNSURE = (ANY, "?", "context", "function", "range")


class CellLint:
    """Looks at the cells of one table; `known` are the names that its file introduces."""

    def __init__(
        self,
        element: Element,
        table: DecisionTable,
        report: DecisionReport,
        known: frozenset[str],
        functions: frozenset[str],
    ) -> None:
        self.table = table
        self.report = report
        self.rows = children(element, "rule")
        self.functions = functions
        free = FreeNames(functions)
        for column in table.inputs:
            free.visit(column.node, frozenset())
        self.known = known | free.certain | free.possible

    def run(self) -> None:
        """Report all there is."""
        for rule, row in zip(self.table.rules, self.rows, strict=True):
            cells, results = children(row, "inputEntry"), children(row, "outputEntry")
            for column, test, cell in zip(self.table.inputs, rule.tests, cells, strict=False):
                self._input(rule, column, test, cell)
            for output, node, cell in zip(self.table.outputs, rule.nodes, results, strict=False):
                self._output(rule, output, node, cell)
            self._names(rule, row)

    def _input(self, rule: Rule, column: TableInput, test: UnaryTests, cell: Element) -> None:
        try:
            values = compared(test)
        except Opaque:
            return
        wrong = [value for value in values if value is not None]
        if not any(_is_boolean(one.operand) for one in test.tests):
            # In an expression about `?`, true is what it gives, not what it compares with.
            wrong = [value for value in wrong if not isinstance(value, bool)]
        wrong = [value for value in wrong if not _may_be(value, column.wanted)]
        if wrong:
            self._wrong(cell, rule, column.label, wrong[0], column.wanted)

    def _output(self, rule: Rule, column: TableOutput, node: Value, cell: Element) -> None:
        try:
            value = constant(node)
        except Opaque:
            return
        scope = Run({}, BUILTINS).root
        if value is None:
            return
        if column.wanted is not None and coerce(value, column.wanted, scope.run) is None:
            self._wrong(cell, rule, column.label, value, column.wanted)
        elif column.ranks and column.rank(value, scope) == len(column.ranks):
            self._report(cell, "dmn_output_value", rule, column.label, value)

    def _wrong(
        self, cell: Element, rule: Rule, label: str, value: Value, wanted: Type | None
    ) -> None:
        kind = wanted.kind if wanted is not None else ""
        self._report(cell, "dmn_cell_type", rule, label, value, kind=kind)

    def _report(
        self, cell: Element, code: str, rule: Rule, label: str, value: Value, kind: str = ""
    ) -> None:
        self.report.add(
            cell, code, value=to_literal(value), row=str(rule.number), column=label, kind=kind
        )

    def _names(self, rule: Rule, row: Element) -> None:
        for name in dict.fromkeys(self._unknown(rule)):
            near = get_close_matches(name, self.known, 1)
            self.report.add(
                row,
                "dmn_unknown_name",
                value=name,
                row=str(rule.number),
                hint_zh=f"，是否指“{near[0]}”" if near else "",
                hint_en=f"; did you mean {near[0]}" if near else "",
                severity="warning",
            )

    def _unknown(self, rule: Rule) -> Iterator[str]:
        free = FreeNames(self.functions)
        for cell in rule.tests:
            for test in cell.tests:
                free.visit(test, frozenset({"?"}))
        for node in rule.nodes:
            free.visit(node, frozenset())
        yield from sorted(free.certain - self.known)


def _may_be(value: Value, wanted: Type | None) -> bool:
    """Say whether a value of the column's type could equal, or be compared with, a constant."""
    if wanted is None or wanted.kind in _UNSURE or isinstance(value, dict):
        return True
    if isinstance(value, list):
        return wanted.kind == "list" or all(_may_be(item, wanted) for item in value)
    if wanted.kind == "list":
        return True
    return kind_of(value) == wanted.kind


def _is_boolean(node: Node) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, bool)
