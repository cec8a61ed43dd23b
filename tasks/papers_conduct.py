"""What the papers of step 9 show: records of rooms, supervision, decisions on discipline."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from appraisal.attendance import SAT, AttendanceStatus, entries
from appraisal.enrolments import enrolment_by_id
from appraisal.irregularities import (
    BEHAVIOUR_NAMES,
    SANCTION_NAMES,
    Behaviour,
    Sanction,
    Violation,
    outages_of,
    violations_of,
)
from appraisal.room_states import ROOM_STATE_NAMES, RoomSitting, RoomState, events_of, sittings_of
from appraisal.rooms import exam_room_by_id
from appraisal.sessions import AppraisalSession
from appraisal.supervision import ANSWERS, SUPERVISION_CHECKS, failed_checks, supervision_of
from tasks.paper_terms import ENTERED
from tasks.papers import paper_data
from tasks.papers_exam import candidate_name, clock, person_name, room_head, session_id_of

ACTION_NAMES = {
    "continue": "继续考试",
    "extra_time": "补时",
    "change_machine": "换机补时",
    "spare_paper": "启用备用卷并补时",
    "reschedule": "停考,另行安排",
}
CAUSE_NAMES = {
    "power": "停电",
    "network": "网络中断",
    "equipment": "设备故障",
    "paper": "试卷错印或缺页",
    "injury": "人员受伤或安全停止",
}


@paper_data(
    "room_record",
    title="考场情况记录单",
    title_en="Record of the rooms",
    step=9,
    catalogue_item="考场情况记录单",
)
def room_record(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What happened in each room: counts, the log of its states, outages, violations."""
    session_id = session_id_of(session)
    return {"sections": [_room_section(db, sitting) for sitting in sittings_of(db, session_id)]}


def _room_section(db: Session, sitting: RoomSitting) -> dict[str, Any]:
    room = exam_room_by_id(db, sitting.room_id)
    listed = entries(db, sitting.room_id, sitting.subject)
    present = sum(found.status in SAT for found in listed)
    late = sum(found.status == AttendanceStatus.LATE for found in listed)
    violations = [v for v in violations_of(db, room.session_id) if v.room_id == room.id]
    outages = [o for o in outages_of(db, room.session_id) if o.room_id == room.id]
    counts = {
        "应到": len(listed),
        "实到": present,
        "缺考": len(listed) - present,
        "迟到": late,
        "违纪": len(violations),
        "收回份数": sitting.papers_returned or 0,
    }
    assert sitting.id is not None
    return {
        "facts": [*room_head(room), *([name, str(count)] for name, count in counts.items())],
        "tables": [
            {
                "title": "场次状态",
                "head": ["时间", "状态", "事项"],
                "widths": [2, 2, 4],
                "rows": [
                    [clock(e.at), ROOM_STATE_NAMES[RoomState(e.state)], _EVENTS.get(e.kind, "")]
                    for e in events_of(db, sitting.id)
                ],
            },
            {
                "title": "故障处置",
                "head": ["原因", "中断(分)", "影响人数", "处置", "补时(分)"],
                "rows": [
                    [
                        CAUSE_NAMES.get(o.cause, o.cause),
                        str(o.minutes),
                        str(o.affected),
                        ACTION_NAMES[o.action],
                        str(o.extra_minutes),
                    ]
                    for o in outages
                ],
            },
        ],
        ENTERED: True,
        "notes": [sitting.remarks] if sitting.remarks else [],
        "signatures": [["监考员"], ["监考员"], ["主考", person_name(db, sitting.closed_by)]],
    }


_EVENTS = {
    "became_distributing": "当众启封、发卷",
    "became_running": "开考",
    "became_paused": "暂停",
    "became_extra_time": "恢复并补时",
    "became_collecting": "终了信号、收卷",
    "became_sealed": "清点封存",
    "became_pending": "改期",
    "seal_broken": "封条异常",
    "spare_papers": "启用备用卷",
    "list_closed": "签到截止",
    "time_up": "规定时间到",
    "conditions": "考场情况登记",
    "incident_reported": "收到情况报告",
}


@paper_data(
    "supervision_record",
    title="内部质量督导记录表",
    title_en="Record of internal supervision",
    step=9,
    catalogue_item="内部督导表",
)
def supervision_paper(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """The check list of each room with findings and advice."""
    sections = []
    for record in supervision_of(db, session_id_of(session)):
        room = exam_room_by_id(db, record.room_id)
        rows = [
            [str(no), name, ANSWERS.get(record.checks.get(key, ""), "")]
            for no, (key, name) in enumerate(SUPERVISION_CHECKS.items(), start=1)
        ]
        sections.append(
            {
                "facts": [*room_head(room), ["不符合项", str(len(failed_checks(record)))]],
                "tables": [
                    {"head": ["序号", "督导内容", "结果"], "rows": rows, "widths": [1, 8, 2]}
                ],
                "notes": [
                    f"发现的问题:{record.findings or '无'}",
                    f"整改意见:{record.advice or '无'}",
                ],
                "signatures": [["内部质量督导员", person_name(db, record.supervisor_id)]],
            }
        )
    return {"sections": sections or [{"paragraphs": ["本批次没有督导记录。"]}]}


def violation_numbers(db: Session, session_id: int) -> Sequence[str]:
    """The violations of a session, by number."""
    return [violation.number for violation in violations_of(db, session_id)]


@paper_data(
    "violation_record",
    title="违纪处理记录单",
    title_en="Record of a violation",
    step=9,
    subjects=violation_numbers,
)
def violation_record(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """One violation from report to delivered decision, with the rows of table D9."""
    violation = db.exec(select(Violation).where(Violation.number == subject)).one()
    enrolment = enrolment_by_id(db, violation.enrolment_id)
    room = exam_room_by_id(db, violation.room_id)
    sanction = SANCTION_NAMES[Sanction(violation.sanction)] if violation.sanction else "未决定"
    years = violation.record_years
    kept = "长期" if years > 50 else f"{years} 年" if years else "不记录"
    return {
        "sections": [
            {
                "facts": [
                    ["编号", violation.number],
                    ["准考证号", enrolment.admission_number or ""],
                    ["姓名", candidate_name(db, violation.enrolment_id)],
                    *room_head(room),
                    ["行为", BEHAVIOUR_NAMES[Behaviour(violation.behaviour)]],
                    ["登记时间", clock(violation.reported_at)],
                    ["告知并听取申辩", clock(violation.heard_at)],
                    ["本人意见", "有异议" if violation.contested else "无异议"],
                    ["处理决定", sanction],
                    ["诚信档案", kept],
                    ["依据", "、".join(violation.rows) or "合议决定"],
                    ["送达时间", clock(violation.delivered_at)],
                ],
                ENTERED: True,
                "paragraphs": [f"事实与证据:{violation.facts}", f"理由:{violation.reason}"],
                "notes": ["本人对处理决定不服的,可以依法申诉。"],
                "signatures": [
                    ["登记人", person_name(db, violation.reported_by)],
                    ["决定人", person_name(db, violation.decided_by)],
                    ["本人"],
                ],
            }
        ]
    }
