"""Cells of a roster: each read by its own rule, or refused with a code."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session

from appraisal.errors import AppraisalError
from appraisal.identity import IdentityNumber, InvalidIdNumber, read_id_number, read_id_type
from appraisal.levels import UnknownLevel, read_level
from appraisal.occupations import UnknownOccupation, find_occupation
from appraisal.registration import NotOffered, offer_for

_DIPLOMAS = {
    "secondary": ("中专", "技校", "技工学校", "职高", "中等职业学校"),
    "senior_class": ("高级工班", "技工院校高级工班"),
    "senior_technical": ("高级技校", "高级技工学校", "技师学院"),
    "technician_class": ("预备技师班", "技师班"),
    "vocational_college": ("高职", "高等职业学校"),
    "evaluated_college": ("经评估论证的高职/专科",),
    "college": ("大专", "专科", "本科", "大学", "硕士", "博士", "研究生"),
}
_NO_DIPLOMA = ("小学", "初中", "高中", "其他", "无")
_TITLES = {"初级": "junior", "中级": "middle", "高级": "senior"}
_YES_NO = {"是": True, "有": True, "否": False, "无": False, "": False}

# Letters of any script, the dot between parts of a name, and blanks inside a foreign name.
_NAME = re.compile(r"[^\W\d_]+(?:[·. '\-][^\W\d_]+)*")
# What people type for the dot between the parts of a name.
_DOTS = dict.fromkeys(map(ord, "•．・‧⋅∙●﹒･"), "·")
# 张　三: the blank that lines a name of two characters up with those of three is no part of it.
_PADDING = re.compile(
    r"(?<=[\u2E80-\u9FFF\U00020000-\U0003FFFF]) (?=[\u2E80-\u9FFF\U00020000-\U0003FFFF])"
)
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0?0:00(?::00)?)?")
# Day 0 of spreadsheets; a birth or a permit lies between 1927 and 2119.
_SERIAL, _FIRST_DAY = re.compile(r"[1-7][0-9]{4}"), date(1899, 12, 30)

MESSAGES = {
    "missing_column": ("缺少列“{}”", "Column “{}” is missing"),
    "duplicate_column": ("列“{}”出现了两次", "Column “{}” stands there twice"),
    "unknown_column": (
        "不认识列“{}”，其内容不会导入",
        "Column “{}” is not known; what stands in it is not imported",
    ),
    "merged": (
        "单元格被合并, 请取消合并并逐行填写",
        "The cell is merged into another; undo the merge and fill in every row",
    ),
    "missing_photo": ("压缩包中没有此人的照片", "The zip holds no photo of this person"),
    "missing_glyph": (
        "姓名中有字库缺少的字, 证书上无法印出",
        "The name has a character that no font at hand can print on the certificate",
    ),
    "no_rows": ("名册没有数据行", "The roster has no rows"),
    "required": ("必填", "Required"),
    "formula": ("单元格含公式, 请改为文本", "The cell holds a formula; write plain text"),
    "inexact": (
        "证件号码存成了数字, 已丢失末位, 请改为文本格式",
        "The number was stored as a number and lost digits; format the cell as text",
    ),
    "name": ("姓名含有不允许的字符", "The name contains characters that are not allowed"),
    "occupation": ("没有这个职业或工种", "There is no such occupation or trade"),
    "level": ("没有这个等级", "There is no such level"),
    "not_offered": ("本批次不开考该职业等级", "This session does not offer it"),
    "birth_date": ("出生日期无效", "The birth date is not valid"),
    "birth_mismatch": ("出生日期与证件号码不一致", "The birth date differs from the ID number"),
    "sex_mismatch": ("性别与证件号码不一致", "The sex differs from the ID number"),
    "phone": ("手机号码应为 11 位数字", "A mobile number has 11 digits"),
    "number": ("应为 0 至 60 的数字", "A number from 0 to 60 is needed"),
    "choice": ("不在可选值内: {}", "Not one of the values allowed: {}"),
    "date": ("日期应写作 2026-03-15", "Write a date as 2026-03-15"),
    "duplicate": (
        "与第 {} 行重复: 同一人同职业同等级",
        "Same person, occupation and level as row {}",
    ),
}


class BadCell(AppraisalError):
    """A cell cannot be read; `code` is a key of MESSAGES unless texts are given."""

    def __init__(self, column: str, code: str, *details: object, texts: tuple[str, str] = ("", "")):
        super().__init__(code)
        self.column, self.code, self.details, self.texts = column, code, details, texts


def read_occupation(db: Session, text: str) -> tuple[str, str]:
    """Occupation and trade codes for a cell."""
    try:
        return find_occupation(db, text)
    except UnknownOccupation:
        raise BadCell("", "occupation") from None


def read_level_name(text: str) -> str:
    """The level's code."""
    try:
        return read_level(text)
    except UnknownLevel:
        raise BadCell("", "level") from None


