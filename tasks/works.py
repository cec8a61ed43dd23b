"""Works to mark: score sheets of the bundle, and starting the marking of a room."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlmodel import Session

from appraisal.attendance import SAT, Attendance, entries
from appraisal.enrolments import Enrolment
from appraisal.errors import AppraisalError
from appraisal.mark_imports import MachineSheet, SheetError, read_machine_sheet
from appraisal.marking import blind_code, settle
from appraisal.marks import Mark, Work, add_work, give_mark, marks_of
from appraisal.rooms import ExamRoom, exam_room_by_id
from appraisal.score_sheets import ScoreSheet, parse_score_sheet
from appraisal.sessions import session_by_id
from appraisal.staff import staff_of_room
from engine import ServiceTasks, TaskContext
from tasks.comprehensive_reviews import draw_room
from tasks.exam_rooms import reach, scheme_subject
from tasks.industries import default_sheets, place_for
from tasks.marking_tables import scheme_rules

service_tasks = ServiceTasks("marking")

# Score sheets where neither the scheme nor the occupation's industry names one.
DEFAULT_SHEETS = {
    "theory": "theory_script",
    "practical": "practical_general",
    "thesis": "thesis_review",
    "defence": "defence_score",
}
PROCESSES = {"practical": "mark_practical", "review": "mark_review", "theory": "mark_script"}
# Rows of an import's error list that the task shows again.
SHOWN = 30
_ERRORS = {
    "twice": "准考证号或保密号重复",
    "unknown": "不是本考场到考的考生",
    "missing": "缺少成绩",
    "not_points": "分数须为 0 至 100,最多一位小数",
    "unknown_heading": "首行须有 准考证号(或保密号)和 得分 两列",
    "too_many_rows": "行数过多",
}


class NoPanel(AppraisalError):
    """Nobody is confirmed to assess in this room."""


def sheet_of(
    db: Session, context: TaskContext, key: str, bundle_id: str | None = None
) -> ScoreSheet:
    """A score sheet of a bundle; of the instance's own if none is named."""
    bundle_id = bundle_id or context.bundle_id
    content = context.engine.definitions.content(db, bundle_id, "sheet", key)
    return parse_score_sheet(orjson.loads(content))


def sheet_key(db: Session, work: Work, part: str) -> str:
    """The score sheet on which a part of a work is marked."""
    if part in ("thesis", "defence"):
        enrolment = db.get_one(Enrolment, work.enrolment_id)
        subject = scheme_subject(db, enrolment, work.subject)
        return str(subject.get(f"{part}_sheet") or DEFAULT_SHEETS[part])
    return work.sheet_key or DEFAULT_SHEETS[part]


def sitters(db: Session, room: ExamRoom) -> list[Attendance]:
    """Who sat in a room, by admission number."""
    assert room.id is not None
    return [found for found in entries(db, room.id, room.subject) if found.status in SAT]


