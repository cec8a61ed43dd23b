"""Roster files as nobody should send them: refused whole, with the reason, or row by row."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest

from appraisal.demo_roster import id_number
from appraisal.roster import COLUMNS
from appraisal.sheets import column_letters, neutralised, read_table, write_csv
from tasks.sheets import write_sheet
from tests.api.small import Street
from tests.hostile.test_requests import API, LANGUAGES, kind_of, places, told

NAME_CELL = f"{column_letters(COLUMNS.index('姓名') + 1)}2"
FORMULAS = ("=1+1", '=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1")


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def workbook(sheet: str) -> bytes:
    """A sheet that real programs open, with its first table replaced."""
    made = io.BytesIO(write_sheet("名册", COLUMNS, [["x"] * len(COLUMNS)]))
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            inner = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, sheet.encode() if inner else old.read(name))
    return out.getvalue()


def post(street: Street, language: str, **files: bytes) -> Any:
    path = f"{API}/sessions/{street.own.session_number}/roster-imports"
    return street.client(street.own.people["planner"]).post(
        path,
        files={name: (f"{name}.bin", content) for name, content in files.items()},
        headers={"Accept-Language": language},
    )


GOOD = write_csv([COLUMNS])
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FILES: list[tuple[str, dict[str, bytes], str, str]] = [
    ("bomb as attachments", {"sheet": GOOD, "attachments": zipped(("a.png", bytes(30_000_000)))},
     "/attachments", "too_large"),
    ("many files", {"sheet": GOOD, "attachments": zipped(*[(f"{n}", b"") for n in range(20_001)])},
     "/attachments", "too_many_files"),
    ("no zip", {"sheet": GOOD, "attachments": b"PK no zip"}, "/attachments", "damaged"),
    ("bomb as sheet", {"sheet": zipped(("xl/worksheets/sheet1.xml", bytes(40_000_000)))},
     "/sheet", "too_large"),
    ("no workbook", {"sheet": zipped(("a", b"b"))}, "/sheet", "format"),
    ("picture", {"sheet": b"\xff\xd8\xff\xe0\xff"}, "/sheet", "encoding"),
    ("NUL", {"sheet": b"a\x00b"}, "/sheet", "format"),
    ("long cell", {"sheet": ("长" * 3000).encode()}, "/sheet", "cell_too_long"),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("files", "pointer", "code"), [case[1:] for case in FILES], ids=[case[0] for case in FILES]
)
def test_unreadable_files_are_refused_with_the_reason(
    street: Street,
    unchanged: None,
    files: dict[str, bytes],
    pointer: str,
    code: str,
    language: str,
) -> None:
    response = post(street, language, **files)

    assert response.status_code == 422, response.text
    problem = told(response, language)
    assert (kind_of(problem), places(problem)) == ("unreadable-file", [(pointer, code)])


def test_entities_in_a_workbook_stay_closed(street: Street) -> None:
    rows = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData>'
    sheet = f'<?xml version="1.0"?>{LAUGHS}<worksheet xmlns="{MAIN}">{rows}</worksheet>'

    response = post(street, "zh-CN", sheet=workbook(sheet))

    assert response.status_code in (201, 422), response.text
    assert "haha" not in response.text


def test_paths_in_a_zip_lead_nowhere(street: Street) -> None:
    before = {path for path in street.installation.settings.folder.parent.rglob("*")}
    names = ("../../evil.png", "/etc/evil.png", "..\\..\\evil.png", "C:\\evil.png")

    response = post(
        street, "zh-CN", sheet=GOOD, attachments=zipped(*[(name, b"x") for name in names])
    )

    assert response.status_code == 201, response.text
    assert [one["code"] for one in response.json()["problems"] if one["column"] == "zip"] == [
        "media_type"
    ] * len(names)
    after = {path for path in street.installation.settings.folder.parent.rglob("*")}
    assert {path for path in after - before if "evil" in path.name} == set()


@pytest.mark.parametrize("name", [*FORMULAS, "<script>alert(1)</script>", "{{ 7*7 }}", "'; DROP"])
def test_names_that_are_no_names_are_refused_in_their_cell(street: Street, name: str) -> None:
    row = {
        "职业工种名称": "钳工",
        "认定等级": "四级/中级工",
        "证件号码": id_number(date(1990, 3, 7), 1, "男"),
        "姓名": name,
    }
    out = io.StringIO(newline="")
    csv.writer(out).writerows([COLUMNS, [row.get(column, "") for column in COLUMNS]])

    for language in LANGUAGES:
        response = post(street, language, sheet=out.getvalue().encode())

        assert response.status_code == 201, response.text
        found = [one for one in response.json()["problems"] if one["column"] == "姓名"]
        assert [(one["row"], one["cell"], one["code"]) for one in found] == [(2, NAME_CELL, "name")]
        assert name not in found[0]["message"]


def test_formula_cells_of_a_workbook_are_refused(street: Street) -> None:
    head = "".join(f'<c t="inlineStr"><is><t>{one}</t></is></c>' for one in COLUMNS)
    row = f'<row r="2"><c r="{NAME_CELL}" t="str"><f>1+1</f><v>王建国</v></c></row>'
    data = f'<sheetData><row r="1">{head}</row>{row}</sheetData>'
    sheet = f'<worksheet xmlns="{MAIN}">{data}</worksheet>'

    response = post(street, "en", sheet=workbook(sheet))

    assert response.status_code == 201, response.text
    found = {(one["column"], one["code"]) for one in response.json()["problems"]}
    assert ("姓名", "formula") in found


@pytest.mark.parametrize("value", FORMULAS)
def test_exports_show_formulas_as_text(value: str) -> None:
    assert neutralised(value) == "'" + value

    from_csv = read_table(write_csv([[value, "王建国"]]))
    from_sheet = read_table(write_sheet("表", [value], [[value]]))

    assert from_csv.rows[0][0].startswith("'")
    assert from_sheet.formulas == frozenset()
    assert from_sheet.rows[1][0].startswith("'")
