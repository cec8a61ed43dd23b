"""The types that a DMN file defines, as FEEL's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.decisions.document import Element, child, children, text_of
from engine.feel import FeelSyntaxError, UnaryTests, Value, compile_unary_tests
from engine.feel.builtins import BUILTINS
from engine.feel.limits import Budget
from engine.feel.scope import Run
from engine.feel.type_parser import named_type
from engine.feel.types import ANY, Type

_MAX_DEPTH = 100
# Names that editors of other engines write.
_FOREIGN = dict.fromkeys(("integer", "long", "double", "float", "decimal"), Type("number"))


class ItemTypes:
    """Type references of one file; those of imported files by the names of the imports."""

    def __init__(self, root: Element, imported: Mapping[str, ItemTypes] | None = None) -> None:
        self.imported = dict(imported or {})
        self._definitions = {
            item.get("name", ""): item for item in children(root, "itemDefinition")
        }
        self._found: dict[str, Type | None] = {}
        self._open: set[str] = set()
        self.wrong: list[tuple[Element, FeelSyntaxError]] = []
        named = {name: self.resolve(name) for name in self._definitions}
        for prefix, types in self.imported.items():
            named |= {f"{prefix}.{name}" if prefix else name: t for name, t in types.named.items()}
        self.named: Mapping[str, Type] = MappingProxyType(
            {name: kind for name, kind in named.items() if kind}
        )
        # `instance of` asks for the type, not for the values that it allows.
        self.bare: Mapping[str, Type] = MappingProxyType(
            {name: _bare(kind) for name, kind in self.named.items()}
        )

    def resolve(self, reference: str | None, depth: int = 0) -> Type | None:
        """Give the type of a reference; None when it is absent or unknown."""
        if not reference or depth > _MAX_DEPTH:
            return None
        item = self._definitions.get(reference)
        if item is not None:
            return self._defined(reference, item, depth)
        plain = reference.rpartition(":")[2]
        return self._of_import(reference) or named_type(plain) or _FOREIGN.get(plain)

    def output_of(self, reference: str | None) -> Type | None:
        """Give what functions of a type give: its output type, if it is a function type.

        Files older than DMN 1.3 write the type of the result itself.
        """
        item = self._definitions.get(reference or "")
        function = None if item is None else child(item, "functionItem")
        if function is not None:
            return self.resolve(function.get("outputTypeRef"))
        found = self.resolve(reference)
        return None if found is None or found.kind == "function" else found

    def _defined(self, name: str, item: Element, depth: int) -> Type | None:
        """Resolve a type of this file once; within itself, as in a tree, it may be anything."""
        if name in self._open:
            return Type(ANY)
        if name not in self._found:
            self._open.add(name)
            self._found[name] = self._of_item(item, depth + 1)
            self._open.remove(name)
        return self._found[name]

    def _of_import(self, reference: str) -> Type | None:
        for prefix, types in self.imported.items():
            lead = f"{prefix}." if prefix else ""
            if reference.startswith(lead):
                found = types.named.get(reference[len(lead) :])
                if found is not None:
                    return found
        return None

    def knows(self, reference: str) -> bool:
        """Say whether the reference names a type."""
        return reference in self._definitions or self.resolve(reference) is not None

    def _of_item(self, item: Element, depth: int) -> Type | None:
        base = self._single(item, depth)
        allowed = self._tests(child(item, "allowedValues"))
        if allowed is not None:
            base = self._narrowed(base or Type(ANY), allowed)
        constraint = self._tests(child(item, "typeConstraint"))
        is_list = item.get("isCollection") == "true"
        if base is not None and is_list:
            base = Type("list", (("", base),))
        return base if constraint is None else self._narrowed(base or Type(ANY), constraint)

    def _narrowed(self, base: Type, tests: UnaryTests) -> Type:
        allows = Allowed(tests)
        inner = base.allows
        if inner is None:
            return replace(base, allows=allows)
        return replace(base, allows=lambda v, budget: inner(v, budget) and allows(v, budget))

    def _tests(self, element: Element | None) -> UnaryTests | None:
        if element is None or not text_of(element):
            return None
        try:
            return compile_unary_tests(text_of(element))
        except FeelSyntaxError as error:
            self.wrong.append((element, error))
            return None

    def _single(self, item: Element, depth: int) -> Type | None:
        function = child(item, "functionItem")
        if function is not None:
            return self._function(function, depth)
        components = children(item, "itemComponent")
        if components:
            found = [(part.get("name", ""), self._of_item(part, depth + 1)) for part in components]
            return Type("context", tuple((name, kind or Type("Any")) for name, kind in found))
        reference = child(item, "typeRef")
        text = (reference.text or "").strip() if reference is not None else ""
        return self.resolve(text, depth + 1)

    def _function(self, element: Element, depth: int) -> Type:
        references = [one.get("typeRef") for one in children(element, "parameters")]
        found = (self.resolve(reference, depth + 1) for reference in references)
        return Type("function", tuple(("", kind or Type(ANY)) for kind in found))


def _bare(kind: Type) -> Type:
    members = kind.members and tuple((name, _bare(member)) for name, member in kind.members)
    return Type(kind.kind, members)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The values that meet tests; null always does."""

    tests: UnaryTests

    def __call__(self, value: Value, budget: Budget) -> bool:
        """Say whether a value is allowed, at the cost of the evaluation that asks."""
        run = budget if isinstance(budget, Run) else Run({}, BUILTINS)
        return value is None or self.tests.evaluate(value, run.root) is True
