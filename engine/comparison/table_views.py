"""Tables as people read them, whatever they are kept as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Place = Literal["input", "output", "annotation", "value", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `key` is its record's, as that of everything here."""

    key: str
    place: Place
    label: str
    source: str = ""
    type: str = ""
    values: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; its place in the row is that of its column."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row, with the number that people count it by."""

    key: str
    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """One table: of a decision, of records or of lines; `key` is that of what it shows.

    Only a decision has a `hit_policy`. Without `columns` it has other logic, and `text` is that;
    `logic` is the key of either.
    """

    key: str
    name: str
    logic: str = ""
    hit_policy: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""

    def drawn(self) -> Iterator[str]:
        """Name everything that is drawn of it."""
        yield from (self.key, self.logic)
        yield from (one.key for one in self.columns)
        for row in self.rows:
            yield row.key
            yield from (one.key for one in row.cells)
