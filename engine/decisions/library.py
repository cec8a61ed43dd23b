"""The other files of a bundle, which a file of decisions may import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.decisions.document import Element, parse_document
from engine.decisions.errors import InvalidDecisions

if TYPE_CHECKING:
    from engine.decisions.model import DecisionModel


class Library:
    """Files by their namespaces; read when the first import asks for one."""

    def __init__(self, files: Sequence[bytes] = ()) -> None:
        self._files = tuple(files)
        self._roots: tuple[Element, ...] | None = None
        # Models of files that were read, so that one imported by several is read once.
        self.models: dict[Element, DecisionModel] = {}

    def roots(self, namespace: str, importing: Element) -> list[Element]:
        """Give the files of a namespace but the one that imports."""
        if self._roots is None:
            self._roots = tuple(root for file in self._files if (root := _read(file)) is not None)
        return [
            root
            for root in self._roots
            if root.get("namespace") == namespace and not is_same(root, importing)
        ]


def is_same(one: Element, other: Element) -> bool:
    """Say whether two readings are of the same file."""
    names = ("namespace", "id", "name")
    return [one.get(name) for name in names] == [other.get(name) for name in names]


def _read(file: bytes) -> Element | None:
    try:
        return parse_document(file)
    except InvalidDecisions:
        return None  # The check of that file itself reports it.
