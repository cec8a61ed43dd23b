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
from appraisal.sessions import AppraisalSession
from engine.user_tasks import UserTask

# Who marks does not learn whose work it is.
BLIND_DUTIES = ("marks", "assess")
_NOBODY = ("", "", "")


@dataclass(frozen=True)
class WorklistRow:
    """One user task as the inbox shows it."""

    user_task: UserTask
    subject: str = ""
    detail: str = ""
    detail_en: str = ""
    assignee_name: str = ""


def describe(
    db: Session, user_tasks: Sequence[UserTask], *, with_names: bool = True
) -> list[WorklistRow]:
    """Add to user tasks who holds them and, unless they are blind, whom they are about."""
    named = [task for task in user_tasks if with_names and task.duty not in BLIND_DUTIES]
    known = _subjects(db, [task.business_key for task in named])
    subjects = {task.id: known.get(task.business_key, _NOBODY) for task in named}
    names = person_names(db, [p for t in user_tasks for p in (t.assignee, t.completed_by) if p])
    return [
        WorklistRow(
            task,
            *subjects.get(task.id, _NOBODY),
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


def session_names(db: Session, keys: Iterable[str]) -> dict[str, str]:
    """Give, for business keys, the name of the session they belong to.

    A key is the session's number, or begins with it and a hyphen.
    """
    parts = {key: key.split("-") for key in set(keys)}
    numbers = {key: {"-".join(p[:n]) for n in range(1, len(p) + 1)} for key, p in parts.items()}
    wanted = set().union(*numbers.values()) if numbers else set()
    query = select(col(AppraisalSession.number), col(AppraisalSession.name)).where(
        col(AppraisalSession.number).in_(wanted)
    )
    names = {number: name for number, name in db.execute(query)} if wanted else {}
    return {
        key: names[max(known, key=len)]
        for key, found in numbers.items()
        if (known := found & names.keys())
    }
