"""Imports: the models of other files that a file of decisions names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from engine.decisions.document import Element, children, is_dmn_namespace
from engine.decisions.item_types import ItemTypes
from engine.decisions.library import Library, is_same
from engine.decisions.plan import Link

if TYPE_CHECKING:
    from engine.decisions.model import DecisionModel

_MAX_DEPTH = 20
_CYCLE = "dmn_import_cycle"


class Imports:
    """The imported models of one file, by the name of the import and by namespace."""

    def __init__(
        self,
        model: DecisionModel,
        library: Library,
        above: tuple[Element, ...],
        read: Callable[..., DecisionModel],
    ) -> None:
        self.model = model
        self.library = library
        self.above = (*above, model.root)
        self._read = read
        self.models: list[tuple[str, DecisionModel]] = []
        for element in children(model.root, "import"):
            self._import(element)

    def _import(self, element: Element) -> None:
        namespace, kind = element.get("namespace", ""), element.get("importType", "")
        report = self.model.report
        if kind and not is_dmn_namespace(kind):
            report.add(element, "dmn_import_type", value=kind)
            return
        roots = self.library.roots(namespace, self.model.root)
        if not roots:
            report.add(element, "dmn_import", value=namespace)
        for root in roots:
            if any(is_same(root, one) for one in self.above) or len(self.above) > _MAX_DEPTH:
                report.add(element, _CYCLE, value=namespace)
            else:
                self._add(element, root, namespace)

    def _add(self, element: Element, root: Element, namespace: str) -> None:
        model = self.library.models.get(root)
        if model is None:
            model = self._read(root, self.model.functions, self.library, namespace, self.above)
            self.library.models[root] = model
        codes = {finding.code for finding in model.report.findings if finding.severity == "error"}
        if codes:
            code = _CYCLE if _CYCLE in codes else "dmn_import_wrong"
            self.model.report.add(element, code, value=namespace)
        self.models.append((element.get("name", ""), model))

    def types(self) -> dict[str, ItemTypes]:
        """Give the imported types by the names of the imports."""
        return {name: model.types for name, model in self.models}

    def known(self) -> Iterator[str]:
        """Give every name that the imported files introduce."""
        for name, model in self.models:
            if name:
                yield name
            yield from model.known

    def of(self, namespace: str) -> Iterator[DecisionModel]:
        """Give the imported models of a namespace."""
        for _, model in self.models:
            if model.home == namespace:
                yield model

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """This file's imports and then those of the imported files, each once."""
        own = [Link(self.model.home, name, model.home) for name, model in self.models]
        inner = [link for _, model in self.models for link in model.imports.links]
        return tuple(dict.fromkeys((*own, *inner)))
