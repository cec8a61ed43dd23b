"""Machine mark sheets: reading results of answer-card readers and computer exams."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from appraisal.aggregation import FULL_POINTS

MAX_ROWS = 5000
_CODE_HEADINGS = ("准考证号", "保密号", "admission_number", "blind_code")
_POINTS_HEADINGS = ("得分", "成绩", "分数", "points")


@dataclass(frozen=True)
class SheetError:
    """What is wrong with one row; row 1 is the heading, 0 the sheet as a whole."""

    row: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True)
class MachineSheet:
    """The marks read, by admission number or blind code, and every error found."""

    points: Mapping[str, Decimal]
    errors: tuple[SheetError, ...]


def read_machine_sheet(text: str, expected: Sequence[str]) -> MachineSheet:
    """Read a CSV sheet and hold it against the codes of those who sat.

    Nothing may be taken over while there are errors: an unknown code, a code twice or missing, or
    points that are no number from 0 to 100 with at most one decimal.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[: MAX_ROWS + 2]
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if len(rows) > MAX_ROWS + 1:
        return MachineSheet({}, (SheetError(0, "", "too_many_rows"),))
    columns = _columns(rows[0]) if rows else None
    if columns is None:
        return MachineSheet({}, (SheetError(1, "", "unknown_heading"),))
    return _read_rows(rows[1:], columns, set(expected))


def _columns(heading: Sequence[str]) -> tuple[int, int] | None:
    code = [i for i, name in enumerate(heading) if name in _CODE_HEADINGS]
    points = [i for i, name in enumerate(heading) if name in _POINTS_HEADINGS]
    return (code[0], points[0]) if len(code) == 1 and len(points) == 1 else None


def _read_rows(
    rows: Sequence[Sequence[str]], columns: tuple[int, int], expected: set[str]
) -> MachineSheet:
    found: dict[str, Decimal] = {}
    errors: list[SheetError] = []
    for number, row in enumerate(rows, start=2):
        code, written = (row[i] if i < len(row) else "" for i in columns)
        points = _points(written)
        if code in found:
            errors.append(SheetError(number, "code", "twice", code))
        elif code not in expected:
            errors.append(SheetError(number, "code", "unknown", code))
        elif points is None:
            errors.append(SheetError(number, "points", "not_points", written))
        else:
            found[code] = points
    named = {error.value for error in errors} | {
        row[columns[0]] for row in rows if len(row) > columns[0]
    }
    errors += [SheetError(0, "code", "missing", code) for code in sorted(expected - named)]
    return MachineSheet(found, tuple(errors))


def _points(written: str) -> Decimal | None:
    try:
        points = Decimal(written)
    except InvalidOperation:
        return None
    if not points.is_finite() or not 0 <= points <= FULL_POINTS:
        return None
    return points if points == round(points, 1) else None
