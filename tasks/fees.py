"""Service tasks of money: what is due, payments and refunds that finance confirms."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlmodel import Session

from appraisal.enrolments import Enrolment, UnknownEnrolment, enrolment_by_id, enrolment_by_number
from appraisal.fees import WrongPayment, fee_due, record_payment, refund
from appraisal.schemes import scheme_by_id
from appraisal.sessions import SessionOffer
from engine import ServiceTasks, TaskContext
from tasks.enrolments import tell
from tasks.sessions import refunds_due

service_tasks = ServiceTasks("fees")

# Wrong lines that a task shows.
SHOWN = 50


@service_tasks.register(gives="fee: text, fee_status")
def charge(db: Session, context: TaskContext, *, enrolment_id: int) -> Mapping[str, Any]:
    """Say what is due for the subjects to be sat, and tell the candidate."""
    enrolment = enrolment_by_id(db, enrolment_id)
    due = _due(db, enrolment)
    enrolment.fee_status = "due" if due else "none"
    enrolment.state = "fee" if due else enrolment.state
    db.add(enrolment)
    db.flush()
    if due:
        tell(db, context, enrolment, "fee_due", amount=str(due))
    return {"fee": str(due), "fee_status": enrolment.fee_status}


@service_tasks.register(gives="fee_status")
def settle(db: Session, *, enrolment_id: int, status: str) -> Mapping[str, Any]:
    """Keep how the fee was settled: paid, deferred (缓缴) or none."""
    enrolment = enrolment_by_id(db, enrolment_id)
    enrolment.fee_status = status
    db.add(enrolment)
    db.flush()
    return {"fee_status": status}


@service_tasks.register(gives="fee_status")
def overdue(db: Session, *, enrolment_id: int) -> Mapping[str, Any]:
    """Note that the fee was not paid by the deadline."""
    return settle(db, enrolment_id=enrolment_id, status="overdue")


@service_tasks.register(gives="booked, problems")
def take_payments(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Book what finance confirms and tell each enrolment.

    The answer holds `payments`: rows of enrolment number, status (paid, deferred or none) and,
    when paid, amount and reference. Wrong rows are reported, the others are booked.
    """
    answer = context.answer(element) or {}
    problems = []
    booked = 0
    for place, row in enumerate(answer.get("payments") or [], 1):
        problem = _book(db, context, session_id, row)
        if problem:
            problems.append(f"第 {place} 行:{problem}")
        else:
            booked += 1
    return {"booked": booked, "problems": problems[:SHOWN]}


@service_tasks.register(gives="refunds: number")
def take_refunds(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Book the refunds that finance confirms; says how many are still to be paid."""
    answer = context.answer(element) or {}
    left_out = set(str(answer.get("left_out") or "").split())
    for enrolment in refunds_due(db, session_id):
        if enrolment.number not in left_out:
            refund(
                db,
                enrolment,
                reference=str(answer.get("reference") or ""),
                confirmed_by=context.actor or "",
                at=context.now,
            )
            tell(db, context, enrolment, "fee_refunded")
    return {"refunds": len(refunds_due(db, session_id))}


def _book(db: Session, context: TaskContext, session_id: int, row: Mapping[str, Any]) -> str:
    try:
        enrolment = enrolment_by_number(db, str(row.get("enrolment_number") or "").strip())
    except UnknownEnrolment:
        return "没有这个报名编号 / no such enrolment"
    if enrolment.session_id != session_id or enrolment.state != "fee":
        return "该报名现在不缴费 / nothing is due for this enrolment now"
    status = str(row.get("status") or "paid")
    if status == "paid":
        try:
            _record(db, context, enrolment, row)
        except (WrongPayment, InvalidOperation):
            return "金额与应缴不符 / the amount is not what is due"
    context.engine.correlate(
        db,
        "fee_confirmed",
        enrolment.number,
        {"status": status},
        message_id=f"fee_confirmed:{enrolment.number}",
    )
    return ""


def _record(
    db: Session, context: TaskContext, enrolment: Enrolment, row: Mapping[str, Any]
) -> None:
    due = _due(db, enrolment)
    record_payment(
        db,
        enrolment,
        # Through text: a float of JSON keeps the digits that were written.
        Decimal(str(row.get("amount") or due)),
        due=due,
        reference=str(row.get("reference") or ""),
        confirmed_by=context.actor or "",
        at=context.now,
    )


def _due(db: Session, enrolment: Enrolment) -> Decimal:
    offer = db.get_one(SessionOffer, enrolment.offer_id)
    return fee_due(db, enrolment, scheme_by_id(db, offer.scheme_id))
