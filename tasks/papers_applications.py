"""What the papers of step 3 show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from appraisal.applications import application_of, details_of
from appraisal.candidates import Candidate, candidate_by_id, id_number_of, phone_of
from appraisal.eligibility import DIPLOMAS, TITLES
from appraisal.enrolments import (
    STATE_NAMES,
    Enrolment,
    active_enrolments,
    enrolment_by_number,
    enrolments_of,
    subjects_of,
)
from appraisal.evidence import MATERIALS, evidence_of
from appraisal.identity import ID_TYPES
from appraisal.levels import level_name
from appraisal.masks import mask_id_number, mask_phone
from appraisal.scheme_rules import SUBJECTS
from appraisal.sessions import AppraisalSession
from tasks.papers import paper_data
from tasks.papers_notices import enrolment_name, offer_name, session_offers

REASONS = {
    "not_eligible": "不符合申报条件",
    "supplement_overdue": "逾期未补正材料",
    "fee_overdue": "逾期未缴费",
    "review_deadline": "审核截止时未审结",
    "duplicate": "重复报名",
    "blacklisted": "失信记录期内",
    "too_many_occupations": "报考职业超过两个",
    "withdrawn": "考生放弃",
    "postponed": "人数不足,顺延",
    "session_cancelled": "批次取消",
}


def individual_numbers(db: Session, session_id: int) -> Sequence[str]:
    """The enrolments that were taken up, by number."""
    return [e.number for e in enrolments_of(db, session_id) if e.instance_id is not None]


@paper_data(
    "application_form",
    title="职业技能等级认定申报表",
    title_en="Application form",
    step=3,
    catalogue_item="个人报名资格审核材料",
    subjects=individual_numbers,
)
def application_form(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What one candidate stated, the evidence given and what the review came to."""
    enrolment = enrolment_by_number(db, subject)
    assert enrolment.id is not None
    candidate = candidate_by_id(db, enrolment.candidate_id)
    application = application_of(db, enrolment.id)
    details = details_of(db, application, candidate.person_id)
    facts = application.facts
    return {
        "subtitle": f"报名编号 {enrolment.number}",
        "sections": [
            {
                "facts": [
                    *_person_facts(db, candidate),
                    ["申报职业", enrolment_name(db, enrolment)],
                    ["从业年限", f"{facts['years']} 年"],
                    ["已有等级", level_name(facts["prior_level"]) if facts["prior_level"] else ""],
                    ["取证后年限", f"{facts['years_after']} 年"],
                    ["学历", DIPLOMAS[facts["diploma"]][0]],
                    ["职称", TITLES[facts["title"]][0]],
                    ["工作单位", str(details.get("employer", ""))],
                    ["报名单位", str(details.get("registered_by", ""))],
                    ["符合条件", "、".join(enrolment.eligibility_rows)],
                    ["审核结论", _verdict(enrolment)],
                ],
                "tables": [_evidence_table(db, enrolment.id)],
                "signatures": [["申报人"], ["初审"], ["复审"]],
            }
        ],
    }


