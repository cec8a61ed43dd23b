"""The conflict register (回避): who must not decide about whom, and why."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, or_
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import candidates, people  # noqa: F401 -- tables referred to below
from appraisal.candidates import Candidate
from appraisal.columns import UtcDateTime
from appraisal.enrolments import ENDED_STATES, Enrolment


class ConflictKind(StrEnum):
    """Why a person must stay away from a candidate.

    Source: 职业技能鉴定考评人员管理工作规程(试行) on recusal (relatives); trained candidates and
    a common employer are asked for by the bodies that implement it.
    """

    RELATIVE = "relative"
    TRAINED = "trained"
    SAME_EMPLOYER = "same_employer"
    SELF = "self"
    OTHER = "other"


class Conflict(SQLModel, table=True):
    """A person is to stay away from a candidate, in one session or (None) in all."""

    __tablename__ = "conflict"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="appraisal_session.id")
    kind: str = Field(max_length=20)
    basis: str = Field(default="", max_length=200)
    declared_at: datetime = Field(sa_type=UtcDateTime)


def register_conflict(
    db: Session,
    organisation_id: int,
    person_id: int,
    candidate_id: int,
    kind: ConflictKind,
    *,
    at: datetime,
    session_id: int | None = None,
    basis: str = "",
) -> Conflict:
    """Enter a conflict; the same one is entered once."""
    query = select(Conflict).where(
        Conflict.person_id == person_id,
        Conflict.candidate_id == candidate_id,
        Conflict.kind == kind,
        Conflict.session_id == session_id,
    )
    known = db.exec(query).first()
    if known is not None:
        return known
    conflict = Conflict(
        organisation_id=organisation_id,
        person_id=person_id,
        candidate_id=candidate_id,
        session_id=session_id,
        kind=kind,
        basis=basis,
        declared_at=at,
    )
    db.add(conflict)
    db.flush()
    return conflict


_INVOLVED = (
    select(Enrolment.candidate_id, Candidate.person_id)
    .join(Candidate, col(Candidate.id) == Enrolment.candidate_id)
    .where(Enrolment.session_id == bindparam("b_session"))
    .where(*(col(Enrolment.state) != one for one in ENDED_STATES))
    .execution_options(prepared=True)
)
_INVOLVED_BY_ONE = _INVOLVED.where(Enrolment.id == bindparam("b_enrolment"))
_REGISTERED = (
    select(Conflict.candidate_id, Conflict.kind)
    .where(Conflict.person_id == bindparam("b_person"))
    .where(
        or_(
            col(Conflict.session_id).is_(None),
            col(Conflict.session_id) == bindparam("b_session"),
        )
    )
    .execution_options(prepared=True)
)


def conflicts_with(
    db: Session,
    person_id: int,
    session_id: int,
    enrolment_ids: Iterable[int] | None = None,
) -> dict[int, set[ConflictKind]]:
    """Kinds of conflict of a person by candidate of a session, of all or of some enrolments."""
    people_of = _involved_in(db, session_id, None if enrolment_ids is None else list(enrolment_ids))
    found: dict[int, set[ConflictKind]] = {
        candidate: {ConflictKind.SELF}
        for candidate, person in people_of.items()
        if person == person_id
    }
    about = {"b_session": session_id, "b_person": person_id}
    for candidate, kind in db.exec(_REGISTERED, params=about):
        if candidate in people_of:
            found.setdefault(candidate, set()).add(ConflictKind(kind))
    return found


def _involved_in(db: Session, session_id: int, enrolment_ids: list[int] | None) -> dict[int, int]:
    """The people of candidates of a session, of all or of some enrolments."""
    given = {"b_session": session_id}
    if enrolment_ids is None:
        return {candidate: person for candidate, person in db.exec(_INVOLVED, params=given)}
    if len(enrolment_ids) == 1:
        given["b_enrolment"] = enrolment_ids[0]
        return {candidate: person for candidate, person in db.exec(_INVOLVED_BY_ONE, params=given)}
    some = _INVOLVED.where(col(Enrolment.id).in_(enrolment_ids)).execution_options(prepared=False)
    return {candidate: person for candidate, person in db.exec(some, params=given)}


def is_conflicted(db: Session, person_id: int, candidate_id: int, session_id: int) -> bool:
    """Whether a person must not decide about a candidate in a session."""
    return candidate_id in conflicts_with(db, person_id, session_id)
