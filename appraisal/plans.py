"""Session plans (鉴定计划): time, rooms and staff numbers, approved and filed upwards."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, bindparam
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import rooms, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.tickets import DEFAULT_PATTERN

FILING_LEAD_DAYS = 15
"""Working days before the exam by which a plan is filed, unless table D1 says otherwise.

Source: requirement documents of a provincial appraisal platform, 2018 (T-15 working days).
"""


class UnknownPlan(AppraisalError):
    """The session has no plan yet."""


class WrongPlanState(AppraisalError):
    """The plan is not in a state from which this can happen."""


class PlanState(StrEnum):
    """Where a plan stands; a returned plan is followed by a new version."""

    DRAFT = "draft"
    REFUSED = "refused"
    APPROVED = "approved"
    FILED = "filed"
    ACCEPTED = "accepted"
    RETURNED = "returned"


_NEXT: Mapping[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFT: frozenset({PlanState.APPROVED, PlanState.REFUSED}),
    PlanState.REFUSED: frozenset(),
    # A plan that need not be filed is accepted as soon as it is approved.
    PlanState.APPROVED: frozenset({PlanState.FILED, PlanState.ACCEPTED}),
    PlanState.FILED: frozenset({PlanState.ACCEPTED, PlanState.RETURNED}),
    PlanState.ACCEPTED: frozenset(),
    PlanState.RETURNED: frozenset(),
}


class SessionPlan(SQLModel, table=True):
    """One version of a session's plan; times and rooms of its subjects lie in `sittings`.

    `sittings` holds, by subject, the local start ("09:00"), minutes, rounds and room ids.
    """

    __tablename__ = "session_plan"
    __table_args__ = (UniqueConstraint("session_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id")
    version: int
    state: str = Field(default=PlanState.DRAFT, max_length=20)
    exam_date: date
    sittings: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=JSON)
    strategy: str = Field(default="sequential", max_length=20)
    number_pattern: str = Field(default=DEFAULT_PATTERN, max_length=200)
    contingency: str = Field(default="", max_length=2000)
    drafted_by: int | None = None
    drafted_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    filing_due: date | None = None
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    filed_late: bool = False
    receipt_number: str = Field(default="", max_length=60)
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=1000)


class PlannedStaff(SQLModel, table=True):
    """How many people of a post a plan needs in one room; `rows` decided it (table D6)."""

    __tablename__ = "planned_staff"
    __table_args__ = (UniqueConstraint("exam_room_id", "post"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    exam_room_id: int = Field(foreign_key="exam_room.id")
    post: str = Field(max_length=60)
    number: int = Field(ge=0)
    rows: list[str] = Field(default_factory=list, sa_type=JSON)


def may_follow(state: PlanState, following: PlanState) -> bool:
    """Whether a plan may go from one state to the other."""
    return following in _NEXT[state]


def filing_due(
    exam_date: date, workday: Callable[[date, int], date], lead_days: int = FILING_LEAD_DAYS
) -> date:
    """The last day to file: so many working days before the exam.

    `workday(day, n)` gives the n-th working day after a day, before it when n is negative.

    Source: requirement documents of a provincial appraisal platform, 2018 (T-15 working days).
    """
    return workday(exam_date, -lead_days)


def is_late(filed_on: date, due: date) -> bool:
    """Whether a filing came after its last day; on the day itself it is in time."""
    return filed_on > due


def draft_plan(db: Session, plan: SessionPlan) -> SessionPlan:
    """Keep a new version of a session's plan; `version` is set here."""
    last = newest_plan(db, plan.session_id)
    plan.version = 1 if last is None else last.version + 1
    db.add(plan)
    db.flush()
    return plan


_NEWEST = (
    select(SessionPlan)
    .where(SessionPlan.session_id == bindparam("b_session"))
    .order_by(col(SessionPlan.version).desc())
    .limit(1)
    .execution_options(prepared=True)
)


def newest_plan(db: Session, session_id: int) -> SessionPlan | None:
    """The newest version of a session's plan, if any."""
    return db.exec(_NEWEST, params={"b_session": session_id}).first()


def plan_of(db: Session, session_id: int) -> SessionPlan:
    """The newest version of a session's plan.

    Raises:
        UnknownPlan: There is none.
    """
    plan = newest_plan(db, session_id)
    if plan is None:
        raise UnknownPlan(session_id)
    return plan


def decide_plan(
    db: Session,
    plan: SessionPlan,
    *,
    approved: bool,
    by: int | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Approve a draft, or refuse it with the reason the next version has to heed.

    Raises:
        WrongPlanState: It was decided before.
    """
    _move(plan, PlanState.APPROVED if approved else PlanState.REFUSED)
    plan.decided_by, plan.decided_at, plan.reason = by, at, reason
    db.add(plan)


def file_plan(db: Session, plan: SessionPlan, *, at: datetime, on: date, due: date) -> None:
    """Send an approved plan to the superior body; a late one is marked, never stopped.

    Raises:
        WrongPlanState: The plan is not approved.
    """
    _move(plan, PlanState.FILED)
    plan.filed_at, plan.filing_due, plan.filed_late = at, due, is_late(on, due)
    db.add(plan)


def record_reply(
    db: Session,
    plan: SessionPlan,
    *,
    accepted: bool,
    at: datetime,
    receipt_number: str = "",
    reason: str = "",
) -> None:
    """Keep the superior body's receipt or return.

    Raises:
        WrongPlanState: The plan was not filed, or a return gives no reason.
    """
    if not accepted and not reason.strip():
        raise WrongPlanState(f"plan {plan.id}: a return needs a reason")
    _move(plan, PlanState.ACCEPTED if accepted else PlanState.RETURNED)
    plan.replied_at, plan.receipt_number, plan.reason = at, receipt_number, reason
    db.add(plan)


def accept_without_filing(db: Session, plan: SessionPlan) -> None:
    """Let an approved plan stand where nothing has to be filed.

    Raises:
        WrongPlanState: The plan is not approved.
    """
    _move(plan, PlanState.ACCEPTED)
    db.add(plan)


def plan_staff(
    db: Session, session_id: int, exam_room_id: int, numbers: Mapping[str, int], rows: list[str]
) -> None:
    """Set how many people of each post a room needs."""
    query = select(PlannedStaff).where(PlannedStaff.exam_room_id == exam_room_id)
    known = {planned.post: planned for planned in db.exec(query)}
    for post, number in numbers.items():
        planned = known.get(post) or PlannedStaff(
            session_id=session_id, exam_room_id=exam_room_id, post=post, number=number
        )
        planned.number, planned.rows = number, rows
        db.add(planned)
    db.flush()


def planned_staff(db: Session, session_id: int) -> list[PlannedStaff]:
    """The staff a session needs, by room and post."""
    query = select(PlannedStaff).where(PlannedStaff.session_id == session_id)
    return list(db.exec(query.order_by(col(PlannedStaff.exam_room_id), PlannedStaff.post)))


def forget_staff(db: Session, session_id: int) -> None:
    """Drop the staff numbers, before rooms are given back."""
    for planned in planned_staff(db, session_id):
        db.delete(planned)
    db.flush()


def _move(plan: SessionPlan, state: PlanState) -> None:
    present = PlanState(plan.state)
    if not may_follow(present, state):
        raise WrongPlanState(f"plan {plan.id}: {present} cannot become {state}")
    plan.state = state
