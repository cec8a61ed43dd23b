"""What operators make of the kinds of their operands."""

from __future__ import annotations

from engine.feel.values import ORDERED_KINDS

_MONTHS, _DAYS = "years and months duration", "days and time duration"
DURATIONS = frozenset({_MONTHS, _DAYS})
SIGNED = DURATIONS | {"number"}
_POINTS = ("date", "date and time", "time")


def _results() -> dict[tuple[str, str, str], str]:
    """Tabulate operator, left and right kind with the kind of the result.

    Source: DMN 1.5, tables 55 to 59.
    """
    table = {(sign, "number", "number"): "number" for sign in ("+", "-", "*", "/", "**")}
    table["+", "string", "string"] = "string"
    for duration in sorted(DURATIONS):
        table["+", duration, duration] = table["-", duration, duration] = duration
        table["*", duration, "number"] = table["*", "number", duration] = duration
        table["/", duration, "number"] = duration
        table["/", duration, duration] = "number"
    for point in _POINTS:
        for duration in (_DAYS,) if point == "time" else (_DAYS, _MONTHS):
            table["+", point, duration] = table["+", duration, point] = point
            table["-", point, duration] = point
        table["-", point, point] = _DAYS
    table["-", "date", "date and time"] = table["-", "date and time", "date"] = _DAYS
    return table


_RESULTS = _results()


def arithmetic_kinds(operator: str, left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    """Give the kinds the result may be of; none when it is always null."""
    found = {_RESULTS.get((operator, one, other)) for one in left for other in right}
    return frozenset(kind for kind in found if kind is not None)


def comparable(operator: str, left: frozenset[str], right: frozenset[str]) -> bool:
    """Say whether a comparison may give true or false."""
    if operator in ("=", "!="):
        return "null" in left | right or not left.isdisjoint(right)
    return not left.isdisjoint(right & ORDERED_KINDS)
