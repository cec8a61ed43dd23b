"""Form fields bound to the domain: `jc:bind` names where a value goes when an answer is kept."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from appraisal.candidates import candidate_by_id, set_phone
from appraisal.enrolments import Enrolment, enrolment_by_id
from appraisal.errors import AppraisalError
from appraisal.sessions import AppraisalSession, session_by_id
from engine.user_tasks import UserTask
from tasks.actors import Actor
from tasks.involvement import Place, place_of


class UnknownBinding(AppraisalError):
    """A form binds a field to something that cannot be written."""


class BindingRefused(AppraisalError):
    """The actor may not write this, or the user task is not about such a thing."""


Writer = Callable[[Session, Actor, Place, Any], None]


def _write_phone(db: Session, actor: Actor, place: Place, value: Any) -> None:
    enrolment = _enrolment(db, place)
    candidate = candidate_by_id(db, enrolment.candidate_id)
    # A reviewer never edits a candidate's facts; only the candidate does.
    if candidate.person_id != actor.person_id:
        raise BindingRefused("candidate.phone")
    set_phone(db, candidate, str(value or ""))


def _write_session(field: str) -> Writer:
    def write(db: Session, _: Actor, place: Place, value: Any) -> None:
        session = session_by_id(db, place.session_id)
        changed = AppraisalSession.model_validate({**session.model_dump(), field: value})
        setattr(session, field, getattr(changed, field))
        db.add(session)

    return write


WRITERS: dict[str, Writer] = {
    "candidate.phone": _write_phone,
    "session.name": _write_session("name"),
    "session.site": _write_session("site"),
    "session.training_wanted": _write_session("training_wanted"),
    "session.filing_required": _write_session("filing_required"),
}


def write_bindings(
    db: Session, actor: Actor, user_task: UserTask, values: Mapping[str, Any]
) -> None:
    """Write an answer's bound fields to the domain.

    Raises:
        UnknownBinding: A name is bound to nothing; publishing refuses such forms.
        BindingRefused: Not by this actor, or not in this user task.
    """
    if not values:
        return
    place = place_of(db, user_task.business_key, user_task.instance_id)
    for name, value in values.items():
        writer = WRITERS.get(name)
        if writer is None:
            raise UnknownBinding(name)
        if place is None:
            raise BindingRefused(name)
        writer(db, actor, place, value)


def _enrolment(db: Session, place: Place) -> Enrolment:
    if place.enrolment_id is None:
        raise BindingRefused("enrolment")
    return enrolment_by_id(db, place.enrolment_id)
