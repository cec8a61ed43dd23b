import io
import zipfile

import pytest
import xlsxwriter

from appraisal.sheets import (
    Table,
    UnreadableTable,
    column_letters,
    neutralised,
    read_table,
    write_csv,
)


def workbook(rows: list[list[object]], formulas: dict[tuple[int, int], str] | None = None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                sheet.write_string(r, c, value) if isinstance(value, str) else sheet.write(
                    r, c, value
                )
        for (r, c), formula in (formulas or {}).items():
            sheet.write_formula(r, c, formula, None, "张三")
    return out.getvalue()


def test_csv_is_read_in_both_encodings() -> None:
    text = "姓名,证件号码\r\n阿依努尔·图尔逊江,11010519491231002X\r\n"
    expected = Table([["姓名", "证件号码"], ["阿依努尔·图尔逊江", "11010519491231002X"]])

    assert read_table(text.encode("utf-8-sig")) == expected
    assert read_table(text.encode("gb18030")) == expected


def test_workbook_is_read_as_text() -> None:
    content = workbook([["姓名", "年限", "小数"], ["王𬱖", 9, 1.5]])

    assert read_table(content) == Table([["姓名", "年限", "小数"], ["王𬱖", "9", "1.5"]])


def test_formulas_and_lost_digits_are_pointed_out() -> None:
    content = workbook(
        [["姓名", "证件号码"], ["", 110105194912310021]], {(1, 0): '=HYPERLINK("http://x","a")'}
    )

    table = read_table(content)

    assert table.formulas == {(2, 1)}
    assert table.inexact == {(2, 2)}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x81", "encoding"),
        (b"a\x00b", "format"),
        (b'a,"b', "format"),
        (("a" * 3000).encode(), "cell_too_long"),
        (b"," * 200, "too_many_columns"),
        (b"a\n" * 20_010, "too_many_rows"),
    ],
)
def test_unreadable_tables_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_table(content)

    assert refused.value.code == code


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")

    with pytest.raises(UnreadableTable):
        read_table(out.getvalue())


def test_a_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40_000_000))

    with pytest.raises(UnreadableTable) as refused:
        read_table(out.getvalue())

    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("张三", "张三"), ("", "")],
)
def test_text_that_would_compute_is_neutralised(value: str, expected: str) -> None:
    assert neutralised(value) == expected


def test_csv_is_written_for_excel() -> None:
    assert write_csv([["姓名", "=1"], ["张三", 5]]).decode("utf-8-sig") == "姓名,'=1\r\n张三,5\r\n"


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (28, "AB")])
def test_column_letters(column: int, letters: str) -> None:
    assert column_letters(column) == letters
