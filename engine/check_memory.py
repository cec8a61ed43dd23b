"""What checks found before, by everything that they looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, TypeVar

KEPT = 20_000

T = TypeVar("T")


class CheckMemory:
    """Keeps results of checks, so that sets that share most definitions are checked quickly.

    The name of a result holds all that it depends on, so a result is never out of date. What is
    kept is shared and must not be changed.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = RLock()

    def get(self, name: Hashable, make: Callable[[], T]) -> T:
        """Give what is kept under a name, or make and keep it."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                found: T = self._kept[name]
                return found
        made = make()
        with self._lock:
            self._kept[name] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
