"""Opening a batch, and the service tasks that belong to the batch as a whole."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from appraisal.enrolments import ENDED_STATES, Enrolment, enrolments_of
from appraisal.fees import mark_refund_due
from appraisal.notices import send_message
from appraisal.organisations import Organisation
from appraisal.people import holders_of
from appraisal.sessions import AppraisalSession, create_session, session_by_id
from engine import Continue, ProcessEngine, ServiceTasks, TaskContext
from engine.instances import InstanceStatus, ProcessInstance
from tasks.industries import pin_industries

service_tasks = ServiceTasks("sessions")

# Enrolments told in one transaction; each runs on in it.
CHUNK = 100
# States after which the certificate, the re-sit right or the end of the batch is known.
_CONCLUDED = (*ENDED_STATES, "certified", "failed", "resit")


def scopes_of(organisation: Organisation, industry: str = "") -> list[str]:
    """Where the definitions of a batch come from, the most special last."""
    industries = [f"industry:{industry}"] if industry else []
    return ["base", *industries, f"organisation:{organisation.code}"]


def open_session(
    db: Session,
    engine: ProcessEngine,
    organisation: Organisation,
    values: Mapping[str, Any],
    *,
    actor: str | None = None,
) -> tuple[AppraisalSession, ProcessInstance]:
    """Make a batch from the answer of the form `open_session` and start its process."""
    wanted = values.get("exam_date")
    session = create_session(
        db,
        organisation,
        str(values["name"]),
        created_at=engine.clock.now(),
        kind=str(values.get("kind") or "unified"),
        exam_date=date.fromisoformat(wanted) if isinstance(wanted, str) else wanted,
        training_wanted=bool(values.get("training_wanted")),
        site=str(values.get("site") or ""),
        industry=str(values.get("industry") or ""),
    )
    pin_industries(db, engine.definitions, session, organisation.code)
    instance = engine.start(
        db,
        "appraisal_session",
        business_key=session.number,
        variables={"session_id": session.id},
        tenant=organisation.code,
        scopes=scopes_of(organisation, session.industry),
        actor=actor,
    )
    session.bundle_id = instance.bundle_id
    db.add(session)
    db.flush()
    return session, instance


@service_tasks.register(gives="")
def remind(
    db: Session, context: TaskContext, *, session_id: int, posts: str, text: str
) -> Mapping[str, Any]:
    """Send a reminder to everybody who holds one of the posts."""
    session = session_by_id(db, session_id)
    people = {
        person.id
        for post in posts.split(",")
        for person in holders_of(db, post.strip(), session.organisation_id)
    }
    for person_id in sorted(p for p in people if p is not None):
        send_message(
            db,
            session.organisation_id,
            person_id,
            text,
            # A reminder of a moved date is a new one.
            about=f"{session.number}@{context.today}",
            at=context.now,
        )
    return {}


@service_tasks.register(gives="")
def set_status(db: Session, *, session_id: int, status: str) -> Mapping[str, Any]:
    """Say where the batch stands, for lists and pages."""
    session = session_by_id(db, session_id)
    session.status = status
    db.add(session)
    db.flush()
    return {}


@service_tasks.register(gives="to_close: number")
def open_closing(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Open the milestone `closed` for every enrolment that was ever taken up."""
    session = session_by_id(db, session_id)
    numbers = [e.number for e in enrolments_of(db, session_id) if e.instance_id is not None]
    if numbers:
        context.engine.open_milestone(
            db, session.number, "closed", round=session.round, subjects=numbers
        )
    return {"to_close": len(numbers)}


@service_tasks.register(run="job", gives="")
def close_enrolments(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """Tell every enrolment that the batch ends; what it has got by now is final."""
    return _tell_all(db, context, session_id, "enrolment_closed", {"reason": "batch_ended"})


@service_tasks.register(run="job", gives="refunds: number")
def cancel_enrolments(
    db: Session, context: TaskContext, *, session_id: int, reason: str = ""
) -> Mapping[str, Any] | Continue:
    """Tell every enrolment that the batch is cancelled; fees paid go on the refund list."""
    done = _tell_all(db, context, session_id, "enrolment_cancelled", {"reason": reason})
    if isinstance(done, Continue):
        return done
    return {"refunds": len(refunds_due(db, session_id))}


@service_tasks.register(gives="cancelled_instances: number")
def cancel_rooms(
    db: Session, context: TaskContext, *, session_id: int, reason: str = ""
) -> Mapping[str, Any]:
    """End every process that runs beside the batch: rooms, dispatches, ticket release."""
    session = session_by_id(db, session_id)
    running = db.exec(
        select(ProcessInstance)
        .where(ProcessInstance.parent_id == context.instance_id)
        .where(ProcessInstance.process_id != "enrolment")
        .where(ProcessInstance.status == InstanceStatus.RUNNING)
    ).all()
    for instance in running:
        context.engine.cancel(
            db, instance.id, actor=context.actor, reason=reason or "session_cancelled"
        )
    session.status, session.registration_open = "cancelled", False
    db.add(session)
    db.flush()
    return {"cancelled_instances": len(running)}


def refunds_due(db: Session, session_id: int) -> Sequence[Enrolment]:
    """The ended enrolments whose fee is to be paid back."""
    return db.exec(
        select(Enrolment)
        .where(Enrolment.session_id == session_id)
        .where(Enrolment.fee_status == "refund_due")
        .order_by(col(Enrolment.number))
    ).all()


def put_on_refund_list(db: Session, enrolment: Enrolment) -> None:
    """Have a fee paid back, when one was paid and the exam was not held."""
    mark_refund_due(db, enrolment, exam_held=enrolment.state == "sat")


def _tell_all(
    db: Session,
    context: TaskContext,
    session_id: int,
    message: str,
    payload: Mapping[str, Any],
) -> Mapping[str, Any] | Continue:
    # The last number told is the cursor: others may end meanwhile and leave the list.
    after = str(context.cursor or "")
    todo = db.exec(
        select(Enrolment)
        .where(Enrolment.session_id == session_id)
        .where(col(Enrolment.state).not_in(_CONCLUDED))
        .where(col(Enrolment.instance_id).is_not(None))
        .where(Enrolment.number > after)
        .order_by(col(Enrolment.number))
        .limit(CHUNK)
    ).all()
    for enrolment in todo:
        context.engine.correlate(
            db,
            message,
            enrolment.number,
            dict(payload),
            message_id=f"{message}:{enrolment.number}:{enrolment.round}",
        )
    if len(todo) == CHUNK:
        return Continue(todo[-1].number)
    return {}
