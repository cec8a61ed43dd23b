"""The types that `instance of` and parameters name, and what conforms to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.feel.limits import Budget
from engine.feel.temporal import Date, as_moment
from engine.feel.values import Function, Range, Value, kind_of

ANY = "Any"
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Type:
    """A type expression.

    `kind` is a kind of value, "Any", "Null" or "?" for a name that FEEL does not define.
    `members` are the item's type of a list or range, the entries' of a context, the
    parameters' of a function; None when the type does not say. `allows` narrows the values
    further, as the item definitions of DMN do.
    """

    kind: str
    members: tuple[tuple[str, Type], ...] | None = None
    allows: Callable[[Value, Budget], bool] | None = None


def conforms(value: Value, wanted: Type, budget: Budget) -> bool | None:
    """Say whether the value is of the type; null for an unknown type."""
    if wanted.kind == ANY:
        return wanted.allows is None or value is None or wanted.allows(value, budget)
    if wanted.kind == "Null":
        return value is None
    if wanted.kind == UNKNOWN:
        return None
    if value is None or kind_of(value) != wanted.kind:
        return False
    budget.spend()
    if wanted.members is not None and not _members_conform(value, wanted.members, budget):
        return False
    return wanted.allows is None or wanted.allows(value, budget)


def _members_conform(value: Value, members: tuple[tuple[str, Type], ...], budget: Budget) -> bool:
    if isinstance(value, list):
        return all(_allows(item, members[0][1], budget) for item in value)
    if isinstance(value, Range):
        return all(_allows(end, members[0][1], budget) for end in (value.start, value.end))
    if isinstance(value, dict):
        return all(
            name in value and _allows(value[name], member, budget) for name, member in members
        )
    return not isinstance(value, Function) or _function_conforms(value, members)


def _allows(value: Value, wanted: Type, budget: Budget) -> bool:
    return value is None or bool(conforms(value, wanted, budget))


def _function_conforms(value: Function, members: tuple[tuple[str, Type], ...]) -> bool:
    declared: tuple[Type | None, ...] = getattr(value, "types", (None,) * len(value.parameters))
    if len(declared) != len(members):
        return False
    return all(
        own is None or own.kind == ANY or own == member
        for own, (_, member) in zip(declared, members, strict=True)
    )


def is_instance(value: Value, wanted: Type, budget: Budget) -> bool | None:
    """Apply `instance of`, for which null is no instance of Any."""
    return value is not None if wanted.kind == ANY else conforms(value, wanted, budget)


def coerce(value: Value, wanted: Type | None, budget: Budget) -> Value:
    """Fit a value to a declared type as FEEL allows; null when it does not fit."""
    if wanted is None or value is None or conforms(value, wanted, budget):
        return value
    if wanted.kind == "list":
        return [value] if conforms([value], wanted, budget) else None
    if isinstance(value, list) and len(value) == 1:
        budget.spend()
        return coerce(value[0], wanted, budget)
    if wanted.kind == "date and time" and isinstance(value, Date):
        return as_moment(value)
    return None
