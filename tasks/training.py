"""Service tasks of step 6: classes that candidates may attend, never have to."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from appraisal.enrolments import Enrolment, active_enrolments
from appraisal.people import person_by_id, person_by_sign_in_name
from appraisal.sessions import session_by_id
from appraisal.training import (
    TrainingClass,
    classes_of,
    close_class,
    open_class,
    record_attendance,
    record_baselines,
    trainees_of,
)
from engine import BpmnError, ServiceTasks, TaskContext

service_tasks = ServiceTasks("training")

# Candidates shown in a list; a class is a small set.
MOST_TRAINEES = 200


@service_tasks.register(gives="training_wanted: boolean, candidates: list")
def wanted(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Whether the session wants training, and whom it can be offered."""
    enrolled = active_enrolments(db, session_id)
    session = session_by_id(db, session_id)
    return {
        "training_wanted": bool(session.training_wanted and enrolled),
        "candidates": [
            {"value": enrolment.number, "label": enrolment.number}
            for enrolment in enrolled[:MOST_TRAINEES]
        ],
    }


@service_tasks.register(name="open", gives="class_id, participants: number")
def open_training(
    db: Session, context: TaskContext, *, session_id: int, element: str = "open_class"
) -> Mapping[str, Any]:
    """Open the class with those who asked to come; its teachers enter the conflict register.

    Raises:
        BpmnError: class_refused: a teacher or a participant is unknown.
    """
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    chosen = [str(number) for number in answer.get("participants") or []]
    known = {enrolment.number: enrolment for enrolment in active_enrolments(db, session_id)}
    unknown = [number for number in chosen if number not in known]
    if unknown:
        raise BpmnError("class_refused", f"报名号不存在:{'、'.join(unknown)}")
    training_class = TrainingClass(
        organisation_id=session.organisation_id,
        session_id=session_id,
        name=str(answer.get("name") or "考前培训班"),
        hours=int(answer.get("hours") or 8),
        starts_on=date.fromisoformat(str(answer.get("starts_on") or context.today)),
        place=str(answer.get("place") or ""),
        plan=str(answer.get("plan") or ""),
        opened_at=context.now,
    )
    teachers = _teachers(db, context, session.organisation_id, str(answer.get("teachers") or ""))
    open_class(db, training_class, teachers, [known[number] for number in dict.fromkeys(chosen)])
    return {"class_id": training_class.id, "participants": len(set(chosen))}


def _teachers(db: Session, context: TaskContext, organisation_id: int, names: str) -> list[int]:
    """People by their sign-in names; without any, whoever opened the class teaches it."""
    teachers = []
    for name in names.replace(",", " ").replace("、", " ").replace(",", " ").split():
        person = person_by_sign_in_name(db, name)
        if person is None or person.organisation_id != organisation_id or person.id is None:
            raise BpmnError("class_refused", f"没有工号为 {name} 的人员")
        teachers.append(person.id)
    if not teachers and context.actor and context.actor.isdecimal():
        teachers.append(person_by_id(db, int(context.actor)).id or 0)
    return teachers


def _current(db: Session, session_id: int) -> TrainingClass:
    return classes_of(db, session_id)[-1]


@service_tasks.register(gives="trainees: list, hours")
def trainees(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """The participants with what is known of them, as rows of the next list."""
    training_class = _current(db, session_id)
    rows: list[tuple[Any, Enrolment]] = list(trainees_of(db, training_class.id or 0))
    return {
        "trainees": [
            {"number": enrolment.number, "hours": row.hours_attended} for row, enrolment in rows
        ],
        "hours": training_class.hours,
    }


@service_tasks.register(gives="attended: number")
def attendance(
    db: Session, context: TaskContext, *, session_id: int, element: str = "record_attendance"
) -> Mapping[str, Any]:
    """Keep the hours attended; the form lists exactly the participants."""
    answer = context.answer(element) or {}
    hours = {str(row["number"]): int(row.get("hours") or 0) for row in answer.get("trainees") or []}
    record_attendance(db, _current(db, session_id), hours)
    return {"attended": sum(value > 0 for value in hours.values())}


@service_tasks.register(gives="marked: number")
def baseline(
    db: Session, context: TaskContext, *, session_id: int, element: str = "record_baseline"
) -> Mapping[str, Any]:
    """Keep the baseline marks and end the class; they never count towards a result."""
    answer = context.answer(element) or {}
    points = {
        str(row["number"]): Decimal(str(row["points"]))
        for row in answer.get("trainees") or []
        if row.get("points") is not None
    }
    training_class = _current(db, session_id)
    record_baselines(db, training_class, points)
    close_class(db, training_class, at=context.now)
    return {"marked": len(points)}
