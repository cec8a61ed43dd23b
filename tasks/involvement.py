"""What a user task or an instance is about: the batch and the enrolments concerned.

Every completion comes through here, so the statements are built once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, exists, func, or_, select
from sqlmodel import Session

from appraisal.candidates import Candidate
from appraisal.columns import table_of
from appraisal.conflicts import Conflict
from appraisal.enrolments import Enrolment
from appraisal.marks import Work
from appraisal.sessions import AppraisalSession
from engine.errors import UnknownUserTask
from engine.instances import INSTANCE
from engine.user_tasks import USER_TASK, UserTask, as_user_task
from tasks.duties import DUTY

_DEEPEST = 20
_ENROLMENT, _CANDIDATE = table_of(Enrolment), table_of(Candidate)
_SESSION, _WORK = table_of(AppraisalSession), table_of(Work)
_CONFLICT = table_of(Conflict)
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
_OF_THE_BATCH = or_(
    _CONFLICT.c.session_id.is_(None), _CONFLICT.c.session_id == _ENROLMENT.c.session_id
)
_MATTER = (
    select(
        USER_TASK,
        INSTANCE.c.bundle_id,
        *_PLACE_COLUMNS,
        select(func.aggregate_strings(DUTY.c.duty, ","))
        .where(
            DUTY.c.session_id == _ENROLMENT.c.session_id, DUTY.c.person_id == bindparam("b_person")
        )
        .scalar_subquery()
        .label("done_duties"),
        exists()
        .where(
            _CONFLICT.c.person_id == bindparam("b_person"),
            _CONFLICT.c.candidate_id == _ENROLMENT.c.candidate_id,
            _OF_THE_BATCH,
        )
        .label("in_conflict"),
    )
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
class Standing:
    """How somebody stands to the one enrolment a user task is about."""

    duties: frozenset[str]
    in_conflict: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """A user task with the bundle of its instance, where it belongs, and the reader's standing.

    `standing` is None where it was not read, or the user task is not of an enrolment.
    """

    user_task: UserTask
    bundle_id: str
    place: Place | None
    standing: Standing | None


def read_matter(db: Session, user_task_id: UUID, person_id: int) -> Matter:
    """Read a user task with all that deciding about it needs, in one statement.

    Raises:
        UnknownUserTask: There is none of that id.
    """
    db.flush()
    given = {"b_id": user_task_id, "b_person": person_id}
    row = db.connection().execute(_MATTER, given).mappings().one_or_none()
    if row is None:
        raise UnknownUserTask(str(user_task_id))
    user_task = as_user_task({column.name: row[column.name] for column in USER_TASK.c})
    place = _place(row)
    if place is None:
        place = place_of(db, user_task.business_key, user_task.instance_id)
        return Matter(user_task, row["bundle_id"], place, None)
    duties = frozenset((row["done_duties"] or "").split(",")) - {""}
    return Matter(user_task, row["bundle_id"], place, Standing(duties, bool(row["in_conflict"])))


def matter_of(db: Session, user_task: UserTask) -> Matter:
    """The matter of a user task that was read otherwise; its standing is looked up when needed."""
    place = place_of(db, user_task.business_key, user_task.instance_id)
    return Matter(user_task, "", place, None)


def place_of(db: Session, business_key: str, instance_id: UUID | None) -> Place | None:
    """The batch that a business key belongs to: its own, its enrolment's, or its parent's."""
    db.flush()
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
