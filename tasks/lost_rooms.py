"""Service tasks for a room that is lost after the seats were given: another takes its place."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from appraisal.calendar import local_date
from appraisal.candidates import candidate_by_id
from appraisal.enrolments import Enrolment
from appraisal.equipment import check_equipment
from appraisal.notices import send_message
from appraisal.plans import plan_of
from appraisal.room_states import RoomSitting, RoomState
from appraisal.rooms import ExamRoom, Room, room_by_id, space_of
from appraisal.seating import SeatingStrategy
from appraisal.seats import Seat, replace_seats_of_room, seats_of
from appraisal.sessions import session_by_id, session_by_number
from appraisal.staff import AssignmentState, assignments_of
from appraisal.tickets import tickets_of
from engine import BpmnError, ServiceTasks, TaskContext
from tasks.exam_rooms import actor_id, stored
from tasks.seating import (
    SUBJECT_NAMES,
    assign_subject,
    rooms_to_choose,
    sitters_of,
    stations_of,
    take_room,
)

service_tasks = ServiceTasks("lost_rooms")


@service_tasks.register
def find(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """Find the session whose number is the business key."""
    return {"session_id": session_by_number(db, context.business_key).id}


@service_tasks.register
def choices(
    db: Session, *, session_id: int, given_up: Sequence[str] | None = None
) -> Mapping[str, Any]:
    """The session's rooms and the free ones; what was given up before is not offered again."""
    reserved, free = rooms_to_choose(db, session_id)
    return {
        "used_rooms": [
            {"value": key, "label": f"{room.code} {SUBJECT_NAMES.get(room.subject, '')}"}
            for key, room in reserved.items()
        ],
        "free_rooms": [
            {"value": key, "label": f"{room.code} {room.name}({room.capacity})"}
            for key, room in free.items()
            if key not in (given_up or ())
        ],
    }


@service_tasks.register
def move(
    db: Session, context: TaskContext, *, session_id: int, given_up: Sequence[str] | None = None
) -> Mapping[str, Any]:
    """Put the chosen room in the lost one's place; admission numbers stay, seats where they fit.

    Everybody else's seat stays as it is. The new room waits for its check.

    Raises:
        BpmnError: room_unsuitable: it is of another kind or for other occupations, too small, its
            equipment may not be used, or the exam has begun.
    """
    answer = context.answer("replace_room") or {}
    reserved, free = rooms_to_choose(db, session_id)
    exam_room = reserved.get(str(answer.get("from_room")))
    if exam_room is None:
        raise BpmnError("room_unsuitable", "该考场不属于本批次")
    lost = room_by_id(db, exam_room.room_id)
    before = seats_of(db, stored(exam_room.id))
    take_room(db, reserved, free, str(answer.get("to_room")), exam_room)
    exam_room.checked_at = None
    new = room_by_id(db, exam_room.room_id)
    _seat(db, exam_room, lost, new, before)
    _refuse_blocked_equipment(db, context, session_id, new)
    released = set(tickets_of(db, session_id, released=True))
    return {
        "exam_room_id": stored(exam_room.id),
        "room": new.code,
        "rooms": [
            {"exam_room_id": exam_room.id, "room": new.code, "subject": exam_room.subject}
            | {"faults": []}
        ],
        "given_up": [*(given_up or ()), str(lost.id)],
        "tickets": [one.number for _, one in before if one.id in released],
    }


def _seat(
    db: Session,
    exam_room: ExamRoom,
    lost: Room,
    new: Room,
    before: Sequence[tuple[Seat, Enrolment]],
) -> None:
    held = db.exec(
        select(RoomSitting).where(col(RoomSitting.room_id) == exam_room.id)
    ).one_or_none()
    if held is not None and held.state != RoomState.PENDING:
        raise BpmnError("room_unsuitable", "该场次已开考,请按故障处置")
    sitters = sitters_of(db, [enrolment for _, enrolment in before], exam_room.minutes)
    space = space_of(stored(exam_room.id), new, rounds=exam_room.rounds)
    if not all(space.admits(sitter) for sitter in sitters):
        raise BpmnError("room_unsuitable", f"{new.code} 不是为考生的职业配备的")
    barred = not new.accessible and any(sitter.accessible_room for sitter in sitters)
    if not barred and _seats_fit(exam_room, lost, new, [seat for seat, _ in before]):
        return
    if held is not None:
        # The room's list already says who sits where.
        raise BpmnError("room_unsuitable", f"签到名单已编好,{new.code} 放不下原座位")
    strategy = SeatingStrategy(plan_of(db, exam_room.session_id).strategy)
    found = assign_subject(sitters, [space], exam_room.subject, strategy)
    if found.unseated:
        raise BpmnError("room_unsuitable", f"{new.code} 还有 {len(found.unseated)} 人没有座位")
    replace_seats_of_room(db, exam_room, found.places, stations_of(new))


def _seats_fit(exam_room: ExamRoom, lost: Room, new: Room, seats: Sequence[Seat]) -> bool:
    """Whether everybody can keep number, row and shift in the new room."""
    if new.separate != lost.separate:
        return False
    stations = stations_of(new)
    if stations is not None and stations < (stations_of(lost) or 0):
        return False
    space = space_of(stored(exam_room.id), new, rounds=exam_room.rounds)
    return len(seats) <= space.limit and all(seat.column <= new.columns for seat in seats)


def _refuse_blocked_equipment(
    db: Session, context: TaskContext, session_id: int, room: Room
) -> None:
    session = session_by_id(db, session_id)
    on = session.exam_date or local_date(context.now)
    found = check_equipment(db, session_id, on=on, at=context.now, checked_by=actor_id(context))
    blocked = [piece.name for piece in found if piece.room_id == room.id]
    if blocked:
        raise BpmnError("room_unsuitable", f"{room.code} 的设备不可用:{'、'.join(blocked)}")


@service_tasks.register
def tell(
    db: Session, context: TaskContext, *, session_id: int, exam_room_id: int
) -> Mapping[str, Any]:
    """Tell the candidates whose tickets are out and the confirmed staff where the room is now."""
    session = session_by_id(db, session_id)
    room = db.get_one(ExamRoom, exam_room_id)
    released = set(tickets_of(db, session_id, released=True))
    people = [
        candidate_by_id(db, enrolment.candidate_id).person_id
        for _, enrolment in seats_of(db, exam_room_id)
        if enrolment.id in released
    ]
    confirmed = assignments_of(
        db, session_id, exam_room_id=exam_room_id, states=[AssignmentState.CONFIRMED]
    )
    people += [one.person_id for one in confirmed]
    for person_id in dict.fromkeys(people):
        send_message(
            db,
            session.organisation_id,
            person_id,
            "room_changed",
            about=f"{session.number}-{room.subject}-{room.code}",
            details={"room": room.code, "subject": room.subject},
            at=context.now,
        )
    return {"told": len(set(people))}
