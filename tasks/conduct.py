"""Service tasks of step 9 实施鉴定: conditions in the room, violations, outages, supervision."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from appraisal.attendance import UnknownAttendance, entry
from appraisal.enrolments import subjects_of
from appraisal.irregularities import (
    Behaviour,
    Outage,
    Sanction,
    Violation,
    decide,
    deliver,
    hear,
    report_violation,
    violation_by_id,
    violations_of,
    voided_subjects,
)
from appraisal.room_states import RoomState, log_event, move_to, resume, sitting
from appraisal.rooms import ExamRoom, exam_room_by_id
from appraisal.supervision import SUPERVISION_CHECKS, SupervisionRecord, record_supervision
from engine import BpmnError, ServiceTasks, TaskContext
from tasks.exam_rooms import actor_id, reach

service_tasks = ServiceTasks("irregularities")
supervision_tasks = ServiceTasks("supervision")

# What a message from outside may say of an incident; anything else is logged as "other".
_INCIDENT_KINDS = ("violation", "outage", "injury", "evacuation", "other")


@service_tasks.register
def note(db: Session, context: TaskContext, *, room_id: int, incident: Mapping[str, Any]) -> None:
    """Log what somebody outside the room reported, for the record of the room."""
    room = exam_room_by_id(db, room_id)
    kind = incident.get("kind")
    log_event(
        db,
        sitting(db, room_id, room.subject),
        "incident_reported",
        at=context.now,
        actor_id=actor_id(context),
        details={"kind": kind if kind in _INCIDENT_KINDS else "other"},
    )


@service_tasks.register(gives="event")
def record_conditions(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Keep what the invigilators recorded: equipment, remarks, violations.

    Raises:
        BpmnError: `unknown_candidate` when a violation names nobody who sits here.
    """
    answer = context.answer("invigilate") or {}
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    for row in answer.get("violations") or []:
        _report(db, context, room, found.business_key, row)
    event = str(answer.get("event") or "finished")
    details = {"event": event, "equipment": str(answer.get("equipment") or "normal")}
    log_event(db, found, "conditions", at=context.now, actor_id=actor_id(context), details=details)
    if remarks := str(answer.get("remarks") or ""):
        found.remarks = remarks
        db.add(found)
    return {"event": event}


def _report(
    db: Session,
    context: TaskContext,
    room: ExamRoom,
    business_key: str,
    row: Mapping[str, Any],
) -> None:
    number = str(row.get("admission_number") or "")
    try:
        attendance = entry(db, _id(room.id), room.subject, number)
    except UnknownAttendance as error:
        raise BpmnError("unknown_candidate", f"本考场没有准考证号 {number}") from error
    known = violations_of(db, room.session_id, enrolment_id=attendance.enrolment_id)
    serial = sum(violation.subject == room.subject for violation in known) + 1
    report_violation(
        db,
        Violation(
            number=f"{business_key}-{number}-{serial}",
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=_id(room.id),
            enrolment_id=attendance.enrolment_id,
            subject=room.subject,
            behaviour=Behaviour(row["behaviour"]),
            repeated=row.get("repeated") is True,
            facts=str(row.get("facts") or ""),
            stopped=row.get("stopped") is True,
            reported_by=actor_id(context),
            reported_at=context.now,
        ),
    )


