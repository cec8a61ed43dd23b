"""Service tasks of a sitting in a room: opening the papers, start, end signal, sealing."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from appraisal.attendance import SAT, entries
from appraisal.exam_papers import CustodyAct, PaperSet, paper_sets_of, record_act
from appraisal.room_states import (
    RoomSitting,
    RoomState,
    log_event,
    move_to,
    open_papers,
    seal,
    sitting,
)
from appraisal.rooms import ExamRoom, exam_room_by_id
from appraisal.seats import seats_of
from engine import BpmnError, ServiceTasks, TaskContext
from tasks.exam_rooms import actor_id, ends_at, stored

service_tasks = ServiceTasks("exam_rooms")


@service_tasks.register(gives="intact: boolean")
def record_opening(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Record that the seal was shown and signed for, or that it was broken.

    Raises:
        BpmnError: `wrong_witness` when the two who signed did not sign in here.
    """
    answer = context.answer("open_papers") or {}
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    intact = answer.get("seal_intact") in (True, "yes")
    if not intact:
        log_event(db, found, "seal_broken", at=context.now, actor_id=actor_id(context))
        return {"intact": False}
    given = (answer.get("first_witness"), answer.get("second_witness"))
    numbers = [str(number) for number in given if number]
    present = {
        attendance.admission_number: attendance.enrolment_id
        for attendance in entries(db, room_id, room.subject)
        if attendance.status in SAT
    }
    wanted = min(2, len(present))
    if len(set(numbers)) != wanted or not set(numbers) <= set(present):
        raise BpmnError("wrong_witness", f"须由 {wanted} 名已签到的考生签字")
    open_papers(
        db,
        found,
        seal_number=str(answer.get("seal_number") or ""),
        witnesses=[present[number] for number in numbers],
        at=context.now,
        actor_id=actor_id(context),
    )
    _papers_act(db, context, room, CustodyAct.OPEN)
    return {"intact": True}


@service_tasks.register
def record_spare_papers(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Record that spare papers replace those whose seal was broken."""
    answer = context.answer("use_spare_papers") or {}
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    details = {"seal_number": str(answer.get("seal_number") or "")}
    log_event(
        db, found, "spare_papers", at=context.now, actor_id=actor_id(context), details=details
    )


def _papers_act(db: Session, context: TaskContext, room: ExamRoom, act: CustodyAct) -> None:
    # One set may serve several rooms: the first opens it, the last returns it.
    before = CustodyAct.RECEIVE if act is CustodyAct.OPEN else CustodyAct.OPEN
    person = actor_id(context)
    for papers in _papers_of(db, room):
        if papers.state == before and person is not None:
            intact = True if act is CustodyAct.OPEN else None
            record_act(db, papers, act, person_id=person, at=context.now, seal_intact=intact)


def _papers_of(db: Session, room: ExamRoom) -> list[PaperSet]:
    offers = {enrolment.offer_id for _, enrolment in seats_of(db, stored(room.id))}
    return [
        papers
        for papers in paper_sets_of(db, room.session_id)
        if papers.offer_id in offers and papers.subject == room.subject
    ]


@service_tasks.register(gives="ends_at: text, extra_time")
def start_exam(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Hand out and begin; a room that starts late has the full time."""
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    if found.state == RoomState.PENDING:
        move_to(db, found, RoomState.DISTRIBUTING, at=context.now, actor_id=actor_id(context))
    found.starts_at = max(room.starts_at, context.now)
    found.ends_at = found.starts_at + (ends_at(room) - room.starts_at)
    move_to(db, found, RoomState.RUNNING, at=context.now, actor_id=actor_id(context))
    extra = [
        {"admission_number": enrolment.admission_number, "minutes": seat.extra_minutes}
        for seat, enrolment in seats_of(db, room_id)
        if seat.extra_minutes
    ]
    return {"ends_at": found.ends_at.isoformat(), "extra_time": extra}


@service_tasks.register
def note_time_up(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Log that the planned time is over; who was granted extra time goes on."""
    room = exam_room_by_id(db, room_id)
    log_event(db, sitting(db, room_id, room.subject), "time_up", at=context.now)


@service_tasks.register
def end_signal(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Give the end signal: nobody writes any more, scripts are collected."""
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    move_to(db, found, RoomState.COLLECTING, at=context.now, actor_id=actor_id(context))


@service_tasks.register(name="seal")
def seal_room(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Record the count of what was collected and seal the room.

    Raises:
        BpmnError: `wrong_count` when the number collected is not the number who sat.
    """
    answer = context.answer("close_room") or {}
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    sat = sum(attendance.status in SAT for attendance in entries(db, room_id, room.subject))
    returned = int(answer.get("papers_returned") or 0)
    if returned != sat:
        raise BpmnError("wrong_count", f"实到 {sat} 人,收回 {returned} 份")
    found.remarks = str(answer.get("remarks") or "")
    seal(db, found, papers_returned=returned, at=context.now, actor_id=actor_id(context))
    states = select(RoomSitting.state).where(
        RoomSitting.session_id == room.session_id, RoomSitting.subject == room.subject
    )
    if all(state == RoomState.SEALED for state in db.exec(states)):
        _papers_act(db, context, room, CustodyAct.RETURN)
