"""Service tasks of step 12 公布成绩: marks to each candidate, the public list, what follows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from appraisal.calendar import calendar_of, local_date, local_time
from appraisal.enrolments import (
    enrolment_by_id,
    enrolment_by_number,
    subjects_of,
)
from appraisal.publicity import (
    MINIMUM_WORKING_DAYS,
    Objection,
    close_publicity,
    decide_objection,
    hold,
    listed_enrolments,
    open_objections,
    open_publicity,
    publicities_of,
    raise_objection,
)
from appraisal.results import Result, result_of, results_of
from appraisal.score_reviews import (
    SUBJECTIVE_SUBJECTS,
    ScoreReview,
    open_reviews,
    request_review,
    settle_review,
)
from appraisal.sessions import session_by_id
from engine import BpmnError, Continue, ServiceTasks, TaskContext
from tasks.results import collect_points, conclude

service_tasks = ServiceTasks("publicity")

CHUNK = 500


@service_tasks.register(run="job", gives="published: number")
def publish_marks(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """Tell every enrolment its conclusion; the candidate sees the own marks from now on."""
    results = results_of(db, session_id)
    done = int(context.cursor or 0)
    for result in results[done : done + CHUNK]:
        _publish(db, context, result)
    done = min(done + CHUNK, len(results))
    if done < len(results):
        return Continue(done, (done, len(results)))
    return {"published": len(results)}


def _publish(db: Session, context: TaskContext, result: Result) -> None:
    enrolment = enrolment_by_id(db, result.enrolment_id)
    result.published_at = context.now
    db.add(result)
    context.engine.correlate(
        db,
        "marks_published",
        enrolment.number,
        {"outcome": result.outcome, "resit": result.resit},
        message_id=f"marks:{enrolment.number}:{result.outcome}",
    )


@service_tasks.register(
    name="open",
    gives="publicity_id, supplement, listed: number, closes_at: text, working_days: number",
)
def open_list(
    db: Session,
    context: TaskContext,
    *,
    session_id: int,
    element: str,
    working_days: int = MINIMUM_WORKING_DAYS,
) -> Mapping[str, Any]:
    """Open the public list of those who passed, for at least as many working days."""
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    days = max(int(working_days), int(answer.get("working_days") or 0))
    passers = [r.enrolment_id for r in results_of(db, session_id) if r.outcome == "passed"]
    publicity = open_publicity(
        db,
        session_id=session_id,
        organisation_id=session.organisation_id,
        enrolment_ids=passers,
        opens_at=context.now,
        closes_at=_closes_at(db, session.organisation_id, context, days),
        working_days=days,
        name_display=str(answer.get("name_display") or "full"),
    )
    return {
        "publicity_id": publicity.id,
        "supplement": publicity.supplement,
        "listed": len(listed_enrolments(db, session_id)),
        "closes_at": publicity.closes_at.isoformat(),
        "working_days": days,
    }


@service_tasks.register(gives="listed: number, closes_at: text")
def supplement(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Put later passers on a list that stands as long as the first; says whether there were any."""
    session = session_by_id(db, session_id)
    listed = listed_enrolments(db, session_id)
    passed = [r.enrolment_id for r in results_of(db, session_id) if r.outcome == "passed"]
    later = [e for e in passed if e not in listed]
    if not later:
        return {"listed": 0, "closes_at": context.now.isoformat()}
    first = publicities_of(db, session_id)[0]
    publicity = open_publicity(
        db,
        session_id=session_id,
        organisation_id=session.organisation_id,
        enrolment_ids=later,
        opens_at=context.now,
        closes_at=_closes_at(db, session.organisation_id, context, first.working_days),
        working_days=first.working_days,
        name_display=first.name_display,
    )
    return {"listed": len(later), "closes_at": publicity.closes_at.isoformat()}


