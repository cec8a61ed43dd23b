"""What the facts hold, member by member: for the check, and for who writes an expression.

One line says what a member is called in FEEL, what it holds, and what people call it. Where a
number counts something, the name ends with the unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from engine.diagrams import read_declaration
from engine.feel.checking import Known, context_of, list_of


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a fact; `kind` as in a declaration of variables."""

    kind: str
    zh: str
    en: str


_SESSION = """
id: number | 批次 | batch
number: text | 批次编号 | number of the batch
name: text | 批次名称 | name of the batch
kind: text | 批次类型 | kind of batch
status: text | 批次状态 | state of the batch
exam_date: date | 考试日期 | date of the exam
exam_date_confirmed: boolean | 考试日期已确定 | date of the exam is confirmed
registration_opens_at: moment | 报名开始 | registration opens
registration_closes_at: moment | 报名截止 | registration closes
payment_deadline_at: moment | 缴费截止 | payment is due
review_deadline_at: moment | 审核截止 | review is due
training_wanted: boolean | 需要考前培训 | training is wanted
filing_required: boolean | 计划须报备 | plan has to be filed
round: number | 第几轮安排考试(轮) | how often the exam was fixed (rounds)
site: text | 考点 | site
organisation: text | 机构代码 | code of the organisation
tier: text | 机构层级 | tier of the organisation
calendar: text | 工作日历 | calendar of working days
highest_level: text | 最高等级 | highest level
offers: numbers | 鉴定项目 | offers
"""
_ENROLMENT = """
id: number | 报名 | enrolment
number: text | 报名编号 | number of the enrolment
state: text | 报名状态 | state of the enrolment
level_code: text | 等级代码 | code of the level
occupation_code: text | 职业代码 | code of the occupation
trade_code: text | 工种代码 | code of the trade
fee_status: text | 缴费状态 | state of the fee
outcome: text | 鉴定结果 | outcome
is_resit: boolean | 是补考 | is a re-sit
admission_number: text | 准考证号 | admission number
eligibility_rows: texts | 符合的报考条件 | rows of eligibility that hold
candidate_person: text | 考生本人(人员编号) | the candidate (id of the person)
to_sit: texts | 应考科目 | subjects to sit
accommodation: context | 合理便利 | accommodation
has_review: boolean | 有综合评审 | has a comprehensive review
"""
_ACCOMMODATION = """
extra_percent: number | 延长时间(百分比) | extra time (per cent)
own_room: boolean | 单独考场 | a room of their own
kinds: texts | 便利种类 | kinds of accommodation
"""
_APPLICATION = """
years: number | 本职业工作年限(年) | time in the occupation (years)
apprenticeship_complete: boolean | 学徒期满 | apprenticeship complete
working: boolean | 在岗 | is working in it
intends_to_work: boolean | 准备从事 | intends to work in it
prior_level: text | 已有证书等级 | level of the certificate held
years_after: number | 取证后年限(年) | time since that certificate (years)
prior_held_years: number | 持证年限(年) | time the certificate is held (years)
diploma: text | 学历 | diploma
diploma_related: boolean | 专业相关 | diploma is of the field
title: text | 职称 | professional title
years_after_title: number | 取得职称后年限(年) | time since the title (years)
reserve_certificate: boolean | 预备证书 | reserve certificate
permits: texts | 有效的特种作业证 | permits in force
province: text | 所在省份 | province
certificate_type: text | 首次或晋级 | first or promotion
exam_type: text | 正考或补考 | regular or re-sit
candidate_source: text | 考生来源 | where the candidate comes from
exemption_wanted: text | 申请免考的科目 | subject to be excused from
channel: text | 报名渠道 | way of application
age: number | 年龄(周岁) | age (years)
family: text | 报考条件版本 | edition of the eligibility rules
occupation: text | 职业名称 | name of the occupation
level_code: text | 等级代码 | code of the level
certificates_held: number | 已持证书(本) | certificates held (number)
duplicate: boolean | 重复报名 | applied twice
occupations: number | 本批次所报职业(个) | occupations applied for (number)
blacklisted: boolean | 在禁考期内 | barred from exams
resit: boolean | 是补考 | is a re-sit
"""
_ROOM = """
id: number | 考场 | exam room
code: text | 考场号 | number of the room
subject: text | 科目 | subject
starts_at: moment | 开考时间 | begins at
minutes: number | 考试时长(分钟) | duration (minutes)
"""
_CATALOGUE = """
choices: list | 可选的项目与等级 | schemes and levels to choose from
"""
_OFFER = """
id: number | 鉴定项目 | offer
status: text | 项目状态 | state of the offer
level_code: text | 等级代码 | code of the level
admitted: number | 审核通过人数(人) | admitted (people)
merge_target: boolean | 可并入其他项目 | can be merged into another
minimum: number | 开考最低人数(人) | fewest to be held (people)
kind: text | 批次类型 | kind of batch
"""
_FACTS = {
    "session": _SESSION,
    "enrolment": _ENROLMENT,
    "application": _APPLICATION,
    "room": _ROOM,
    "catalogue": _CATALOGUE,
    "offer": _OFFER,
}
_PARTS = {"enrolment.accommodation": _ACCOMMODATION}


@cache
def fact_members() -> Mapping[str, Mapping[str, Member]]:
    """The members of each fact, and of their parts (`enrolment.accommodation`), by name."""
    return {path: _read(text) for path, text in {**_FACTS, **_PARTS}.items()}


def known_facts() -> dict[str, Known]:
    """What the check knows of each fact: it has these members and no others."""
    return {name: _known(name) for name in _FACTS}


def _read(text: str) -> dict[str, Member]:
    found = {}
    for line in text.strip().splitlines():
        declared, zh, en = (part.strip() for part in line.split(" | "))
        name, _, kind = declared.partition(": ")
        found[name] = Member(kind, zh, en)
    return found


def _known(path: str) -> Known:
    return context_of({name: _member(f"{path}.{name}", one) for name, one in _of(path)})


def _of(path: str) -> list[tuple[str, Member]]:
    return list(fact_members()[path].items())


def _member(path: str, one: Member) -> Known:
    if path in _PARTS:
        return _known(path)
    if one.kind == "list":
        return list_of()
    return read_declaration(f"it: {one.kind}")["it"]
