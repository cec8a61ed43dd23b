"""Workbooks (.xlsx): which sheet a person sees first, where it computes and merges cells.

The reader of values, calamine, tells none of these.
"""

import io
import posixpath
import zipfile
from dataclasses import dataclass
from typing import IO

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# Merged ranges beyond this are of no roster; each would cost a set entry for each cell.
_MOST_MERGED = 200_000

Cells = frozenset[tuple[int, int]]


class NoWorkbook(Exception):
    """The package holds no sheet that can be found."""


@dataclass(frozen=True)
class FirstSheet:
    """The first sheet that is not hidden; cells are (row, column) from 1.

    `merged` are those that a merge hides: all of its range but the first. `last` is the row and
    the column furthest out that hold something: whoever reads the values makes room for all
    cells up to there, however few are filled.
    """

    name: str
    formulas: Cells
    merged: Cells
    last: tuple[int, int]


def first_sheet(content: bytes) -> FirstSheet:
    """Find the first visible sheet of a workbook.

    Raises:
        NoWorkbook: It is damaged or has none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            name, part = _visible(archive)
            with archive.open(part) as sheet:
                return _look_through(sheet, name)
    except (etree.XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile):
        raise NoWorkbook from None


def _visible(archive: zipfile.ZipFile) -> tuple[str, str]:
    book = _parse(archive.read("xl/workbook.xml"))
    relations = _parse(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations.iter(f"{_PACKAGE}*")}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        if sheet.get("state", "visible") == "visible" and "worksheets" in target:
            # A target is relative to the workbook, or begins at the package's root.
            return sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip(
                "/"
            )
    raise NoWorkbook


def _parse(content: bytes) -> "etree._Element":
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _look_through(sheet: IO[bytes], name: str) -> FirstSheet:
    formulas: set[tuple[int, int]] = set()
    merged: set[tuple[int, int]] = set()
    place = last = (0, 0)
    parsed = etree.iterparse(
        sheet,
        events=("start", "end"),
        tag=(f"{_MAIN}row", f"{_MAIN}c", f"{_MAIN}mergeCell"),
        resolve_entities=False,
        no_network=True,
    )
    for event, element in parsed:
        if element.tag == f"{_MAIN}row" and event == "start":
            place = (int(element.get("r", place[0] + 1)), 0)
        elif element.tag == f"{_MAIN}mergeCell" and event == "end":
            merged |= _hidden_by(element.get("ref", ""), _MOST_MERGED - len(merged))
        elif element.tag == f"{_MAIN}c" and event == "end":
            # A cell that does not say where it is comes after the one before.
            place = _position(element.get("r", "")) if element.get("r") else _next(place)
            if len(element):
                last = (max(last[0], place[0]), max(last[1], place[1]))
            if element.find(f"{_MAIN}f") is not None:
                formulas.add(place)
            element.clear()
    return FirstSheet(name, frozenset(formulas), frozenset(merged), last)


def _next(place: tuple[int, int]) -> tuple[int, int]:
    return place[0], place[1] + 1


def _hidden_by(reference: str, most: int) -> set[tuple[int, int]]:
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = _position(first), _position(last or first)
    if (bottom - top + 1) * (right - left + 1) > most:
        # A range of whole rows or columns: its first ones are enough to be told of.
        bottom, right = min(bottom, top + 200), min(right, left + 200)
    cells = {(row, col) for row in range(top, bottom + 1) for col in range(left, right + 1)}
    return cells - {(top, left)}


def _position(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :] or 0), column
