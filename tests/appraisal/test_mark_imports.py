"""A machine sheet is taken over as a whole or not at all."""

from decimal import Decimal

import pytest

from appraisal.mark_imports import MAX_ROWS, MachineSheet, SheetError, read_machine_sheet

EXPECTED = ["001", "002"]


def test_a_right_sheet_is_read() -> None:
    text = "\ufeff姓名,准考证号,得分\r\n甲,001,59.5\r\n乙, 002 ,100\r\n\r\n"

    assert read_machine_sheet(text, EXPECTED) == MachineSheet(
        {"001": Decimal("59.5"), "002": Decimal(100)}, ()
    )


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ("001,60\n001,61\n002,70", [SheetError(3, "code", "twice", "001")]),
        ("001,60\n003,61\n002,70", [SheetError(3, "code", "unknown", "003")]),
        ("001,60", [SheetError(0, "code", "missing", "002")]),
        ("001,60\n002", [SheetError(3, "points", "not_points", "")]),
        ("001,100.1\n002,0", [SheetError(2, "points", "not_points", "100.1")]),
    ],
)
def test_errors_name_row_and_value(rows: str, errors: list[SheetError]) -> None:
    found = read_machine_sheet(f"准考证号,得分\n{rows}\n", EXPECTED)

    assert list(found.errors) == errors


@pytest.mark.parametrize("points", ["-0.1", "100.1", "59.55", "NaN", "Infinity", "=1+1", "六十"])
def test_no_points(points: str) -> None:
    found = read_machine_sheet(f"保密号,分数\n001,{points}\n002,60\n", EXPECTED)

    assert SheetError(2, "points", "not_points", points) in found.errors


@pytest.mark.parametrize("text", ["", "\n", "甲,乙\n001,60", "准考证号,得分,成绩\n001,60,61"])
def test_a_heading_that_says_nothing(text: str) -> None:
    assert read_machine_sheet(text, EXPECTED).errors == (SheetError(1, "", "unknown_heading"),)


def test_too_many_rows() -> None:
    text = "准考证号,得分\n" + "001,60\n" * (MAX_ROWS + 1)

    assert read_machine_sheet(text, EXPECTED).errors == (SheetError(0, "", "too_many_rows"),)
