"""What requires what in a file and those it imports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.decisions.document import Element, children, identifier_of, local_name
from engine.decisions.plan import Step
from engine.decisions.services import ServiceParts

if TYPE_CHECKING:
    from engine.decisions.model import DecisionModel

_REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")
_MAX_DEPTH = 200
_MAX_COLLECTED = 200_000

Key = tuple[str, str]
"""The home of a file and the id of an element in it."""


class RequirementGraph:
    """The requirements of one file's elements; those of imported files are asked there."""

    KINDS = ("decision", "businessKnowledgeModel", "inputData", "decisionService")

    def __init__(self, model: DecisionModel) -> None:
        self.model = model
        self.elements = {
            identifier_of(element): element for element in children(model.root, *self.KINDS)
        }
        self._reported: set[str] = set()
        self._left = _MAX_COLLECTED

    def required_by(
        self, identifier: str, without: frozenset[str] = frozenset()
    ) -> dict[Key, Step]:
        """Collect what an element requires, each once and before what needs it.

        `without` are elements that are given; neither they nor what they need is collected.
        """
        found: dict[Key, Step] = {}
        self.collect(self.elements[identifier], (identifier,), found, without)
        return found

    def collect(
        self,
        element: Element,
        above: tuple[str, ...],
        found: dict[Key, Step],
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Add what an element requires to what was found."""
        for model, required in self._required(element):
            identifier = identifier_of(required)
            key = model.home, identifier
            if model is self.model and identifier in above:
                self._report_cycle(required, above)
            elif self._is_too_much(element, len(above)):
                return
            elif key not in found and not (model is self.model and identifier in without):
                inner = (*above, identifier) if model is self.model else (identifier,)
                given = without if model is self.model else frozenset()
                model.graph.collect(required, inner, found, given)
                self._add(model, required, found)

    def _add(self, model: DecisionModel, required: Element, found: dict[Key, Step]) -> None:
        step = model.steps.get(identifier_of(required))
        if step is None:
            return
        plain_input = step.kind == "input" and step.type is None and model.home == ""
        if not plain_input:
            found[model.home, step.id] = step

    def _required(self, element: Element) -> Iterator[tuple[DecisionModel, Element]]:
        for requirement in children(element, *_REQUIREMENTS):
            for reference in requirement:
                yield from self.referred(requirement, reference.get("href") or "")

    def referred(self, holder: Element, href: str) -> Iterator[tuple[DecisionModel, Element]]:
        """Find the element of a reference, here or in an imported file; report when missing."""
        namespace, _, target = href.rpartition("#")
        if not target:
            return
        if namespace in ("", self.model.root.get("namespace")) and target in self.elements:
            yield self.model, self.elements[target]
            return
        for model in self.model.imports.of(namespace):
            if target in model.graph.elements:
                yield model, model.graph.elements[target]
                return
        if href not in self._reported:
            self._reported.add(href)
            self.model.report.add(holder, "dmn_requirement", value=target)

    def _report_cycle(self, element: Element, above: tuple[str, ...]) -> None:
        # A business knowledge model may call itself, and so may a service.
        if local_name(element) == "decision":
            shown = " → ".join((*above[-10:], identifier_of(element)))
            self.model.report.add(element, "dmn_cycle", value=shown)

    def _is_too_much(self, element: Element, depth: int) -> bool:
        """Say whether the graph is too deep or too dense to be followed; reported once."""
        self._left -= 1
        too_much = depth > _MAX_DEPTH or self._left < 0
        if too_much and "" not in self._reported:
            self._reported.add("")
            self.model.report.add(element, "dmn_depth", value=str(_MAX_DEPTH))
        return too_much

    def parts_of(self, service: Element) -> ServiceParts:
        """Read a decision service."""
        data, inputs = self._listed(service, "inputData"), self._listed(service, "inputDecision")
        outputs = self._listed(service, "outputDecision")
        without = frozenset(identifier_of(element) for _, element in (*data, *inputs))
        found: dict[Key, Step] = {}
        for model, element in outputs:
            identifier = identifier_of(element)
            model.graph.collect(element, (identifier,), found, without)
            self._add(model, element, found)
        parameters = tuple(
            (element.get("name", ""), model.type_of(element)) for model, element in (*data, *inputs)
        )
        return ServiceParts(
            name=service.get("name", ""),
            parameters=parameters,
            outputs=tuple(element.get("name", "") for _, element in outputs),
            hidden=self._hidden(found),
            plan=self.model.plan_for(_without_inputs(found)),
            home=self.model.home,
            result=self.model.output_of(service),
        )

    def _listed(self, service: Element, name: str) -> list[tuple[DecisionModel, Element]]:
        return [
            found
            for one in children(service, name)
            for found in self.referred(service, one.get("href") or "")
        ]

    def _hidden(self, found: dict[Key, Step]) -> tuple[str, ...]:
        """Name the inputs of this file, which the service's decisions see as null."""
        return tuple(
            element.get("name", "")
            for element in self.elements.values()
            if local_name(element) == "inputData"
        )


def _without_inputs(found: dict[Key, Step]) -> dict[Key, Step]:
    return {key: step for key, step in found.items() if step.kind != "input"}
