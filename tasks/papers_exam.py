"""What the papers of steps 8 and 9 show of people: sign-in sheets and openings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from appraisal.attendance import (
    SAT,
    Attendance,
    AttendanceStatus,
    IdentityCheck,
    StaffAttendance,
    entries,
)
from appraisal.calendar import LOCAL
from appraisal.candidates import candidate_by_id
from appraisal.enrolments import enrolment_by_id
from appraisal.people import Person
from appraisal.room_states import sittings_of
from appraisal.rooms import ExamRoom, exam_room_by_id, exam_rooms_of
from appraisal.seats import seats_of
from appraisal.sessions import AppraisalSession
from appraisal.staff import card_of
from tasks.papers import paper_data
from tasks.papers_results import SUBJECTS

STATUS_NAMES = {
    AttendanceStatus.EXPECTED: "应到",
    AttendanceStatus.PRESENT: "已签到",
    AttendanceStatus.LATE: "迟到入场",
    AttendanceStatus.ABSENT: "缺考",
    AttendanceStatus.REFUSED: "未准入场",
}
IDENTITY_NAMES = {
    IdentityCheck.VERIFIED: "相符",
    IdentityCheck.DOCUMENT_MISSING: "未带证件",
    IdentityCheck.MISMATCH: "不符",
}
DUTY_NAMES = {
    "chief_invigilator": "主考",
    "invigilator": "监考员",
    "assessor": "考评员",
    "internal_supervisor": "内部质量督导员",
}


def clock(at: datetime | None) -> str:
    """A local time of day, empty when there is none."""
    return "" if at is None else at.astimezone(LOCAL).strftime("%m-%d %H:%M")


def person_name(db: Session, person_id: int | None) -> str:
    """The name of somebody of the staff."""
    person = None if person_id is None else db.get(Person, person_id)
    return "" if person is None else person.name


def candidate_name(db: Session, enrolment_id: int) -> str:
    """The name of the candidate of an enrolment."""
    return candidate_by_id(db, enrolment_by_id(db, enrolment_id).candidate_id).name


def session_id_of(session: AppraisalSession) -> int:
    """The id of a stored session."""
    assert session.id is not None
    return session.id


def room_head(room: ExamRoom) -> list[list[str]]:
    """The facts at the head of a room's paper."""
    return [["考场", room.code], ["科目", SUBJECTS[room.subject]], ["开考", clock(room.starts_at)]]


def rooms_sat(db: Session, session_id: int) -> list[ExamRoom]:
    """The rooms in which somebody was to sit."""
    return [exam_room_by_id(db, sitting.room_id) for sitting in sittings_of(db, session_id)]


def _seats(db: Session, room: ExamRoom) -> Mapping[int, int]:
    assert room.id is not None
    return {seat.enrolment_id: seat.number for seat, _ in seats_of(db, room.id)}


@paper_data(
    "sign_in_sheet",
    title="考生签到表",
    title_en="Candidates' sign-in sheet",
    step=8,
    catalogue_item="考生签到表",
)
def sign_in_sheet(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every room's list by admission number with what became of each candidate."""
    sections = []
    for room in rooms_sat(db, session_id_of(session)):
        assert room.id is not None
        listed, seats = entries(db, room.id, room.subject), _seats(db, room)
        present = sum(found.status in SAT for found in listed)
        counts = [["应到", str(len(listed))], ["实到", str(present)]]
        absent = [["缺考", str(len(listed) - present)]]
        sections.append(
            {
                "facts": [*room_head(room), *counts, *absent],
                "tables": [
                    {
                        "head": ["准考证号", "姓名", "座位", "证件", "签到", "情况", "备注"],
                        "widths": [4, 2, 1, 2, 3, 2, 2],
                        "rows": [_sign_in_row(db, found, seats) for found in listed],
                    }
                ],
                "signatures": [["监考员"], ["监考员"], ["主考"]],
            }
        )
    return {"sections": sections}


def _sign_in_row(db: Session, found: Attendance, seats: Mapping[int, int]) -> list[str]:
    late = f"迟到 {found.minutes_late} 分钟" if found.minutes_late else ""
    return [
        found.admission_number,
        candidate_name(db, found.enrolment_id),
        str(seats.get(found.enrolment_id, "")),
        IDENTITY_NAMES[IdentityCheck(found.identity)] if found.identity else "",
        clock(found.signed_in_at),
        STATUS_NAMES[AttendanceStatus(found.status)],
        late,
    ]


@paper_data("opening_record", title="试卷启封确认单", title_en="Opening of the papers", step=9)
def opening_record(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Seal, time and the two candidates who signed, room by room."""
    rows = [
        [
            exam_room_by_id(db, sitting.room_id).code,
            SUBJECTS[sitting.subject],
            sitting.seal_number,
            clock(sitting.opened_at),
            "、".join(candidate_name(db, one) for one in sitting.witnesses),
        ]
        for sitting in sittings_of(db, session_id_of(session))
        if sitting.seal_intact
    ]
    head = ["考场", "科目", "封条编号", "启封时间", "签字考生"]
    return {
        "sections": [
            {
                "paragraphs": ["当众展示试卷密封袋,由两名考生确认封条完好后启封。"],
                "tables": [{"head": head, "rows": rows}],
                "signatures": [["主考"]],
            }
        ]
    }


@paper_data(
    "invigilator_sheet",
    title="监考人员签到表",
    title_en="Sign-in sheet of invigilators",
    step=9,
    catalogue_item="监考人员签到表",
)
def invigilator_sheet(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Chief, invigilators and supervisor by room."""
    posts = ("chief_invigilator", "invigilator", "internal_supervisor")
    return _staff_sheet(db, session, posts)


@paper_data(
    "assessor_sheet",
    title="考评人员签到表",
    title_en="Sign-in sheet of assessors",
    step=9,
    catalogue_item="考评人员签到表",
)
def assessor_sheet(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Assessors by room with their card numbers."""
    return _staff_sheet(db, session, ("assessor",))


def _staff_sheet(db: Session, session: AppraisalSession, posts: Iterable[str]) -> dict[str, Any]:
    query = (
        select(StaffAttendance)
        .where(StaffAttendance.session_id == session.id)
        .where(col(StaffAttendance.duty).in_(list(posts)))
        .order_by(col(StaffAttendance.room_id), col(StaffAttendance.id))
    )
    rows = []
    for found in db.exec(query):
        card = card_of(db, found.person_id)
        room = exam_room_by_id(db, found.room_id)
        rows.append(
            [
                room.code,
                SUBJECTS[found.subject],
                DUTY_NAMES[found.duty],
                person_name(db, found.person_id),
                card.number if card and found.duty == "assessor" else "",
                clock(found.arrived_at) if found.present else "未到",
                found.remark,
            ]
        )
    head = ["考场", "科目", "岗位", "姓名", "证卡号", "签到", "备注"]
    return {
        "sections": [
            {
                "facts": [["批次", session.number], ["考试日期", str(session.exam_date or "")]],
                "tables": [{"head": head, "rows": rows, "widths": [2, 2, 2, 2, 3, 3, 2]}],
                "signatures": [["主考"]],
            }
        ]
    }


def room_codes(db: Session, session_id: int, subject: str) -> Sequence[str]:
    """The codes of the rooms of a subject in which somebody sat."""
    return [
        room.code
        for room in exam_rooms_of(db, session_id, subject)
        if room.id is not None
        and any(found.status in SAT for found in entries(db, room.id, subject))
    ]
