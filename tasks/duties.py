"""Duties: who did what kind of work in a batch."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from appraisal import people, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime, table_of


class DutyRecord(SQLModel, table=True):
    """A person did work of this duty in this batch."""

    __tablename__ = "duty_record"

    session_id: int = Field(primary_key=True, foreign_key="appraisal_session.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    duty: str = Field(primary_key=True, max_length=20)
    first_at: datetime = Field(sa_type=UtcDateTime)


DUTY = table_of(DutyRecord)
_DUTIES = select(DUTY.c.duty).where(
    DUTY.c.session_id == bindparam("b_session"), DUTY.c.person_id == bindparam("b_person")
)
_RECORD = {
    dialect.__name__.rsplit(".", 1)[-1]: dialect.insert(DUTY).on_conflict_do_nothing()
    for dialect in (postgresql, sqlite)
}


def record_duty(db: Session, session_id: int, person_id: int, duty: str, *, at: datetime) -> None:
    """Note that a person did work of a duty; the first time counts."""
    row = {"session_id": session_id, "person_id": person_id, "duty": duty, "first_at": at}
    db.connection().execute(_RECORD[db.get_bind().dialect.name], row)


def duties_of(db: Session, session_id: int, person_id: int) -> frozenset[str]:
    """The duties a person has done in a batch."""
    db.flush()
    given = {"b_session": session_id, "b_person": person_id}
    return frozenset(db.connection().execute(_DUTIES, given).scalars())
