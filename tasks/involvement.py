"""What a user task or an instance is about: the batch and the enrolments concerned.

Every completion comes through here, so the statements are built once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, literal_column, or_, select
from sqlmodel import Session

from appraisal.candidates import Candidate
from appraisal.columns import table_of
from appraisal.conflicts import Conflict
from appraisal.crypto import PERSON_KEY, WRAPPED_KEY, WrappedKey
from appraisal.enrolments import Enrolment
from appraisal.marks import Work
from appraisal.sessions import AppraisalSession
from engine.answering import HELD_COLUMNS, SELECT_HELD, HeldUserTask, read_held
from engine.errors import UnknownUserTask
from engine.instances import INSTANCE
from engine.statements import Statement
from engine.user_tasks import USER_TASK, UserTask, as_user_task
from tasks.duties import DUTY

_DEEPEST = 20
_ENROLMENT, _CANDIDATE = table_of(Enrolment), table_of(Candidate)
_SESSION, _WORK = table_of(AppraisalSession), table_of(Work)
_CONFLICT = table_of(Conflict)
_PLACE_COLUMNS = (
    _ENROLMENT.c.session_id.label("place_session"),
    _ENROLMENT.c.id.label("place_enrolment"),
    _CANDIDATE.c.id.label("place_candidate"),
    _CANDIDATE.c.person_id.label("place_person"),
)
_PLACE = len(_PLACE_COLUMNS)
_KEY = _PLACE + 2
_BY_ENROLMENT = Statement(
    select(*_PLACE_COLUMNS)
    .join(_CANDIDATE, _CANDIDATE.c.id == _ENROLMENT.c.candidate_id)
    .where(_ENROLMENT.c.number == bindparam("b_key"))
)
_BY_SESSION = Statement(select(_SESSION.c.id).where(_SESSION.c.number == bindparam("b_key")))
_PARENT_ID = (
    select(INSTANCE.c.parent_id).where(INSTANCE.c.id == bindparam("b_id")).scalar_subquery()
)
_PARENT = Statement(
    select(INSTANCE.c.business_key, INSTANCE.c.id).where(INSTANCE.c.id == _PARENT_ID)
)
_OF_THE_BATCH = or_(
    _CONFLICT.c.session_id.is_(None), _CONFLICT.c.session_id == _ENROLMENT.c.session_id
)
_MATTER = Statement(
    SELECT_HELD.add_columns(
        *_PLACE_COLUMNS,
        # A column, since a text would be put in anew at every execution.
        select(func.aggregate_strings(DUTY.c.duty, literal_column("','")))  # type: ignore[arg-type]
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
        *(column.label(f"key_{column.name}") for column in WRAPPED_KEY),
    )
    .outerjoin(_ENROLMENT, _ENROLMENT.c.number == USER_TASK.c.business_key)
    .outerjoin(_CANDIDATE, _CANDIDATE.c.id == _ENROLMENT.c.candidate_id)
    .outerjoin(
        PERSON_KEY,
        PERSON_KEY.c.person_id == func.coalesce(_CANDIDATE.c.person_id, bindparam("b_person")),
    )
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
    """A user task with where it belongs, and the reader's standing.

    `standing` is None where it was not read, or the user task is not of an enrolment; `held` and
    `key`, where the user task was not read to be completed. `key` is that of the candidate, else of
    the reader; None too while there is none.
    """

    user_task: UserTask
    place: Place | None
    standing: Standing | None = None
    held: HeldUserTask | None = None
    key: WrappedKey | None = None


def read_matter(db: Session, user_task_id: UUID, person_id: int) -> Matter:
    """Read a user task with all that deciding about it and completing it needs, in one statement.

    Its instance is locked until the transaction ends.

    Raises:
        UnknownUserTask: There is none of that id.
    """
    db.flush()
    found = _MATTER.rows(db.connection(), {"b_id": user_task_id, "b_person": person_id})
    if not found:
        raise UnknownUserTask(str(user_task_id))
    held = read_held(found[0])
    user_task = as_user_task(held.row)
    more = found[0][HELD_COLUMNS:]
    where, (done, in_conflict), key = more[:_PLACE], more[_PLACE:_KEY], more[_KEY:]
    sealed = None if key[0] is None else WrappedKey(*key)
    if where[0] is None:
        place = place_of(db, user_task.business_key, user_task.instance_id)
        return Matter(user_task, place, held=held, key=sealed)
    duties = frozenset((done or "").split(",")) - {""}
    return Matter(user_task, Place(*where), Standing(duties, bool(in_conflict)), held, sealed)


def matter_of(db: Session, user_task: UserTask) -> Matter:
    """The matter of a user task that was read otherwise; its standing is looked up when needed."""
    place = place_of(db, user_task.business_key, user_task.instance_id)
    return Matter(user_task, place)


def place_of(db: Session, business_key: str, instance_id: UUID | None) -> Place | None:
    """The batch that a business key belongs to: its own, its enrolment's, or its parent's."""
    db.flush()
    connection = db.connection()
    key, instance = business_key, instance_id
    for _ in range(_DEEPEST):
        if found := _BY_ENROLMENT.rows(connection, {"b_key": key}):
            return Place(*found[0])
        if found := _BY_SESSION.rows(connection, {"b_key": key}):
            return Place(*found[0])
        if instance is None or not (found := _PARENT.rows(connection, {"b_id": instance})):
            return None
        key, instance = found[0]
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
    found = _BY_ENROLMENT.rows(db.connection(), {"b_key": enrolment_number})
    return Place(*found[0]).candidate_person_id if found else None


def _named(context: Mapping[str, Any]) -> list[int]:
    one, many = context.get("enrolment_id"), context.get("enrolment_ids")
    given = [one, *(many if isinstance(many, list) else [])]
    return [value for value in given if isinstance(value, int)]
