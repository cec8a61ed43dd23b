"""What is marked in the pictures of two versions, and which sentence tells of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.comparison.change import Change
from engine.comparison.merge import Conflict

MarkKind = Literal["added", "removed", "changed", "moved", "ours", "theirs", "conflict"]
_RANKS: tuple[MarkKind, ...] = (
    *("moved", "changed", "removed", "added"),
    *("theirs", "ours", "conflict"),
)
Drawn = tuple[Collection[str], Collection[str]]
"""The keys of what is drawn in each of the two pictures."""
Place = Sequence[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """How one thing is marked; `told` names the first sentence about it, `anchor` its own place."""

    kind: MarkKind
    told: str = ""
    anchor: str = ""


@dataclass(slots=True)
class Marks:
    """The marks of two pictures by the keys of what they are at.

    `links` leads from a sentence to the mark that it is about.
    """

    drawn: Drawn
    before: dict[str, Mark] = field(default_factory=dict)
    after: dict[str, Mark] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def add(self, place: Place, kind: MarkKind, told: str = "") -> None:
        """Mark the innermost thing of a place that is drawn, on the sides that have it."""
        key = next((one for one in place if any(one in side for side in self.drawn)), None)
        if key is None:
            return
        for marks, side, name in self._sides():
            if key not in side:
                continue
            known = marks.get(key)
            if known is None or _RANKS.index(kind) > _RANKS.index(known.kind):
                anchor = known.anchor if known is not None else f"{name}-{len(marks) + 1}"
                sentence = known.told if known is not None and known.told else told
                marks[key] = Mark(kind, sentence, anchor)
            if told:
                self.links.setdefault(told, marks[key].anchor)

    def _sides(self) -> Iterable[tuple[dict[str, Mark], Collection[str], str]]:
        # The newer side is what a sentence leads to, where both have it.
        yield self.after, self.drawn[1], "after"
        yield self.before, self.drawn[0], "before"


def marks_of_changes(changes: Iterable[Change], drawn: Drawn) -> Marks:
    """Mark what was added, removed, changed or moved; sentences are `told-<number>` from 1."""
    marks = Marks(drawn)
    for number, change in enumerate(changes, 1):
        for place in change.places:
            marks.add(place, _kind(change, place, drawn), f"told-{number}")
    return marks


def _kind(change: Change, place: Place, drawn: Drawn) -> MarkKind:
    key = next((one for one in place if any(one in side for side in drawn)), "")
    if key not in drawn[0]:
        return "added"
    if key not in drawn[1]:
        return "removed"
    return "moved" if change.kind == "moved" else "changed"


def marks_of_sides(
    ours: Iterable[Change],
    theirs: Iterable[Change],
    conflicts: Iterable[Conflict],
    taken: Iterable[Change],
    drawn: Drawn,
) -> Marks:
    """Mark whose each change is, where two versions came from a third.

    Conflicts are told at `conflict-<number>`, what is taken from theirs at `told-<number>`.
    """
    marks = Marks(drawn)
    for number, conflict in enumerate(conflicts, 1):
        marks.add(conflict.place, "conflict", f"conflict-{number}")
    for number, change in enumerate(taken, 1):
        for place in change.places:
            marks.add(place, "theirs", f"told-{number}")
    sides: tuple[tuple[MarkKind, Iterable[Change]], ...] = (("theirs", theirs), ("ours", ours))
    for kind, changes in sides:
        for place in (place for change in changes for place in change.places):
            marks.add(place, kind)
    return marks
