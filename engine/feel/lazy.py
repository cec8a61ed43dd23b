"""Contexts whose entries are worked out when an expression reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class LazyContext(Mapping[str, Any]):
    """Entries by name, each worked out once at most.

    `session.exam_date` asks for that entry alone; whatever takes the context as a whole works
    out every entry.
    """

    __slots__ = ("_entries", "_known")

    def __init__(self, entries: Mapping[str, Callable[[], Any]]) -> None:
        self._entries = entries
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._entries[name]()
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
