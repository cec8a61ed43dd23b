"""The members that a name after a point may ask for."""

from __future__ import annotations

from engine.feel.checking.known import ANYTHING, BOOLEAN, DAYS, NUMBER, STRING, Known

_DATE = {"year": NUMBER, "month": NUMBER, "day": NUMBER, "weekday": NUMBER}
_TIME = {
    "hour": NUMBER,
    "minute": NUMBER,
    "second": NUMBER,
    "time offset": DAYS,
    "timezone": STRING,
}
_RANGE = {
    "start": ANYTHING,
    "end": ANYTHING,
    "start included": BOOLEAN,
    "end included": BOOLEAN,
}
PROPERTIES: dict[str, dict[str, Known]] = {
    "date": _DATE,
    "time": _TIME,
    "date and time": _DATE | _TIME,
    "years and months duration": {"years": NUMBER, "months": NUMBER},
    "days and time duration": dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
    "range": _RANGE,
    "number": {},
    "string": {},
    "boolean": {},
    "function": {},
}


def members_of(value: Known) -> dict[str, Known] | None:
    """Give the members a value can have, or None when it may have others.

    A list has those of its items, each as a list.
    """
    if value.kinds is None:
        return None
    found: dict[str, Known] = {}
    for kind in value.kinds - {"null"}:
        members = _members_of_kind(value, kind)
        if members is None:
            return None
        found |= members
    return found


def _members_of_kind(value: Known, kind: str) -> dict[str, Known] | None:
    if kind == "context":
        return None if value.open or value.entries is None else dict(value.entries)
    if kind == "list":
        return members_of(value.item) if value.item is not None else None
    if kind == "range":
        bound = value.item or ANYTHING
        return _RANGE | {"start": bound, "end": bound}
    return PROPERTIES[kind]


def member_of(value: Known, name: str) -> Known:
    """Give what is known of one member."""
    if value.kinds is None or len(value.kinds) != 1:
        return ANYTHING
    (kind,) = value.kinds
    if kind == "list":
        found = member_of(value.item or ANYTHING, name)
        return Known(frozenset({"list"}), item=found)
    if kind == "context":
        return (value.entries or {}).get(name, ANYTHING)
    return (_members_of_kind(value, kind) or {}).get(name, ANYTHING)