@paper_data(
    "integrity_pledge",
    title="诚信承诺书",
    title_en="Integrity pledge",
    step=3,
    catalogue_item="个人报名资格审核材料",
    subjects=individual_numbers,
)
def integrity_pledge(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What one candidate promises about the facts stated and the exam."""
    enrolment = enrolment_by_number(db, subject)
    candidate = candidate_by_id(db, enrolment.candidate_id)
    return {
        "subtitle": f"报名编号 {enrolment.number}",
        "sections": [
            {
                "facts": [
                    ["姓名", candidate.name],
                    ["证件号码", mask_id_number(id_number_of(db, candidate))],
                    ["申报职业", enrolment_name(db, enrolment)],
                ],
                "paragraphs": [
                    "本人承诺:所填报名信息和提交的材料真实、准确、有效,从业年限属实。",
                    "本人承诺:遵守考场规则和诚信考试要求,不替考、不作弊,服从考务人员安排。",
                    "如有不实或违纪,本人愿意接受取消资格、成绩无效、撤销证书和记入诚信档案的处理。",
                ],
                "signatures": [["承诺人"]],
            }
        ],
    }


@paper_data(
    "group_roster",
    title="团体报名资格审核材料",
    title_en="Group registrations",
    step=3,
    catalogue_item="团体报名资格审核材料",
)
def group_roster(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Those whom bodies registered by roster, by body."""
    rows = []
    for enrolment in enrolments_of(db, session.id or 0):
        assert enrolment.id is not None
        application = application_of(db, enrolment.id)
        if application.channel != "roster":
            continue
        candidate = candidate_by_id(db, enrolment.candidate_id)
        details = details_of(db, application, candidate.person_id)
        rows.append(
            [
                str(details.get("registered_by") or details.get("employer") or "未注明"),
                enrolment.number,
                candidate.name,
                enrolment_name(db, enrolment),
            ]
        )
    table = {"head": ["报名单位", "报名编号", "姓名", "职业等级"], "rows": sorted(rows)}
    return {"sections": [{"tables": [{**table, "empty": "本批次没有团体报名"}]}]}


@paper_data(
    "qualification_summary",
    title="资格审核数据汇总表",
    title_en="Summary of the review",
    step=3,
    catalogue_item="资格审核数据汇总表",
)
def qualification_summary(
    db: Session, session: AppraisalSession, subject: str
) -> Mapping[str, Any]:
    """Every enrolment with the conditions met and what the review came to."""
    everyone = enrolments_of(db, session.id or 0)
    counts = Counter(_verdict(enrolment) for enrolment in everyone)
    rows = [
        [
            str(place),
            enrolment.number,
            candidate_by_id(db, enrolment.candidate_id).name,
            enrolment_name(db, enrolment),
            "、".join(enrolment.eligibility_rows) or "无",
            _verdict(enrolment),
        ]
        for place, enrolment in enumerate(everyone, 1)
    ]
    return {
        "landscape": True,
        "sections": [
            {
                "facts": [
                    ["批次", session.number],
                    ["报名", f"{len(everyone)} 人次"],
                    *([name, f"{count} 人次"] for name, count in sorted(counts.items())),
                ],
                "tables": [
                    {
                        "head": ["序号", "报名编号", "姓名", "职业等级", "依据条款", "结论"],
                        "widths": [1, 4, 3, 5, 4, 4],
                        "rows": rows,
                    }
                ],
                "signatures": [["初审"], ["复审"]],
            }
        ],
    }


@paper_data(
    "admitted_register",
    title="资格审核通过人员名册",
    title_en="Register of the admitted",
    step=3,
    catalogue_item="资格审核通过人员名册",
)
def admitted_register(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Those who may sit, by occupation and level, with the subjects they sit."""
    tables = []
    everyone = active_enrolments(db, session.id or 0)
    for offer in session_offers(db, session):
        rows = [
            [str(place), *_register_row(db, enrolment)]
            for place, enrolment in enumerate((e for e in everyone if e.offer_id == offer.id), 1)
        ]
        tables.append(
            {
                "title": offer_name(db, offer),
                "head": ["序号", "报名编号", "姓名", "证件号码", "考试科目"],
                "widths": [1, 4, 3, 4, 4],
                "rows": rows,
            }
        )
    return {"sections": [{"tables": tables, "signatures": [["审核"]]}]}


def _register_row(db: Session, enrolment: Enrolment) -> list[str]:
    assert enrolment.id is not None
    candidate = candidate_by_id(db, enrolment.candidate_id)
    subjects = "、".join(
        SUBJECTS[one.subject][0] + ("" if one.state == "to_sit" else "(免)")
        for one in subjects_of(db, enrolment.id)
    )
    number = mask_id_number(id_number_of(db, candidate))
    return [enrolment.number, candidate.name, number, subjects]


def _person_facts(db: Session, candidate: Candidate) -> list[list[str]]:
    return [
        ["姓名", candidate.name],
        ["性别", candidate.sex],
        ["出生日期", str(candidate.birth_date or "")],
        ["证件类型", ID_TYPES[candidate.id_type][0]],
        ["证件号码", mask_id_number(id_number_of(db, candidate))],
        ["手机号码", mask_phone(phone_of(db, candidate))],
    ]


def _evidence_table(db: Session, enrolment_id: int) -> Mapping[str, Any]:
    states = {"pending": "已收", "accepted": "已核", "refused": "未采纳", "replaced": "已替换"}
    rows = [
        [MATERIALS[one.kind][0], one.object_key[:16] or "现场核验", states[one.state]]
        for one in evidence_of(db, enrolment_id)
    ]
    return {"title": "提交材料", "head": ["材料", "文件校验值(前16位)", "状态"], "rows": rows}


def _verdict(enrolment: Enrolment) -> str:
    if enrolment.reason:
        return REASONS.get(enrolment.reason, enrolment.reason)
    return STATE_NAMES[enrolment.state][0]
