"""Enrolments (报名): one candidate for one occupation, trade and level of a session."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, bindparam
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import candidates, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import DecimalText, UtcDateTime
from appraisal.errors import AppraisalError

# States in which an enrolment is no longer part of the batch.
ENDED_STATES = ("rejected", "withdrawn", "cancelled")

STATE_NAMES = {
    "submitted": ("已提交", "Submitted"),
    "reviewing": ("审核中", "Under review"),
    "supplement": ("待补正", "Supplement asked for"),
    "fee": ("待缴费", "Fee due"),
    "admitted": ("已通过审核", "Admitted"),
    "ticketed": ("已发准考证", "Ticket issued"),
    "sat": ("已参加考试", "Sat"),
    "published": ("成绩已公布", "Marks published"),
    "certified": ("已发证", "Certified"),
    "failed": ("不合格", "Not passed"),
    "resit": ("可补考", "May re-sit"),
    "rejected": ("审核不通过", "Rejected"),
    "withdrawn": ("已放弃", "Withdrawn"),
    "cancelled": ("已取消", "Cancelled"),
}


class UnknownEnrolment(AppraisalError):
    """There is no enrolment with this id or number."""


class Enrolment(SQLModel, table=True):
    """One enrolment. Its number is the business key of its process instance.

    `fee_status`: due, paid, deferred (may sit, no certificate), none, overdue, refunded.
    `outcome`: "" until known, then passed, failed, absent, void, partly, rejected, withdrawn
    or cancelled.
    """

    __tablename__ = "enrolment"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=80, unique=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    offer_id: int = Field(foreign_key="session_offer.id", index=True)
    occupation_code: str = Field(max_length=40)
    trade_code: str = Field(default="", max_length=40)
    level_code: str = Field(max_length=20)
    state: str = Field(default="submitted", max_length=20, index=True)
    fee_status: str = Field(default="due", max_length=20)
    eligibility_rows: list[str] = Field(default_factory=list, sa_type=JSON)
    admission_number: str | None = Field(default=None, max_length=60, unique=True)
    round: int = 1
    instance_id: uuid.UUID | None = None
    outcome: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=400)  # why rejected; never personal data
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_resit: bool = False


class EnrolmentSubject(SQLModel, table=True):
    """One subject of an enrolment: to_sit, exempt, passed_earlier, present, absent or void."""

    __tablename__ = "enrolment_subject"
    __table_args__ = (UniqueConstraint("enrolment_id", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    subject: str = Field(max_length=20)
    state: str = Field(default="to_sit", max_length=20)
    basis: str = Field(default="", max_length=200)
    valid_until: date | None = None
    points: Decimal | None = Field(default=None, sa_type=DecimalText)
    passed: bool | None = None


_BY_NUMBER = (
    select(Enrolment)
    .where(Enrolment.number == bindparam("b_number"))
    .execution_options(prepared=True)
)
_SUBJECTS = (
    select(EnrolmentSubject)
    .where(EnrolmentSubject.enrolment_id == bindparam("b_enrolment"))
    .order_by(col(EnrolmentSubject.id))
    .execution_options(prepared=True)
)


def enrolment_by_id(db: Session, enrolment_id: int) -> Enrolment:
    """Load an enrolment.

    Raises:
        UnknownEnrolment: There is none.
    """
    enrolment = db.get(Enrolment, enrolment_id)
    if enrolment is None:
        raise UnknownEnrolment(enrolment_id)
    return enrolment


def enrolment_by_number(db: Session, number: str) -> Enrolment:
    """Load an enrolment by its number.

    Raises:
        UnknownEnrolment: There is none.
    """
    enrolment = db.exec(_BY_NUMBER, params={"b_number": number}).first()
    if enrolment is None:
        raise UnknownEnrolment(number)
    return enrolment


def subjects_of(db: Session, enrolment_id: int) -> list[EnrolmentSubject]:
    """The subjects of an enrolment, in the order of the scheme."""
    return list(db.exec(_SUBJECTS, params={"b_enrolment": enrolment_id}).all())


def enrolments_of(
    db: Session, session_id: int, *, states: Iterable[str] | None = None
) -> list[Enrolment]:
    """The enrolments of a batch in the order of their numbers, ended ones included."""
    query = select(Enrolment).where(Enrolment.session_id == session_id)
    if states is not None:
        query = query.where(col(Enrolment.state).in_(list(states)))
    return list(db.exec(query.order_by(col(Enrolment.number))).all())


def active_enrolments(db: Session, session_id: int) -> list[Enrolment]:
    """The enrolments of a batch that were neither rejected, withdrawn nor cancelled."""
    return list(
        db.exec(
            select(Enrolment)
            .where(Enrolment.session_id == session_id)
            .where(col(Enrolment.state).not_in(ENDED_STATES))
            .order_by(col(Enrolment.number))
        ).all()
    )
