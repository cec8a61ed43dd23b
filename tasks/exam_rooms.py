"""Service tasks of the rooms of a session: starting them, their lists, moving, milestones."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from appraisal.attendance import SAT, Attendance, AttendanceStatus, entries, expect
from appraisal.calendar import LOCAL
from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.irregularities import violations_of
from appraisal.marks import Work, marks_of
from appraisal.room_states import (
    RoomSitting,
    WrongRoomState,
    reschedule,
    sitting,
)
from appraisal.rooms import ExamRoom, exam_room_by_id, exam_rooms_of, room_business_key
from appraisal.schemes import scheme_by_id, subject_content
from appraisal.seats import seats_of
from appraisal.sessions import AppraisalSession, SessionOffer, session_by_id
from appraisal.staff import assignments_of, card_of, staff_of_room
from engine import BpmnError, Continue, ServiceTasks, TaskContext
from engine.milestones import count_milestone
from tasks.industries import place_for

service_tasks = ServiceTasks("exam_rooms")

# Rooms started in one transaction.
CHUNK = 50
# Each counts one subject of one enrolment; all open before the first room starts.
MILESTONES = ("checked_in", "sat", "marked")


def actor_id(context: TaskContext) -> int | None:
    """The person on whose act a service task runs; None when a timer or job drives it."""
    return int(context.actor) if context.actor and context.actor.isdecimal() else None


def seated_subjects(db: Session, room: ExamRoom) -> list[tuple[Enrolment, EnrolmentSubject]]:
    """Who is to sit in a room: seated there and neither exempt nor absent beforehand."""
    seated = {enrolment.id: enrolment for _, enrolment in seats_of(db, stored(room.id))}
    query = select(EnrolmentSubject).where(
        col(EnrolmentSubject.enrolment_id).in_(seated),
        EnrolmentSubject.subject == room.subject,
        EnrolmentSubject.state == "to_sit",
    )
    return [(seated[found.enrolment_id], found) for found in db.exec(query)]


def milestone_subject(enrolment_number: str, subject: str) -> str:
    """What the milestones of the exam count."""
    return f"{enrolment_number}:{subject}"


def reach(
    db: Session,
    context: TaskContext,
    session_id: int,
    name: str,
    subjects: Iterable[tuple[int, str]],
) -> None:
    """Count (enrolment, subject) pairs as having come so far."""
    session = session_by_id(db, session_id)
    for enrolment_id, subject in subjects:
        enrolment = db.get_one(Enrolment, enrolment_id)
        about = milestone_subject(enrolment.number, subject)
        context.engine.reach_milestone(db, session.number, name, round=session.round, subject=about)


@service_tasks.register(run="job", gives="rooms: number, expected: number")
def start(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Open the milestones and start one instance for each room in which somebody sits."""
    session = session_by_id(db, session_id)
    seated = {stored(room.id): seated_subjects(db, room) for room in exam_rooms_of(db, session_id)}
    expected = [
        milestone_subject(enrolment.number, subject.subject)
        for pairs in seated.values()
        for enrolment, subject in pairs
    ]
    done = int(context.cursor or 0)
    if done == 0 and expected:
        for name in MILESTONES:
            context.engine.open_milestone(
                db, session.number, name, round=session.round, subjects=expected
            )
    rooms = [exam_room_by_id(db, room_id) for room_id, pairs in seated.items() if pairs]
    _start_rooms(db, context, session, rooms[done : done + CHUNK])
    done = min(done + CHUNK, len(rooms))
    if done < len(rooms):
        return Continue(done, (done, len(rooms)))
    return {"rooms": len(rooms), "expected": len(expected)}


def _start_rooms(
    db: Session, context: TaskContext, session: AppraisalSession, rooms: Iterable[ExamRoom]
) -> None:
    for room in rooms:
        key = room_business_key(session.number, room.code, room.subject)
        known = select(RoomSitting).where(RoomSitting.business_key == key)
        if db.exec(known).one_or_none() is not None:
            continue
        db.add(
            RoomSitting(
                organisation_id=room.organisation_id,
                session_id=room.session_id,
                room_id=stored(room.id),
                subject=room.subject,
                business_key=key,
                starts_at=room.starts_at,
                ends_at=ends_at(room),
            )
        )
        _start_room(db, context, session, room, key)


