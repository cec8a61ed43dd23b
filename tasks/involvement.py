"""What a user task or an instance is about: the batch and the enrolments concerned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from appraisal.marks import Work
from appraisal.sessions import AppraisalSession
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask

_DEEPEST = 20
_ENROLMENT = select(Enrolment.id, Enrolment.session_id)
_SESSION = select(AppraisalSession.id)


@dataclass(frozen=True)
class Place:
    """Where a user task belongs: its batch, and the one enrolment it is about, if any."""

    session_id: int
    enrolment_id: int | None = None


def place_of(db: Session, business_key: str, instance_id: UUID | None) -> Place | None:
    """The batch that a business key belongs to: its own, its enrolment's, or its parent's."""
    key: str | None = business_key
    for _ in range(_DEEPEST):
        if key is None:
            return None
        enrolment = db.execute(_ENROLMENT.where(Enrolment.number == key)).one_or_none()
        if enrolment is not None:
            return Place(enrolment.session_id, enrolment.id)
        session = db.execute(_SESSION.where(AppraisalSession.number == key)).one_or_none()
        if session is not None:
            return Place(session.id)
        if instance_id is None:
            return None
        key, instance_id = _parent(db, instance_id)
    return None


def concerned_enrolments(db: Session, user_task: UserTask, place: Place) -> list[int]:
    """The enrolments a user task decides about, where it is about single ones."""
    found: set[int | None] = {place.enrolment_id, *_named(user_task.context)}
    blind_code = user_task.context.get("blind_code") or user_task.context.get("work")
    if isinstance(blind_code, str):
        query = select(Work.enrolment_id).where(
            Work.session_id == place.session_id, Work.blind_code == blind_code
        )
        found.update(db.exec(query).all())
    return sorted(one for one in found if one is not None)


def person_of_enrolment(db: Session, enrolment_number: str) -> int | None:
    """Whose enrolment a number is."""
    return db.exec(
        select(Candidate.person_id)
        .join(Enrolment, col(Enrolment.candidate_id) == Candidate.id)
        .where(Enrolment.number == enrolment_number)
    ).first()


def _named(context: Mapping[str, Any]) -> list[int]:
    one, many = context.get("enrolment_id"), context.get("enrolment_ids")
    given = [one, *(many if isinstance(many, list) else [])]
    return [value for value in given if isinstance(value, int)]


def _parent(db: Session, instance_id: UUID) -> tuple[str | None, UUID | None]:
    parent_id = db.exec(
        select(ProcessInstance.parent_id).where(ProcessInstance.id == instance_id)
    ).first()
    if parent_id is None:
        return None, None
    key = db.exec(
        select(ProcessInstance.business_key).where(ProcessInstance.id == parent_id)
    ).first()
    return key, parent_id
