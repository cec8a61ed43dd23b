"""Irregularities: violations of discipline with hearing and written decision, and outages."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import enrolments, rooms  # noqa: F401 -- tables referred to below
from appraisal.aggregation import half_up
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError


class UnknownViolation(AppraisalError):
    """There is no such violation."""


class WrongViolationState(AppraisalError):
    """A violation is decided only after facts and hearing, and delivered only when decided."""


class Behaviour(StrEnum):
    """Kinds of violation that table D9 knows."""

    WARNED = "warned"
    AFTER_END = "after_end"
    NO_PLEDGE = "no_pledge"
    DEVICE = "device"
    COPYING = "copying"
    IDENTICAL = "identical"
    DISORDER = "disorder"
    FALSE_DOCUMENT = "false_document"
    SUBSTITUTE = "substitute"
    ORGANISED = "organised"


BEHAVIOUR_NAMES: Mapping[Behaviour, str] = {
    Behaviour.WARNED: "违反考场纪律经警告改正",
    Behaviour.AFTER_END: "终了信号发出后继续作答或操作",
    Behaviour.NO_PLEDGE: "未签署诚信考试承诺书",
    Behaviour.DEVICE: "携带通讯设备或规定以外的资料入座",
    Behaviour.COPYING: "抄袭、协助抄袭或传递答案",
    Behaviour.IDENTICAL: "答卷雷同(经专家认定)",
    Behaviour.DISORDER: "扰乱考场秩序",
    Behaviour.FALSE_DOCUMENT: "使用伪造、涂改的证件或证明",
    Behaviour.SUBSTITUTE: "由他人替考或替他人考试",
    Behaviour.ORGANISED: "参与有组织作弊",
}


class Sanction(StrEnum):
    """What a written decision may impose."""

    NONE = "none"
    WARNING = "warning"
    DEDUCTION = "deduction"
    ZERO = "zero"
    SUBJECT_VOID = "subject_void"
    ALL_VOID = "all_void"


SANCTION_NAMES: Mapping[Sanction, str] = {
    Sanction.NONE: "不予处理",
    Sanction.WARNING: "警告",
    Sanction.DEDUCTION: "警告并扣分",
    Sanction.ZERO: "该科目记零分",
    Sanction.SUBJECT_VOID: "该科目成绩无效",
    Sanction.ALL_VOID: "本次全部科目成绩无效",
}

# 长期记录 has no end; it is kept as this many years so that one comparison serves both.
LONG_TERM_YEARS = 99


class Violation(SQLModel, table=True):
    """One violation of one candidate in one subject, from report to delivered decision.

    State: reported, heard, decided, delivered. What was said lies in the encrypted answers.
    """

    __tablename__ = "violation"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=100, unique=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    subject: str = Field(max_length=20)
    behaviour: str = Field(max_length=20)
    repeated: bool = False
    facts: str = Field(default="", max_length=2000)
    evidence: list[str] = Field(default_factory=list, sa_type=JSON)
    stopped: bool = False
    state: str = Field(default="reported", max_length=20)
    reported_by: int | None = None
    witnessed_by: int | None = None
    reported_at: datetime = Field(sa_type=UtcDateTime)
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    contested: bool | None = None
    sanction: str | None = Field(default=None, max_length=20)
    record_years: int = 0
    rows: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = Field(default="", max_length=2000)
    decided_by: int | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Outage(SQLModel, table=True):
    """One interruption of a sitting by power, network or equipment, and what table D10 chose."""

    __tablename__ = "outage"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    subject: str = Field(max_length=20)
    cause: str = Field(max_length=40)
    stage: str = Field(max_length=20)
    minutes: int = Field(ge=0)
    answers_saved: bool
    affected: int = Field(ge=0)
    action: str = Field(max_length=20)
    extra_minutes: int = 0
    rows: list[str] = Field(default_factory=list, sa_type=JSON)
    facts: str = Field(default="", max_length=2000)
    reported_by: int | None = None
    occurred_at: datetime = Field(sa_type=UtcDateTime)


def report_violation(db: Session, violation: Violation) -> Violation:
    """Store a report; the number makes a repeated report the same row."""
    query = select(Violation).where(Violation.number == violation.number)
    if (known := db.exec(query).one_or_none()) is not None:
        return known
    db.add(violation)
    db.flush()
    return violation


def violation_by_id(db: Session, violation_id: int) -> Violation:
    """Load a violation.

    Raises:
        UnknownViolation: There is none with this id.
    """
    found = db.get(Violation, violation_id)
    if found is None:
        raise UnknownViolation(violation_id)
    return found


def hear(violation: Violation, *, contested: bool, at: datetime) -> None:
    """Record that the person was told facts and reasons and could answer.

    Raises:
        WrongViolationState: It was decided before.

    Source: 人社部令第31号 (before deciding: tell the person the reasons and hear them).
    """
    if violation.state not in ("reported", "heard"):
        raise WrongViolationState(f"{violation.number} is {violation.state}")
    violation.state, violation.contested, violation.heard_at = "heard", contested, at


def decide(
    violation: Violation,
    *,
    sanction: Sanction,
    record_years: int,
    rows: list[str],
    reason: str,
    decided_by: int | None,
    at: datetime,
) -> None:
    """Record the written decision (处理决定书).

    Raises:
        WrongViolationState: Nobody was heard, the reason is missing, or it was decided before.

    Source: 人社部令第31号 (hearing before a written decision).
    """
    if violation.state != "heard" or not reason.strip():
        raise WrongViolationState(f"{violation.number} is {violation.state}")
    violation.state, violation.sanction, violation.record_years = "decided", sanction, record_years
    violation.rows, violation.reason = rows, reason
    violation.decided_by, violation.decided_at = decided_by, at


def deliver(violation: Violation, *, at: datetime) -> None:
    """Record that the decision was delivered to the person.

    Raises:
        WrongViolationState: It is not decided yet.
    """
    if violation.state != "decided":
        raise WrongViolationState(f"{violation.number} is {violation.state}")
    violation.state, violation.delivered_at = "delivered", at


def violations_of(
    db: Session, session_id: int, *, enrolment_id: int | None = None
) -> list[Violation]:
    """The violations of a session, or of one enrolment in it, in the order reported."""
    query = select(Violation).where(Violation.session_id == session_id)
    if enrolment_id is not None:
        query = query.where(Violation.enrolment_id == enrolment_id)
    return list(db.exec(query.order_by(col(Violation.id))))


def outages_of(db: Session, session_id: int) -> list[Outage]:
    """The outages of a session in the order they happened."""
    query = select(Outage).where(Outage.session_id == session_id).order_by(col(Outage.id))
    return list(db.exec(query))


def voided_subjects(violation: Violation, subjects: list[str]) -> list[str]:
    """Which of the enrolment's subjects a decision makes void."""
    if violation.sanction == Sanction.ALL_VOID:
        return subjects
    return [violation.subject] if violation.sanction == Sanction.SUBJECT_VOID else []


def recorded_until(violation: Violation, on: date) -> date | None:
    """Last day of the entry in the integrity record; None when there is no entry."""
    if violation.record_years == 0:
        return None
    try:
        return on.replace(year=on.year + violation.record_years)
    except ValueError:  # 29 February
        return on.replace(year=on.year + violation.record_years, day=28)


def sanctioned_points(points: Decimal, subject: str, sanctions: list[Sanction]) -> Decimal:
    """Points after the decisions on a subject; the marks below them stay as given.

    A deduction takes 10 points off a paper and 10 % off practical points, never below zero.

    Source: 安徽省 2016 考场纪律 (终了信号后继续作答: 笔试扣10分, 实操扣10%, 继续者记零分).
    """
    if Sanction.ZERO in sanctions:
        return half_up(Decimal(0))
    for sanction in sanctions:
        if sanction is Sanction.DEDUCTION:
            points = points * Decimal("0.9") if subject == "practical" else points - 10
    return half_up(max(points, Decimal(0)))
