"""What an element of a compiled diagram does, as plain values that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.event import Event as Listeners

from engine.diagrams.joins import MergingJoin

_NOT_ITS_OWN = frozenset(
    {"_wf_spec", "_inputs", "id", "description", "documentation", "data", "event_id"}
)
_PLAIN = (str, int, float, bool, bytes, type(None))


def described(spec: Any) -> Any:
    """Describe an element: its class, what is written on it, and what its flows lead to."""
    # Where flows come from matters to those alone that wait for all of them.
    sources = tuple(spec._inputs) if isinstance(spec, MergingJoin) else ()
    return (type(spec).__name__, sources, _attributes(spec, 0))


def _attributes(thing: Any, depth: int) -> tuple[Any, ...]:
    found = {
        name: _plain(value, depth + 1)
        for name, value in _values(thing).items()
        if name not in _NOT_ITS_OWN and not isinstance(value, Listeners)
    }
    return tuple(sorted(found.items()))


def _values(thing: Any) -> Mapping[str, Any]:
    values = getattr(thing, "__dict__", None)
    if values is not None:
        return dict(values)
    return {name: getattr(thing, name) for name in getattr(type(thing), "__slots__", ())}


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, _PLAIN):
        return (type(value).__name__, value)
    if isinstance(value, TaskSpec):
        return value.name
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), _plain(one, depth + 1)) for key, one in value.items()))
    if isinstance(value, set | frozenset):
        return tuple(sorted(map(str, value)))
    if isinstance(value, list | tuple):
        return tuple(_plain(one, depth + 1) for one in value)
    if depth > 8:
        return str(type(value))
    return (type(value).__name__, _attributes(value, depth))
