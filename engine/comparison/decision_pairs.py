"""The tables of two versions beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.comparison.alignment import Pair, aligned
from engine.comparison.decision_views import Cell, Column, DecisionView, Rule, decision_views
from engine.comparison.kinds import notation_of
from engine.comparison.marks import Drawn, Marks
from engine.comparison.tree import Tree

_NOTHING = frozenset({"", "-"})


@dataclass(frozen=True, slots=True)
class DecisionPair:
    """A decision of two versions; `rules` are the rows of both, aligned."""

    before: DecisionView | None
    after: DecisionView | None
    rules: tuple[Pair[Rule], ...]
    unlike: tuple[tuple[Cell, Cell], ...] = ()
    """Cells that differ in rows that only stand beside each other because they are alike."""


@dataclass(frozen=True, slots=True)
class DecisionPairs:
    """All decisions of two versions, with what is drawn of each version."""

    pairs: tuple[DecisionPair, ...]
    drawn: Drawn

    def mark_rows(self, marks: Marks) -> None:
        """Add what no sentence tells: rows in another place, cells of rows that are alike."""
        for pair in self.pairs:
            table = None if pair.after is None else marks.after.get(pair.after.logic)
            order = table.told if table is not None and table.kind == "moved" else ""
            for row in pair.rules:
                if row.moved and row.after is not None and row.before is not None:
                    marks.add([row.after.key], "moved", order)
                    marks.add([row.before.key], "moved", order)
            for old, new in pair.unlike:
                marks.add([old.key], "changed")
                marks.add([new.key], "changed")


def decision_pairs(before: bytes | None, after: bytes | None) -> DecisionPairs:
    """Put the decisions of two versions beside each other; None: there is no such version.

    Raises:
        InvalidDecisions: A version cannot be read.
    """
    trees: list[Tree] = [
        {} if one is None else notation_of("decision").read(one) for one in (before, after)
    ]
    old, new = (decision_views(tree) if tree else () for tree in trees)
    pairs = aligned(old, new, lambda one: one.key, lambda a, b: float(a.name == b.name))
    return DecisionPairs(
        tuple(_pair(one) for one in pairs),
        (_keys(old), _keys(new)),
    )


def _keys(views: Sequence[DecisionView]) -> frozenset[str]:
    return frozenset(key for view in views for key in view.drawn() if key)


def _pair(pair: Pair[DecisionView]) -> DecisionPair:
    old, new = pair.before, pair.after
    if old is None or new is None:
        only = () if old is None else tuple(Pair(one, None) for one in old.rules)
        rows: tuple[Pair[Rule], ...] = (
            only if new is None else tuple(Pair(None, one) for one in new.rules)
        )
        return DecisionPair(old, new, rows)
    columns = aligned(old.columns, new.columns, lambda one: one.key, _column_likeness)
    places = [
        (old.columns.index(one.before), new.columns.index(one.after))
        for one in columns
        if one.before is not None and one.after is not None
    ]

    def likeness(first: Rule, second: Rule) -> float:
        """Give the share of cells that say the same, of those that say something."""
        texts = [(first.cells[a].text, second.cells[b].text) for a, b in places]
        telling = [(a, b) for a, b in texts if a not in _NOTHING or b not in _NOTHING]
        return sum(a == b for a, b in telling) / len(telling) if telling else 1.0

    rules = aligned(old.rules, new.rules, lambda one: one.key, likeness)
    unlike = [
        (row.before.cells[a], row.after.cells[b])
        for row in rules
        if row.before is not None and row.after is not None and not row.is_same
        for a, b in places
        if row.before.cells[a].text != row.after.cells[b].text
    ]
    return DecisionPair(old, new, tuple(rules), tuple(unlike))


def _column_likeness(first: Column, second: Column) -> float:
    if first.place != second.place:
        return 0.0
    return float(first.source == second.source and first.label == second.label)