def read_optional_level(text: str) -> str:
    """The level's code, empty for an empty cell."""
    return read_level_name(text) if text else ""


def check_offered(db: Session, session_id: int, occupation: str, trade: str, level: str) -> None:
    """Refuse what the session does not offer."""
    try:
        offer_for(db, session_id, occupation, trade, level)
    except NotOffered:
        raise BadCell("", "not_offered") from None


def read_type(text: str) -> str:
    """The key of a document type."""
    try:
        return read_id_type(text)
    except InvalidIdNumber as error:
        raise BadCell("", error.code, texts=(error.message(), error.message("en"))) from None


def read_identity(id_type: str, text: str, today: date) -> IdentityNumber | None:
    """The checked number of a document; None when its type is not known."""
    if not id_type:
        return None
    try:
        return read_id_number(id_type, text, today=today)
    except InvalidIdNumber as error:
        raise BadCell("", error.code, texts=(error.message(), error.message("en"))) from None


def read_name(text: str) -> str:
    """The name in its one way of writing."""
    # One dot of the several look-alikes, so that one person keeps one name.
    name = _PADDING.sub("", " ".join(text.translate(_DOTS).split()))
    if len(name) > 60 or not _NAME.fullmatch(name):
        raise BadCell("", "name")
    return name


def read_optional_date(text: str) -> date | None:
    """A date, None for an empty cell: 1990-01-05, 1990/1/5, 1990年1月5日, 19900105, 32878."""
    if not text:
        return None
    text = unicodedata.normalize("NFKC", text)
    try:
        if _SERIAL.fullmatch(text):
            return _FIRST_DAY + timedelta(days=int(text))
        if match := _DATE.fullmatch(text):
            return date(*map(int, match.groups()))
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell("", "date") from None


def read_phone(text: str) -> str:
    """A mobile number or nothing."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    number = re.sub(r"^(?:\+|00)?86(?=1[0-9]{10}$)", "", number)
    if number and not re.fullmatch(r"1[0-9]{10}", number):
        raise BadCell("", "phone")
    return number


def read_years(text: str) -> float:
    """Years from 0 to 60, whole or with one decimal."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").removesuffix("年")
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9])?", text) or float(text) > 60:
        raise BadCell("", "number")
    return float(text) if "." in text else int(text)


def read_yes_no(text: str) -> bool:
    """Whether the cell says yes; an empty one says no."""
    if text not in _YES_NO:
        raise _choice(filter(None, _YES_NO))
    return _YES_NO[text]


def read_diploma(text: str) -> str:
    """The key of a diploma."""
    if text in ("", *_NO_DIPLOMA):
        return "none"
    for key, names in _DIPLOMAS.items():
        if text in names:
            return key
    raise _choice((*_NO_DIPLOMA, *(name for names in _DIPLOMAS.values() for name in names)))


def read_title(text: str) -> str:
    """The key of a professional title."""
    if text in ("", "无"):
        return "none"
    for prefix, key in _TITLES.items():
        if text.startswith(prefix):
            return key
    raise _choice(("无", *_TITLES))


def read_exemption(text: str) -> str:
    """The subject that the applicant asks to be excused from."""
    names = {"": "", "无": "", "理论": "theory", "理论知识": "theory", "操作技能": "practical"}
    if text not in names:
        raise _choice(filter(None, names))
    return names[text]


def read_sex(text: str) -> str:
    """男, 女 or nothing."""
    if text not in ("", "男", "女"):
        raise _choice(("男", "女"))
    return text


def _choice(allowed: Iterable[str]) -> BadCell:
    return BadCell("", "choice", "、".join(allowed))
