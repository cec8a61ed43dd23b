"""Which parts of a form are hidden for given values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms.components import Component, DynamicList, Field, Group
from forms.values import json_safe


class Visibility:
    """Answer, for one set of values, whether a part is hidden.

    What a hidden field holds counts as null in the conditions of others, whatever their order
    in the form; conditions in a circle are refused when the form is read.
    """

    def __init__(
        self,
        components: tuple[Component, ...],
        values: Mapping[str, Any],
        outer: Mapping[str, Any],
    ) -> None:
        self._chains = dict(chains(components))
        self._keyed = {
            part.key: part
            for part, _chain in self._chains.values()
            if isinstance(part, Field | DynamicList)
        }
        self._values = values
        self._outer = outer
        self._hidden: dict[str, bool] = {}
        self._scope: dict[str, Any] | None = None

    def hides(self, part: Component) -> bool:
        """Tell whether the part, or a group around it, is hidden."""
        _part, chain = self._chains[part.id]
        return any(self._hidden_by_itself(link) for link in chain)

    def scope(self) -> Mapping[str, Any]:
        """Give what expressions see: the context, and the visible values over it."""
        if self._scope is None:
            scope = dict(self._outer)
            for key in self._keyed:
                scope[key] = self._value(key)
            self._scope = scope
        return self._scope

    def _value(self, key: str) -> Any:
        return None if self.hides(self._keyed[key]) else json_safe(self._values.get(key))

    def _hidden_by_itself(self, part: Component) -> bool:
        if part.hide is None:
            return False
        if part.id not in self._hidden:
            scope = dict(self._outer)
            for name in part.hide.words & self._keyed.keys():
                scope[name] = self._value(name)
            self._hidden[part.id] = part.hide.holds(scope)
        return self._hidden[part.id]


def chains(
    components: tuple[Component, ...], around: tuple[Component, ...] = ()
) -> Iterator[tuple[str, tuple[Component, tuple[Component, ...]]]]:
    """List each part with itself and the groups around it, by id."""
    for part in components:
        chain = (*around, part)
        yield part.id, (part, chain)
        if isinstance(part, Group):
            yield from chains(part.components, chain)


def find_circle(components: tuple[Component, ...]) -> str | None:
    """Name a part whose condition depends, in a circle, on itself."""
    known = dict(chains(components))
    keyed = {p.key: p.id for p, _ in known.values() if isinstance(p, Field | DynamicList)}
    needs = {
        part_id: {
            keyed[word] for link in chain if link.hide for word in link.hide.words & keyed.keys()
        }
        for part_id, (_part, chain) in known.items()
    }
    settled: set[str] = set()
    while len(settled) < len(needs):
        ready = {part for part, wanted in needs.items() if wanted <= settled} - settled
        if not ready:
            return next(part for part in needs if part not in settled)
        settled |= ready
    return None
