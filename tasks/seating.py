"""Service tasks of step 4b: rooms and seats, admission numbers, the release of tickets."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from appraisal.accommodations import (
    Accommodation,
    accommodation_facts,
    allowed_minutes,
    approved_accommodations,
)
from appraisal.applications import application_of, details_of
from appraisal.candidates import candidate_by_id
from appraisal.crypto import keyring_of
from appraisal.enrolments import Enrolment, UnknownEnrolment, enrolment_by_id
from appraisal.numbers import NumberPattern
from appraisal.organisations import organisation_by_id
from appraisal.plans import plan_of
from appraisal.room_filling import RoomSpace, Sitter
from appraisal.rooms import (
    ExamRoom,
    Room,
    RoomKind,
    active_rooms,
    exam_rooms_of,
    is_suitable,
    room_by_id,
    space_of,
)
from appraisal.seating import (
    Place,
    Seating,
    SeatingStrategy,
    assign_seats,
    neighbours,
)
from appraisal.seats import replace_seats, seated_enrolments, to_sit
from appraisal.sessions import session_by_id
from appraisal.tickets import issue_ticket, release_tickets, ticket_of, tickets_of
from engine import BpmnError, Continue, ServiceTasks, TaskContext

service_tasks = ServiceTasks("seating")

# Enrolments numbered or told of their ticket in one transaction.
CHUNK = 500
# Subjects in which a room is for one occupation, trade and level: its panel assesses that only.
ONE_GROUP_SUBJECTS = frozenset({"practical", "review"})


SUBJECT_NAMES = {"theory": "理论知识", "practical": "操作技能", "review": "综合评审"}


def sitters_of(
    db: Session, enrolments: Sequence[Enrolment], minutes: int, *, with_origin: bool = True
) -> list[Sitter]:
    """What the seat assignment needs to know of enrolments for a subject of so many minutes.

    Origins are decrypted one by one; who only counts places leaves them out.
    """
    granted = approved_accommodations(db, {one.session_id for one in enrolments})
    return [
        _sitter(
            enrolment,
            minutes,
            granted.get(enrolment.id or 0),
            affiliation_of(db, enrolment) if with_origin else "",
        )
        for enrolment in enrolments
    ]


def _sitter(
    enrolment: Enrolment, minutes: int, granted: Accommodation | None, affiliation: str
) -> Sitter:
    assert enrolment.id is not None
    facts = accommodation_facts(granted)
    return Sitter(
        enrolment_id=enrolment.id,
        group=(enrolment.occupation_code, enrolment.trade_code, enrolment.level_code),
        affiliation=affiliation,
        separate_room=facts["own_room"],
        extra_minutes=allowed_minutes(minutes, facts["extra_percent"]) - minutes,
        accessible_room="accessible_room" in facts["kinds"],
    )


def employer_of(db: Session, enrolment: Enrolment) -> str:
    """The employer a candidate stated, empty when none was."""
    assert enrolment.id is not None
    try:
        application = application_of(db, enrolment.id)
    except UnknownEnrolment:
        return ""
    candidate = candidate_by_id(db, enrolment.candidate_id)
    return str(details_of(db, application, candidate.person_id).get("employer") or "").strip()


def affiliation_of(db: Session, enrolment: Enrolment) -> str:
    """A keyed digest that is equal for candidates of one employer, empty when none is known."""
    employer = employer_of(db, enrolment)
    return keyring_of(db).blind_index("employer", employer)[:16] if employer else ""


def assign_subject(
    sitters: Sequence[Sitter],
    spaces: Sequence[RoomSpace],
    subject: str,
    strategy: SeatingStrategy,
) -> Seating:
    """Seat one subject by the rules of its kind."""
    mixed = subject not in ONE_GROUP_SUBJECTS
    return assign_seats(sitters, spaces, strategy=strategy, mixed_rooms=mixed)


@service_tasks.register(
    run="job", gives="seated: number, unseated: number, alike: number, problem: text"
)
def seat(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Seat everybody admitted, one subject a transaction, by the plan's strategy.

    `alike` counts neighbours of one employer that the people present made unavoidable.
    """
    strategy = SeatingStrategy(plan_of(db, session_id).strategy)
    wanted = to_sit(db, session_id)
    cursor = dict(context.cursor or {"done": 0, "seated": 0, "unseated": 0, "alike": 0})
    subjects = sorted(wanted)
    if cursor["done"] < len(subjects):
        subject = subjects[cursor["done"]]
        found, alike = seat_subject(db, session_id, subject, wanted[subject], strategy)
        cursor["seated"] += len(found.places)
        cursor["unseated"] += len(found.unseated)
        cursor["alike"] += alike
        cursor["done"] += 1
    if cursor["done"] < len(subjects):
        return Continue(cursor, (cursor["done"], len(subjects)))
    return {key: cursor[key] for key in ("seated", "unseated", "alike")} | {
        "problem": f"还有 {cursor['unseated']} 人次没有座位" if cursor["unseated"] else ""
    }


