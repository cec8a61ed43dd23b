"""Three versions of a text, merged line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.comparison.merging import Clash, Side


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where the three stand side by side: from and to of each; `same`: none has changed it."""

    base: tuple[int, int]
    ours: tuple[int, int]
    theirs: tuple[int, int]
    same: bool


def merge_lines(
    base: list[str], ours: list[str], theirs: list[str], choices: Mapping[str, Side]
) -> tuple[list[str], list[Clash]]:
    """Merge; where both changed the same lines, our side stands unless a choice says otherwise."""
    merged: list[str] = []
    clashes: list[Clash] = []
    for piece in _pieces(base, ours, theirs):
        old = base[slice(*piece.base)]
        mine, other = ours[slice(*piece.ours)], theirs[slice(*piece.theirs)]
        if mine == other or other == old:
            merged += mine
        elif mine == old:
            merged += other
        else:
            clash = Clash(str(piece.base[0] + 1), "value", "", *map("\n".join, (old, mine, other)))
            side = choices.get(clash.id)
            if side is None:
                clashes.append(clash)
            merged += other if side == "theirs" else mine
    return merged, clashes


def _pieces(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[_Piece]:
    """Cut the three where all agree, so that what lies between was changed by one or both."""
    at = mine = other = 0
    for start, our_start, their_start, length in _common(base, ours, theirs):
        if (start, our_start, their_start) != (at, mine, other):
            yield _Piece((at, start), (mine, our_start), (other, their_start), same=False)
        at, mine, other = start + length, our_start + length, their_start + length
        yield _Piece((start, at), (our_start, mine), (their_start, other), same=True)
    if (at, mine, other) != (len(base), len(ours), len(theirs)):
        ends = ((at, len(base)), (mine, len(ours)), (other, len(theirs)))
        yield _Piece(*ends, same=False)


def _common(
    base: list[str], ours: list[str], theirs: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """List the runs of lines that all three have: where in each, and how many."""
    our_blocks = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    their_blocks = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    for one in our_blocks:
        for two in their_blocks:
            start, end = max(one.a, two.a), min(one.a + one.size, two.a + two.size)
            if start < end:
                yield start, one.b + start - one.a, two.b + start - two.a, end - start
