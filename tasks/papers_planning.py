"""What the papers of step 4 show: filing, exam plan, tickets, seats, doors and desks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from appraisal.calendar import LOCAL
from appraisal.candidates import candidate_by_id, id_number_of
from appraisal.enrolments import Enrolment, enrolment_by_id, enrolment_by_number
from appraisal.levels import level_name
from appraisal.masks import mask_id_number
from appraisal.objects import objects_of
from appraisal.occupations import occupation_name
from appraisal.people import person_by_id
from appraisal.plans import PlanState, plan_of, planned_staff
from appraisal.rooms import ExamRoom, exam_room_by_id, exam_rooms_of, room_by_id
from appraisal.seats import Seat, seats_of, seats_of_enrolment, seats_taken, to_sit
from appraisal.sessions import AppraisalSession, offers_of
from appraisal.tickets import TICKET_PAPER, ticket_of, tickets_of
from tasks.paper_terms import ENTERED
from tasks.papers import PaperData, paper_data
from tasks.papers_results import chinese_date, offer_name, session_key
from tasks.seating import SUBJECT_NAMES

STRATEGIES = {"sequential": "顺序编排", "mixed": "混合编排", "zigzag": "S 形编排"}
PLAN_STATES = {
    PlanState.DRAFT: "拟定",
    PlanState.REFUSED: "审批退回",
    PlanState.APPROVED: "已批准",
    PlanState.FILED: "已上报",
    PlanState.ACCEPTED: "生效",
    PlanState.RETURNED: "上级退回",
}
RULES = (
    "1. 凭准考证和有效身份证件原件入场,开考前 15 分钟开始入场,请提前到达。",
    "2. 迟到处理以考场规则为准;通讯工具关闭后交由监考员统一存放。",
    "3. 遵守考场纪律,签署诚信考试承诺;违纪按规定处理。",
    "4. 考场调整时准考证号不变,以考点公告的考场为准。",
)


def clock(at: datetime) -> str:
    """A time of day in China as papers write it."""
    return at.astimezone(LOCAL).strftime("%H:%M")


def person_name(db: Session, person_id: int | None) -> str:
    """The name of a person, a dash for nobody."""
    return "—" if person_id is None else person_by_id(db, person_id).name


def room_codes(db: Session, session_id: int) -> Sequence[str]:
    """The session's rooms in which somebody sits, by id, as papers are filed for each."""
    taken = seats_taken(db, session_id)
    return [str(room.id) for room in exam_rooms_of(db, session_id) if taken.get(room.id or 0)]


def ticket_numbers(db: Session, session_id: int) -> Sequence[str]:
    """The enrolments with a ticket, by number."""
    return [enrolment_by_id(db, one).number for one in tickets_of(db, session_id)]