@service_tasks.register
def pause(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Stop the clock of the room."""
    room = exam_room_by_id(db, room_id)
    move_to(
        db,
        sitting(db, room_id, room.subject),
        RoomState.PAUSED,
        at=context.now,
        actor_id=actor_id(context),
    )


@service_tasks.register(
    gives="cause: text, stage: text, minutes: number, answers_saved: boolean, "
    "affected: text, affected_count: number"
)
def read_outage(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Give table D10 what the chief reported."""
    answer = context.answer("report_outage") or {}
    return {
        "cause": str(answer.get("cause") or "power"),
        "stage": str(answer.get("stage") or "running"),
        "minutes": int(answer.get("minutes") or 0),
        "answers_saved": answer.get("answers_saved") in (True, "yes"),
        "affected": str(answer.get("affected") or "all"),
        "affected_count": int(answer.get("affected_count") or 0),
    }


@service_tasks.register(gives="ends_at: text")
def apply_outage(
    db: Session,
    context: TaskContext,
    *,
    room_id: int,
    outage: Mapping[str, Any],
    remedy: Mapping[str, Any],
    rows: Sequence[str],
) -> Mapping[str, Any]:
    """Keep the outage with the deciding rows and let the room go on unless it is moved."""
    room = exam_room_by_id(db, room_id)
    extra = int(remedy.get("extra_minutes") or 0)
    db.add(
        Outage(
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=room_id,
            subject=room.subject,
            cause=str(outage["cause"]),
            stage=str(outage["stage"]),
            minutes=int(outage["minutes"]),
            answers_saved=bool(outage["answers_saved"]),
            affected=int(outage["affected_count"]),
            action=str(remedy["action"]),
            extra_minutes=extra,
            rows=list(rows),
            facts=str((context.answer("report_outage") or {}).get("facts") or ""),
            reported_by=actor_id(context),
            occurred_at=context.now,
        )
    )
    found = sitting(db, room_id, room.subject)
    if remedy["action"] != "reschedule":
        resume(db, found, extra_minutes=extra, at=context.now)
    return {"ends_at": found.ends_at.isoformat()}


@service_tasks.register(gives="number, behaviour, repeated, contested: boolean")
def record_hearing(db: Session, context: TaskContext, *, violation_id: int) -> Mapping[str, Any]:
    """Record that the candidate was told and heard; give table D9 what was found."""
    answer = context.answer("hear_candidate") or {}
    violation = violation_by_id(db, violation_id)
    hear(violation, contested=answer.get("contested") in (True, "yes"), at=context.now)
    if behaviour := answer.get("behaviour"):
        violation.behaviour = Behaviour(behaviour)
    if (repeated := answer.get("repeated")) is not None:
        violation.repeated = repeated in (True, "yes")
    db.add(violation)
    return {
        "number": violation.number,
        "behaviour": violation.behaviour,
        "repeated": violation.repeated,
        "contested": bool(violation.contested),
    }


@service_tasks.register(gives="sanction")
def record_decision(
    db: Session,
    context: TaskContext,
    *,
    violation_id: int,
    proposal: Mapping[str, Any],
    rows: Sequence[str],
) -> Mapping[str, Any]:
    """Record the written decision; where it voids subjects, they are void from now on."""
    element = "decide_by_director" if proposal["approval"] == "director" else "decide_by_chief"
    answer = context.answer(element) or {}
    violation = violation_by_id(db, violation_id)
    follows = answer.get("follows") in (True, "yes", None)
    sanction = Sanction(proposal["sanction"] if follows else answer["sanction"])
    decide(
        violation,
        sanction=sanction,
        record_years=int(proposal["record_years"]) if follows else 0,
        # Only where the person followed the table do its rows decide.
        rows=list(rows) if follows else [],
        reason=str(answer.get("reason") or ""),
        decided_by=actor_id(context),
        at=context.now,
    )
    db.add(violation)
    subjects = subjects_of(db, violation.enrolment_id)
    void = voided_subjects(violation, [subject.subject for subject in subjects])
    for subject in subjects:
        if subject.subject in void and subject.state not in ("exempt", "passed_earlier"):
            subject.state, subject.basis = "void", f"处理决定书 {violation.number}"
            db.add(subject)
    return {"sanction": sanction.value}


@service_tasks.register
def record_delivery(db: Session, context: TaskContext, *, violation_id: int) -> None:
    """Record the delivery; when it was the last open case, the candidate counts as having sat."""
    violation = violation_by_id(db, violation_id)
    deliver(violation, at=context.now)
    db.add(violation)
    open_cases = [
        other
        for other in violations_of(db, violation.session_id, enrolment_id=violation.enrolment_id)
        if other.state != "delivered" and other.subject == violation.subject
    ]
    if not open_cases:
        reach(
            db, context, violation.session_id, "sat", [(violation.enrolment_id, violation.subject)]
        )


@supervision_tasks.register(name="record")
def record_room_supervision(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Keep the internal supervisor's check list, findings and advice."""
    answer = context.answer("supervise") or {}
    room = exam_room_by_id(db, room_id)
    record_supervision(
        db,
        SupervisionRecord(
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=room_id,
            supervisor_id=actor_id(context),
            checks={key: str(answer.get(key) or "not_seen") for key in SUPERVISION_CHECKS},
            findings=str(answer.get("findings") or ""),
            advice=str(answer.get("advice") or ""),
            recorded_at=context.now,
        ),
    )


def _id(value: int | None) -> int:
    if value is None:
        raise UnknownAttendance("room not stored")
    return value
