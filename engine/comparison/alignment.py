"""Which things of two lists stand beside each other."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_LEAST = 0.5
"""How like two things must be at least to stand beside each other without the same name."""
_MOST = 40_000
"""How many comparisons are made to find what is like each other."""


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """What stands beside each other; None: there is nothing on that side.

    `is_same`: both have the same name, so that people say that it changed. `moved`: it stands
    elsewhere among the others than before.
    """

    before: T | None
    after: T | None
    is_same: bool = False
    moved: bool = False


def aligned(
    before: Sequence[T],
    after: Sequence[T],
    name: Callable[[T], Hashable],
    likeness: Callable[[T, T], float],
) -> list[Pair[T]]:
    """Put two lists beside each other: by name, then by likeness, in the order of the newer one.

    What is gone stands behind what it stood behind. The second of a name is paired with the
    second of it on the other side.
    """
    same = _by_name([*map(name, before)], [*map(name, after)])
    partners = {**same, **_by_likeness(before, after, same, likeness)}
    staying = _rising([partners[one] for one in range(len(after)) if one in partners])
    behind: dict[int, list[int]] = {}
    anchor, taken = -1, set(partners.values())
    for place in range(len(before)):
        if place in staying:
            anchor = place
        elif place not in taken:
            behind.setdefault(anchor, []).append(place)
    pairs = [Pair(before[one], None) for one in behind.get(-1, [])]
    for place, new in enumerate(after):
        partner = partners.get(place)
        if partner is None:
            pairs.append(Pair(None, new))
            continue
        pairs.append(Pair(before[partner], new, place in same, partner not in staying))
        if partner in staying:
            pairs += [Pair(before[one], None) for one in behind.get(partner, [])]
    return pairs


def _by_name(before: Sequence[Hashable], after: Sequence[Hashable]) -> dict[int, int]:
    places = {one: place for place, one in enumerate(_numbered(before))}
    return {place: places[one] for place, one in enumerate(_numbered(after)) if one in places}


def _numbered(names: Iterable[Hashable]) -> list[tuple[Hashable, int]]:
    seen: Counter[Hashable] = Counter()
    found = []
    for one in names:
        found.append((one, seen[one]))
        seen[one] += 1
    return found


def _by_likeness(
    before: Sequence[T],
    after: Sequence[T],
    same: dict[int, int],
    likeness: Callable[[T, T], float],
) -> dict[int, int]:
    """Pair what has no namesake, the likest and then the nearest first."""
    left = sorted(set(range(len(before))) - set(same.values()))
    right = [one for one in range(len(after)) if one not in same]
    if len(left) * len(right) > _MOST:
        return {}
    found = [(likeness(before[old], after[new]), old, new) for old in left for new in right]
    found.sort(key=lambda one: (-one[0], abs(one[1] - one[2]), one[2]))
    partners: dict[int, int] = {}
    for share, old, new in found:
        if share >= _LEAST and new not in partners and old not in partners.values():
            partners[new] = old
    return partners


def _rising(places: Sequence[int]) -> set[int]:
    """Find the most of them that stand in the same order as before: the others have moved."""
    ends: list[int] = []
    previous: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        previous[place] = ends[at - 1] if at else None
        ends[at : at + 1] = [place]
    found: set[int] = set()
    one = ends[-1] if ends else None
    while one is not None:
        found.add(one)
        one = previous[one]
    return found
