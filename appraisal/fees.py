"""Fees (鉴定费): what is due, what was paid, what is paid back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from appraisal.columns import DecimalText, UtcDateTime
from appraisal.enrolments import Enrolment, subjects_of
from appraisal.errors import AppraisalError
from appraisal.schemes import Scheme

# due, paid, deferred (may sit, certificate blocked), none, overdue, refund_due, refunded.
FEE_STATUSES = ("due", "paid", "deferred", "none", "overdue", "refund_due", "refunded")


class WrongPayment(AppraisalError):
    """A payment or refund does not fit what is due."""


class Payment(SQLModel, table=True):
    """Money received for an enrolment or, with kind refund, paid back. Rows are only added."""

    __tablename__ = "payment"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    kind: str = Field(default="payment", max_length=20)
    amount: Decimal = Field(sa_type=DecimalText)
    reference: str = Field(default="", max_length=60)
    invoiced: bool = False
    confirmed_by: str = Field(default="", max_length=40)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


def fee_of(scheme: Scheme, level_code: str, subjects: Iterable[str]) -> Decimal:
    """What sitting these subjects costs; a level may set its own amounts."""
    level: Mapping[str, Any] = scheme.content.get("levels", {}).get(level_code, {})
    fee = level.get("fee") or scheme.content.get("fee", {})
    if fee.get("mode") == "none":
        return Decimal(0)
    amounts = fee.get("amounts", {})
    return sum((Decimal(str(amounts.get(subject, 0))) for subject in subjects), Decimal(0))


def fee_due(db: Session, enrolment: Enrolment, scheme: Scheme) -> Decimal:
    """What an enrolment has to pay: only for the subjects that are to be sat."""
    assert enrolment.id is not None
    to_sit = [row.subject for row in subjects_of(db, enrolment.id) if row.state == "to_sit"]
    return fee_of(scheme, enrolment.level_code, to_sit)


def paid_amount(db: Session, enrolment_id: int) -> Decimal:
    """What was received for an enrolment less what was paid back."""
    rows = db.exec(select(Payment).where(Payment.enrolment_id == enrolment_id)).all()
    return sum((row.amount if row.kind == "payment" else -row.amount for row in rows), Decimal(0))


def record_payment(
    db: Session,
    enrolment: Enrolment,
    amount: Decimal,
    *,
    due: Decimal,
    reference: str,
    confirmed_by: str,
    at: datetime,
) -> Payment:
    """Note money received.

    Raises:
        WrongPayment: It is not exactly what is due, or the fee is paid already.
    """
    assert enrolment.id is not None
    if amount != due - paid_amount(db, enrolment.id) or amount <= 0:
        raise WrongPayment(enrolment.number)
    enrolment.fee_status = "paid"
    return _add(db, enrolment, "payment", amount, reference, confirmed_by, at)


def refund(
    db: Session, enrolment: Enrolment, *, reference: str, confirmed_by: str, at: datetime
) -> Payment:
    """Note that everything received was paid back.

    Raises:
        WrongPayment: Nothing is to be paid back.
    """
    assert enrolment.id is not None
    amount = paid_amount(db, enrolment.id)
    if amount <= 0:
        raise WrongPayment(enrolment.number)
    enrolment.fee_status = "refunded"
    return _add(db, enrolment, "refund", amount, reference, confirmed_by, at)


def is_refundable(db: Session, enrolment: Enrolment, *, exam_held: bool) -> bool:
    """Whether a fee goes back: something was paid, no invoice yet, the exam not held.

    Source: 江西平台需求 (开票后不退费).
    """
    assert enrolment.id is not None
    invoiced = db.exec(
        select(Payment.id)
        .where(Payment.enrolment_id == enrolment.id)
        .where(col(Payment.invoiced).is_(True))
    ).first()
    return not exam_held and invoiced is None and paid_amount(db, enrolment.id) > 0


def mark_refund_due(db: Session, enrolment: Enrolment, *, exam_held: bool = False) -> bool:
    """Put an ended enrolment on the refund list; says whether there is anything to pay back."""
    if not is_refundable(db, enrolment, exam_held=exam_held):
        return False
    enrolment.fee_status = "refund_due"
    db.add(enrolment)
    return True


def blocks_certificate(fee_status: str) -> bool:
    """Whether an unsettled fee keeps a certificate back.

    Source: 江西平台需求 (缓缴: 可参加考试, 证书暂缓).
    """
    return fee_status not in ("paid", "none")


def _add(
    db: Session,
    enrolment: Enrolment,
    kind: str,
    amount: Decimal,
    reference: str,
    confirmed_by: str,
    at: datetime,
) -> Payment:
    assert enrolment.id is not None
    payment = Payment(
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        kind=kind,
        amount=amount,
        reference=reference,
        confirmed_by=confirmed_by,
        confirmed_at=at,
    )
    db.add(payment)
    db.add(enrolment)
    db.flush()
    return payment
