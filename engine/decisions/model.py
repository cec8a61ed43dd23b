"""A file of decisions: its elements, what requires what, and the decisions they make."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decisions.boxed import BoxedReader, embed_table
from engine.decisions.decision import (
    Decision,
    DecisionInput,
    DecisionOutput,
    HostFunctions,
    Step,
)
from engine.decisions.document import Element, child, children, label_of, local_name
from engine.decisions.expressions import ExpressionReader
from engine.decisions.item_types import ItemTypes
from engine.decisions.report import DecisionReport
from engine.decisions.tables import DecisionTable
from engine.feel import Value
from engine.feel.analysis import FreeNames
from engine.feel.builtins import BUILTINS
from engine.feel.compilation import build
from engine.feel.nodes import Node

_GRAPH = ("decision", "businessKnowledgeModel", "inputData")


class DecisionModel:
    """Everything in one file; compiled on reading."""

    def __init__(self, root: Element, functions: HostFunctions) -> None:
        self.root = root
        self.report = DecisionReport()
        self.functions = functions
        self.types = ItemTypes(root)
        known = {*_names_in(root), *BUILTINS, *functions}
        expressions = ExpressionReader(known, self.types, self.report)
        self.boxed = BoxedReader(expressions)
        self.elements = {_identifier(element): element for element in children(root, *_GRAPH)}
        self.steps: dict[str, Step] = {}
        self.nodes: dict[str, Node] = {}
        self.decisions: dict[str, Decision] = {}
        self._read()

    def _read(self) -> None:
        for element in children(self.root, "import"):
            self.report.add(element, "dmn_import")
        for element in children(self.root, "decision", "businessKnowledgeModel"):
            identifier = _identifier(element)
            if identifier in self.steps:
                self.report.add(element, "dmn_same_id", value=identifier)
            else:
                self._read_step(identifier, element)
        for identifier, step in self.steps.items():
            if step.is_decision:
                self.decisions[identifier] = self._decision(identifier, step)

    def _read_step(self, identifier: str, element: Element) -> None:
        is_decision = local_name(element) == "decision"
        variable = child(element, "variable")
        reference = variable.get("typeRef") if variable is not None else None
        logic = self._logic(element) if is_decision else self._function(element)
        if isinstance(logic, DecisionTable):
            self.nodes[identifier] = embed_table(logic)
        else:
            self.nodes[identifier] = logic
        self.steps[identifier] = Step(
            id=identifier,
            name=element.get("name", identifier),
            logic=logic if isinstance(logic, DecisionTable) else build(logic),
            type=self.types.resolve(reference) if is_decision else None,
            is_decision=is_decision,
        )

    def _logic(self, element: Element) -> DecisionTable | Node:
        logic = self.boxed.logic_of(element)
        if logic is None:
            self.report.add(element, "dmn_no_logic")
        if logic is not None and local_name(logic) == "decisionTable":
            return self.boxed.tables.read(logic, element.get("name") or element.get("id") or "")
        return self.boxed.read(logic)

    def _function(self, element: Element) -> Node:
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            self.report.add(element, "dmn_no_logic")
            return self.boxed.expressions.null
        return self.boxed.function(logic)

    def _required(self, element: Element) -> Iterator[Element]:
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            for reference in requirement:
                target = (reference.get("href") or "").rpartition("#")[2]
                if target in self.elements:
                    yield self.elements[target]
                elif target:
                    self.report.add(requirement, "dmn_requirement", value=target)

    def _order(self, element: Element, above: tuple[str, ...], found: dict[str, Step]) -> None:
        """Collect what an element requires, each before what needs it."""
        for required in self._required(element):
            identifier = _identifier(required)
            if identifier in above:
                self._report_cycle(required, above)
            elif identifier in self.steps and identifier not in found:
                self._order(required, (*above, identifier), found)
                found[identifier] = self.steps[identifier]

    def _report_cycle(self, element: Element, above: tuple[str, ...]) -> None:
        # A business knowledge model may call itself.
        if local_name(element) == "decision":
            self.report.add(element, "dmn_cycle", value=" → ".join(above))

    def _decision(self, identifier: str, step: Step) -> Decision:
        required: dict[str, Step] = {}
        self._order(self.elements[identifier], (identifier,), required)
        names = self._free_names(identifier, required)
        return Decision(
            id=identifier,
            name=step.name,
            inputs=self._inputs(step, names),
            outputs=self._outputs(step),
            names=names,
            step=step,
            required=tuple(required.values()),
            functions=self.functions,
        )

    def _free_names(self, identifier: str, required: dict[str, Step]) -> frozenset[str]:
        free = FreeNames(frozenset({*BUILTINS, *self.functions}))
        given = frozenset(step.name for step in required.values())
        for one in (identifier, *required):
            free.visit(self.nodes[one], given)
        return frozenset(free.certain)

    def _inputs(self, step: Step, names: frozenset[str]) -> tuple[DecisionInput, ...]:
        if isinstance(step.logic, DecisionTable):
            columns = step.logic.inputs
            return tuple(DecisionInput(one.label, one.source, one.type_ref) for one in columns)
        return tuple(DecisionInput(name, name) for name in sorted(names))

    def _outputs(self, step: Step) -> tuple[DecisionOutput, ...]:
        if isinstance(step.logic, DecisionTable):
            columns = step.logic.outputs
            return tuple(DecisionOutput(one.name, one.label, one.type_ref) for one in columns)
        return (DecisionOutput(step.name, label_of(self.elements[step.id])),)


def _identifier(element: Element) -> str:
    """Give the id, which DMN does not demand, else the name."""
    return element.get("id") or element.get("name") or ""


def _names_in(root: Element) -> Iterator[str]:
    """Give every name that the file introduces."""
    for element in root.iter():
        for attribute in ("name", "iteratorVariable"):
            name: Value = element.get(attribute) if isinstance(element.tag, str) else None
            if name:
                yield " ".join(name.split())
