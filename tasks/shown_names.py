"""Names and words for the ids of a user task's context, for the page only: never stored."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from appraisal.candidates import candidate_by_id
from appraisal.enrolments import Enrolment
from appraisal.people import Person
from appraisal.staff import StaffAssignment
from engine.decisions.descriptions import Texts
from engine.user_tasks import UserTask
from tasks.work_subjects import BLIND_DUTIES


def row_text(texts: Mapping[str, Texts], row: str, language: str) -> str:
    """What the table's author says of a row that decided; its id if nothing is said."""
    written = texts.get(row, {})
    return written.get(language) or written.get("") or row


def worded_context(
    context: Mapping[str, Any], texts: Mapping[str, Texts], language: str
) -> dict[str, Any]:
    """A context in which rows that decided are told in words instead of by their ids."""
    return {key: _worded(value, texts, language) for key, value in context.items()}


def _worded(value: Any, texts: Mapping[str, Texts], language: str) -> Any:
    if isinstance(value, list) and value and all(one in texts for one in value if _is_id(one)):
        return [row_text(texts, one, language) if _is_id(one) else one for one in value]
    return row_text(texts, value, language) if _is_id(value) and value in texts else value


def _is_id(value: Any) -> bool:
    return isinstance(value, str)


def shown_context(db: Session, user_task: UserTask) -> dict[str, Any]:
    """The context of a user task with names in its lists of people and candidates.

    Who marks learns no names.
    """
    context: Mapping[str, Any] = user_task.context
    if user_task.duty in BLIND_DUTIES:
        return dict(context)
    return {key: _named(db, value) for key, value in context.items()}


def _named(db: Session, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_row(db, row) if isinstance(row, Mapping) else row for row in value]


def _row(db: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    named = dict(row)
    person_id = row.get("person_id") or _assigned(db, row.get("assignment_id"))
    if isinstance(person_id, int) and (person := db.get(Person, person_id)) is not None:
        named["person_name"] = person.name
    if isinstance(number := row.get("admission_number"), str):
        query = select(Enrolment.candidate_id).where(Enrolment.admission_number == number)
        if (candidate_id := db.exec(query).first()) is not None:
            named["candidate_name"] = candidate_by_id(db, candidate_id).name
    return named


def _assigned(db: Session, assignment_id: Any) -> int | None:
    if not isinstance(assignment_id, int):
        return None
    assignment = db.get(StaffAssignment, assignment_id)
    return None if assignment is None else assignment.person_id
