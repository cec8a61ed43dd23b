"""Service tasks of step 3 报名审核 for the whole batch: start, join, decide what is held."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlmodel import Session, col, select

from appraisal.applications import application_of
from appraisal.complaints import answer_complaint, complaint_by_id
from appraisal.eligibility import out_of_province_share
from appraisal.enrolments import Enrolment, active_enrolments, enrolments_of
from appraisal.notices import send_message
from appraisal.organisations import organisation_by_id
from appraisal.sessions import SessionOffer, offers_of, session_by_id
from engine import Continue, ServiceTasks, TaskContext
from tasks.facts import merge_target
from tasks.industries import Place, place_for
from tasks.sessions import refunds_due

service_tasks = ServiceTasks("applications")

CHUNK = 500
# Taking up evaluates three tables an enrolment: a smaller chunk keeps the transaction short.
TAKE_UP_CHUNK = 50


@service_tasks.register(run="job", gives="applications: number")
def start_enrolments(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """Start the process of every application from roster and portal, 500 a transaction.

    Whoever has an instance already is left alone, so that the job can be repeated.
    """
    todo = db.exec(
        select(Enrolment)
        .where(Enrolment.session_id == session_id)
        .where(Enrolment.state == "submitted")
        .where(col(Enrolment.instance_id).is_(None))
        .order_by(col(Enrolment.number))
        .limit(CHUNK)
    ).all()
    session = session_by_id(db, session_id)
    for occupation, rows in groupby(
        sorted(todo, key=attrgetter("occupation_code", "number")), attrgetter("occupation_code")
    ):
        _start(db, context, place_for(context, session, [occupation]), list(rows))
    if len(todo) == CHUNK:
        return Continue(todo[-1].number)
    return open_deciding(db, context, session_id)


def _start(
    db: Session, context: TaskContext, place: Place, enrolments: Sequence[Enrolment]
) -> None:
    started = context.engine.start_many(
        db,
        "enrolment",
        [(e.number, {"enrolment_id": e.id, "session_id": e.session_id}) for e in enrolments],
        bundle_id=place.bundle_id,
        scopes=place.scopes,
        tenant=context.tenant,
        parent_id=context.instance_id,
        actor=context.actor,
    )
    for enrolment, instance_id in zip(enrolments, started, strict=True):
        enrolment.instance_id = instance_id
        db.add(enrolment)


def open_deciding(db: Session, context: TaskContext, session_id: int) -> Mapping[str, Any]:
    """Open the milestone `decided` for every enrolment that was taken up."""
    session = session_by_id(db, session_id)
    numbers = [e.number for e in enrolments_of(db, session_id) if e.instance_id is not None]
    if numbers:
        context.engine.open_milestone(
            db, session.number, "decided", round=session.round, subjects=numbers
        )
    return {"applications": len(numbers)}


@service_tasks.register(run="job", gives="")
def take_up(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Open the review of every application: its tables are evaluated and the reviewers see it."""
    after = str(context.cursor or "")
    todo = db.exec(
        select(Enrolment.number)
        .where(Enrolment.session_id == session_id)
        .where(Enrolment.state == "submitted")
        .where(col(Enrolment.instance_id).is_not(None))
        .where(Enrolment.number > after)
        .order_by(col(Enrolment.number))
        .limit(TAKE_UP_CHUNK)
    ).all()
    for number in todo:
        context.engine.correlate(
            db, "review_opened", number, {}, message_id=f"review_opened:{number}"
        )
    if len(todo) == TAKE_UP_CHUNK:
        return Continue(todo[-1])
    return {}


