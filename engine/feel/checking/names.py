"""The names an expression can use at one place, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.feel.checking.known import ANYTHING, Known


@dataclass(frozen=True, slots=True)
class Names:
    """Names bound at one place over those around it; `complete` when there are no others."""

    values: Mapping[str, Known]
    outer: Names | None = None
    complete: bool = True

    def find(self, name: str) -> Known | None:
        """Tell what is known of a name, or None when it is not bound."""
        for level in self._levels():
            if name in level.values:
                return level.values[name]
            if not level.complete:
                return ANYTHING
        return None

    def binds(self, name: str) -> bool:
        """Say whether a name is surely bound, not only possibly."""
        return any(name in level.values for level in self._levels())

    def all(self) -> set[str]:
        """List the names bound here and around."""
        return {name for level in self._levels() for name in level.values}

    def within(self, values: Mapping[str, Known], *, complete: bool = True) -> Names:
        """Bind further names over these."""
        return Names(values, self, complete)

    def _levels(self) -> Iterator[Names]:
        level: Names | None = self
        while level is not None:
            yield level
            level = level.outer
