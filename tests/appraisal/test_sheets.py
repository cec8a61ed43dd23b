import io
import zipfile
from datetime import datetime

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


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_whatever_divides_its_cells(delimiter: str, encoding: str) -> None:
    text = delimiter.join(['"姓名"', "证件号码", "简要经历"]) + "\n"
    text += delimiter.join(["𠮷㐱䶮", "11010519491231002X", '"a,b;c\t""d""\n第二行"']) + "\n"

    assert read_table(text.encode(encoding)).rows == [
        ["姓名", "证件号码", "简要经历"],
        ["𠮷㐱䶮", "11010519491231002X", 'a,b;c\t"d"\n第二行'],
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_title_alone_in_its_line_hides_no_columns(delimiter: str) -> None:
    text = f"2026年报名表\n\n姓名{delimiter}单位\n"

    assert read_table(text.encode()).rows[-1] == ["姓名", "单位"]


def test_marks_that_nobody_sees_are_left_out() -> None:
    assert read_table("\u202d姓名\u200b,\ufeff张\u00ad三\u202c\n".encode()).rows == [
        ["姓名", "张三"]
    ]


def test_first_visible_sheet_is_read_with_its_own_formulas_and_merges() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        hidden, shown, other = (book.add_worksheet(name) for name in ("参数", "名册", "说明"))
        shown.activate()
        shown.set_first_sheet()
        hidden.hide()
        hidden.write_formula("A1", "=1+1")
        shown.write_row(0, 0, ["姓名", "单位"])
        shown.write_row(1, 0, ["张三"])
        shown.write_row(2, 0, ["李四"])
        shown.merge_range("B2:B3", "示例企业")
        shown.write_boolean(3, 0, True)
        other.write_formula("A2", "=1+1")

    table = read_table(out.getvalue())

    assert table == Table(
        [["姓名", "单位"], ["张三", "示例企业"], ["李四", ""], ["是", ""]],
        merged=frozenset({(3, 2)}),
    )


def test_dates_of_a_workbook_are_read_as_days() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        shown = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_datetime(0, 0, datetime(1990, 1, 1), shown)
        sheet.write_number(0, 1, 32874)

    assert read_table(out.getvalue()).rows == [["1990-01-01", "32874"]]


def changed(content: bytes, *changes: tuple[str, str]) -> bytes:
    """A workbook with changes in the text of its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for before, after in changes:
                    assert before.encode() in text
                    text = text.replace(before.encode(), after.encode())
            new.writestr(name, text)
    return out.getvalue()


def test_merge_of_the_whole_sheet_costs_little() -> None:
    merge = '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'

    table = read_table(changed(workbook([["a"], ["b"]]), ("</sheetData>", merge)))

    assert (2, 1) in table.merged
    assert len(table.merged) < 50_000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([('r="A2"', 'r="XFD1048576"'), ('r="2"', 'r="1048576"')], "too_many_rows"),
        ([('r="A2"', 'r="A20002"'), ('r="2"', 'r="20002"')], "too_many_rows"),
        ([('r="A2" ', ""), ('r="2"', 'r="20002"')], "too_many_rows"),
        ([('r="A2"', 'r="CW2"')], "too_many_columns"),
    ],
)
def test_lone_cell_far_out_is_refused_before_room_is_made(
    changes: list[tuple[str, str]], code: str
) -> None:
    content = changed(workbook([["a"], ["b"]]), *changes)

    with pytest.raises(UnreadableTable) as refused:
        read_table(content)

    assert refused.value.code == code


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
