"""Applications (申报): the facts a candidate states for one enrolment, and where it came from.

A reviewer never edits the facts: a supplement makes the candidate state them anew, and the
earlier statement stays.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, bindparam
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal.candidates import Candidate
from appraisal.columns import UtcDateTime
from appraisal.crypto import decrypt_for, encrypt_for
from appraisal.enrolments import UnknownEnrolment
from appraisal.identity import age_on


class Application(SQLModel, table=True):
    """One statement of facts; the newest of an enrolment counts.

    `facts` decide eligibility and hold nothing that names the person; everything else from the
    form or sheet (employer, address, experience …) lies encrypted in `details_cipher`.
    """

    __tablename__ = "application"
    __table_args__ = (UniqueConstraint("enrolment_id", "statement"),)

    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    statement: int = 1
    channel: str = Field(default="portal", max_length=20)  # portal | roster
    stated_at: datetime = Field(sa_type=UtcDateTime)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    details_cipher: bytes | None = Field(default=None, sa_type=LargeBinary)


# The facts with their meaning when nothing is stated. `prior_level` "" is no certificate.
NO_FACTS: dict[str, Any] = {
    "years": 0,  # years in this or a related occupation
    "apprenticeship_complete": False,
    "working": False,
    "intends_to_work": False,
    "prior_level": "",
    "years_after": 0,  # years in the occupation since that certificate
    "prior_held_years": 0,
    "diploma": "none",  # see eligibility.DIPLOMAS
    "diploma_related": False,
    "title": "none",  # none | junior | middle | senior, matching the occupation
    "years_after_title": 0,
    "reserve_certificate": False,
    "permits": [],
    "province": "",
    "certificate_type": "first",  # first | promotion
    "exam_type": "regular",  # regular | resit
    "candidate_source": "",
    "exemption_wanted": "",  # subject the candidate asks to be excused from
}


def state_facts(
    db: Session,
    enrolment_id: int,
    person_id: int,
    facts: Mapping[str, Any],
    details: Mapping[str, Any],
    *,
    channel: str,
    at: datetime,
) -> Application:
    """Keep a statement; a second one gets the next number and the first stays."""
    last = db.exec(
        select(Application.statement)
        .where(Application.enrolment_id == enrolment_id)
        .order_by(col(Application.statement).desc())
    ).first()
    content = json.dumps(details, ensure_ascii=False, sort_keys=True).encode()
    application = Application(
        enrolment_id=enrolment_id,
        statement=(last or 0) + 1,
        channel=channel,
        stated_at=at,
        facts={**NO_FACTS, **{key: facts[key] for key in NO_FACTS if key in facts}},
        details_cipher=encrypt_for(db, person_id, content, "application") if details else None,
    )
    db.add(application)
    db.flush()
    return application


_NEWEST = (
    select(Application)
    .where(Application.enrolment_id == bindparam("b_enrolment"))
    .order_by(col(Application.statement).desc())
    .limit(1)
    .execution_options(prepared=True)
)


def application_of(db: Session, enrolment_id: int) -> Application:
    """The newest statement of an enrolment.

    Raises:
        UnknownEnrolment: There is none.
    """
    application = db.exec(_NEWEST, params={"b_enrolment": enrolment_id}).first()
    if application is None:
        raise UnknownEnrolment(enrolment_id)
    return application


def details_of(db: Session, application: Application, person_id: int) -> dict[str, Any]:
    """What the candidate stated besides the facts, in clear."""
    if application.details_cipher is None:
        return {}
    details: dict[str, Any] = json.loads(
        decrypt_for(db, person_id, application.details_cipher, "application")
    )
    return details


def stated_facts(application: Application, candidate: Candidate, *, on: date) -> dict[str, Any]:
    """The facts with the age on that day; an unknown birth date leaves the age out (None)."""
    age = None if candidate.birth_date is None else age_on(candidate.birth_date, on)
    return {**NO_FACTS, **application.facts, "age": age}
