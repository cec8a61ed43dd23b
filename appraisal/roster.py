"""Rosters (报名名册): the 33-column registration sheet, checked row by row.

Checking imports nothing. Errors name row and column, and never repeat a name or number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeVar

from sqlmodel import Session

from appraisal.columns import Json
from appraisal.identity import IdentityNumber
from appraisal.registration import ApplicationData
from appraisal.roster_cells import (
    MESSAGES,
    BadCell,
    check_offered,
    read_diploma,
    read_exemption,
    read_identity,
    read_level_name,
    read_name,
    read_occupation,
    read_optional_date,
    read_optional_level,
    read_phone,
    read_sex,
    read_title,
    read_type,
    read_years,
    read_yes_no,
)
from appraisal.sheets import Table, column_letters
from appraisal.typesetting import missing_glyphs

T = TypeVar("T")

# Source: registration sheet of a body's 2026 platform (33 columns; domain facts 3.1 S3).
COLUMNS = (
    *("序号", "职业工种名称", "认定等级", "申报条件", "证件类型", "证件号码", "姓名", "性别"),
    *("出生日期", "手机号码", "是否有职业资格证书", "证书等级", "证书编号", "文化程度"),
    *("所在省(市)区", "考生来源", "所在单位", "报名单位", "认定分类", "专业", "考试类型"),
    *("民族", "参加工作时间", "电子邮箱", "专业年限", "户籍所在地", "政治面貌", "学历证书编号"),
    *("简要经历", "通讯地址", "证书领取方式", "邮政编码", "邮寄地址"),
)

# Further columns that some bodies add; a sheet may leave them out.
EXTRA_COLUMNS = (
    *("取证后年限", "专业是否对口", "是否在职", "学徒期满", "职称", "取得职称后年限"),
    *("预备技师证书", "特种作业证", "特种作业证有效期至", "免考科目", "免考依据"),
)

REQUIRED = ("职业工种名称", "认定等级", "证件号码", "姓名")

# Not needed for any decision, so they are read over and never stored.
# Source: 个人信息保护法 第六条 (smallest scope).
LEFT_OUT = frozenset({"序号", "民族", "政治面貌", "户籍所在地"})

NO_YEARS: float = 0
_KNOWN = frozenset({*COLUMNS, *EXTRA_COLUMNS})
_STORED = _KNOWN - LEFT_OUT
# The names of the columns stand in one of the first rows.
_HEADER_WITHIN = 10

_DETAILS = {
    "申报条件": "claimed_condition",
    "证书编号": "certificate_number",
    "所在单位": "employer",
    "报名单位": "registered_by",
    "专业": "field_of_study",
    "参加工作时间": "working_since",
    "电子邮箱": "email",
    "学历证书编号": "diploma_number",
    "简要经历": "experience",
    "通讯地址": "address",
    "证书领取方式": "collection",
    "邮政编码": "postcode",
    "邮寄地址": "mailing_address",
    "免考依据": "exemption_basis",
}


@dataclass(frozen=True)
class RowProblem:
    """Why a cell keeps its row from being imported, or, as a notice, what is to be known of it.

    Row 0 is about the whole file.
    """

    row: int
    column: str
    code: str
    message: str
    message_en: str
    cell: str = ""
    severity: Literal["error", "notice"] = "error"


@dataclass(frozen=True)
class CheckedRow:
    """A row without problems and what it says."""

    row: int
    data: ApplicationData


@dataclass(frozen=True)
class CheckTable:
    """The result of checking a roster. `problems` holds the notices, too."""

    rows: list[CheckedRow]
    problems: list[RowProblem]
    total: int = 0

    @property
    def errors(self) -> list[RowProblem]:
        """The problems that keep rows out."""
        return [one for one in self.problems if one.severity == "error"]


@dataclass
class _Row:
    """One row while it is read: cells by column name, and the problems found so far."""

    number: int
    cells: Mapping[str, str]
    problems: list[BadCell] = field(default_factory=list)

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def read(self, column: str, reader: Callable[[str], T], default: T) -> T:
        try:
            return reader(self.text(column))
        except BadCell as bad:
            self.problems.append(BadCell(column, bad.code, *bad.details, texts=bad.texts))
            return default


def check_roster(db: Session, session_id: int, table: Table, *, today: date) -> CheckTable:
    """Check a roster against the session's offers.

    Every problem of every row is reported; rows without problems are given as applications.
    """
    top = _header_place(table)
    header = [_header(text) for text in table.rows[top]] if table.rows else []
    problems = _header_problems(header) if header else [_file_problem("no_rows")]
    if any(one.severity == "error" for one in problems):
        return CheckTable([], problems)
    rows: list[CheckedRow] = []
    seen: dict[tuple[str, ...], int] = {}
    total = 0
    for number, cells in enumerate(table.rows[top + 1 :], top + 2):
        if not any(cells):
            continue
        total += 1
        row = _Row(number, dict(zip(header, cells, strict=False)))
        _check_cells(row, header, table)
        data = _read_row(db, session_id, row, today) if not row.problems else None
        if data is not None:
            _check_duplicate(row, data, seen)
        problems += [_problem(row, bad, header) for bad in row.problems]
        if data is not None and not row.problems:
            rows.append(CheckedRow(number, data))
            problems += _notices(row, data, header)
    if not total:
        problems.append(_file_problem("no_rows"))
    return CheckTable(rows, problems, total)


def _header_place(table: Table) -> int:
    # Bodies put a title, or how to fill it in, above the names of the columns.
    known = [
        sum(_header(text) in COLUMNS for text in cells) for cells in table.rows[:_HEADER_WITHIN]
    ]
    return known.index(max(known)) if known else 0


def _header(text: str) -> str:
    text = text.strip().strip("*").replace("（", "(").replace("）", ")").replace("＊", "")
    text = "".join(text.split())
    if text in _KNOWN:
        return text
    # Bodies print the choices into the header: 认定分类(初次/晋级), 手机号码(必填).
    short = text.partition("(")[0]
    return short if short in _KNOWN else text


def _header_problems(header: Sequence[str]) -> list[RowProblem]:
    missing = [_file_problem("missing_column", name) for name in COLUMNS if name not in header]
    twice = [
        _file_problem("duplicate_column", name)
        for name in dict.fromkeys(header)
        if name in _KNOWN and header.count(name) > 1
    ]
    # A first row that is no header holds people, and a problem never quotes what is in a cell.
    is_header = 2 * len(missing) < len(COLUMNS)
    unknown = [
        replace(_file_problem("unknown_column", name), severity="notice")
        for name in dict.fromkeys(header)
        if is_header and name and name not in _KNOWN
    ]
    return [*missing, *twice, *unknown]


def _check_cells(row: _Row, header: Sequence[str], table: Table) -> None:
    for place, column in enumerate(header, 1):
        if (row.number, place) in table.formulas:
            row.problems.append(BadCell(column, "formula"))
        elif column == "证件号码" and (row.number, place) in table.inexact:
            row.problems.append(BadCell(column, "inexact"))
        elif column in _STORED and (row.number, place) in table.merged:
            row.problems.append(BadCell(column, "merged"))
    for column in REQUIRED:
        if not row.text(column) and not any(bad.column == column for bad in row.problems):
            row.problems.append(BadCell(column, "required"))


def _read_row(db: Session, session_id: int, row: _Row, today: date) -> ApplicationData | None:
    occupation, trade = row.read("职业工种名称", lambda text: read_occupation(db, text), ("", ""))
    level = row.read("认定等级", read_level_name, "")
    if occupation and level:
        row.read(
            "认定等级", lambda _: check_offered(db, session_id, occupation, trade, level), None
        )
    id_type = row.read("证件类型", read_type, "")
    identity = row.read("证件号码", lambda text: read_identity(id_type, text, today), None)
    name = row.read("姓名", read_name, "")
    stated = row.read("出生日期", read_optional_date, None)
    phone = row.read("手机号码", read_phone, "")
    facts = _facts(row)
    _compare_with_id(row, identity, stated)
    if row.problems or identity is None:
        return None
    details = {key: row.text(column) for column, key in _DETAILS.items() if row.text(column)}
    return ApplicationData(
        occupation_code=occupation,
        trade_code=trade,
        level_code=level,
        name=name,
        identity=identity,
        birth_date=identity.birth_date or stated,
        sex=identity.sex or row.text("性别"),
        phone=phone,
        facts=facts,
        details=details,
    )


def _facts(row: _Row) -> dict[str, Json]:
    has_certificate = row.read("是否有职业资格证书", read_yes_no, False)
    permit = row.text("特种作业证")
    until = row.read("特种作业证有效期至", read_optional_date, None)
    facts: dict[str, Json] = {
        "years": row.read("专业年限", read_years, NO_YEARS),
        "prior_level": row.read("证书等级", read_optional_level, "") if has_certificate else "",
        "years_after": row.read("取证后年限", read_years, NO_YEARS),
        "prior_held_years": row.read("取证后年限", read_years, NO_YEARS),
        "diploma": row.read("文化程度", read_diploma, "none"),
        "diploma_related": row.read("专业是否对口", read_yes_no, False),
        "working": row.read("是否在职", read_yes_no, False),
        "intends_to_work": True,
        "apprenticeship_complete": row.read("学徒期满", read_yes_no, False),
        "title": row.read("职称", read_title, "none"),
        "years_after_title": row.read("取得职称后年限", read_years, NO_YEARS),
        "reserve_certificate": row.read("预备技师证书", read_yes_no, False),
        "permits": (
            [{"name": permit, "valid_until": until.isoformat() if until else None}]
            if permit
            else []
        ),
        "province": row.text("所在省(市)区"),
        "candidate_source": row.text("考生来源"),
        "certificate_type": "promotion" if row.text("认定分类") == "晋级" else "first",
        "exam_type": "resit" if row.text("考试类型") == "补考" else "regular",
        "exemption_wanted": row.read("免考科目", read_exemption, ""),
    }
    return facts


def _compare_with_id(row: _Row, identity: IdentityNumber | None, stated: date | None) -> None:
    if identity is None:
        return
    if identity.birth_date and stated and stated != identity.birth_date:
        row.problems.append(BadCell("出生日期", "birth_mismatch"))
    sex = row.read("性别", read_sex, "")
    if identity.sex and sex and sex != identity.sex:
        row.problems.append(BadCell("性别", "sex_mismatch"))


def _check_duplicate(row: _Row, data: ApplicationData, seen: dict[tuple[str, ...], int]) -> None:
    identity = data.identity
    offer = (data.occupation_code, data.trade_code, data.level_code)
    key = (identity.id_type, identity.number, *offer)
    first = seen.setdefault(key, row.number)
    if first != row.number:
        row.problems.append(BadCell("证件号码", "duplicate", first))


def _notices(row: _Row, data: ApplicationData, header: Sequence[str]) -> list[RowProblem]:
    if not missing_glyphs(data.name):
        return []
    bad = BadCell("姓名", "missing_glyph")
    return [replace(_problem(row, bad, header), severity="notice")]


def _problem(row: _Row, bad: BadCell, header: Sequence[str]) -> RowProblem:
    texts = bad.texts if bad.texts[0] else MESSAGES[bad.code]
    place = header.index(bad.column) + 1 if bad.column in header else 0
    return RowProblem(
        row.number,
        bad.column,
        bad.code,
        texts[0].format(*bad.details),
        texts[1].format(*bad.details),
        f"{column_letters(place)}{row.number}" if place else "",
    )


def _file_problem(code: str, *details: object) -> RowProblem:
    chinese, english = MESSAGES[code]
    column = str(details[0]) if details else ""
    return RowProblem(0, column, code, chinese.format(*details), english.format(*details))
