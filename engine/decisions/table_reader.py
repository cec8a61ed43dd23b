"""Reading decision tables from XML."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.decisions.document import Element, child, children, text_of
from engine.decisions.expressions import ExpressionReader
from engine.decisions.hit_policies import AGGREGATIONS, POLICIES
from engine.decisions.tables import (
    DecisionTable,
    Places,
    Rule,
    TableInput,
    TableOutput,
    plain_type,
)
from engine.feel import UnaryTests, Value
from engine.feel.compilation import build
from engine.feel.nodes import Literal


class TableReader:
    """Reads the tables of one file."""

    def __init__(self, expressions: ExpressionReader) -> None:
        self.expressions = expressions
        self.report = expressions.report

    def read(self, element: Element, name: str) -> DecisionTable:
        """Read a table; what is wrong with it is reported, and read as null."""
        inputs = tuple(map(self._input, children(element, "input")))
        outputs = self._outputs(element, name)
        rules = tuple(
            self._rule(rule, number, len(inputs), len(outputs))
            for number, rule in enumerate(children(element, "rule"), start=1)
        )
        policy, aggregation = self._policy(element, len(outputs))
        identifier = element.get("id") or name
        return DecisionTable(identifier, name, policy, aggregation, inputs, outputs, rules)

    def _policy(self, element: Element, outputs: int) -> tuple[str, str | None]:
        policy = element.get("hitPolicy") or "UNIQUE"
        aggregation = element.get("aggregation") if policy == "COLLECT" else None
        if policy not in POLICIES:
            self.report.add(element, "dmn_hit_policy", value=policy)
            policy = "UNIQUE"
        if aggregation is not None and aggregation not in AGGREGATIONS:
            self.report.add(element, "dmn_aggregation", value=aggregation)
            aggregation = None
        if aggregation is not None and outputs > 1:
            self.report.add(element, "dmn_aggregated_outputs", value=aggregation)
        return policy, aggregation

    def _input(self, element: Element) -> TableInput:
        expression = child(element, "inputExpression")
        holder = element if expression is None else expression
        node = self.expressions.read(holder)
        type_ref = holder.get("typeRef")
        self.expressions.check_type(holder, type_ref)
        identifier = element.get("id") or ""
        allowed = self._tests(child(element, "inputValues"))
        wanted = self.expressions.types.resolve(type_ref)
        return TableInput(
            id=identifier,
            label=element.get("label") or text_of(holder) or identifier,
            source=text_of(holder),
            type_ref=type_ref,
            node=node,
            evaluate=build(node),
            wanted=wanted,
            allowed=allowed,
            plain=None if allowed else plain_type(wanted),
            checked=wanted is not None or bool(allowed),
        )

    def _outputs(self, table: Element, name: str) -> tuple[TableOutput, ...]:
        columns = children(table, "output")
        if not columns:
            self.report.add(table, "dmn_no_output")
        return tuple(
            self._output(column, column.get("name") or (name if len(columns) == 1 else f"o{place}"))
            for place, column in enumerate(columns, start=1)
        )

    def _output(self, element: Element, name: str) -> TableOutput:
        default = child(element, "defaultOutputEntry")
        ranks = self._tests(child(element, "outputValues"))
        type_ref = element.get("typeRef")
        self.expressions.check_type(element, type_ref)
        wanted = self.expressions.types.resolve(type_ref)
        return TableOutput(
            id=element.get("id") or "",
            name=name,
            label=element.get("label") or name,
            type_ref=type_ref,
            ranks=ranks,
            default=None if default is None else build(self.expressions.read(default)),
            wanted=wanted,
            plain=None if ranks else plain_type(wanted),
            checked=wanted is not None or bool(ranks),
            places=places_of(ranks),
        )

    def _tests(self, element: Element | None) -> tuple[UnaryTests, ...]:
        if element is None or not text_of(element):
            return ()
        return self.expressions.read_each_test(element)

    def _rule(self, element: Element, number: int, inputs: int, outputs: int) -> Rule:
        cells, results = children(element, "inputEntry"), children(element, "outputEntry")
        if (len(cells), len(results)) != (inputs, outputs):
            self.report.add(element, "dmn_cells", value=str(number))
        tests = [self.expressions.read_tests(cell) for cell in cells[:inputs]]
        tests += [self.expressions.any_value] * (inputs - len(tests))
        nodes = [self.expressions.read(result) for result in results[:outputs]]
        nodes += [self.expressions.null] * (outputs - len(nodes))
        return Rule(
            id=element.get("id") or f"rule_{number}",
            number=number,
            label=_label(element),
            tests=tuple(tests),
            outputs=tuple(map(build, nodes)),
            nodes=tuple(nodes),
        )


def places_of(tests: Sequence[UnaryTests]) -> Places | None:
    """Give the places of plain constants in a list of values; None if there are others."""
    places: dict[tuple[type, Value], int] = {}
    for place, cell in enumerate(tests):
        if len(cell.tests) != 1 or cell.negated or cell.tests[0].operator is not None:
            return None
        operand = cell.tests[0].operand
        if not isinstance(operand, Literal) or not isinstance(operand.value, str | Decimal):
            return None
        places.setdefault((type(operand.value), operand.value), place)
    return places or None


def _label(rule: Element) -> str:
    """Give what the author says of a row: its description, else its annotations."""
    description = child(rule, "description")
    text = "".join(description.itertext()).strip() if description is not None else ""
    return text or "；".join(filter(None, map(text_of, children(rule, "annotationEntry"))))
