"""Papers line by line and scenarios one by one, as rows that stand beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from engine.comparison.alignment import Pair
from engine.comparison.blocks import line_tree, scenario_tree
from engine.comparison.line_merging import pieces
from engine.comparison.lines import beside, line_key
from engine.comparison.marks import MarkKind, Marks
from engine.comparison.table_pairs import TablePair, TablePairs, pairs_of
from engine.comparison.table_views import Cell, Column, Row, TableView
from engine.comparison.tree import ROOT, TEXT, Tree

_WORDS = {"line": ("文字", "Text"), "scenario": ("场景", "Scenario")}


def scenario_pairs(before: bytes | None, after: bytes | None, language: str) -> TablePairs:
    """Put scenarios beside each other by their names; None: there is no such version.

    Raises:
        DiagramError: A version cannot be read.
    """
    trees = [None if one is None else scenario_tree(one) for one in (before, after)]
    old, new = (() if one is None else (_scenarios(one, language),) for one in trees)
    return pairs_of(old, new)


def _scenarios(tree: Tree, language: str) -> TableView:
    rows = (
        Row(key, number, (Cell(f"{key}/#text", tree[key].values[TEXT]),))
        for number, key in enumerate(tree[ROOT].children, 1)
    )
    return _view("scenario", rows, language)


def paper_pairs(before: bytes | None, after: bytes | None, language: str) -> TablePairs:
    """Put the lines of two papers beside each other; None: there is no such version.

    Raises:
        DiagramError: A version cannot be read.
    """
    old, new = _lines(before), _lines(after)
    return _pairs(old, new, beside(old or [], new or []), language)


def merged_papers(
    origin: bytes, ours: bytes, theirs: bytes, language: str
) -> tuple[TablePairs, Marks]:
    """Put two papers that came from a third beside each other, with whose each line is.

    The conflicts are those of `merge`, in its order; they are told at `conflict-<number>`.

    Raises:
        DiagramError: A version cannot be read.
    """
    base, mine, other = (_lines(one) or [] for one in (origin, ours, theirs))
    found: list[tuple[int | None, int | None]] = []
    marked: list[tuple[str, MarkKind, str]] = []
    conflicts = 0
    for piece in pieces(base, mine, other):
        rows = [*zip_longest(range(*piece.ours), range(*piece.theirs))]
        found += rows
        old, own, outer = (
            text[slice(*part)]
            for text, part in ((base, piece.base), (mine, piece.ours), (other, piece.theirs))
        )
        if own == outer:
            continue
        kind: MarkKind = "ours" if outer == old else "theirs" if own == old else "conflict"
        conflicts += kind == "conflict"
        told = f"conflict-{conflicts}" if kind == "conflict" else ""
        marked += [(line_key(a, b), kind, told) for a, b in rows]
    pairs = _pairs(mine, other, found, language)
    marks = Marks(pairs.drawn)
    for key, kind, told in marked:
        marks.add([key], kind, told)
    return pairs, marks


def _pairs(
    old: Sequence[str] | None,
    new: Sequence[str] | None,
    places: Iterable[tuple[int | None, int | None]],
    language: str,
) -> TablePairs:
    """Make rows of lines; two that stand beside each other have one key."""
    rows = tuple(
        Pair(_row(line_key(a, b), a, old or []), _row(line_key(a, b), b, new or []), is_same=True)
        for a, b in places
    )
    left = [row.before for row in rows if row.before is not None]
    right = [row.after for row in rows if row.after is not None]
    pair = TablePair(
        None if old is None else _view("line", left, language),
        None if new is None else _view("line", right, language),
        rows,
    )
    return TablePairs((pair,), ({row.key for row in left}, {row.key for row in right}))


def _lines(content: bytes | None) -> list[str] | None:
    if content is None:
        return None
    tree = line_tree(content)
    return [tree[key].values[TEXT] for key in tree[ROOT].children]


def _row(key: str, place: int | None, lines: Sequence[str]) -> Row | None:
    return None if place is None else Row(key, place + 1, (Cell(f"{key}/#text", lines[place]),))


def _view(what: str, rows: Iterable[Row], language: str) -> TableView:
    word = _WORDS[what][1 if language.startswith("en") else 0]
    return TableView("#text", "", columns=(Column("#lines", "text", word),), rows=tuple(rows))
