"""What was done with the people of an organisation: when, by whom, to whom. Only ever added."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import people  # noqa: F401 -- its tables are referred to below
from appraisal.columns import UtcDateTime


class ActKind(StrEnum):
    """One thing that is done with a person."""

    ADDED = "added"
    APPOINTED = "appointed"
    DISMISSED = "dismissed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    LINK_MADE = "link_made"


class PersonnelAct(SQLModel, table=True):
    """Something was done with a person; `actor_id` None: from the machine's command line."""

    __tablename__ = "personnel_act"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=20)
    post: str = Field(default="", max_length=60)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)


def acts_with(
    db: Session, person_id: int, *, before: int | None = None, limit: int = 50
) -> list[PersonnelAct]:
    """List what was done with a person, newest first; `before` is the id to go on from."""
    query = select(PersonnelAct).where(PersonnelAct.person_id == person_id)
    if before is not None:
        query = query.where(col(PersonnelAct.id) < before)
    return list(db.exec(query.order_by(col(PersonnelAct.id).desc()).limit(limit)))
