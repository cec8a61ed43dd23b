"""Re-sits (补考): passed subjects are kept for a time, only the others are sat again."""

from calendar import monthrange
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.schemes import Scheme

DEFAULT_VALIDITY_MONTHS = 24
DEFAULT_MAX_ATTEMPTS = 2


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(published_on: date, months: int) -> date:
    """The last day on which a passed subject is kept.

    Source: 江西平台需求 (单科合格成绩 国考 1 年, 省考 2 年); 深圳 中式烹调师 V2018.3 (2 年).
    """
    return add_months(published_on, months)


def resit_rules(scheme: Scheme) -> tuple[int, int]:
    """Months for which passed subjects are kept, and how many re-sits are allowed."""
    rules: dict[str, Any] = scheme.content.get("resit", {})
    return (
        int(rules.get("validity_months", DEFAULT_VALIDITY_MONTHS)),
        int(rules.get("max_attempts", DEFAULT_MAX_ATTEMPTS)),
    )


def carried_subjects(
    db: Session, candidate_id: int, occupation_code: str, trade_code: str, level_code: str, on: date
) -> dict[str, EnrolmentSubject]:
    """The subjects a candidate passed earlier and still keeps on that day, by key.

    Of several the one that is kept longest counts.
    """
    rows = db.exec(
        select(EnrolmentSubject)
        .join(Enrolment, col(Enrolment.id) == EnrolmentSubject.enrolment_id)
        .where(Enrolment.candidate_id == candidate_id)
        .where(Enrolment.occupation_code == occupation_code)
        .where(Enrolment.trade_code == trade_code)
        .where(Enrolment.level_code == level_code)
        .where(col(EnrolmentSubject.passed).is_(True))
        .where(col(EnrolmentSubject.valid_until) >= on)
        .order_by(col(EnrolmentSubject.valid_until))
    ).all()
    return {row.subject: row for row in rows}


def attempts_made(
    db: Session, candidate_id: int, occupation_code: str, trade_code: str, level_code: str
) -> int:
    """How often a candidate was marked for this before, the first time included."""
    return db.exec(
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.candidate_id == candidate_id)
        .where(Enrolment.occupation_code == occupation_code)
        .where(Enrolment.trade_code == trade_code)
        .where(Enrolment.level_code == level_code)
        .where(col(Enrolment.outcome).in_(("passed", "failed", "partly", "absent", "void")))
    ).one()


def has_resit_right(
    db: Session,
    candidate_id: int,
    scheme: Scheme,
    level_code: str,
    *,
    trade_code: str = "",
    on: date,
) -> bool:
    """Whether the candidate may sit again without another review of eligibility.

    Source: 江西平台需求 (补考免资格审核); the number of re-sits is the scheme's.
    """
    _, max_attempts = resit_rules(scheme)
    made = attempts_made(db, candidate_id, scheme.occupation_code, trade_code, level_code)
    carried = carried_subjects(db, candidate_id, scheme.occupation_code, trade_code, level_code, on)
    return bool(carried) and 0 < made <= max_attempts
