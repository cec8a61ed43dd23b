from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from appraisal.roster import COLUMNS, EXTRA_COLUMNS, CheckTable, check_roster
from appraisal.sessions import AppraisalSession
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
        ({"姓名": "\ue863"}, ("姓名", "name", "G2")),
        ({"姓名": "张?"}, ("姓名", "name", "G2")),
        ({"出生日期": "1990-02-30"}, ("出生日期", "date", "I2")),
        ({"出生日期": "32875"}, ("出生日期", "birth_mismatch", "I2")),
        ({"手机号码": "+8613800000"}, ("手机号码", "phone", "J2")),
        ({"专业年限": "10.25"}, ("专业年限", "number", "Y2")),
        ({"职称": "教授"}, ("职称", "choice", "AL2")),
        ({"免考科目": "全部"}, ("免考科目", "choice", "AQ2")),
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
        ("  张  三 ", "张三"),
        ("欧阳　娜", "欧阳娜"),
        ("阿依努尔．图尔逊江", "阿依努尔·图尔逊江"),
        ("阿依努尔・图尔逊江", "阿依努尔·图尔逊江"),
        ("㐱䶮〇", "㐱䶮〇"),
        ("Anna O'Neil", "Anna O'Neil"),
    ],
)
def test_names_of_every_kind_survive(
    database: Database, tmp_path: Path, name: str, kept: str
) -> None:
    result = checked(database, table({**ROW, "姓名": name}), tmp_path)

    assert [row.data.name for row in result.rows] == [kept]


@pytest.mark.parametrize(
    "changes",
    [
        {"出生日期": "1990/1/1"},
        {"出生日期": "1990.01.01"},
        {"出生日期": "1990年1月1日"},
        {"出生日期": "19900101"},
        {"出生日期": "1990-01-01 00:00:00"},
        {"出生日期": "32874"},
        {"出生日期": "１９９０－０１－０１"},
        {"手机号码": "１３８００００００００"},
        {"手机号码": "138 0000 0000"},
        {"手机号码": "+86-138-0000-0000"},
        {"专业年限": "9年"},
        {"专业年限": "９.0"},
        {"证件号码": id_number(1).translate(str.maketrans("0123456789", "０１２３４５６７８９"))},
        {"证件号码": f"{id_number(1)[:6]} {id_number(1)[6:14]} {id_number(1)[14:].lower()}"},
        {"证件号码": id_number(1)[:6] + id_number(1)[8:17]},
    ],
)
def test_ways_of_writing_the_same_are_read_alike(
    database: Database, tmp_path: Path, changes: dict[str, str]
) -> None:
    usual = checked(database, table(ROW), tmp_path).rows[0].data
    with database.transaction() as db:
        session = db.exec(select(AppraisalSession)).one()
        assert session.id is not None
        result = check_roster(db, session.id, table({**ROW, **changes}), today=TODAY)

    assert result.problems == []
    assert result.rows[0].data == usual


def test_values_allowed_are_told(database: Database, tmp_path: Path) -> None:
    result = checked(database, table({**ROW, "性别": "M", "职称": "教授"}), tmp_path)

    assert [(p.column, p.message) for p in result.problems] == [
        ("职称", "不在可选值内: 无、初级、中级、高级"),
        ("性别", "不在可选值内: 男、女"),
    ]


def test_title_above_the_columns_is_passed_over(database: Database, tmp_path: Path) -> None:
    sheet = table(ROW, {**ROW, "证件号码": "1"})
    titled = Table(
        [["职业技能等级认定报名表"], [], *sheet.rows], merged=frozenset({(1, 2), (1, 3)})
    )

    result = checked(database, titled, tmp_path)

    assert [(row.row, row.data.name) for row in result.rows] == [(4, "张三")]
    assert [(p.row, p.cell, p.code) for p in result.problems] == [(5, "F5", "length")]


def test_columns_not_known_are_told_and_twice_named_ones_refused(
    database: Database, tmp_path: Path
) -> None:
    header = (*COLUMNS, "手机号码(必填)", "备注", "")
    twice = checked(database, table(ROW, header=header), tmp_path)
    known = tuple(name if name != "手机号码" else "* 手机号码（必填）" for name in COLUMNS)

    assert [(p.column, p.code, p.severity) for p in twice.problems] == [
        ("手机号码", "duplicate_column", "error"),
        ("备注", "unknown_column", "notice"),
    ]
    with database.transaction() as db:
        session = db.exec(select(AppraisalSession)).one()
        assert session.id is not None
        sheet = Table([[*known, "备注"], [*(ROW.get(name, "") for name in COLUMNS), "x"]])
        result = check_roster(db, session.id, sheet, today=TODAY)
    assert [(p.row, p.column, p.code, p.severity) for p in result.problems] == [
        (0, "备注", "unknown_column", "notice")
    ]
    assert result.errors == []
    assert [row.data.phone for row in result.rows] == ["13800000000"]


def test_people_in_a_sheet_without_a_header_are_not_quoted(
    database: Database, tmp_path: Path
) -> None:
    result = checked(database, Table([[id_number(3), "麦穗"], [id_number(4), "丁一"]]), tmp_path)

    assert [(p.column, p.code) for p in result.problems] == [
        (name, "missing_column") for name in COLUMNS
    ]
    assert "麦穗" not in repr(result.problems)


def test_merged_cells_are_refused_where_they_would_be_lost(
    database: Database, tmp_path: Path
) -> None:
    sheet = table(ROW, {**ROW, "证件号码": id_number(3), "所在单位": ""})
    place = COLUMNS.index("所在单位") + 1
    left_out = COLUMNS.index("民族") + 1
    merged = frozenset({(3, place), (3, left_out)})

    result = checked(database, Table(sheet.rows, merged=merged), tmp_path)

    assert [(p.row, p.column, p.code) for p in result.problems] == [(3, "所在单位", "merged")]


def test_character_that_no_font_prints_is_told_and_kept(database: Database, tmp_path: Path) -> None:
    # A letter of a script for which no font is at hand.
    result = checked(database, table({**ROW, "姓名": "王\U00018800"}), tmp_path)

    assert [(p.row, p.cell, p.code, p.severity) for p in result.problems] == [
        (2, "G2", "missing_glyph", "notice")
    ]
    assert [row.data.name for row in result.rows] == ["王\U00018800"]


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
