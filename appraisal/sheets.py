"""Tables from spreadsheets: read as text with their limits, written so that nothing runs.

A spreadsheet may hold formulas, numbers that lost digits and compressed bombs; none of them
gets further than this module.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from appraisal.errors import AppraisalError
from appraisal.workbooks import FirstSheet, NoWorkbook, first_sheet
from appraisal.zip_files import RefusedZip, ZipLimits, check_zip

MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELL_LENGTH = 2_000
_LIMITS = ZipLimits(
    entries=500, total_bytes=64 * 1024 * 1024, entry_bytes=48 * 1024 * 1024, ratio=200
)
# Above this a number cell may have lost digits: doubles are exact up to 2**53 only.
_EXACT = 2**53
# Blanks of no width and marks of direction, which copied text brings along unseen.
_UNSEEN = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"


UNREADABLE = {
    "encoding": (
        "文件编码无法识别，请另存为 UTF-8 的 .csv 或 .xlsx",
        "The encoding is unknown: save the file as .csv in UTF-8, or as .xlsx",
    ),
    "format": (
        "文件不是 .xlsx 或 .csv 表格，或已损坏，请用表格软件另存后上传",
        "The file is no .xlsx or .csv table, or damaged: save it anew with a spreadsheet program",
    ),
    "too_many_rows": ("最多 20000 行，请分几次上传", "At most 20000 rows: split the file"),
    "too_many_columns": (
        "最多 100 列，请使用模板的列",
        "At most 100 columns: use those of the template",
    ),
    "cell_too_long": (
        "有单元格超过 2000 个字，请缩短",
        "A cell has more than 2000 characters: shorten it",
    ),
    "too_large": (
        "表格解压后过大，请删除多余的工作表和格式",
        "The table is too large unpacked: remove sheets and formats that are not needed",
    ),
}


class UnreadableTable(AppraisalError):
    """A file is no table that can be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Table:
    """The first visible sheet as text. The sets hold (row, column) from 1.

    `merged` are the cells that a merge hides, so that they are empty.
    """

    rows: list[list[str]]
    formulas: frozenset[tuple[int, int]] = frozenset()
    inexact: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    merged: frozenset[tuple[int, int]] = frozenset()


def read_table(content: bytes) -> Table:
    """Read the first visible sheet of an .xlsx file, or a .csv in UTF-8, UTF-16 or GB 18030.

    The kind of file is seen from its bytes, what divides the cells from the
    first line that has such a sign.

    Raises:
        UnreadableTable: It is neither, or breaks a limit.
    """
    return _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)


def neutralised(value: str) -> str:
    """Text that a spreadsheet shows and never computes.

    Source: OWASP, CSV Injection (leading = + - @ tab and carriage return).
    """
    return "'" + value if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """A .csv that Excel opens as UTF-8, every text neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([neutralised(v) if isinstance(v, str) else v for v in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def column_letters(column: int) -> str:
    """The letters of a column counted from 1: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _read_csv(content: bytes) -> Table:
    text = _decoded(content)
    if "\x00" in text:
        raise UnreadableTable("format")
    source = io.StringIO(text, newline="")
    try:
        read = csv.reader(source, delimiter=_delimiter(text), strict=True)
        rows = list(_limited(read))
    except csv.Error:
        raise UnreadableTable("format") from None
    return Table(rows)


def _decoded(content: bytes) -> str:
    # Excel writes its "Unicode text" in UTF-16 with a mark.
    marked = content.startswith(_BYTE_ORDER_MARKS)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable("encoding")


def _delimiter(text: str) -> str:
    # A title above the columns may stand alone in its line.
    lines = text.splitlines()
    first = next((line for line in lines if any(sign in line for sign in _DELIMITERS)), "")
    return max(_DELIMITERS, key=first.count)


def _read_xlsx(content: bytes) -> Table:
    try:
        check_zip(content, _LIMITS)
    except RefusedZip as refused:
        code = "too_large" if refused.code.startswith("too_") else "format"
        raise UnreadableTable(code) from None
    try:
        sheet = first_sheet(content)
        _check_extent(sheet)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        raw = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except (CalamineError, NoWorkbook, ValueError):
        raise UnreadableTable("format") from None
    inexact = frozenset(
        (r, c)
        for r, row in enumerate(raw, 1)
        for c, value in enumerate(row, 1)
        if isinstance(value, int | float) and abs(value) >= _EXACT
    )
    return Table(list(_limited(raw)), sheet.formulas, inexact, sheet.merged)


def _check_extent(sheet: FirstSheet) -> None:
    # A single cell in the last row and column had calamine make room for 17 thousand million.
    rows, columns = sheet.last
    if rows > MAX_ROWS + 1:
        raise UnreadableTable("too_many_rows")
    if columns > MAX_COLUMNS:
        raise UnreadableTable("too_many_columns")


def _limited(rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS + 1:
            raise UnreadableTable("too_many_rows")
        if len(row) > MAX_COLUMNS:
            raise UnreadableTable("too_many_columns")
        texts = [_text(value) for value in row]
        if any(len(text) > MAX_CELL_LENGTH for text in texts):
            raise UnreadableTable("cell_too_long")
        yield texts


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).translate(_UNSEEN).strip()