@service_tasks.register
def start(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Start the marking of practical work or reviews: one instance for each who sits."""
    room = exam_room_by_id(db, room_id)
    if room.subject == "theory":
        return
    panel = [member.person_id for member in staff_of_room(db, room_id, "assessor")]
    if not panel:
        raise NoPanel(room.code)
    turns = draw_room(db, context, room)
    order = {turn.enrolment_id: turn.position for turn in turns}
    for attendance in sitters(db, room):
        work = _work_for(db, context, room, attendance)
        if not marks_of(db, _id(work.id)):
            more = {"panel": panel, "turn": order.get(work.enrolment_id, 0)}
            key = f"{room.code}-{attendance.admission_number}-{room.subject}"
            _start_marking(db, context, work, key, more)


@service_tasks.register(gives="scripts: number")
def start_scripts(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Give every script its blind code and send it to two markers."""
    room = exam_room_by_id(db, room_id)
    found = sitters(db, room)
    for attendance in found:
        work = _work_for(db, context, room, attendance)
        _start_marking(db, context, work, f"script-{work.blind_code}", {})
    return {"scripts": len(found)}


def _work_for(db: Session, context: TaskContext, room: ExamRoom, attendance: Attendance) -> Work:
    session = session_by_id(db, room.session_id)
    enrolment = db.get_one(Enrolment, attendance.enrolment_id)
    subject = scheme_subject(db, enrolment, room.subject)
    place = place_for(context, session, [enrolment.occupation_code])
    sheets = {**DEFAULT_SHEETS, **default_sheets(db, context, place)}
    return add_work(
        db,
        Work(
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=attendance.room_id,
            enrolment_id=attendance.enrolment_id,
            subject=room.subject,
            blind_code=blind_code(db, session.number, attendance.enrolment_id, room.subject),
            sheet_key=str(subject.get("sheet") or sheets.get(room.subject, "")),
            created_at=context.now,
        ),
    )


def _variables(db: Session, context: TaskContext, work: Work, bundle_id: str) -> dict[str, Any]:
    # The enrolment is left out: markers see the blind code and nothing that leads further.
    given: dict[str, Any] = {
        "work_id": work.id,
        "session_id": work.session_id,
        "subject": work.subject,
        "blind_code": work.blind_code,
    }
    if work.subject == "review":
        for part in ("thesis", "defence"):
            sheet = sheet_of(db, context, sheet_key(db, work, part), bundle_id)
            given[f"{part}_items"] = sheet.rows()
        return given
    sheet = sheet_of(db, context, sheet_key(db, work, work.subject), bundle_id)
    return {**given, "items": sheet.rows(), "veto_items": veto_choices(sheet)}


def veto_choices(sheet: ScoreSheet) -> list[dict[str, str]]:
    """The veto items of a sheet as choices of a form."""
    return [{"value": veto.key, "label": veto.fact} for veto in sheet.vetoes.values()]


def _start_marking(
    db: Session, context: TaskContext, work: Work, key: str, more: Mapping[str, Any]
) -> None:
    session = session_by_id(db, work.session_id)
    enrolment = db.get_one(Enrolment, work.enrolment_id)
    place = place_for(context, session, [enrolment.occupation_code])
    context.engine.start_many(
        db,
        PROCESSES[work.subject],
        [(f"{session.number}-{key}", {**_variables(db, context, work, place.bundle_id), **more})],
        bundle_id=place.bundle_id,
        scopes=place.scopes,
        tenant=context.tenant,
        parent_id=context.instance_id,
        actor=context.actor,
    )


@service_tasks.register(gives="valid: boolean, errors: list, count: number")
def import_sheet(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Take over a machine sheet as a whole, or say what is wrong with which row."""
    room = exam_room_by_id(db, room_id)
    sat = sitters(db, room)
    answer = context.answer("import_sheet") or {}
    sheet = read_machine_sheet(
        str(answer.get("sheet") or ""), [found.admission_number for found in sat]
    )
    if sheet.errors:
        return {"valid": False, "errors": [_shown(error) for error in sheet.errors[:SHOWN]]}
    for attendance in sat:
        _store_machine_mark(db, context, room, attendance, sheet)
    reach(
        db,
        context,
        room.session_id,
        "marked",
        [(found.enrolment_id, found.subject) for found in sat],
    )
    return {"valid": True, "errors": [], "count": len(sat)}


def _store_machine_mark(
    db: Session,
    context: TaskContext,
    room: ExamRoom,
    attendance: Attendance,
    sheet: MachineSheet,
) -> None:
    work = _work_for(db, context, room, attendance)
    if not marks_of(db, _id(work.id)):
        give_mark(
            db,
            Mark(
                organisation_id=work.organisation_id,
                work_id=_id(work.id),
                part="theory",
                kind="raw",
                points=sheet.points[attendance.admission_number],
                details={"source": "machine"},
                marked_at=context.now,
            ),
        )
    settle(db, work, scheme_rules(db, work), rows=[], at=context.now)


def _shown(error: SheetError) -> str:
    where = f"第 {error.row} 行:" if error.row else ""
    return f"{where}{_ERRORS[error.code]}{f'({error.value})' if error.value else ''}"


def _id(value: int | None) -> int:
    if value is None:
        raise NoPanel("work not stored")
    return value
