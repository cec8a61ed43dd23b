"""Relations between points and ranges.

Source: DMN 1.5, table 78.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.feel.builtins.registry import builtin
from engine.feel.comparison import order
from engine.feel.errors import NotDefined
from engine.feel.scope import Run
from engine.feel.values import ORDERED_KINDS, Range, Value, kind_of

Relation: TypeAlias = Callable[[Range, Range], bool]


def _as_range(value: Value) -> Range:
    if isinstance(value, Range):
        return value
    if kind_of(value) not in ORDERED_KINDS:
        raise NotDefined
    return Range(value, value)


def _sign(one: Value, other: Value) -> int:
    sign = order(one, other)
    if sign is None:
        raise NotDefined
    return sign


def _before(a: Range, b: Range) -> bool:
    sign = _sign(a.end, b.start)
    return sign < 0 or (sign == 0 and not (a.end_included and b.start_included))


def _after(a: Range, b: Range) -> bool:
    return _before(b, a)


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _sign(a.end, b.start) == 0


def _met_by(a: Range, b: Range) -> bool:
    return _meets(b, a)


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _begins_first(a: Range, b: Range) -> bool:
    """Say whether a begins where b does not yet."""
    sign = _sign(a.start, b.start)
    return sign < 0 or (sign == 0 and a.start_included and not b.start_included)


def _begins_no_later(a: Range, b: Range) -> bool:
    sign = _sign(a.start, b.start)
    return sign < 0 or (sign == 0 and (a.start_included or not b.start_included))


def _ends_no_later(a: Range, b: Range) -> bool:
    sign = _sign(a.end, b.end)
    return sign < 0 or (sign == 0 and (not a.end_included or b.end_included))


def _overlaps_before(a: Range, b: Range) -> bool:
    return _begins_first(a, b) and not _before(a, b) and _ends_no_later(a, b)


def _overlaps_after(a: Range, b: Range) -> bool:
    return _begins_first(b, a) and not _before(b, a) and _ends_no_later(b, a)


def _finishes(a: Range, b: Range) -> bool:
    same_end = a.end_included == b.end_included and _sign(a.end, b.end) == 0
    return same_end and _begins_no_later(b, a)


def _finished_by(a: Range, b: Range) -> bool:
    return _finishes(b, a)


def _includes(a: Range, b: Range) -> bool:
    return _begins_no_later(a, b) and _ends_no_later(b, a)


def _during(a: Range, b: Range) -> bool:
    return _includes(b, a)


def _starts(a: Range, b: Range) -> bool:
    same_start = a.start_included == b.start_included and _sign(a.start, b.start) == 0
    return same_start and _ends_no_later(a, b)


def _started_by(a: Range, b: Range) -> bool:
    return _starts(b, a)


def _coincides(a: Range, b: Range) -> bool:
    included = a.start_included == b.start_included and a.end_included == b.end_included
    return included and _sign(a.start, b.start) == 0 and _sign(a.end, b.end) == 0


_POINT_POINT = "point1: any, point2: any"
_POINT_RANGE = "point: any, range: range"
_RANGE_POINT = "range: range, point: any"
_RANGE_RANGE = "range1: range, range2: range"


def _register(name: str, relation: Relation, *signatures: str) -> None:
    points = _POINT_POINT in signatures, _POINT_RANGE in signatures, _RANGE_POINT in signatures

    def related(run: Run, one: Value, other: Value) -> Value:
        first_point, second_point = not isinstance(one, Range), not isinstance(other, Range)
        if first_point and not points[0 if second_point else 1]:
            return None
        if second_point and not points[0 if first_point else 2]:
            return None
        return relation(_as_range(one), _as_range(other))

    # The pair of any two values comes last: it would take every other.
    builtin(name, *sorted(signatures, key=_POINT_POINT.__eq__))(related)


for _name, _relation in (("before", _before), ("after", _after)):
    _register(_name, _relation, _POINT_POINT, _POINT_RANGE, _RANGE_POINT, _RANGE_RANGE)
for _name, _relation in (
    ("meets", _meets),
    ("met by", _met_by),
    ("overlaps", _overlaps),
    ("overlaps before", _overlaps_before),
    ("overlaps after", _overlaps_after),
):
    _register(_name, _relation, _RANGE_RANGE)
for _name, _relation in (("finishes", _finishes), ("during", _during), ("starts", _starts)):
    _register(_name, _relation, _POINT_RANGE, _RANGE_RANGE)
for _name, _relation in (
    ("finished by", _finished_by),
    ("includes", _includes),
    ("started by", _started_by),
):
    _register(_name, _relation, _RANGE_POINT, _RANGE_RANGE)
_register("coincides", _coincides, _POINT_POINT, _RANGE_RANGE)
