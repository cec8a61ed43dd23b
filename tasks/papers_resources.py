"""What the papers of step 5 show: notices, pledges, custody, equipment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from appraisal.calendar import LOCAL
from appraisal.equipment import CalibrationState, checks_of, equipment_of
from appraisal.exam_papers import CustodyAct, CustodyEvent, PaperSet, events_of, paper_sets_of
from appraisal.levels import level_name
from appraisal.occupations import occupation_name
from appraisal.rooms import exam_rooms_of, room_by_id
from appraisal.scheme_rules import SUBJECTS
from appraisal.schemes import UnknownScheme, scheme_by_id, subject_content
from appraisal.seats import seats_taken
from appraisal.sessions import AppraisalSession, SessionOffer, offers_of
from appraisal.supplies import needs_of
from appraisal.venue import CHECK_ITEMS
from tasks.papers import paper_data
from tasks.papers_planning import clock, person_name
from tasks.papers_results import chinese_date, session_key

ACTS = {
    CustodyAct.DRAW: "抽取",
    CustodyAct.REJECT: "退回",
    CustodyAct.PROOF: "校对",
    CustodyAct.SEAL: "封装",
    CustodyAct.HAND_OVER: "移交",
    CustodyAct.RECEIVE: "接收",
    CustodyAct.OPEN: "启封",
    CustodyAct.RETURN: "回收",
    CustodyAct.DESTROY: "销毁",
}
CALIBRATION = {
    CalibrationState.NOT_NEEDED: "无需校准",
    CalibrationState.VALID: "有效",
    CalibrationState.EXPIRED: "过期",
    CalibrationState.MISSING: "缺失",
}
CONDITIONS = {"ok": "完好", "faulty": "故障", "retired": "停用"}


def moment(at: datetime | None) -> str:
    """A moment in China as papers write it."""
    return "—" if at is None else at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def _subject(key: str) -> str:
    return SUBJECTS[key][0]


def _offer(db: Session, offer_id: int) -> str:
    offer = db.get_one(SessionOffer, offer_id)
    return f"{occupation_name(db, offer.occupation_code)} {level_name(offer.level_code)}"


def _set_name(db: Session, papers: PaperSet) -> str:
    return f"{_offer(db, papers.offer_id)} {_subject(papers.subject)} {papers.variant} 卷"


@paper_data("venue_notice", title="考场准备通知单", title_en="Notice to the venue", step=5)
def venue_notice(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What the site has to prepare: rooms, equipment, supplies, conditions."""
    session_id = session_key(session)
    taken = seats_taken(db, session_id)
    rooms = [
        [
            f"{room.code} {room_by_id(db, room.room_id).name}",
            _subject(room.subject),
            clock(room.starts_at),
            str(taken.get(room.id or 0, 0)),
            str(room.rounds),
        ]
        for room in exam_rooms_of(db, session_id)
    ]
    pieces = [
        [piece.code, piece.name, chinese_date(piece.calibrated_until)]
        for piece in equipment_of(db, session_id)
    ]
    needs = [[item.name, str(need.needed), item.unit] for need, item in needs_of(db, session_id)]
    return {
        "sections": [
            {
                "facts": [
                    ["考试日期", chinese_date(session.exam_date)],
                    ["考点", session.site or "本机构考点"],
                ],
                "paragraphs": [f"请逐间检查:{'、'.join(CHECK_ITEMS.values())},不合格的先行整改。"],
                "tables": [
                    {
                        "title": "考场",
                        "head": ["考场", "科目", "开考", "人数", "轮次"],
                        "rows": rooms,
                    },
                    {"title": "设备", "head": ["编号", "名称", "校准有效期至"], "rows": pieces},
                    {"title": "用品", "head": ["名称", "数量", "单位"], "rows": needs},
                ],
                "signatures": [["考务岗"], ["考点负责人"]],
            }
        ]
    }


