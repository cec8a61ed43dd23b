"""Which lines two texts have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

MOST_PAIRS = 4_000_000
"""Texts with more pairs of lines to look at are told apart at their ends only."""

Block = tuple[int, int, int]
"""Where a run of equal lines begins in each text, and how many there are."""


def common_blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """List the runs of equal lines in order."""
    head = _equal(old, new)
    tail = _equal(old[head:][::-1], new[head:][::-1])
    if head:
        yield 0, 0, head
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    # The matcher takes time with the square of the length where lines repeat.
    if inner_old and inner_new and len(inner_old) * len(inner_new) <= MOST_PAIRS:
        matcher = SequenceMatcher(None, inner_old, inner_new, autojunk=False)
        for one in matcher.get_matching_blocks():
            if one.size:
                yield head + one.a, head + one.b, one.size
    if tail:
        yield len(old) - tail, len(new) - tail, tail


def gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """List what lies between the equal runs: from and to in each text."""
    at = here = 0
    for start, there, length in [*common_blocks(old, new), (len(old), len(new), 0)]:
        if (start, there) != (at, here):
            yield at, start, here, there
        at, here = start + length, there + length


def beside(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Put lines beside each other; None: the other text has none there.

    What stands between the same equal lines is beside each other as far as it goes.
    """
    at = here = 0
    for start, end, there, until in [*gaps(old, new), (len(old), len(old), len(new), len(new))]:
        yield from zip(range(at, start), range(here, there), strict=True)
        yield from zip_longest(range(start, end), range(there, until))
        at, here = end, until


def line_key(before: int | None, after: int | None) -> str:
    """Name two lines that stand beside each other."""
    return f"{'' if before is None else before}:{'' if after is None else after}"


def _equal(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the equal lines at the beginning."""
    count = 0
    for here, there in zip(one, other, strict=False):
        if here != there:
            break
        count += 1
    return count
