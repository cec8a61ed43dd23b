"""What is known of the variables at one place of a diagram."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.feel.checking import ANYTHING, NOTHING, STRING, Known, either

_DEPTH = 4
_TEMPORAL = frozenset(
    {
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)
_JSON = frozenset({"string", "number", "boolean", "list", "context", "null"})


@dataclass(frozen=True, slots=True)
class State:
    """The variables that something before may have given, with what is known of each.

    `open`: there may be others, and one that is named may hold what they would have held there.
    `shaken`: something that nothing is known of may have written any variable.
    """

    values: Mapping[str, Known] = field(default_factory=dict)
    open: bool = False
    shaken: bool = False

    def given(self, values: Mapping[str, Known]) -> State:
        """Tell what is known when these have been written."""
        if not values:
            return self
        kept = {name: stored(known) for name, known in values.items()}
        return replace(self, values={**self.values, **kept})

    def without(self, names: Collection[str]) -> State:
        """Tell what is known when these have been removed."""
        return replace(
            self, values={name: one for name, one in self.values.items() if name not in names}
        )

    def after_anything(self) -> State:
        """Tell what is known when anything may have been written."""
        return State(dict.fromkeys(self.values, ANYTHING), open=True, shaken=True)


UNKNOWN = State(open=True, shaken=True)


def joined(states: Iterable[State]) -> State:
    """Tell what is known where several roads lead to, each of them alone."""
    given = list(states)
    if not given:
        return UNKNOWN
    first = given[0]
    if all(one == first for one in given):
        return first
    names = dict.fromkeys(name for one in given for name in one.values)
    values = {
        name: either(*(found for one in given for found in _found(one, name))) for name in names
    }
    return State(values, any(one.open for one in given), any(one.shaken for one in given))


def _found(state: State, name: str) -> list[Known]:
    """Give what a road brings for a name; one that is closed and lacks it brings null."""
    if name in state.values:
        return [state.values[name]]
    return [ANYTHING] if state.open else []


def merged(states: Iterable[State]) -> State:
    """Tell what is known behind branches that all have been gone."""
    given = list(states)
    if not given:
        return UNKNOWN
    names = dict.fromkeys(name for one in given for name in one.values)
    values = {
        name: either(*(one.values[name] for one in given if name in one.values)) for name in names
    }
    return State(values, any(one.open for one in given), any(one.shaken for one in given))


def stored(known: Known, depth: int = _DEPTH) -> Known:
    """Tell what is known of a value once it is a variable: JSON, in which dates are texts."""
    if known.kinds is None or depth == 0:
        return ANYTHING
    if known == NOTHING:
        return ANYTHING
    kinds = known.kinds
    if kinds & _TEMPORAL:
        kinds = (kinds - _TEMPORAL) | (STRING.kinds or frozenset())
    if not kinds <= _JSON:
        return ANYTHING
    entries = known.entries
    if entries is not None:
        entries = {name: stored(one, depth - 1) for name, one in entries.items()}
    item = None if known.item is None else stored(known.item, depth - 1)
    choices = known.choices if kinds == known.kinds else None
    return Known(kinds, entries, known.open, item, choices=choices)