@service_tasks.register(run="job", gives="undecided: number")
def expire(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """End every review that was not decided by the deadline."""
    undecided = enrolments_of(db, session_id, states=("submitted", "reviewing", "supplement"))
    for enrolment in undecided[:TAKE_UP_CHUNK]:
        context.engine.correlate(
            db,
            "review_deadline_passed",
            enrolment.number,
            {},
            message_id=f"review_deadline_passed:{enrolment.number}",
        )
    left = enrolments_of(db, session_id, states=("submitted", "reviewing", "supplement"))
    # Should one not end, the job must not go on for ever.
    if left and len(left) < len(undecided):
        return Continue(left[0].number)
    return {"undecided": len(left)}


@service_tasks.register(gives="offers: list, admitted: number, out_of_province_share")
def tally(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Count what the review came to; the list of offers goes to table D5 one by one."""
    session = session_by_id(db, session_id)
    admitted = active_enrolments(db, session_id)
    home = organisation_by_id(db, session.organisation_id).province_name
    return {
        "offers": [offer.id for offer in offers_of(db, session_id)],
        "admitted": len(admitted),
        "out_of_province_share": round(out_of_province_share(_provinces(db, admitted), home), 4),
    }


@service_tasks.register(gives="open_offers: number, admitted: number, refunds: number")
def conclude(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Say what is held and how many fees are to be paid back."""
    return {
        "open_offers": len(offers_of(db, session_id)),
        "admitted": len(active_enrolments(db, session_id)),
        "refunds": len(refunds_due(db, session_id)),
    }


@service_tasks.register(gives="")
def open_offer(db: Session, *, offer_id: int, row: str = "") -> Mapping[str, Any]:
    """Hold an offer."""
    _decide(db, offer_id, "open", row)
    return {}


@service_tasks.register(gives="merged_into")
def merge_offer(
    db: Session, context: TaskContext, *, offer_id: int, row: str = ""
) -> Mapping[str, Any]:
    """Move the candidates of a small offer to another trade of the same occupation and level."""
    offer = db.get_one(SessionOffer, offer_id)
    target = merge_target(db, offer)
    assert target is not None and target.id is not None
    for enrolment in _of_offer(db, offer_id):
        enrolment.offer_id, enrolment.trade_code = target.id, target.trade_code
        db.add(enrolment)
        context.engine.reschedule_timers(db, enrolment.number)
    offer.merged_into_id = target.id
    _decide(db, offer_id, "merged", row)
    return {"merged_into": target.id}


@service_tasks.register(gives="")
def postpone_offer(
    db: Session, context: TaskContext, *, offer_id: int, row: str = ""
) -> Mapping[str, Any]:
    """Put an offer off to a later batch: its enrolments end, fees paid go back."""
    for enrolment in _of_offer(db, offer_id):
        context.engine.correlate(
            db,
            "enrolment_postponed",
            enrolment.number,
            {"offer_id": offer_id},
            message_id=f"enrolment_postponed:{enrolment.number}",
        )
    _decide(db, offer_id, "postponed", row)
    return {}


@service_tasks.register(gives="")
def close_complaint(
    db: Session, context: TaskContext, *, complaint_id: int, element: str
) -> Mapping[str, Any]:
    """Send the answer of a complaint to whoever made it."""
    answer = context.answer(element) or {}
    complaint = complaint_by_id(db, complaint_id)
    answer_complaint(
        db,
        complaint,
        upheld=answer.get("finding") == "upheld",
        reply=str(answer.get("reply") or ""),
        by=context.actor or "",
        at=context.now,
    )
    send_message(
        db,
        complaint.organisation_id,
        complaint.person_id,
        "complaint_answered",
        about=str(complaint.id),
        at=context.now,
    )
    return {}


def _of_offer(db: Session, offer_id: int) -> list[Enrolment]:
    return list(
        db.exec(
            select(Enrolment)
            .where(Enrolment.offer_id == offer_id)
            .where(col(Enrolment.state).in_(("admitted", "fee")))
            .order_by(col(Enrolment.number))
        ).all()
    )


def _decide(db: Session, offer_id: int, status: str, row: str) -> None:
    offer = db.get_one(SessionOffer, offer_id)
    offer.status, offer.decided_by_row = status, row
    db.add(offer)
    db.flush()


def _provinces(db: Session, enrolments: Iterable[Enrolment]) -> list[str]:
    return [
        str(application_of(db, enrolment.id).facts.get("province", ""))
        for enrolment in enrolments
        if enrolment.id is not None
    ]
