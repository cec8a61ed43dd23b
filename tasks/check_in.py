"""Service tasks of step 8 考生签到入场: sign-in of staff and candidates, late and absent."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from appraisal.attendance import (
    SAT,
    Attendance,
    AttendanceStatus,
    IdentityCheck,
    StaffAttendance,
    UnknownAttendance,
    close_list,
    decide_arrival,
    document_due,
    entries,
    entry,
    require_document,
    sign_in,
)
from appraisal.irregularities import Behaviour, Violation, report_violation
from appraisal.room_states import log_event, sitting
from appraisal.rooms import ExamRoom, exam_room_by_id
from engine import BpmnError, ServiceTasks, TaskContext
from tasks.exam_rooms import actor_id, reach, set_subject_state

service_tasks = ServiceTasks("attendance")


@service_tasks.register
def record_staff(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Keep the sign-in sheet of invigilators, assessors and supervisor."""
    room = exam_room_by_id(db, room_id)
    answer = context.answer("sign_in_staff") or {}
    for row in answer.get("staff") or []:
        query = select(StaffAttendance).where(
            StaffAttendance.room_id == room_id,
            StaffAttendance.subject == room.subject,
            StaffAttendance.person_id == int(row["person_id"]),
            StaffAttendance.duty == str(row["duty"]),
        )
        found = db.exec(query).one_or_none() or StaffAttendance(
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=room_id,
            subject=room.subject,
            person_id=int(row["person_id"]),
            duty=str(row["duty"]),
            present=False,
        )
        found.present = row.get("present") is True
        found.arrived_at = context.now if found.present else None
        found.remark = str(row.get("remark") or "")
        db.add(found)