@paper_data(
    "plan_filing",
    title="职业技能等级认定计划申报表",
    title_en="Filing of the appraisal plan",
    step=4,
    catalogue_item="认定计划申报表",
)
def plan_filing(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What is to be appraised, for whom, when and where; with the superior body's receipt."""
    plan = plan_of(db, session_key(session))
    wanted = to_sit(db, session_key(session))
    rows = []
    for no, offer in enumerate(offers_of(db, session_key(session)), start=1):
        counts = [
            str(sum(one.offer_id == offer.id for one in wanted.get(key, ())))
            for key in SUBJECT_NAMES
        ]
        name = occupation_name(db, offer.occupation_code)
        rows.append([str(no), name, offer.trade_code or "—", level_name(offer.level_code), *counts])
    head = ["序号", "职业", "工种", "等级", *SUBJECT_NAMES.values()]
    filed = "无需上报" if plan.filing_due is None else chinese_date(plan.filing_due)
    return {
        "sections": [
            {
                "facts": [
                    ["批次号", session.number],
                    ["考试日期", chinese_date(plan.exam_date)],
                    ["考点", session.site or "本机构考点"],
                    ["考场数", str(len(exam_rooms_of(db, session_key(session))))],
                    ["上报期限", filed],
                    ["是否逾期", "是" if plan.filed_late else "否"],
                    ["备案状态", PLAN_STATES[PlanState(plan.state)]],
                    ["回执编号", plan.receipt_number or "—"],
                ],
                "tables": [{"head": head, "rows": rows, "widths": [1, 3, 2, 3, 2, 2, 2]}],
                "signatures": [["填报人"], ["评价机构(盖章)"], ["上级机构意见(盖章)"]],
            }
        ]
    }


@paper_data(
    "exam_plan",
    title="职业技能等级认定考务实施方案",
    title_en="Exam plan",
    step=4,
    catalogue_item="认定考务实施方案",
)
def exam_plan(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Times, rooms, staff numbers and the contingency plan."""
    plan = plan_of(db, session_key(session))
    needed = {
        (one.exam_room_id, one.post): one.number for one in planned_staff(db, plan.session_id)
    }
    rows = []
    for room in exam_rooms_of(db, plan.session_id):
        place = room_by_id(db, room.room_id)
        rows.append(
            [
                SUBJECT_NAMES[room.subject],
                f"{room.code} {place.name}",
                f"{clock(room.starts_at)} 起 {room.minutes} 分钟",
                str(room.rounds),
                str(needed.get((room.id or 0, "invigilator"), 0)),
                str(needed.get((room.id or 0, "assessor"), 0)),
            ]
        )
    head = ["科目", "考场", "时间", "轮次", "监考员", "考评员"]
    return {
        "sections": [
            {
                "facts": [
                    ["考试日期", chinese_date(plan.exam_date)],
                    ["座位编排", STRATEGIES[plan.strategy]],
                    ["准考证号规则", plan.number_pattern],
                    ["方案版本", f"第 {plan.version} 版"],
                ],
                "tables": [
                    {
                        "title": "考场与人员",
                        "head": head,
                        "rows": rows,
                        "widths": [2, 4, 4, 1, 2, 2],
                    }
                ],
                ENTERED: True,
                "paragraphs": [f"应急预案:{plan.contingency or '按机构应急预案执行。'}"],
                "signatures": [["制定人"], ["审批人"]],
            }
        ]
    }


@paper_data(
    TICKET_PAPER,
    title="准考证",
    title_en="Admission ticket",
    step=4,
    template="admission_ticket",
    subjects=ticket_numbers,
)
def admission_ticket(db: Session, session: AppraisalSession, subject: str) -> PaperData:
    """The ticket of one enrolment with its photo, times and seats."""
    enrolment = enrolment_by_number(db, subject)
    candidate = candidate_by_id(db, enrolment.candidate_id)
    ticket = ticket_of(db, enrolment.id or 0)
    rows = [
        [
            SUBJECT_NAMES[seat.subject],
            f"{chinese_date(session.exam_date)} {clock(room.starts_at)}",
            f"{room.minutes + seat.extra_minutes} 分钟",
            f"{room.code} {place.name}",
            _seat_text(seat),
        ]
        for seat, room, place in seats_of_enrolment(db, enrolment.id or 0)
    ]
    files, data = {}, dict[str, Any]()
    if candidate.photo_key:
        photo = objects_of(db).get(candidate.photo_key)
        name = "photo.png" if photo.startswith(b"\x89PNG") else "photo.jpg"
        files[name], data["photo"] = photo, name
    data |= {
        "facts": [
            ["准考证号", ticket.number if ticket else "—"],
            ["姓名", candidate.name],
            ["证件号码", mask_id_number(id_number_of(db, candidate))],
            ["职业等级", offer_name(db, enrolment)],
            ["考点", session.site or "本机构考点"],
        ],
        "tables": [
            {
                "head": ["科目", "开考时间", "时长", "考场", "座位"],
                "rows": rows,
                "widths": [3, 6, 3, 5, 3],
            }
        ],
        "notes": list(RULES),
    }
    return PaperData(data, files)


def _seat_text(seat: Seat) -> str:
    return f"{seat.number} 号" if seat.round == 1 else f"{seat.number} 号(第 {seat.round} 轮)"


def _seated(db: Session, subject: str) -> tuple[ExamRoom, list[tuple[Seat, Enrolment]]]:
    room = exam_room_by_id(db, int(subject))
    return room, seats_of(db, int(subject))


def _name(db: Session, enrolment: Enrolment) -> str:
    return candidate_by_id(db, enrolment.candidate_id).name


@paper_data(
    "seat_plan",
    title="考场座次表",
    title_en="Seat plan",
    step=4,
    template="seat_plan",
    subjects=room_codes,
)
def seat_plan(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """One room as it stands, row by row from the front."""
    room, seated = _seated(db, subject)
    at = {(seat.row, seat.column): (seat, enrolment) for seat, enrolment in seated}
    columns = max((column for _, column in at), default=1)
    grid: list[dict[str, Any] | None] = []
    for row in range(1, max((row for row, _ in at), default=0) + 1):
        for column in range(1, columns + 1):
            found = at.get((row, column))
            grid.append(
                found
                and {
                    "number": found[0].number,
                    "variant": found[0].variant,
                    "name": _name(db, found[1]),
                    "admission": found[1].admission_number or "—",
                }
            )
    return {
        "subtitle": f"{room.code} {SUBJECT_NAMES[room.subject]}",
        "facts": [
            ["考场", f"{room.code} {room_by_id(db, room.room_id).name}"],
            ["科目", SUBJECT_NAMES[room.subject]],
            ["时间", f"{chinese_date(session.exam_date)} {clock(room.starts_at)}"],
            ["人数", str(len(seated))],
            ["轮次", str(room.rounds)],
            ["时长", f"{room.minutes} 分钟"],
        ],
        "columns": columns,
        "grid": grid,
    }


@paper_data(
    "door_notice",
    title="考场门贴",
    title_en="Door notice",
    step=4,
    template="door_notice",
    subjects=room_codes,
)
def door_notice(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Room, subject, time and the range of admission numbers."""
    room, seated = _seated(db, subject)
    numbers = sorted(enrolment.admission_number or "" for _, enrolment in seated)
    return {
        "room": room.code,
        "subject_name": SUBJECT_NAMES[room.subject],
        "time": f"{chinese_date(session.exam_date)} {clock(room.starts_at)}",
        "first": numbers[0] if numbers else "—",
        "last": numbers[-1] if numbers else "—",
        "count": len(numbers),
    }


@paper_data(
    "desk_labels",
    title="桌贴",
    title_en="Desk labels",
    step=4,
    template="desk_labels",
    subjects=room_codes,
)
def desk_labels(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """A label for every seat of a room."""
    room, seated = _seated(db, subject)
    return {
        "labels": [
            {
                "room": room.code,
                "number": seat.number,
                "variant": seat.variant,
                "name": _name(db, enrolment),
                "admission": enrolment.admission_number or "—",
                "offer": offer_name(db, enrolment),
            }
            for seat, enrolment in seated
        ]
    }
