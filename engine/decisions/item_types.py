"""The types that a DMN file defines, as FEEL's types."""

from __future__ import annotations

from types import MappingProxyType

from engine.decisions.document import Element, child, children
from engine.feel.type_parser import named_type
from engine.feel.types import Type

_MAX_DEPTH = 20
# Names that editors of other engines write.
_FOREIGN = dict.fromkeys(("integer", "long", "double", "float", "decimal"), Type("number"))


class ItemTypes:
    """Type references of one file."""

    def __init__(self, root: Element) -> None:
        self._definitions = {
            item.get("name", ""): item for item in children(root, "itemDefinition")
        }
        found = {name: self.resolve(name) for name in self._definitions}
        self.named = MappingProxyType({name: kind for name, kind in found.items() if kind})

    def resolve(self, reference: str | None, depth: int = 0) -> Type | None:
        """Give the type of a reference; None when it is absent or unknown."""
        if not reference or depth > _MAX_DEPTH:
            return None
        item = self._definitions.get(reference)
        if item is not None:
            return self._of_item(item, depth + 1)
        plain = reference.rpartition(":")[2]
        return named_type(plain) or _FOREIGN.get(plain)

    def knows(self, reference: str) -> bool:
        """Say whether the reference names a type."""
        return reference in self._definitions or self.resolve(reference) is not None

    def _of_item(self, item: Element, depth: int) -> Type | None:
        base = self._single(item, depth)
        if base is None or item.get("isCollection") != "true":
            return base
        return Type("list", (("", base),))

    def _single(self, item: Element, depth: int) -> Type | None:
        components = children(item, "itemComponent")
        if components:
            found = [(part.get("name", ""), self._of_item(part, depth + 1)) for part in components]
            return Type("context", tuple((name, kind or Type("Any")) for name, kind in found))
        reference = child(item, "typeRef")
        text = (reference.text or "").strip() if reference is not None else ""
        return self.resolve(text, depth + 1)