def _start_room(
    db: Session, context: TaskContext, session: AppraisalSession, room: ExamRoom, key: str
) -> None:
    occupations = {enrolment.occupation_code for enrolment, _ in seated_subjects(db, room)}
    place = place_for(context, session, occupations)
    context.engine.start_many(
        db,
        "exam_room",
        [(key, {"room_id": room.id, "session_id": room.session_id, "subject": room.subject})],
        bundle_id=place.bundle_id,
        scopes=place.scopes,
        tenant=context.tenant,
        parent_id=context.instance_id,
        actor=context.actor,
    )


@service_tasks.register(name="expect", gives="expected")
def expect_milestone(
    db: Session, context: TaskContext, *, session_id: int, milestone: str
) -> Mapping[str, Any]:
    """How many (enrolment, subject) pairs the milestone counts.

    Step 8 opens it before the first room starts; where it did not run, it is opened here.
    """
    session = session_by_id(db, session_id)
    expected = count_milestone(db, session.number, milestone, round=session.round)[1]
    if expected is None:
        subjects = _all_subjects(db, session_id)
        expected = len(subjects)
        if subjects:
            context.engine.open_milestone(
                db, session.number, milestone, round=session.round, subjects=subjects
            )
    return {"expected": expected}


def _all_subjects(db: Session, session_id: int) -> list[str]:
    listed = db.exec(select(Attendance).where(Attendance.session_id == session_id))
    pairs = [(db.get_one(Enrolment, one.enrolment_id).number, one.subject) for one in listed]
    for room in exam_rooms_of(db, session_id):
        pairs += [(one.number, room.subject) for one, _ in seated_subjects(db, room)]
    return [milestone_subject(number, subject) for number, subject in dict.fromkeys(pairs)]


@service_tasks.register(
    gives="form, papers_needed: boolean, papers_awaited: boolean, "
    "violations: list, signed_in: list, missing: list, expected, staff"
)
def prepare(db: Session, *, room_id: int) -> Mapping[str, Any]:
    """Put the seated on the room's list and say what the room's tasks show."""
    room = exam_room_by_id(db, room_id)
    pairs = seated_subjects(db, room)
    expect(
        db,
        [
            Attendance(
                organisation_id=room.organisation_id,
                session_id=room.session_id,
                room_id=room_id,
                enrolment_id=stored(enrolment.id),
                subject=room.subject,
                admission_number=enrolment.admission_number or enrolment.number,
            )
            for enrolment, _ in pairs
        ],
    )
    db.flush()
    forms = {subject_form(db, enrolment, room.subject) for enrolment, _ in pairs}
    return {
        "form": sorted(forms)[0] if forms else "practical",
        "papers_needed": room.subject != "review",
        "papers_awaited": room.subject != "review",
        "violations": [],
        "signed_in": [],
        "missing": [],
        "expected": room_list(db, room),
        "staff": _staff_rows(db, room),
    }


def room_list(db: Session, room: ExamRoom) -> list[dict[str, Any]]:
    """The list that the check-in form shows, by admission number."""
    seats = {seat.enrolment_id: seat.number for seat, _ in seats_of(db, stored(room.id))}
    return [
        {"admission_number": found.admission_number, "seat": seats.get(found.enrolment_id, 0)}
        for found in entries(db, stored(room.id), room.subject)
        if found.status == AttendanceStatus.EXPECTED
    ]


def subject_form(db: Session, enrolment: Enrolment, subject: str) -> str:
    """How the scheme examines a subject: paper, machine, practical, oral or thesis_defence."""
    return str(scheme_subject(db, enrolment, subject).get("form", subject))


def scheme_subject(db: Session, enrolment: Enrolment, subject: str) -> dict[str, Any]:
    """What the scheme of an enrolment says about a subject."""
    offer = db.get_one(SessionOffer, enrolment.offer_id)
    return subject_content(scheme_by_id(db, offer.scheme_id), enrolment.level_code, subject)


def _staff_rows(db: Session, room: ExamRoom) -> list[dict[str, Any]]:
    posts = ("chief_invigilator", "invigilator", "assessor", "internal_supervisor")
    rows = []
    for post in posts:
        here = staff_of_room(db, stored(room.id), post)
        of_session = [
            found
            for found in assignments_of(db, room.session_id, post=post)
            if found.exam_room_id is None
        ]
        for assignment in [*here, *of_session]:
            card = card_of(db, assignment.person_id)
            rows.append(
                {
                    "person_id": assignment.person_id,
                    "duty": post,
                    "card_number": card.number if card and post == "assessor" else "",
                }
            )
    return rows


