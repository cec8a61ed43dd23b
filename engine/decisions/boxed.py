"""Boxed expressions: the parts of a decision that are drawn, as parts of an expression."""

from __future__ import annotations

from collections.abc import Callable

from engine.decisions.document import Element, child, children, local_name
from engine.decisions.expressions import ExpressionReader
from engine.decisions.table_reader import TableReader
from engine.decisions.tables import DecisionTable
from engine.feel.compilation import build
from engine.feel.nodes import (
    Call,
    ContextLiteral,
    Embedded,
    Filter,
    For,
    FunctionLiteral,
    If,
    Iterator,
    ListLiteral,
    Node,
    Path,
    Quantified,
    Test,
)
from engine.feel.scope import Scope
from engine.feel.types import ANY, Type, coerce
from engine.feel.values import Function, Value

_RESULT = "(result)"
# Source: DMN 1.5, section 7.3.1: typeRef is the type of all values of an expression. Editors
# write the type of one output at a table, and functions are held by what they give.
_HOLDING = frozenset(
    {
        "literalExpression", "context", "invocation", "list", "relation", "conditional", "filter",
        "for", "some", "every",
    }
)  # fmt: skip


def embed_table(table: DecisionTable) -> Embedded:
    """Make a table a part of an expression, with the expressions it is made of."""
    parts: list[Node | Test] = [column.node for column in table.inputs]
    for rule in table.rules:
        parts += rule.nodes
        parts += [test for cell in rule.tests for test in cell.tests]
    return Embedded(0, 0, lambda scope: table.decide(scope).value, parts)


def _held(node: Node, wanted: Type | None) -> Node:
    """Hold a value to a type: null when it does not fit, except that functions are let through."""
    if wanted is None or wanted.kind == ANY:
        return node
    evaluate = build(node)

    def held(scope: Scope) -> Value:
        value = evaluate(scope)
        return value if isinstance(value, Function) else coerce(value, wanted, scope.run)

    return Embedded(0, 0, held, [node])


class BoxedReader:
    """Reads the logic of decisions and business knowledge models."""

    def __init__(self, expressions: ExpressionReader) -> None:
        self.expressions = expressions
        self.tables = TableReader(expressions)
        self.tables_read: list[tuple[Element, DecisionTable]] = []
        self._readers: dict[str, Callable[[Element], Node]] = {
            "literalExpression": expressions.read,
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "decisionTable": self._table,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
        }

    def logic_of(self, element: Element | None) -> Element | None:
        """Give the child that is an expression."""
        return child(element, *self._readers)

    def read(self, element: Element | None) -> Node:
        """Read an expression; null when there is none. Its value is held to its own type."""
        if element is None:
            return self.expressions.null
        node = self._readers[local_name(element)](element)
        if local_name(element) not in _HOLDING:
            return node
        return _held(node, self.expressions.types.resolve(element.get("typeRef")))

    def _inside(self, element: Element | None) -> Node:
        return self.read(self.logic_of(element))

    def _part(self, element: Element, name: str) -> Node:
        return self._inside(child(element, name))

    def _table(self, element: Element) -> Node:
        return embed_table(self.table(element, self._table_name(element)))

    def table(self, element: Element, name: str) -> DecisionTable:
        """Read a table, and remember it."""
        table = self.tables.read(element, name)
        self.tables_read.append((element, table))
        return table

    def _table_name(self, element: Element) -> str:
        around = element.getparent()
        around_name = around.get("name") if around is not None else None
        return element.get("id") or around_name or ""

    def _context(self, element: Element) -> Node:
        entries: list[tuple[str, Node]] = []
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            name = variable.get("name", "") if variable is not None else _RESULT
            reference = variable.get("typeRef") if variable is not None else None
            wanted = self.expressions.types.resolve(reference)
            entries.append((name, _held(self._inside(entry), wanted)))
        context = ContextLiteral(0, 0, entries)
        gives_result = bool(entries) and entries[-1][0] == _RESULT
        return Path(0, 0, context, _RESULT) if gives_result else context

    def _list(self, element: Element) -> Node:
        items = [self.read(item) for item in children(element, *self._readers)]
        return ListLiteral(0, 0, items)

    def _relation(self, element: Element) -> Node:
        columns = [column.get("name", "") for column in children(element, "column")]
        rows: list[Node] = []
        for row in children(element, "row"):
            cells = [self.read(cell) for cell in children(row, *self._readers)]
            rows.append(ContextLiteral(0, 0, list(zip(columns, cells, strict=False))))
        return ListLiteral(0, 0, rows)

    def _invocation(self, element: Element) -> Node:
        callee = self._inside(element)
        names: list[str] = []
        arguments: list[Node] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            names.append(parameter.get("name", "") if parameter is not None else "")
            arguments.append(self._inside(binding))
        return Call(0, 0, callee, arguments, names)

    def function(self, element: Element, result: Type | None = None) -> Node:
        """Read a function definition; what it gives is held to the type."""
        if element.get("kind", "FEEL") != "FEEL":
            self.expressions.report.add(element, "dmn_external")
            return FunctionLiteral(0, 0, self._parameters(element), self._types(element), None)
        parameters = self._parameters(element)
        with self.expressions.knowing(parameters):
            body = _held(self._inside(element), result)
        return FunctionLiteral(0, 0, parameters, self._types(element), body)

    def _parameters(self, element: Element) -> list[str]:
        return [one.get("name", "") for one in children(element, "formalParameter")]

    def _types(self, element: Element) -> list[Type | None]:
        resolve = self.expressions.types.resolve
        return [resolve(one.get("typeRef")) for one in children(element, "formalParameter")]

    def _conditional(self, element: Element) -> Node:
        condition, then = self._part(element, "if"), self._part(element, "then")
        return If(0, 0, condition, then, self._part(element, "else"))

    def _filter(self, element: Element) -> Node:
        return Filter(0, 0, self._part(element, "in"), self._part(element, "match"))

    def _iterator(self, element: Element) -> Iterator:
        return Iterator(element.get("iteratorVariable", ""), self._part(element, "in"), None)

    def _for(self, element: Element) -> Node:
        return For(0, 0, [self._iterator(element)], self._part(element, "return"))

    def _quantified(self, element: Element) -> Node:
        every = local_name(element) == "every"
        condition = self._part(element, "satisfies")
        return Quantified(0, 0, every, [self._iterator(element)], condition)