@service_tasks.register(gives="signed_in: list, missing: list")
def record(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Sign in who came in time; who cannot be identified or signs no pledge waits for table D8."""
    room = exam_room_by_id(db, room_id)
    answer = context.answer("check_in_candidates") or {}
    for row in answer.get("candidates") or []:
        if row.get("present") is not True:
            continue
        found = entry(db, room_id, room.subject, str(row["admission_number"]))
        identity = IdentityCheck(row.get("identity") or IdentityCheck.VERIFIED)
        pledge = row.get("pledge_signed") is True
        if identity is IdentityCheck.VERIFIED and pledge:
            sign_in(
                found,
                identity=identity,
                pledge_signed=True,
                at=context.now,
                recorded_by=actor_id(context),
            )
        else:
            found.identity, found.pledge_signed = identity, pledge
        db.add(found)
    return _who_is_in(db, room)


def _who_is_in(db: Session, room: ExamRoom) -> dict[str, Any]:
    listed = entries(db, _known(room.id), room.subject)
    return {
        "signed_in": [found.admission_number for found in listed if found.status in SAT],
        "missing": [
            found.admission_number
            for found in listed
            if found.status == AttendanceStatus.EXPECTED and found.identity is None
        ],
    }


@service_tasks.register(gives="late")
def read_late(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Give everybody on whom table D8 decides: the late, and who could not be identified.

    Raises:
        BpmnError: `unknown_candidate` when a number is not on the list, stands twice, or has
            signed in already.
    """
    room = exam_room_by_id(db, room_id)
    answer = context.answer("register_late") or {}
    late = [_arrival(db, room, row) for row in answer.get("late") or []]
    numbers = [arrival["admission_number"] for arrival in late]
    if len(numbers) != len(set(numbers)):
        raise BpmnError("unknown_candidate", "同一准考证号登记了两次")
    undecided = [
        {
            "admission_number": found.admission_number,
            "minutes_late": 0,
            "identity": found.identity,
            "pledge_signed": found.pledge_signed,
        }
        for found in entries(db, room_id, room.subject)
        if found.status == AttendanceStatus.EXPECTED
        and found.identity is not None
        and found.admission_number not in numbers
    ]
    return {"late": undecided + late}


def _arrival(db: Session, room: ExamRoom, row: Mapping[str, Any]) -> dict[str, Any]:
    number = str(row.get("admission_number") or "")
    try:
        found = entry(db, _known(room.id), room.subject, number)
    except UnknownAttendance as error:
        raise BpmnError("unknown_candidate", f"本考场没有准考证号 {number}") from error
    if found.status != AttendanceStatus.EXPECTED:
        raise BpmnError("unknown_candidate", f"{number} 已经签到")
    return {
        "admission_number": number,
        "minutes_late": int(row.get("minutes_late") or 0),
        "identity": str(row.get("identity") or IdentityCheck.VERIFIED),
        "pledge_signed": row.get("pledge_signed") is True,
    }


@service_tasks.register
def decide_late(
    db: Session,
    context: TaskContext,
    *,
    room_id: int,
    arrival: Mapping[str, Any],
    admission: Mapping[str, Any],
    rows: Sequence[str],
) -> None:
    """Carry out what table D8 decided; somebody else in a candidate's place is a violation."""
    room = exam_room_by_id(db, room_id)
    found = entry(db, room_id, room.subject, str(arrival["admission_number"]))
    decide_arrival(
        found,
        admission=str(admission["admission"]),
        late_by=int(arrival["minutes_late"]),
        identity=IdentityCheck(arrival["identity"]),
        rows=list(rows),
        at=context.now,
        recorded_by=actor_id(context),
    )
    found.pledge_signed = arrival.get("pledge_signed") is True
    if admission.get("show_document") is True and found.status in SAT:
        require_document(found, due_at=document_due(context.now))
    db.add(found)
    if found.status == AttendanceStatus.REFUSED:
        _report_substitute(db, context, room, found)


def _report_substitute(
    db: Session, context: TaskContext, room: ExamRoom, found: Attendance
) -> None:
    number = f"{sitting(db, _known(room.id), room.subject).business_key}-{found.admission_number}"
    report_violation(
        db,
        Violation(
            number=f"{number}-identity",
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=_known(room.id),
            enrolment_id=found.enrolment_id,
            subject=room.subject,
            behaviour=Behaviour.SUBSTITUTE,
            facts="签到时人证不符",
            stopped=True,
            reported_by=actor_id(context),
            reported_at=context.now,
        ),
    )


@service_tasks.register(gives="signed_in: list, missing: list, present: number, absent: number")
def close(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Close the list: who is still missing is absent; both are counted by the milestones."""
    room = exam_room_by_id(db, room_id)
    listed = close_list(db, room_id, room.subject, at=context.now, recorded_by=actor_id(context))
    for found in listed:
        if found.status in SAT:
            set_subject_state(db, found, "present")
        else:
            set_subject_state(db, found, "absent", _ABSENCES[AttendanceStatus(found.status)])
    sat = sum(found.status in SAT for found in listed)
    details = {"present": sat, "absent": len(listed) - sat}
    log_event(
        db,
        sitting(db, room_id, room.subject),
        "list_closed",
        at=context.now,
        actor_id=actor_id(context),
        details=details,
    )
    everybody = [(found.enrolment_id, found.subject) for found in listed]
    gone = [(found.enrolment_id, found.subject) for found in listed if found.status not in SAT]
    reach(db, context, room.session_id, "checked_in", everybody)
    reach(db, context, room.session_id, "marked", gone)
    # Who was refused counts as having sat only when that violation is decided.
    absent = {found.enrolment_id for found in listed if found.status == AttendanceStatus.ABSENT}
    reach(db, context, room.session_id, "sat", [pair for pair in gone if pair[0] in absent])
    return {**_who_is_in(db, room), **details}


_ABSENCES = {
    AttendanceStatus.ABSENT: "缺考",
    AttendanceStatus.REFUSED: "人证不符,未准入场",
}


def _known(room_id: int | None) -> int:
    if room_id is None:
        raise UnknownAttendance("room not stored")
    return room_id