def seat_subject(
    db: Session,
    session_id: int,
    subject: str,
    enrolments: Sequence[Enrolment],
    strategy: SeatingStrategy,
) -> tuple[Seating, int]:
    """Seat one subject anew in its reserved rooms; also counts alike neighbours."""
    reserved = exam_rooms_of(db, session_id, subject)
    sitters = sitters_of(db, enrolments, max((room.minutes for room in reserved), default=0))
    spaces, stations = [], {}
    for exam_room in reserved:
        assert exam_room.id is not None
        room = room_by_id(db, exam_room.room_id)
        spaces.append(space_of(exam_room.id, room, rounds=exam_room.rounds))
        if (count := stations_of(room)) is not None:
            stations[exam_room.id] = count
    found = assign_subject(sitters, spaces, subject, strategy)
    replace_seats(db, session_id, subject, found.places, stations)
    return found, _alike(sitters, found.places)


def stations_of(room: Room) -> int | None:
    """The stations of a room that is used in shifts; None where everybody sits at once."""
    if RoomKind(room.kind) in (RoomKind.PRACTICAL, RoomKind.REVIEW) and not room.separate:
        return room.capacity - room.spare
    return None


def _alike(sitters: Sequence[Sitter], places: Sequence[Place]) -> int:
    origin = {sitter.enrolment_id: sitter.affiliation for sitter in sitters}
    return sum(
        bool(origin[one.enrolment_id]) and origin[one.enrolment_id] == origin[other.enrolment_id]
        for one, other in neighbours(places)
    )


