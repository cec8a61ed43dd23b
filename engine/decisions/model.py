"""A file of decisions: its elements, what requires what, and the decisions they make."""

from __future__ import annotations

from engine.decisions.boxed import BoxedReader, embed_table
from engine.decisions.decision import Decision, DecisionInput, DecisionOutput, HostFunctions
from engine.decisions.document import (
    Element,
    child,
    children,
    dotted_parameters,
    foreign_language,
    identifier_of,
    label_of,
    local_name,
    names_in,
)
from engine.decisions.expressions import ExpressionReader
from engine.decisions.graph import RequirementGraph
from engine.decisions.imports import Imports
from engine.decisions.item_types import ItemTypes
from engine.decisions.library import Library
from engine.decisions.plan import Plan, Step
from engine.decisions.report import DecisionReport
from engine.decisions.services import ServiceFunction, ServiceParts
from engine.decisions.tables import DecisionTable
from engine.feel import Value
from engine.feel.analysis import FreeNames
from engine.feel.builtins import BUILTINS
from engine.feel.closures import Closure
from engine.feel.compilation import build
from engine.feel.nodes import Node
from engine.feel.scope import Scope
from engine.feel.types import Type

_KINDS = {"decision": "decision", "inputData": "input"}


class DecisionModel:
    """Everything in one file; compiled on reading.

    `home` names the scope of its values, see `engine.decisions.plan`. `above` are the files
    that import this one, directly or through others.
    """

    def __init__(
        self,
        root: Element,
        functions: HostFunctions,
        library: Library | None = None,
        home: str = "",
        above: tuple[Element, ...] = (),
    ) -> None:
        self.root = root
        self.home = home
        self.report = DecisionReport()
        self.functions = functions
        self.imports = Imports(self, library or Library(), above, DecisionModel)
        self.types = ItemTypes(root, self.imports.types())
        self.known = frozenset({*names_in(root), *self.imports.known()})
        names = {*self.known, *BUILTINS, *functions} - dotted_parameters(root)
        expressions = ExpressionReader(names, self.types, self.report)
        self.boxed = BoxedReader(expressions)
        self.steps: dict[str, Step] = {}
        self.nodes: dict[str, Node] = {}
        self.tables: list[tuple[Element, DecisionTable]] = self.boxed.tables_read
        self.decisions: dict[str, Decision] = {}
        self.services: dict[str, Decision] = {}
        self._parts: dict[str, ServiceParts] = {}
        self.graph = RequirementGraph(self)
        self._read()

    @property
    def invocables(self) -> dict[str, Decision]:
        """Decisions, decision services and business knowledge models, by id."""
        return {**self._knowledge(), **self.services, **self.decisions}

    def _check_languages(self) -> None:
        for element in self.root.iter():
            language = foreign_language(element) if isinstance(element.tag, str) else ""
            if language:
                self.report.add(element, "dmn_language", value=language)

    def _read(self) -> None:
        self._check_languages()
        for element, error in self.types.wrong:
            self.report.add_syntax(element, error)
        for element in children(self.root, *self.graph.KINDS):
            identifier = identifier_of(element)
            if identifier in self.steps:
                self.report.add(element, "dmn_same_id", value=identifier)
            else:
                self._read_step(identifier, element)
        for identifier, step in self.steps.items():
            if step.is_decision:
                self.decisions[identifier] = self._decision(identifier, step)
        for element in children(self.root, "decisionService"):
            self._read_service(element)

    def _read_step(self, identifier: str, element: Element) -> None:
        kind = _KINDS.get(local_name(element), "function")
        logic = self._logic_of(kind, identifier, element)
        if isinstance(logic, DecisionTable):
            self.nodes[identifier] = embed_table(logic)
        elif not callable(logic):
            self.nodes[identifier] = logic
        self.steps[identifier] = Step(
            id=identifier,
            name=element.get("name", identifier),
            logic=logic if isinstance(logic, DecisionTable) or callable(logic) else build(logic),
            type=None if kind == "function" else self.type_of(element),
            kind=kind,
            home=self.home,
        )

    def type_of(self, element: Element) -> Type | None:
        """Give the declared type of an element's variable."""
        variable = child(element, "variable")
        return None if variable is None else self.types.resolve(variable.get("typeRef"))

    def output_of(self, element: Element) -> Type | None:
        """Give what the element's variable, if it is typed as a function, says it gives."""
        variable = child(element, "variable")
        return None if variable is None else self.types.output_of(variable.get("typeRef"))

    def _logic_of(
        self, kind: str, identifier: str, element: Element
    ) -> DecisionTable | Node | Closure:
        if local_name(element) == "decisionService":
            return lambda scope: ServiceFunction(self._parts[identifier])
        if kind == "input":
            return self.boxed.expressions.null
        return self._logic(element) if kind == "decision" else self._function(element)

    def _logic(self, element: Element) -> DecisionTable | Node:
        logic = self.boxed.logic_of(element)
        if logic is None:
            self.report.add(element, "dmn_no_logic")
        if logic is not None and local_name(logic) == "decisionTable":
            return self.boxed.table(logic, element.get("name") or element.get("id") or "")
        return self.boxed.read(logic)

    def _function(self, element: Element) -> Node:
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            self.report.add(element, "dmn_no_logic")
            return self.boxed.expressions.null
        return self.boxed.function(logic, self.output_of(element))

    def plan_for(self, required: dict[tuple[str, str], Step]) -> Plan:
        """Make a plan of steps, with the imports that connect their files."""
        return Plan(tuple(required.values()), self.imports.links)

    def _decision(self, identifier: str, step: Step) -> Decision:
        required = self.graph.required_by(identifier)
        names = self._free_names(identifier, required)
        return Decision(
            id=identifier,
            name=step.name,
            inputs=self._inputs(step, names),
            outputs=self._outputs(step),
            names=names,
            step=step,
            plan=self.plan_for(required),
            functions=self.functions,
        )

    def _free_names(self, identifier: str, required: dict[tuple[str, str], Step]) -> frozenset[str]:
        """Give the names that the context must have; those of imported files are its inputs'."""
        free = FreeNames(frozenset({*BUILTINS, *self.functions}))
        own = [step for (home, _), step in required.items() if home == self.home]
        given = frozenset(step.name for step in own if step.kind != "input")
        given |= {link.name for link in self.imports.links}
        for one in (identifier, *(step.id for step in own)):
            if one in self.nodes:
                free.visit(self.nodes[one], given)
        inputs = {step.name for step in required.values() if step.kind == "input"}
        return frozenset({*free.certain, *inputs})

    def _inputs(self, step: Step, names: frozenset[str]) -> tuple[DecisionInput, ...]:
        if isinstance(step.logic, DecisionTable):
            columns = step.logic.inputs
            return tuple(DecisionInput(one.label, one.source, one.type_ref) for one in columns)
        return tuple(DecisionInput(name, name) for name in sorted(names))

    def _outputs(self, step: Step) -> tuple[DecisionOutput, ...]:
        if isinstance(step.logic, DecisionTable):
            columns = step.logic.outputs
            return tuple(DecisionOutput(one.name, one.label, one.type_ref) for one in columns)
        return (DecisionOutput(step.name, label_of(self.graph.elements[step.id])),)

    def _read_service(self, element: Element) -> None:
        identifier = identifier_of(element)
        if identifier in self._parts:
            return
        parts = self._parts[identifier] = self.graph.parts_of(element)
        if not parts.outputs:
            self.report.add(element, "dmn_service_output")
        names = [name for name, _ in parts.parameters]
        function = ServiceFunction(parts)
        self.services[identifier] = self._called(
            identifier,
            names,
            tuple(DecisionOutput(name, name) for name in parts.outputs),
            lambda scope: function.invoke([_given(scope, name) for name in names], scope.run),
        )

    def _knowledge(self) -> dict[str, Decision]:
        """Business knowledge models as decisions about their parameters."""
        found: dict[str, Decision] = {}
        for element in children(self.root, "businessKnowledgeModel"):
            identifier = identifier_of(element)
            logic = child(element, "encapsulatedLogic")
            if logic is not None:
                names = [one.get("name", "") for one in children(logic, "formalParameter")]
                found[identifier] = self._invoked(identifier, names)
        return found

    def _invoked(self, identifier: str, names: list[str]) -> Decision:
        step = self.steps[identifier]

        def invoke(scope: Scope) -> Value:
            function = scope.find(step.name)
            return function.invoke([_given(scope, name) for name in names], scope.run)

        required = self.graph.required_by(identifier)
        required[self.home, identifier] = step
        outputs = (DecisionOutput(step.name, step.name),)
        return self._called(identifier, names, outputs, invoke, self.plan_for(required))

    def _called(
        self,
        identifier: str,
        names: list[str],
        outputs: tuple[DecisionOutput, ...],
        logic: Closure,
        plan: Plan | None = None,
    ) -> Decision:
        step = self.steps[identifier]
        return Decision(
            id=identifier,
            name=step.name,
            inputs=tuple(DecisionInput(name, name) for name in names),
            outputs=outputs,
            names=frozenset(names),
            step=Step(identifier, step.name, logic, None, "function", self.home),
            plan=plan or Plan(()),
            functions=self.functions,
        )


def _given(scope: Scope, name: str) -> Value:
    """Give a variable of the context; null, not a built-in function of that name, if absent."""
    return scope.run.resolve(name) if name in scope.run.context else None
