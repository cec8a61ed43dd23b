"""What is known of a value before there is one: its kinds, entries and items.

Null is always possible and never mentioned: a value that is known to be a number is a number
or null. Only a value that can be nothing else has the kind "null".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.feel.convert import to_feel
from engine.feel.lazy import LazyContext
from engine.feel.types import Type
from engine.feel.values import Value, kind_of


@dataclass(frozen=True, slots=True)
class Known:
    """The kinds a value may be of, and what is known of its parts.

    `kinds` are FEEL's kinds, None when anything is possible. `entries` are those of a context;
    while it is `open` it may have others too. `item` is what a list or range holds.
    `parameters` and `result` are a function's. `choices` are the only texts that it may be;
    `literal` is the text that an expression writes itself.
    """

    kinds: frozenset[str] | None = None
    entries: Mapping[str, Known] | None = None
    open: bool = True
    item: Known | None = None
    parameters: tuple[str, ...] | None = None
    result: Known | None = None
    choices: frozenset[str] | None = None
    literal: str | None = None

    def may_be(self, *kinds: str) -> bool:
        """Say whether the value may be of one of the kinds."""
        return self.kinds is None or not self.kinds.isdisjoint(kinds)

    def is_only(self, kind: str) -> bool:
        """Say whether the value can be of no other kind."""
        return self.kinds == frozenset({kind})


def of_kind(*kinds: str) -> Known:
    """Make what is known of a value of one of these kinds."""
    return Known(frozenset(kinds))


ANYTHING = Known()
NOTHING = of_kind("null")
NUMBER = of_kind("number")
STRING = of_kind("string")
BOOLEAN = of_kind("boolean")
DATE = of_kind("date")
TIME = of_kind("time")
DATE_TIME = of_kind("date and time")
MONTHS = of_kind("years and months duration")
DAYS = of_kind("days and time duration")


def one_of(choices: Iterable[str]) -> Known:
    """Make what is known of a text that is one of these."""
    return Known(frozenset({"string"}), choices=frozenset(choices))


def list_of(item: Known = ANYTHING) -> Known:
    """Make what is known of a list of such items."""
    return Known(frozenset({"list"}), item=item)


def range_of(item: Known = ANYTHING) -> Known:
    """Make what is known of a range between such values."""
    return Known(frozenset({"range"}), item=item)


def context_of(entries: Mapping[str, Known], *, open: bool = False) -> Known:
    """Make what is known of a context; it has no other entries unless it is open."""
    return Known(frozenset({"context"}), entries=dict(entries), open=open)


def function_of(parameters: Iterable[str] | None = None, result: Known = ANYTHING) -> Known:
    """Make what is known of a function; None when its parameters are not known."""
    names = None if parameters is None else tuple(parameters)
    return Known(frozenset({"function"}), parameters=names, result=result)


def either(*choices: Known) -> Known:
    """Make what is known of a value that is one of the choices."""
    told = [one for one in choices if one != NOTHING]
    if not told:
        return NOTHING if choices else ANYTHING
    first = told[0]
    if all(one == first for one in told):
        return first
    kinds: frozenset[str] = frozenset()
    for one in told:
        if one.kinds is None:
            return ANYTHING
        kinds |= one.kinds
    entries, is_open = _either_entries([one for one in told if one.may_be("context")])
    items = [one.item or ANYTHING for one in told if one.may_be("list", "range")]
    item = either(*items) if items else None
    return Known(kinds, entries, is_open, item, choices=_either_choices(told))


def _either_choices(told: list[Known]) -> frozenset[str] | None:
    texts = [one.choices for one in told if one.may_be("string")]
    listed = [one for one in texts if one is not None]
    return frozenset().union(*listed) if listed and len(listed) == len(texts) else None


def _either_entries(contexts: list[Known]) -> tuple[dict[str, Known] | None, bool]:
    if not contexts or any(one.entries is None for one in contexts):
        return None, True
    merged: dict[str, Known] = {}
    for one in contexts:
        for name, entry in (one.entries or {}).items():
            merged[name] = either(merged[name], entry) if name in merged else entry
    return merged, any(one.open for one in contexts)


def names_in(known: Mapping[str, Known]) -> set[str]:
    """List the names and the members of what is known, which a parser has to know too."""
    found: set[str] = set()
    waiting: list[Known] = [Known(entries=known)]
    while waiting:
        one = waiting.pop()
        found.update(one.entries or ())
        waiting.extend((one.entries or {}).values())
        waiting.extend(part for part in (one.item, one.result) if part is not None)
    return found


def known_of_type(wanted: Type) -> Known:
    """Translate a type of FEEL; what the type does not say is not known."""
    members = wanted.members
    if wanted.kind == "list":
        return list_of(known_of_type(members[0][1]) if members else ANYTHING)
    if wanted.kind == "range":
        return range_of(known_of_type(members[0][1]) if members else ANYTHING)
    if wanted.kind == "context":
        if members is None:
            return of_kind("context")
        return context_of({name: known_of_type(one) for name, one in members}, open=True)
    if wanted.kind == "function":
        return function_of()
    if wanted.kind == "Null":
        return NOTHING
    return ANYTHING if wanted.kind in ("Any", "?") else of_kind(wanted.kind)


def known_of_value(value: Value) -> Known:
    """Tell what an example tells: its kind, its entries (there may be more) and its items.

    The example is a value of FEEL or of Python; of a lazy context nothing is worked out.
    """
    if isinstance(value, LazyContext):
        return context_of(dict.fromkeys(value, ANYTHING), open=True)
    return _known_of(to_feel(value))


def _known_of(value: Value) -> Known:
    if value is None:
        return ANYTHING
    kind = kind_of(value)
    if kind == "context":
        return context_of({name: _known_of(one) for name, one in value.items()}, open=True)
    if kind == "list":
        return list_of(either(*(_known_of(one) for one in value)))
    if kind == "range":
        return range_of(either(_known_of(value.start), _known_of(value.end)))
    return function_of(value.parameters) if kind == "function" else of_kind(kind)
