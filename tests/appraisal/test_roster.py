from pathlib import Path
from typing import Any

import pytest

from appraisal.roster import COLUMNS, EXTRA_COLUMNS, CheckTable, check_roster
from appraisal.sheets import Table
from engine.database import Database
from tests.appraisal.registration_bodies import TODAY, Body, attach, build, id_number

ROW = {
    "序号": "1",
    "职业工种名称": "电工",
    "认定等级": "三级/高级工",
    "证件类型": "居民身份证",
    "证件号码": id_number(1),
    "姓名": "张三",
    "性别": "女",
    "出生日期": "1990-01-01",
    "手机号码": "13800000000",
    "是否有职业资格证书": "是",
    "证书等级": "四级/中级工",
    "文化程度": "高中",
    "所在省(市)区": "示例省",
    "所在单位": "示例企业",
    "民族": "某族",
    "政治面貌": "某某",
    "专业年限": "9",
    "取证后年限": "5",
}
# The serial number 001 is odd: a man.
ROW["性别"] = "男"


def table(*rows: dict[str, str], header: tuple[str, ...] = (*COLUMNS, *EXTRA_COLUMNS)) -> Table:
    return Table([list(header), *([row.get(name, "") for name in header] for row in rows)])


def checked(database: Database, sheet: Table, tmp_path: Path) -> CheckTable:
    attach(database, tmp_path)
    with database.transaction() as db:
        body: Body = build(db)
        assert body.session.id is not None
        return check_roster(db, body.session.id, sheet, today=TODAY)


def test_there_are_33_columns() -> None:
    assert len(set(COLUMNS)) == 33


def test_a_row_becomes_an_application(database: Database, tmp_path: Path) -> None:
    result = checked(database, table(ROW), tmp_path)

    assert result.problems == []
    data = result.rows[0].data
    assert (result.total, result.rows[0].row) == (1, 2)
    assert (data.occupation_code, data.trade_code, data.level_code) == ("6-31-01-03", "", "3")
    assert (data.name, data.sex, str(data.birth_date)) == ("张三", "男", "1990-01-01")
    assert data.details == {"employer": "示例企业"}
    assert {k: v for k, v in data.facts.items() if v not in ("", 0, False, [], "none")} == {
        "years": 9,
        "prior_level": "4",
        "years_after": 5,
        "prior_held_years": 5,
        "intends_to_work": True,
        "province": "示例省",
        "certificate_type": "first",
        "exam_type": "regular",
    }


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"证件号码": id_number(1)[:-1] + "0"}, ("证件号码", "check_digit", "F2")),
        ({"证件号码": ""}, ("证件号码", "required", "F2")),
        ({"证件号码": "123"}, ("证件号码", "length", "F2")),
        ({"证件类型": "图书证"}, ("证件类型", "unknown_type", "E2")),
        ({"姓名": ""}, ("姓名", "required", "G2")),
        ({"姓名": "=cmd()"}, ("姓名", "name", "G2")),
        ({"姓名": "张三1"}, ("姓名", "name", "G2")),
        ({"姓名": "·张三"}, ("姓名", "name", "G2")),
        ({"职业工种名称": "宇航员"}, ("职业工种名称", "occupation", "B2")),
        ({"认定等级": "九级"}, ("认定等级", "level", "C2")),
        ({"认定等级": "四级"}, ("认定等级", "not_offered", "C2")),
        ({"出生日期": "1990-01-02"}, ("出生日期", "birth_mismatch", "I2")),
        ({"出生日期": "一九九〇"}, ("出生日期", "date", "I2")),
        ({"性别": "女"}, ("性别", "sex_mismatch", "H2")),
        ({"性别": "X"}, ("性别", "choice", "H2")),
        ({"手机号码": "1380000000"}, ("手机号码", "phone", "J2")),
        ({"专业年限": "61"}, ("专业年限", "number", "Y2")),
        ({"专业年限": "九"}, ("专业年限", "number", "Y2")),
        ({"文化程度": "秀才"}, ("文化程度", "choice", "N2")),
        ({"是否有职业资格证书": "也许"}, ("是否有职业资格证书", "choice", "K2")),
        ({"证书等级": "九级"}, ("证书等级", "level", "L2")),
    ],
)
def test_every_fault_is_named_by_row_column_and_reason(
    database: Database, tmp_path: Path, changes: dict[str, str], problem: tuple[str, str, str]
) -> None:
    result = checked(database, table({**ROW, **changes}), tmp_path)

    assert [(p.column, p.code, p.cell) for p in result.problems] == [problem]
    assert result.rows == []
    found = result.problems[0]
    assert found.row == 2 and found.message and found.message_en
    # A report may be shown and logged: it never repeats what stood in the cell.
    assert not any(value and value in found.message for value in changes.values() if len(value) > 3)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("阿依努尔·图尔逊江", "阿依努尔·图尔逊江"),
        ("阿依努尔•图尔逊江", "阿依努尔·图尔逊江"),
        ("王𬱖", "王𬱖"),
        ("𠮷田", "𠮷田"),
        ("  张  三 ", "张 三"),
        ("Anna O'Neil", "Anna O'Neil"),
    ],
)
def test_names_of_every_kind_survive(
    database: Database, tmp_path: Path, name: str, kept: str
) -> None:
    result = checked(database, table({**ROW, "姓名": name}), tmp_path)

    assert [row.data.name for row in result.rows] == [kept]


def test_the_same_person_twice_is_named_with_the_first_row(
    database: Database, tmp_path: Path
) -> None:
    result = checked(database, table(ROW, {**ROW, "证件号码": id_number(3)}, ROW), tmp_path)

    assert [(p.row, p.code, p.message) for p in result.problems] == [
        (4, "duplicate", "与第 2 行重复: 同一人同职业同等级")
    ]
    assert [row.row for row in result.rows] == [2, 3]


def test_formulas_and_numbers_that_lost_digits_are_refused(
    database: Database, tmp_path: Path
) -> None:
    sheet = table(ROW)
    sheet = Table(sheet.rows, frozenset({(2, 7)}), frozenset({(2, 6)}))

    result = checked(database, sheet, tmp_path)

    assert {(p.column, p.code) for p in result.problems} == {
        ("姓名", "formula"),
        ("证件号码", "inexact"),
    }


def test_columns_may_stand_in_any_order_and_header_style(
    database: Database, tmp_path: Path
) -> None:
    header = tuple(reversed(COLUMNS))
    sheet = table(ROW, header=header)
    sheet.rows[0][sheet.rows[0].index("认定分类")] = "*认定分类（初次/晋级）"

    assert checked(database, sheet, tmp_path).problems == []


@pytest.mark.parametrize(
    ("sheet", "problems"),
    [
        (Table([]), [(0, "", "no_rows")]),
        (table(), [(0, "", "no_rows")]),
        (table({}, {}), [(0, "", "no_rows")]),
        (
            table(ROW, header=tuple(c for c in COLUMNS if c != "证件号码")),
            [(0, "证件号码", "missing_column")],
        ),
    ],
)
def test_a_file_that_is_no_roster_is_named(
    database: Database, tmp_path: Path, sheet: Table, problems: list[Any]
) -> None:
    result = checked(database, sheet, tmp_path)

    assert [(p.row, p.column, p.code) for p in result.problems] == problems
