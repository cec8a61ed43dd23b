"""What a user task or an instance is about: the batch and the enrolments concerned.

Every completion comes through here, so the statements are built once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, bindparam, select
from sqlmodel import Session, SQLModel

from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from appraisal.marks import Work
from appraisal.sessions import AppraisalSession
from engine.errors import UnknownUserTask
from engine.instances import INSTANCE
from engine.user_tasks import USER_TASK, UserTask, as_user_task

_DEEPEST = 20


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model, for statements that bypass the object mapper."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


_ENROLMENT, _CANDIDATE = table_of(Enrolment), table_of(Candidate)
_SESSION, _WORK = table_of(AppraisalSession), table_of(Work)
_PLACE_COLUMNS = (
    _ENROLMENT.c.id.label("place_enrolment"),
    _ENROLMENT.c.session_id.label("place_session"),
    _CANDIDATE.c.id.label("place_candidate"),
    _CANDIDATE.c.person_id.label("place_person"),
)
_BY_ENROLMENT = (
    select(*_PLACE_COLUMNS)
    .join(_CANDIDATE, _CANDIDATE.c.id == _ENROLMENT.c.candidate_id)
    .where(_ENROLMENT.c.number == bindparam("b_key"))
)
_BY_SESSION = select(_SESSION.c.id).where(_SESSION.c.number == bindparam("b_key"))
_PARENT_ID = (
    select(INSTANCE.c.parent_id).where(INSTANCE.c.id == bindparam("b_id")).scalar_subquery()
)
_PARENT = select(INSTANCE.c.business_key, INSTANCE.c.id).where(INSTANCE.c.id == _PARENT_ID)
_MATTER = (
    select(USER_TASK, INSTANCE.c.bundle_id, *_PLACE_COLUMNS)
    .join(INSTANCE, INSTANCE.c.id == USER_TASK.c.instance_id)
    .outerjoin(_ENROLMENT, _ENROLMENT.c.number == USER_TASK.c.business_key)
    .outerjoin(_CANDIDATE, _CANDIDATE.c.id == _ENROLMENT.c.candidate_id)
    .where(USER_TASK.c.id == bindparam("b_id"))
)
_MARKED_WORK = select(_WORK.c.enrolment_id).where(
    _WORK.c.session_id == bindparam("b_session"), _WORK.c.blind_code == bindparam("b_code")
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a user task belongs: its batch, and the one enrolment it is about, if any."""

    session_id: int
    enrolment_id: int | None = None
    candidate_id: int | None = None
    candidate_person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """A user task with the bundle of its instance and where it belongs."""

    user_task: UserTask
    bundle_id: str
    place: Place | None


def read_matter(db: Session, user_task_id: UUID) -> Matter:
    """Read a user task with all that deciding about it needs.

    Raises:
        UnknownUserTask: There is none of that id.
    """
    row = db.connection().execute(_MATTER, {"b_id": user_task_id}).mappings().one_or_none()
    if row is None:
        raise UnknownUserTask(str(user_task_id))
    user_task = as_user_task({column.name: row[column.name] for column in USER_TASK.c})
    place = _place(row) or place_of(db, user_task.business_key, user_task.instance_id)
    return Matter(user_task, row["bundle_id"], place)


def place_of(db: Session, business_key: str, instance_id: UUID | None) -> Place | None:
    """The batch that a business key belongs to: its own, its enrolment's, or its parent's."""
    connection = db.connection()
    key, instance = business_key, instance_id
    for _ in range(_DEEPEST):
        row = connection.execute(_BY_ENROLMENT, {"b_key": key}).mappings().one_or_none()
        if row is not None:
            return _place(row)
        session_id = connection.execute(_BY_SESSION, {"b_key": key}).scalar_one_or_none()
        if session_id is not None:
            return Place(session_id)
        parent = (
            None
            if instance is None
            else connection.execute(_PARENT, {"b_id": instance}).one_or_none()
        )
        if parent is None:
            return None
        key, instance = parent.business_key, parent.id
    return None


def concerned_enrolments(db: Session, user_task: UserTask, place: Place) -> list[int]:
    """The enrolments a user task decides about, where it is about single ones."""
    found: set[int | None] = {place.enrolment_id, *_named(user_task.context)}
    blind_code = user_task.context.get("blind_code") or user_task.context.get("work")
    if isinstance(blind_code, str):
        given = {"b_session": place.session_id, "b_code": blind_code}
        found.update(db.connection().execute(_MARKED_WORK, given).scalars())
    return sorted(one for one in found if one is not None)


def person_of_enrolment(db: Session, enrolment_number: str) -> int | None:
    """Whose enrolment a number is."""
    row = db.connection().execute(_BY_ENROLMENT, {"b_key": enrolment_number}).one_or_none()
    return None if row is None else row.place_person


def _place(row: RowMapping) -> Place | None:
    if row["place_session"] is None:
        return None
    return Place(
        row["place_session"],
        row["place_enrolment"],
        row["place_candidate"],
        row["place_person"],
    )


def _named(context: Mapping[str, Any]) -> list[int]:
    one, many = context.get("enrolment_id"), context.get("enrolment_ids")
    given = [one, *(many if isinstance(many, list) else [])]
    return [value for value in given if isinstance(value, int)]
