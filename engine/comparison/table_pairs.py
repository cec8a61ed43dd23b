"""The tables of two versions beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.comparison.alignment import Pair, aligned
from engine.comparison.marks import Drawn, Marks
from engine.comparison.table_views import Cell, Column, Row, TableView

_NOTHING = frozenset({"", "-"})


@dataclass(frozen=True, slots=True)
class TablePair:
    """A decision of two versions; `rules` are the rows of both, aligned."""

    before: TableView | None
    after: TableView | None
    rows: tuple[Pair[Row], ...]
    unlike: tuple[tuple[Cell, Cell], ...] = ()
    """Cells that differ in rows that only stand beside each other because they are alike."""


@dataclass(frozen=True, slots=True)
class TablePairs:
    """All decisions of two versions, with what is drawn of each version."""

    pairs: tuple[TablePair, ...]
    drawn: Drawn

    def mark_rows(self, marks: Marks) -> None:
        """Add what no sentence tells: rows in another place, cells of rows that are alike."""
        for pair in self.pairs:
            whole = "" if pair.after is None else pair.after.logic or pair.after.key
            table = marks.after.get(whole)
            order = table.told if table is not None and table.kind == "moved" else ""
            for row in pair.rows:
                if row.moved and row.after is not None and row.before is not None:
                    marks.add([row.after.key], "moved", order)
                    marks.add([row.before.key], "moved", order)
            for old, new in pair.unlike:
                marks.add([old.key], "changed")
                marks.add([new.key], "changed")


def pairs_of(old: Sequence[TableView], new: Sequence[TableView]) -> TablePairs:
    """Put tables beside each other, and their rows."""
    pairs = aligned(old, new, lambda one: one.key, lambda a, b: float(a.name == b.name))
    return TablePairs(
        tuple(_pair(one) for one in pairs),
        (_keys(old), _keys(new)),
    )


def _keys(views: Sequence[TableView]) -> frozenset[str]:
    return frozenset(key for view in views for key in view.drawn() if key)


def _pair(pair: Pair[TableView]) -> TablePair:
    old, new = pair.before, pair.after
    if old is None or new is None:
        only = () if old is None else tuple(Pair(one, None) for one in old.rows)
        rows: tuple[Pair[Row], ...] = (
            only if new is None else tuple(Pair(None, one) for one in new.rows)
        )
        return TablePair(old, new, rows)
    columns = aligned(old.columns, new.columns, lambda one: one.key, _column_likeness)
    places = [
        (old.columns.index(one.before), new.columns.index(one.after))
        for one in columns
        if one.before is not None and one.after is not None
    ]

    def likeness(first: Row, second: Row) -> float:
        """Give the share of cells that say the same, of those that say something."""
        texts = [(first.cells[a].text, second.cells[b].text) for a, b in places]
        telling = [(a, b) for a, b in texts if a not in _NOTHING or b not in _NOTHING]
        return sum(a == b for a, b in telling) / len(telling) if telling else 1.0

    rules = aligned(old.rows, new.rows, lambda one: one.key, likeness)
    unlike = [
        (row.before.cells[a], row.after.cells[b])
        for row in rules
        if row.before is not None and row.after is not None and not row.is_same
        for a, b in places
        if row.before.cells[a].text != row.after.cells[b].text
    ]
    return TablePair(old, new, tuple(rules), tuple(unlike))


def _column_likeness(first: Column, second: Column) -> float:
    if first.place != second.place:
        return 0.0
    return float(first.source == second.source and first.label == second.label)
