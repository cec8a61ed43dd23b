"""What the papers of steps 1 and 2 show."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from appraisal.calendar import LOCAL
from appraisal.enrolments import Enrolment
from appraisal.evidence import MATERIALS
from appraisal.levels import level_name
from appraisal.notices import newest_notice
from appraisal.occupations import occupation_name, trade_name
from appraisal.schemes import level_content, scheme_by_id
from appraisal.sessions import SESSION_KINDS, AppraisalSession, SessionOffer, offers_of
from tasks.paper_terms import ENTERED
from tasks.papers import paper_data

FORMS = {
    "paper": "笔试",
    "machine": "机考",
    "practical": "实操",
    "oral": "口试",
    "thesis_defence": "论文答辩",
}


@paper_data("session_scheme", title="鉴定项目方案", title_en="Scheme of the session", step=1)
def session_scheme(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every occupation and level offered, with its subjects, times, pass marks and weights."""
    return {
        "sections": [_scheme_section(db, session, offer) for offer in session_offers(db, session)]
    }


def _scheme_section(
    db: Session, session: AppraisalSession, offer: SessionOffer
) -> Mapping[str, Any]:
    scheme = scheme_by_id(db, offer.scheme_id)
    content, level = scheme.content, level_content(scheme, offer.level_code)
    standard = content.get("standard", {})
    weights = [
        [one["name"], weight["name"], str(weight["weight"])]
        for one in level["subjects"]
        for weight in one.get("weights", [])
    ]
    return {
        "heading": offer_name(db, offer),
        "facts": [
            ["批次", session.number],
            ["鉴定类型", SESSION_KINDS[session.kind][0]],
            ["暂定鉴定日期", str(session.exam_date or "")],
            ["方案版本", f"{scheme.key} 第 {scheme.version} 版"],
            ["职业标准", f"{standard.get('name', '')} {standard.get('version', '')}"],
            ["申报条件", f"{content.get('eligibility_family', '')} 版标准体系"],
        ],
        "tables": [
            {
                "title": "科目",
                "head": ["科目", "形式", "时长(分钟)", "合格线"],
                "rows": [
                    [
                        one["name"],
                        FORMS.get(one["form"], one["form"]),
                        str(one["minutes"]),
                        str(one.get("pass_mark", 60)),
                    ]
                    for one in level["subjects"]
                ],
            },
            {"title": "比重表", "head": ["科目", "内容", "比重(%)"], "rows": weights},
        ],
        "signatures": [["编制"], ["批准"]],
    }


@paper_data(
    "session_notice",
    title="职业技能等级认定公告",
    title_en="Announcement",
    step=2,
    catalogue_item="认定公告",
)
def session_notice(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """The announcement with dates, offers and fees."""
    notice = newest_notice(db, session.id or 0)
    text = str(notice.content.get("text") or "")
    return {
        "subtitle": f"{notice.title}({notice.number})",
        "sections": [
            {
                ENTERED: True,
                "paragraphs": [line for line in text.splitlines() if line.strip()],
                "facts": [
                    ["报名时间", f"{moment_text(session.registration_opens_at)} 起"],
                    ["报名截止", moment_text(session.registration_closes_at)],
                    ["审核截止", moment_text(session.review_deadline_at)],
                    ["缴费截止", moment_text(session.payment_deadline_at)],
                    ["暂定鉴定日期", str(session.exam_date or "")],
                    ["地点", str(notice.content.get("place") or session.site)],
                    ["咨询电话", str(notice.content.get("contact") or "")],
                ],
                "tables": [_fee_table(db, session)],
                "signatures": [["签发"]],
            }
        ],
    }


def _fee_table(db: Session, session: AppraisalSession) -> Mapping[str, Any]:
    rows = []
    for offer in session_offers(db, session):
        scheme = scheme_by_id(db, offer.scheme_id)
        level = level_content(scheme, offer.level_code)
        amounts = (level.get("fee") or scheme.content.get("fee", {})).get("amounts", {})
        rows.append(
            [
                offer_name(db, offer),
                "、".join(one["name"] for one in level["subjects"]),
                "、".join(
                    f"{one['name']} {amounts[one['key']]} 元"
                    for one in level["subjects"]
                    if one["key"] in amounts
                )
                or "不收费",
            ]
        )
    return {"title": "鉴定项目和收费", "head": ["职业等级", "科目", "收费"], "rows": rows}


@paper_data("registration_guide", title="报名须知", title_en="Guide to registration", step=2)
def registration_guide(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """How to apply, what is needed, and which rights the applicant has."""
    notice = newest_notice(db, session.id or 0)
    materials = str(notice.content.get("materials") or "")
    return {
        "sections": [
            {
                "paragraphs": [
                    f"报名时间为 {moment_text(session.registration_opens_at)} 至"
                    f" {moment_text(session.registration_closes_at)},逾期不再受理。",
                    "申报人对所填信息和材料的真实性负责;提供虚假材料的,取消资格并记入诚信档案。",
                    "审核结果为通过、退回补正或不通过;"
                    "退回补正的须在 5 个工作日内补齐,逾期按不通过处理。",
                    "因残疾或健康原因需要合理便利的,可在线申请;健康信息须单独同意后方可处理。",
                    "考前培训自愿参加,不作为报名条件。",
                ],
                "tables": [
                    {
                        "title": "报名材料",
                        "head": ["材料"],
                        "rows": [[line] for line in materials.splitlines() if line.strip()]
                        or [[name] for name, _ in MATERIALS.values()],
                    }
                ],
            }
        ]
    }


def session_offers(db: Session, session: AppraisalSession) -> list[SessionOffer]:
    """The open offers of a batch."""
    return offers_of(db, session.id or 0)


def offer_name(db: Session, offer: SessionOffer) -> str:
    """Occupation, trade and level of an offer."""
    return exam_name(db, offer.occupation_code, offer.trade_code, offer.level_code)


def enrolment_name(db: Session, enrolment: Enrolment) -> str:
    """Occupation, trade and level of an enrolment."""
    return exam_name(db, enrolment.occupation_code, enrolment.trade_code, enrolment.level_code)


def exam_name(db: Session, occupation: str, trade: str, level: str) -> str:
    """Occupation, trade in brackets, and level."""
    trade_text = f"({trade_name(db, trade)})" if trade_name(db, trade) else ""
    return f"{occupation_name(db, occupation)}{trade_text} {level_name(level)}"


def moment_text(value: Any) -> str:
    """A local time as papers print it, empty for none."""
    return f"{value.astimezone(LOCAL):%Y-%m-%d %H:%M}" if value else ""
