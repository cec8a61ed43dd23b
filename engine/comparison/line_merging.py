"""Three versions of a text, merged line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.comparison.lines import common_blocks
from engine.comparison.merging import Clash, Side


@dataclass(frozen=True, slots=True)
class Piece:
    """Where three texts stand side by side: from and to of each; `same`: none has changed it."""

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
    for piece in pieces(base, ours, theirs):
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


def pieces(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Piece]:
    """Cut the three where all agree, so that what lies between was changed by one or both."""
    at = mine = other = 0
    for start, our_start, their_start, length in _common(base, ours, theirs):
        if (start, our_start, their_start) != (at, mine, other):
            yield Piece((at, start), (mine, our_start), (other, their_start), same=False)
        at, mine, other = start + length, our_start + length, their_start + length
        yield Piece((start, at), (our_start, mine), (their_start, other), same=True)
    if (at, mine, other) != (len(base), len(ours), len(theirs)):
        ends = ((at, len(base)), (mine, len(ours)), (other, len(theirs)))
        yield Piece(*ends, same=False)


def _common(
    base: list[str], ours: list[str], theirs: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """List the runs of lines that all three have: where in each, and how many."""
    their_blocks = list(common_blocks(base, theirs))
    first = 0
    for at, here, size in common_blocks(base, ours):
        while first < len(their_blocks) and their_blocks[first][0] + their_blocks[first][2] <= at:
            first += 1
        for other, there, length in their_blocks[first:]:
            if other >= at + size:
                break
            start, end = max(at, other), min(at + size, other + length)
            yield start, here + start - at, there + start - other, end - start
