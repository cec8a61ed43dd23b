"""Sheets: tables written as .xlsx, safe against formulas hidden in their cells."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

import xlsxwriter

from appraisal.sheets import neutralised

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EPOCH = datetime(2020, 1, 1)


def write_sheet(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write one table. Numbers stay numbers, everything else becomes text."""
    out = BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        # A fixed time, so that the same table gives the same bytes.
        book.set_properties({"created": _EPOCH})
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "bg_color": "#E9F1F8", "border": 1})
        sheet.write_row(0, 0, head, bold)
        for no, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(no, column, value)
                else:
                    sheet.write_string(no, column, neutralised("" if value is None else str(value)))
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return out.getvalue()