@service_tasks.register(
    name="reschedule", gives="expected, signed_in: list, missing: list, papers_awaited: boolean"
)
def reschedule_room(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Move a sitting that could not go on; who is marked already keeps the mark.

    Raises:
        BpmnError: `wrong_time` when the new time does not lie ahead.
    """
    answer = context.answer("fix_new_time") or {}
    room = exam_room_by_id(db, room_id)
    found = sitting(db, room_id, room.subject)
    starts_at = local_moment(str(answer.get("starts_at") or ""))
    if starts_at is None:
        raise BpmnError("wrong_time", "考试时间无效")
    try:
        reschedule(db, found, starts_at=starts_at, at=context.now)
    except WrongRoomState as error:
        raise BpmnError("wrong_time", "新的考试时间须晚于现在") from error
    room.starts_at = starts_at
    db.add(room)
    for attendance in entries(db, room_id, room.subject):
        if attendance.status in SAT and not _is_marked(db, attendance):
            _expect_again(db, attendance)
    # The spare papers of a moved sitting are kept under seal at the site: nobody brings any.
    return {
        "expected": room_list(db, room),
        "signed_in": [],
        "missing": [],
        "papers_awaited": False,
    }


def _is_marked(db: Session, attendance: Attendance) -> bool:
    query = select(Work.id).where(
        Work.enrolment_id == attendance.enrolment_id, Work.subject == attendance.subject
    )
    return any(work_id is not None and marks_of(db, work_id) for work_id in db.exec(query))


def _expect_again(db: Session, attendance: Attendance) -> None:
    attendance.status, attendance.identity = AttendanceStatus.EXPECTED, None
    attendance.signed_in_at, attendance.minutes_late, attendance.goes_last = None, 0, False
    set_subject_state(db, attendance, "to_sit")


def set_subject_state(db: Session, attendance: Attendance, state: str, basis: str = "") -> None:
    """Carry what happened in the room over into the enrolment's subject."""
    query = select(EnrolmentSubject).where(
        EnrolmentSubject.enrolment_id == attendance.enrolment_id,
        EnrolmentSubject.subject == attendance.subject,
    )
    found = db.exec(query).one()
    found.state, found.basis = state, basis
    db.add_all([found, attendance])


@service_tasks.register(gives="violations: list, marking_form: machine | none | paper")
def conclude(db: Session, context: TaskContext, *, room_id: int) -> Mapping[str, Any]:
    """Count who sat and say what is left: violations to decide, scripts to mark.

    Whoever has a violation counts only once its decision is delivered.
    """
    room = exam_room_by_id(db, room_id)
    open_cases = [
        violation
        for violation in violations_of(db, room.session_id)
        if violation.room_id == room_id and violation.state != "delivered"
    ]
    waiting = {violation.enrolment_id for violation in open_cases}
    sat = [a for a in entries(db, room_id, room.subject) if a.status in SAT]
    for attendance in sat:
        enrolment = db.get_one(Enrolment, attendance.enrolment_id)
        if enrolment.state in ("admitted", "ticketed"):
            enrolment.state = "sat"
            db.add(enrolment)
    reach(
        db,
        context,
        room.session_id,
        "sat",
        [(a.enrolment_id, a.subject) for a in sat if a.enrolment_id not in waiting],
    )
    form = str(context.variables.get("form") or "paper")
    theory = room.subject == "theory" and bool(sat)
    return {
        "violations": [violation.id for violation in open_cases],
        "marking_form": ("machine" if form == "machine" else "paper") if theory else "none",
    }


def local_moment(text: str) -> datetime | None:
    """Read a local date and time as a form gives it; None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)


def ends_at(room: ExamRoom) -> datetime:
    """When a room is planned to end, all its shifts counted."""
    return room.starts_at + timedelta(minutes=room.minutes * room.rounds)


def stored(value: int | None) -> int:
    """The id of a stored row."""
    if value is None:
        raise WrongRoomState("not stored yet")
    return value