@service_tasks.register(gives="used_rooms: list, free_rooms: list, strategy")
def rooms_in_use(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """The session's rooms and the free ones, for the person who moves rooms."""
    session = session_by_id(db, session_id)
    reserved = exam_rooms_of(db, session_id)
    taken = {room.room_id for room in reserved}
    free = [room for room in active_rooms(db, session.organisation_id) if room.id not in taken]
    return {
        "used_rooms": [
            {"value": str(room.id), "label": f"{room.code} {SUBJECT_NAMES.get(room.subject, '')}"}
            for room in reserved
        ],
        "free_rooms": [
            {"value": str(room.id), "label": f"{room.code} {room.name}({room.capacity})"}
            for room in free
        ],
        "strategy": plan_of(db, session_id).strategy,
    }


@service_tasks.register(gives="")
def change_rooms(
    db: Session, context: TaskContext, *, session_id: int, element: str = "fix_rooms"
) -> Mapping[str, Any]:
    """Move a subject to another room, add rooms, or change the strategy, as answered.

    Admission numbers stay as they are; who is seated anew keeps the number.

    Raises:
        BpmnError: room_unsuitable: a room is of another kind or taken already.
    """
    answer = context.answer(element) or {}
    plan = plan_of(db, session_id)
    plan.strategy = SeatingStrategy(answer.get("strategy") or plan.strategy)
    db.add(plan)
    reserved, free = rooms_to_choose(db, session_id)
    changed, wanted = answer.get("from_room"), answer.get("to_room")
    if wanted:
        source = reserved.get(str(changed)) if changed else None
        take_room(db, reserved, free, str(wanted), source, str(answer.get("subject") or ""))
    return {}


def rooms_to_choose(db: Session, session_id: int) -> tuple[dict[str, ExamRoom], dict[str, Room]]:
    """The rooms that a session has and those it may still take, by their ids as forms say them."""
    reserved = {str(room.id): room for room in exam_rooms_of(db, session_id)}
    free = {
        str(room.id): room
        for room in active_rooms(db, session_by_id(db, session_id).organisation_id)
        if room.id not in {one.room_id for one in reserved.values()}
    }
    return reserved, free


def take_room(
    db: Session,
    reserved: Mapping[str, ExamRoom],
    free: Mapping[str, Room],
    wanted: str,
    source: ExamRoom | None,
    subject: str = "",
) -> None:
    """Put a free room in the place of a reserved one, or add it for a subject.

    Raises:
        BpmnError: room_unsuitable: it is not free, or of another kind.
    """
    room = free.get(wanted)
    model = source or next((one for one in reserved.values() if one.subject == subject), None)
    if room is None or model is None:
        raise BpmnError("room_unsuitable", "所选考场不可用,或未说明科目")
    if not is_suitable(RoomKind(room.kind), model.subject):
        raise BpmnError("room_unsuitable", f"{room.code} 不适合{SUBJECT_NAMES[model.subject]}")
    if source is not None:
        # The room's row keeps its id, so that staff and seats move with it.
        assert room.id is not None
        source.room_id, source.code = room.id, room.code
        db.add(source)
    else:
        extra = ExamRoom.model_validate(
            {**model.model_dump(exclude={"id", "checked_at"}), "room_id": room.id}
        )
        extra.code = room.code
        db.add(extra)
    db.flush()


@service_tasks.register(run="job", gives="numbered: number")
def number(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Give every seated enrolment its admission number; those that have one keep it.

    What lies outside the registered range is refused when the plan is confirmed, and again here.
    """
    session = session_by_id(db, session_id)
    organisation = organisation_by_id(db, session.organisation_id)
    pattern = NumberPattern(plan_of(db, session_id).number_pattern)
    everyone = seated_enrolments(db, session_id)
    done = int(context.cursor or 0)
    for enrolment_id in everyone[done : done + CHUNK]:
        enrolment = enrolment_by_id(db, enrolment_id)
        issue_ticket(db, enrolment, session, organisation, pattern, at=context.now)
    done = min(done + CHUNK, len(everyone))
    if done < len(everyone):
        return Continue(done, (done, len(everyone)))
    return {"numbered": len(everyone)}


@service_tasks.register(gives="")
def start_release(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Start the small process that opens the tickets once the venue was checked.

    It runs beside the session: step 4 ends before step 5, on whose venue check it waits.
    """
    context.engine.start(
        db,
        "release_tickets",
        business_key=session_by_id(db, session_id).number,
        variables={"session_id": session_id},
        tenant=context.tenant,
        bundle_id=context.bundle_id,
        scopes=context.scopes,
        parent_id=context.instance_id,
    )
    return {}


@service_tasks.register(gives="expected: number")
def await_seated(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Open the milestone that counts who has got a ticket."""
    session = session_by_id(db, session_id)
    numbers = [
        enrolment_by_id(db, enrolment_id).number for enrolment_id in tickets_of(db, session_id)
    ]
    # With nobody to wait for it is reached at once, so that the session goes on.
    context.engine.open_milestone(
        db, session.number, "seated", round=session.round, subjects=numbers
    )
    return {"expected": len(numbers)}


@service_tasks.register(run="job", gives="released: number")
def release(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Open the tickets and tell every enrolment its number, 500 a transaction."""
    everyone = tickets_of(db, session_id)
    done = int(context.cursor or 0)
    chunk = everyone[done : done + CHUNK]
    release_tickets(db, chunk, at=context.now)
    for enrolment_id in chunk:
        ticket = ticket_of(db, enrolment_id)
        assert ticket is not None
        context.engine.correlate(
            db,
            "ticket_released",
            enrolment_by_id(db, enrolment_id).number,
            {"admission_number": ticket.number},
            # A repeated chunk must not tell anybody twice.
            message_id=f"ticket_released:{ticket.number}",
        )
    done = min(done + CHUNK, len(everyone))
    if done < len(everyone):
        return Continue(done, (done, len(everyone)))
    return {"released": len(everyone)}
