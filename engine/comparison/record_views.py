"""What a file of records, such as posts or a score sheet, looks like as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from engine.comparison.json_tree import LIST, OBJECT, VALUE, json_tree, member_key
from engine.comparison.json_words import NAMES, label_of, shown_json, told
from engine.comparison.table_pairs import TablePairs, pairs_of
from engine.comparison.table_views import Cell, Column, Row, TableView
from engine.comparison.tree import ROOT, TEXT, Record, Tree

_FIELDS = {"zh": ("基本内容", "项目", "内容"), "en": ("Details", "Field", "Content")}

_ONLY = "1"
"""The column of values that stand alone in a list of records."""


def record_views(tree: Tree, language: str) -> tuple[TableView, ...]:
    """Give single values as one table, and each list of records as another."""
    return tuple(_Views(tree, [tree], language).all())


def record_pairs(before: bytes | None, after: bytes | None, language: str) -> TablePairs:
    """Put the tables of two versions beside each other; None: there is no such version.

    Raises:
        DiagramError: A version cannot be read.
    """
    read = [None if one is None else json_tree(one) for one in (before, after)]
    trees = [one for one in read if one is not None]
    # Both have the columns of either, in one order: what is missing on a side is empty there.
    old, new = (() if one is None else tuple(_Views(one, trees, language).all()) for one in read)
    return pairs_of(old, new)


class _Views:
    def __init__(self, tree: Tree, trees: Sequence[Tree], language: str) -> None:
        self._tree = tree
        self._trees = trees
        self._english = language.startswith("en")

    def all(self) -> Iterator[TableView]:
        root = self._tree[ROOT]
        title, *names = _FIELDS["en" if self._english else "zh"]
        if root.tag == LIST:
            yield from self._table_and_inner(root, title, "")
            return
        fields = list(self._fields(root, ""))
        if fields:
            columns = tuple(Column(f"/#{name}", "value", name) for name in names)
            rows = tuple(
                Row(f"{key}/#row", number, (Cell(f"{key}/#name", label), Cell(key, text)))
                for number, (key, label, text) in enumerate(fields, 1)
            )
            yield TableView(ROOT, title, columns=columns, rows=rows)
        yield from self._tables(root, "")

    def _fields(self, record: Record, before: str) -> Iterator[tuple[str, str, str]]:
        """List what is no table, with what it is called."""
        for one in self._inside(record):
            label = before + self._name(one)
            if one.tag == OBJECT:
                yield from self._fields(one, f"{label} › ")
            elif one.tag == VALUE or not self._is_table(one):
                yield one.key, label, self._text(one)

    def _tables(self, record: Record, owner: str) -> Iterator[TableView]:
        for one in self._inside(record):
            if one.tag == LIST and self._is_table(one):
                yield from self._table_and_inner(one, owner + self._name(one), owner)
            elif one.tag == OBJECT:
                yield from self._tables(one, f"{owner}{self._name(one)} › ")

    def _table_and_inner(self, record: Record, title: str, owner: str) -> Iterator[TableView]:
        yield self._table(record, title)
        for number, item in enumerate(self._inside(record), 1):
            label = label_of(self._tree, item) or str(number)
            yield from self._tables(item, f"{owner}{label} › ")

    def _is_table(self, record: Record) -> bool:
        """Whether a list is of records, here or in the other version."""
        items = [
            tree[item].tag
            for tree in self._trees
            if record.key in tree
            for item in tree[record.key].children
        ]
        return any(tag != VALUE for tag in items)

    def _table(self, record: Record, title: str) -> TableView:
        names = self._columns(record.key)
        columns = tuple(
            Column(f"{record.key}/#{name}", "value", self._label(name)) for name in names
        )
        rows = tuple(
            Row(item.key, number, tuple(self._cells(item, names)))
            for number, item in enumerate(self._inside(record), 1)
        )
        return TableView(record.key, title, columns=columns, rows=rows)

    def _columns(self, key: str) -> list[str]:
        """List the names that items have in either version, but not what is a table again."""
        names: dict[str, None] = {}
        for tree in self._trees:
            for item in tree[key].children if key in tree else ():
                for number, inner in enumerate(tree[item].children or ()):
                    if not self._is_table(tree[inner]):
                        names[tree[inner].values.get("name", str(number + 1))] = None
                if tree[item].tag == VALUE:
                    names[_ONLY] = None
        return list(names)

    def _cells(self, item: Record, names: list[str]) -> Iterator[Cell]:
        if item.tag == VALUE:
            for name in names:
                yield Cell(f"{item.key}/#{name}", self._text(item) if name == _ONLY else "")
            return
        inner = {
            one.values.get("name", str(number)): one
            for number, one in enumerate(self._inside(item), 1)
        }
        for name in names:
            found = inner.get(name)
            if found is None:
                yield Cell(member_key(item.key, name), "")
            else:
                yield Cell(found.key, self._text(found))

    def _text(self, record: Record) -> str:
        """Write a value in one cell."""
        if record.tag == VALUE:
            shown = told(self._tree, record)
            value = orjson.loads(record.values[TEXT])
            # As it is, however long, unless it stands for something else.
            if isinstance(value, str) and shown == shown_json(record.values[TEXT]):
                return value
            return shown.en if self._english else shown.zh
        if record.tag == OBJECT:
            lines = (f"{self._name(one)}: {self._text(one)}" for one in self._inside(record))
            return "\n".join(lines)
        return (", " if self._english else "、").join(map(self._text, self._inside(record)))

    def _inside(self, record: Record) -> list[Record]:
        return [self._tree[one] for one in record.children]

    def _name(self, record: Record) -> str:
        return self._label(record.values.get("name", ""))

    def _label(self, name: str) -> str:
        at = (f"第 {name} 列", f"column {name}") if name.isdigit() else (name, name)
        zh, en = NAMES.get(name, at)
        return (en[:1].upper() + en[1:]) if self._english else zh
