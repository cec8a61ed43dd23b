"""Service tasks of the comprehensive review (综合评审): thesis and order of defences."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from appraisal.attendance import SAT, entries
from appraisal.candidates import candidate_by_id
from appraisal.enrolments import Enrolment, EnrolmentSubject, enrolment_by_id, subjects_of
from appraisal.reviews import (
    DrawnTurn,
    Thesis,
    ask_for_thesis,
    draw_turns,
    give_up_review,
    hand_in_thesis,
    thesis_of,
)
from appraisal.rooms import ExamRoom, exam_room_by_id
from appraisal.sessions import session_by_id
from engine import ServiceTasks, TaskContext

service_tasks = ServiceTasks("reviews")


@service_tasks.register(gives="wanted: boolean, person_id, due_on: text")
def ask(db: Session, *, enrolment_id: int) -> Mapping[str, Any]:
    """Ask for the thesis where the enrolment has a review to sit."""
    enrolment = enrolment_by_id(db, enrolment_id)
    session = session_by_id(db, enrolment.session_id)
    if _review(db, enrolment) is None or session.exam_date is None:
        return {"wanted": False, "person_id": None, "due_on": None}
    thesis = ask_for_thesis(
        db,
        organisation_id=enrolment.organisation_id,
        session_id=enrolment.session_id,
        enrolment_id=enrolment_id,
        exam_date=session.exam_date,
    )
    return {
        "wanted": thesis.state == "due",
        "person_id": candidate_by_id(db, enrolment.candidate_id).person_id,
        "due_on": thesis.due_on.isoformat(),
    }


def _review(db: Session, enrolment: Enrolment) -> EnrolmentSubject | None:
    assert enrolment.id is not None
    for subject in subjects_of(db, enrolment.id):
        if subject.subject == "review" and subject.state == "to_sit":
            return subject
    return None


@service_tasks.register(gives="thesis: handed_in | given_up")
def hand_in(db: Session, context: TaskContext, *, enrolment_id: int) -> Mapping[str, Any]:
    """Take the thesis in, or record that the candidate gives the review up."""
    answer = context.answer("submit_thesis") or {}
    if answer.get("decision") == "give_up":
        return give_up(db, context, enrolment_id=enrolment_id)
    thesis = _asked(db, enrolment_id)
    hand_in_thesis(
        db,
        thesis,
        title=str(answer.get("thesis_title") or ""),
        file_key=next((str(file["sha256"]) for file in answer.get("thesis_file") or []), None),
        at=context.now,
        today=context.today,
    )
    return {"thesis": "handed_in"}


@service_tasks.register(gives="thesis: text")
def give_up(db: Session, context: TaskContext, *, enrolment_id: int) -> Mapping[str, Any]:
    """Give the review up: its subject counts as absent."""
    give_up_review(db, _asked(db, enrolment_id), at=context.now)
    subject = _review(db, enrolment_by_id(db, enrolment_id))
    if subject is not None:
        subject.state, subject.basis = "absent", "未按时提交论文,视为放弃综合评审"
        db.add(subject)
    return {"thesis": "given_up"}


def _asked(db: Session, enrolment_id: int) -> Thesis:
    thesis = thesis_of(db, enrolment_id)
    if thesis is None:
        enrolment = enrolment_by_id(db, enrolment_id)
        exam_date = session_by_id(db, enrolment.session_id).exam_date
        assert exam_date is not None
        thesis = ask_for_thesis(
            db,
            organisation_id=enrolment.organisation_id,
            session_id=enrolment.session_id,
            enrolment_id=enrolment_id,
            exam_date=exam_date,
        )
    return thesis


@service_tasks.register
def draw(db: Session, context: TaskContext, *, room_id: int) -> None:
    """Draw turns or stations of a room in which no sealed papers are opened."""
    draw_room(db, context, exam_room_by_id(db, room_id))


def draw_room(db: Session, context: TaskContext, room: ExamRoom) -> list[DrawnTurn]:
    """Draw for everybody who is in and has no place yet."""
    assert room.id is not None
    present = [found for found in entries(db, room.id, room.subject) if found.status in SAT]
    return draw_turns(
        db,
        organisation_id=room.organisation_id,
        session_id=room.session_id,
        room_id=room.id,
        enrolments_present=[found.enrolment_id for found in present],
        at=context.now,
    )
