"""Whom a user task is about, and who holds it: what lists add to its row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from appraisal.levels import level_name
from appraisal.occupations import Occupation
from appraisal.people import Person
from engine.user_tasks import UserTask

# Who marks does not learn whose work it is.
BLIND_DUTIES = ("marks", "assess")


@dataclass(frozen=True)
class WorklistRow:
    """One user task as the inbox shows it."""

    user_task: UserTask
    subject: str = ""
    detail: str = ""
    detail_en: str = ""
    assignee_name: str = ""


def describe(db: Session, user_tasks: Sequence[UserTask]) -> list[WorklistRow]:
    """Add to user tasks whom they are about and who holds them."""
    open_names = [task.business_key for task in user_tasks if task.duty not in BLIND_DUTIES]
    subjects = _subjects(db, open_names)
    names = person_names(db, [p for t in user_tasks for p in (t.assignee, t.completed_by) if p])
    return [
        WorklistRow(
            task,
            *(
                subjects.get(task.business_key, ("", "", ""))
                if task.duty not in BLIND_DUTIES
                else ("", "", "")
            ),
            assignee_name=names.get(task.assignee or task.completed_by or "", ""),
        )
        for task in user_tasks
    ]


def person_names(db: Session, ids: Iterable[str]) -> dict[str, str]:
    """Give the names of people by the text of their ids; what is no id is left out."""
    wanted = {int(person) for person in ids if person.isdecimal()}
    if not wanted:
        return {}
    query = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(wanted))
    return {str(person): name for person, name in db.execute(query)}


def _subjects(db: Session, keys: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Give, for enrolment numbers, the candidate and what they applied for."""
    query = (
        select(
            col(Enrolment.number),
            col(Candidate.name),
            col(Occupation.name),
            col(Enrolment.occupation_code),
            col(Enrolment.level_code),
        )
        .join(Candidate, col(Candidate.id) == col(Enrolment.candidate_id))
        .outerjoin(Occupation, col(Occupation.code) == col(Enrolment.occupation_code))
        .where(col(Enrolment.number).in_(set(keys)))
    )
    return {
        number: (
            name,
            f"{occupation or code} {level_name(level)}",
            f"{occupation or code} {level_name(level, 'en')}",
        )
        for number, name, occupation, code, level in (db.execute(query) if keys else ())
    }
