"""Appraisal sessions (批次) and what each of them offers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, bindparam, false, func, or_
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select
from sqlmodel.sql.expression import SelectOfScalar

from appraisal import schemes  # noqa: F401 -- its table is referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.organisations import Organisation

SESSION_KINDS = {
    "unified": ("统考", "Unified exam"),
    "dedicated": ("专场", "Dedicated session"),
    "enterprise": ("企业自主", "Enterprise's own"),
    "special_ability": ("专项能力", "Single ability"),
    "contest": ("竞赛", "Contest"),
    "assessor_exam": ("考评员考核", "Exam of assessors"),
}


class UnknownSession(AppraisalError):
    """There is no appraisal session with this id or number."""


class AppraisalSession(SQLModel, table=True):
    """One appraisal batch. Its number is the business key of its process instance.

    Status: draft, announced, registration, reviewing, planned, conducted, published, archived,
    cancelled. `round` counts how often the exam was fixed anew (milestones carry it).
    """

    __tablename__ = "appraisal_session"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=60, unique=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=200)
    kind: str = Field(default="unified", max_length=40)
    status: str = Field(default="draft", max_length=20)
    exam_date: date | None = None
    exam_date_confirmed: bool = False
    registration_opens_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    registration_closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    payment_deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    review_deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    training_wanted: bool = False
    filing_required: bool = False
    round: int = 1
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC), sa_type=UtcDateTime)
    registration_open: bool = False
    site: str = Field(default="", max_length=100)
    industry: str = Field(default="", max_length=60)
    industries: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    bundle_id: str = Field(default="", max_length=80)
    next_enrolment_serial: int = 1


class SessionOffer(SQLModel, table=True):
    """An occupation, trade and level that a session offers. Status: open, merged, postponed."""

    __tablename__ = "session_offer"
    __table_args__ = (UniqueConstraint("session_id", "scheme_id", "trade_code", "level_code"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    scheme_id: int = Field(foreign_key="scheme.id")
    occupation_code: str = Field(max_length=40)
    trade_code: str = Field(default="", max_length=40)
    level_code: str = Field(max_length=20)
    status: str = Field(default="open", max_length=20)
    merged_into_id: int | None = Field(default=None, foreign_key="session_offer.id")
    decided_by_row: str = Field(default="", max_length=60)


def create_session(
    db: Session,
    organisation: Organisation,
    name: str,
    *,
    created_at: datetime,
    kind: str = "unified",
    exam_date: date | None = None,
    **more: object,
) -> AppraisalSession:
    """Start a batch under the next number of its organisation and year."""
    session = AppraisalSession.model_validate(
        {
            "number": _next_number(db, organisation, created_at.year),
            "organisation_id": organisation.id,
            "name": name,
            "kind": kind,
            "exam_date": exam_date,
            "created_at": created_at,
            **more,
        }
    )
    db.add(session)
    db.flush()
    return session


def _next_number(db: Session, organisation: Organisation, year: int) -> str:
    # The organisation's row is locked so that two starts at once cannot take one number.
    db.exec(select(Organisation).where(Organisation.id == organisation.id).with_for_update()).one()
    prefix = f"{organisation.code}-{year}-"
    last = db.exec(
        select(func.max(AppraisalSession.number)).where(
            col(AppraisalSession.number).startswith(prefix, autoescape=True)
        )
    ).one()
    serial = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{serial:03d}"


def session_by_id(db: Session, session_id: int) -> AppraisalSession:
    """Load a batch.

    Raises:
        UnknownSession: There is none.
    """
    session = db.get(AppraisalSession, session_id)
    if session is None:
        raise UnknownSession(session_id)
    return session


def session_by_number(db: Session, number: str) -> AppraisalSession:
    """Load a batch by its number.

    Raises:
        UnknownSession: There is none.
    """
    session = db.exec(select(AppraisalSession).where(AppraisalSession.number == number)).first()
    if session is None:
        raise UnknownSession(number)
    return session


def offers_of(
    db: Session, session_id: int, *, status: Iterable[str] = ("open",)
) -> list[SessionOffer]:
    """What a batch offers, in the order it was chosen."""
    query = _offers(tuple(status))
    return list(db.exec(query, params={"b_session": session_id}).all())


@cache
def _offers(status: tuple[str, ...]) -> SelectOfScalar[SessionOffer]:
    return (
        select(SessionOffer)
        .where(SessionOffer.session_id == bindparam("b_session"))
        .where(or_(false(), *(col(SessionOffer.status) == one for one in status)))
        .order_by(col(SessionOffer.id))
        .execution_options(prepared=True)
    )