@service_tasks.register(gives="open_lists: number, held")
def close(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Close every list whose days are over and say what is still held."""
    session = session_by_id(db, session_id)
    calendar = calendar_of(db, session.organisation_id)
    for publicity in publicities_of(db, session_id):
        ends = calendar.workday(local_date(publicity.opens_at), publicity.working_days)
        close_publicity(db, publicity, on=context.today, ends_on=ends)
    return {
        "open_lists": sum(not p.closed for p in publicities_of(db, session_id)),
        "held": len(open_objections(db, session_id)) + len(open_reviews(db, session_id)),
    }


@service_tasks.register(gives="objection_id, enrolment_id, session_id, session_number")
def receive_objection(
    db: Session, context: TaskContext, *, enrolment_number: str
) -> Mapping[str, Any]:
    """Record an objection against a listed person and hold that person only."""
    enrolment = enrolment_by_number(db, enrolment_number)
    assert enrolment.id is not None
    if enrolment.id not in listed_enrolments(db, enrolment.session_id):
        raise BpmnError("not_listed", "此人不在公示名单中 / not on the public list")
    objection = raise_objection(
        db, session_id=enrolment.session_id, enrolment_id=enrolment.id, at=context.now
    )
    return {
        "objection_id": objection.id,
        "enrolment_id": enrolment.id,
        "session_id": enrolment.session_id,
        "session_number": session_by_id(db, enrolment.session_id).number,
    }


@service_tasks.register(gives="upheld")
def settle_objection(
    db: Session, context: TaskContext, *, objection_id: int, element: str
) -> Mapping[str, Any]:
    """Close an objection by the decision in the answer of `element`."""
    answer = context.answer(element) or {}
    objection = db.get(Objection, objection_id)
    assert objection is not None
    upheld = answer.get("decision") == "upheld"
    decide_objection(
        db,
        objection,
        upheld=upheld,
        reason=str(answer.get("finding") or "")[:400],
        actor=context.actor or "",
        at=context.now,
    )
    return {"upheld": upheld}


@service_tasks.register(
    gives="review_id, enrolment_id, session_id, session_number, workdays, "
    "objective: boolean, zero_or_absent"
)
def receive_review(
    db: Session, context: TaskContext, *, enrolment_number: str, subject: str
) -> Mapping[str, Any]:
    """Record a candidate's request to check one subject, with what D15 needs to know."""
    enrolment = enrolment_by_number(db, enrolment_number)
    assert enrolment.id is not None
    result = result_of(db, enrolment.id)
    if result is None or result.published_at is None or subject not in result.subjects:
        raise BpmnError("not_published", "成绩尚未公布 / no published marks for this subject")
    review = request_review(
        db,
        session_id=enrolment.session_id,
        enrolment_id=enrolment.id,
        subject=subject,
        at=context.now,
    )
    hold(db, enrolment.session_id, enrolment.id, held=True)
    published_on = local_date(result.published_at)
    calendar = calendar_of(db, enrolment.organisation_id)
    return {
        "review_id": review.id,
        "enrolment_id": enrolment.id,
        "session_id": enrolment.session_id,
        "session_number": session_by_id(db, enrolment.session_id).number,
        "workdays": calendar.workdays_between(published_on, context.today),
        "objective": subject not in SUBJECTIVE_SUBJECTS,
        "zero_or_absent": result.subjects[subject]["result"] == "absent"
        or _points(db, review) == 0,
    }


@service_tasks.register(name="settle_review", gives="state, outcome, passes_now: boolean")
def settle(
    db: Session, context: TaskContext, *, review_id: int, rows: list[str], element: str = ""
) -> Mapping[str, Any]:
    """Close a request; a correction concludes the enrolment anew from the corrected marks."""
    answer = context.answer(element) or {} if element else {"finding": "refused"}
    review = db.get(ScoreReview, review_id)
    assert review is not None
    enrolment = enrolment_by_id(db, review.enrolment_id)
    state = str(answer.get("finding") or "unchanged")
    review.decided_by_row = rows[0] if rows else ""
    settle_review(
        db,
        review,
        state=state,
        reason=str(answer.get("reason") or "")[:400],
        actor=context.actor or "",
        at=context.now,
    )
    before = result_of(db, review.enrolment_id)
    earlier = before.outcome if before else ""
    if state == "corrected":
        collect_points(db, enrolment)
        _publish(db, context, conclude(db, context, enrolment))
    after = result_of(db, review.enrolment_id)
    outcome = after.outcome if after else ""
    hold(db, enrolment.session_id, review.enrolment_id, held=False)
    return {"state": state, "outcome": outcome, "passes_now": earlier != outcome == "passed"}


def _points(db: Session, review: ScoreReview) -> Decimal | None:
    subjects = subjects_of(db, review.enrolment_id)
    return next((s.points for s in subjects if s.subject == review.subject), None)


def _closes_at(
    db: Session, organisation_id: int, context: TaskContext, working_days: int
) -> datetime:
    """Midnight after the last of the days; the day of opening does not count."""
    last = calendar_of(db, organisation_id).workday(context.today, working_days)
    return local_time(last + timedelta(days=1), "00:00")