@paper_data("candidate_notice", title="考生准备通知单", title_en="Notice to candidates", step=5)
def candidate_notice(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What candidates have to bring and expect, by occupation and level."""
    rows = []
    for offer in offers_of(db, session_key(session)):
        scheme = scheme_by_id(db, offer.scheme_id)
        for key in SUBJECTS:
            try:
                content = subject_content(scheme, offer.level_code, key)
            except UnknownScheme:
                continue
            bring = content.get("bring") or "身份证件、准考证、文具"
            rows.append(
                [_offer(db, offer.id or 0), _subject(key), f"{content['minutes']} 分钟", str(bring)]
            )
    head = ["职业等级", "科目", "时长", "自备物品"]
    return {
        "sections": [
            {
                "facts": [["考试日期", chinese_date(session.exam_date)], ["批次", session.number]],
                "paragraphs": [
                    "请按准考证所列时间到达考场,开考前 15 分钟入场;劳动保护用品须符合要求。"
                ],
                "tables": [{"head": head, "rows": rows, "widths": [3, 2, 2, 4]}],
            }
        ]
    }


def _custodians(db: Session, session_id: int) -> list[int]:
    people: list[int] = []
    for papers in paper_sets_of(db, session_id):
        for event in events_of(db, papers.id or 0):
            if event.person_id not in people:
                people.append(event.person_id)
    return people


@paper_data("confidentiality_pledge", title="保密责任书", title_en="Confidentiality pledge", step=5)
def confidentiality_pledge(
    db: Session, session: AppraisalSession, subject: str
) -> Mapping[str, Any]:
    """The pledge of everybody who had papers in hand, a page each."""
    return {
        "sections": [
            {
                "facts": [["责任人", person_name(db, one)], ["批次", session.number]],
                "paragraphs": [
                    "本人参与本批次试卷的命制、校对、封装、保管或移交,承诺:",
                    "一、不以任何方式泄露试题、答案及评分标准,启用前按机密材料管理。",
                    "二、本人及近亲属不参加本批次鉴定,不参与本批次考点考务工作。",
                    "三、试卷保管实行双人双锁,出入库逐次登记;发现异常立即报告。",
                    "四、违反承诺的,依法依规承担责任。",
                ],
                "signatures": [["责任人签名"], ["日期"]],
            }
            for one in _custodians(db, session_key(session))
        ]
        or [{"paragraphs": ["本批次无试卷流转。"]}]
    }


@paper_data("paper_handover", title="试卷交接单", title_en="Handover of papers", step=5)
def paper_handover(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """The chain of custody of every set, act by act."""
    rows = []
    for papers in paper_sets_of(db, session_key(session)):
        for event in events_of(db, papers.id or 0):
            seal = {True: "完好", False: "破损", None: "—"}[event.seal_intact]
            rows.append(
                [
                    _set_name(db, papers),
                    ACTS[CustodyAct(event.act)],
                    person_name(db, event.person_id),
                    moment(event.at),
                    seal,
                ]
            )
    head = ["试卷", "环节", "经手人", "时间", "封条"]
    return {
        "sections": [
            {
                "facts": [["考试日期", chinese_date(session.exam_date)]],
                "tables": [{"head": head, "rows": rows, "widths": [5, 2, 2, 3, 2]}],
                "signatures": [["移交人"], ["押运人"], ["接收人"]],
            }
        ]
    }


@paper_data(
    "paper_issue_register",
    title="试卷发放/收取情况登记表",
    title_en="Issue and return of papers",
    step=5,
    catalogue_item="试卷发放/收取情况登记表",
)
def paper_issue_register(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every set with its seal, when it was issued, opened and returned."""
    rows = []
    for papers in paper_sets_of(db, session_key(session)):
        last = _last_events(events_of(db, papers.id or 0))
        rows.append(
            [
                _set_name(db, papers),
                str(papers.copies),
                papers.seal_number or "—",
                *(
                    moment(last[act].at) if act in last else "—"
                    for act in (CustodyAct.RECEIVE, CustodyAct.OPEN, CustodyAct.RETURN)
                ),
            ]
        )
    head = ["试卷", "份数", "封条号", "发放", "启封", "收回"]
    return {
        "sections": [
            {
                "facts": [["考试日期", chinese_date(session.exam_date)]],
                "tables": [{"head": head, "rows": rows, "widths": [5, 1, 3, 3, 3, 3]}],
                "signatures": [["发放人"], ["领取人"], ["回收人"]],
            }
        ]
    }


def _last_events(events: Sequence[CustodyEvent]) -> dict[CustodyAct, CustodyEvent]:
    return {CustodyAct(event.act): event for event in events}


@paper_data("equipment_record", title="设备检查记录", title_en="Equipment checks", step=5)
def equipment_record(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every check of every piece, calibration included."""
    rows = [
        [
            piece.code,
            piece.name,
            CONDITIONS[check.condition],
            CALIBRATION[CalibrationState(check.calibration)],
            chinese_date(piece.calibrated_until),
            "可用" if check.passed else "不得使用",
            moment(check.checked_at),
        ]
        for check, piece in checks_of(db, session_key(session))
    ]
    head = ["编号", "名称", "状态", "校准", "有效期至", "结论", "检查时间"]
    return {
        "landscape": True,
        "sections": [
            {
                "facts": [["考试日期", chinese_date(session.exam_date)], ["批次", session.number]],
                "tables": [{"head": head, "rows": rows, "empty": "本批次考场没有登记的设备"}],
                "signatures": [["检查人"], ["考点负责人"]],
            }
        ],
    }
