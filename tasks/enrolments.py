"""Service tasks of one enrolment: review, admission, ticket, result, and every early end."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from appraisal.applications import application_of
from appraisal.calendar import calendar_of, local_time
from appraisal.candidates import candidate_by_id
from appraisal.enrolments import Enrolment, enrolment_by_id, subjects_of
from appraisal.evidence import MATERIALS, choose_condition, evidence_of, kinds_present
from appraisal.notices import send_message
from appraisal.registration import set_exempt
from appraisal.resits import resit_rules, valid_until
from appraisal.schemes import scheme_by_id
from appraisal.sessions import SessionOffer, session_by_id
from engine import ServiceTasks, TaskContext
from tasks.sessions import put_on_refund_list

service_tasks = ServiceTasks("enrolments")

# Working days that a candidate has to supply what is missing.
# Source: domain facts 3.1 S3 (supplement 3–5 working days).
SUPPLEMENT_WORKDAYS = 5


@service_tasks.register(gives="")
def begin_review(db: Session, *, enrolment_id: int) -> Mapping[str, Any]:
    """Take an application up."""
    _set(db, enrolment_by_id(db, enrolment_id), state="reviewing")
    return {}


@service_tasks.register(
    gives="route: refuse | skip | review, refusal: text, alarms: texts, "
    "eligible: boolean, enrolment_number: text, "
    "rows, exemption_wanted, condition, missing, missing_names: text, missing_names_en: text"
)
def note_assessment(
    db: Session,
    *,
    enrolment_id: int,
    alarms: Sequence[Mapping[str, Any]],
    alarm_rows: Sequence[str],
    conditions: Sequence[Mapping[str, Any]],
    condition_rows: Sequence[str],
    materials: Sequence[Mapping[str, Any]],
) -> Mapping[str, Any]:
    """Keep what the tables D4, D2 and D3 said, and what follows for the review.

    `route` is refuse, skip (a re-sit needs no second review of eligibility) or review.
    """
    enrolment = enrolment_by_id(db, enrolment_id)
    refusals = [alarm for alarm in alarms if alarm.get("level") == "refuse"]
    required = {str(c["condition"]): _materials_for(c["condition"], materials) for c in conditions}
    present = kinds_present(evidence_of(db, enrolment_id))
    condition, missing = choose_condition(required, present)
    if refusals:
        rows = [r for r, a in zip(alarm_rows, alarms, strict=False) if a.get("level") == "refuse"]
    else:
        rows = [*condition_rows]
    _set(db, enrolment, eligibility_rows=rows)
    return {
        "route": "refuse" if refusals else "skip" if enrolment.is_resit else "review",
        "refusal": str(refusals[0].get("code", "")) if refusals else "",
        "alarms": [str(a.get("code")) for a in alarms if a.get("level") != "refuse"],
        "eligible": bool(conditions),
        # What the reviewers' tasks show, so that showing them asks the database nothing.
        "enrolment_number": enrolment.number,
        "rows": rows,
        "exemption_wanted": application_of(db, enrolment_id).facts.get("exemption_wanted", ""),
        "condition": condition,
        "missing": missing,
        **_named("missing", missing),
    }


@service_tasks.register(
    gives="supplement_due: text, supplement_wanted: texts, wanted_names: text, "
    "wanted_names_en: text"
)
def ask_supplement(
    db: Session, context: TaskContext, *, enrolment_id: int, element: str = "first_review"
) -> Mapping[str, Any]:
    """Ask the candidate for what is missing; gives the time by which it must be there.

    `element`: the review whose answer says what is wanted.
    """
    enrolment = enrolment_by_id(db, enrolment_id)
    answer = context.answer(element) or {}
    _set(db, enrolment, state="supplement")
    last = calendar_of(db, enrolment.organisation_id).workday(context.today, SUPPLEMENT_WORKDAYS)
    due = local_time(last, "17:00")
    wanted = [str(kind) for kind in answer.get("supplement") or []]
    tell(db, context, enrolment, "supplement_wanted", wanted=wanted, due=due.isoformat())
    return {
        "supplement_due": due.isoformat(),
        "supplement_wanted": wanted,
        **_named("wanted", wanted),
    }


@service_tasks.register(gives="review_outcome: pass | reject | return")
def conclude_review(
    db: Session, context: TaskContext, *, enrolment_id: int, first: str, second: str
) -> Mapping[str, Any]:
    """Join the two reviewers' decisions: the second agrees with the first or sends it back.

    An exemption that both granted takes effect here.
    """
    enrolment = enrolment_by_id(db, enrolment_id)
    if second != "agree":
        return {"review_outcome": "return"}
    if first == "pass":
        _grant_exemption(db, context, enrolment)
    return {"review_outcome": "pass" if first == "pass" else "reject"}


@service_tasks.register(gives="")
def admit(db: Session, context: TaskContext, *, enrolment_id: int) -> Mapping[str, Any]:
    """Admit to the exam."""
    enrolment = enrolment_by_id(db, enrolment_id)
    _set(db, enrolment, state="admitted", decided_at=context.now)
    tell(db, context, enrolment, "admitted")
    return {}


@service_tasks.register(gives="")
def reject(
    db: Session, context: TaskContext, *, enrolment_id: int, reason: str
) -> Mapping[str, Any]:
    """Reject for this batch; the reason is a key, words of people stay in their answers."""
    enrolment = enrolment_by_id(db, enrolment_id)
    end_early(db, context, enrolment, "rejected", reason)
    return {}


@service_tasks.register(gives="")
def note_ticket(
    db: Session, context: TaskContext, *, enrolment_id: int, admission_number: str
) -> Mapping[str, Any]:
    """Keep the admission number and tell the candidate that the ticket is there."""
    enrolment = enrolment_by_id(db, enrolment_id)
    _set(db, enrolment, state="ticketed", admission_number=admission_number)
    tell(db, context, enrolment, "ticket_released")
    return {}


@service_tasks.register(gives="")
def note_marks(
    db: Session, context: TaskContext, *, enrolment_id: int, outcome: str
) -> Mapping[str, Any]:
    """Keep the conclusion that was published and tell the candidate."""
    enrolment = enrolment_by_id(db, enrolment_id)
    _set(db, enrolment, state="published", outcome=outcome)
    tell(db, context, enrolment, f"marks_published_{outcome}")
    return {}


@service_tasks.register(gives="")
def certify(
    db: Session, context: TaskContext, *, enrolment_id: int, certificate_number: str
) -> Mapping[str, Any]:
    """Note that the certificate was issued."""
    enrolment = enrolment_by_id(db, enrolment_id)
    _set(db, enrolment, state="certified")
    tell(db, context, enrolment, "certificate_issued", certificate_number=certificate_number)
    return {}


@service_tasks.register(gives="conclusion")
def conclude(
    db: Session, context: TaskContext, *, enrolment_id: int, resit: bool = False
) -> Mapping[str, Any]:
    """End without a certificate; `conclusion` is resit, failed, absent, void or held.

    Passed subjects are kept as long as the scheme says.
    """
    enrolment = enrolment_by_id(db, enrolment_id)
    if enrolment.outcome == "passed":
        return {"conclusion": "held"}
    if not resit:
        _set(db, enrolment, state="failed")
        alone = enrolment.outcome in ("absent", "void")
        return {"conclusion": enrolment.outcome if alone else "failed"}
    offer = db.get_one(SessionOffer, enrolment.offer_id)
    months, _ = resit_rules(scheme_by_id(db, offer.scheme_id))
    for subject in subjects_of(db, enrolment_id):
        if subject.passed and subject.valid_until is None:
            subject.valid_until = valid_until(context.today, months)
            db.add(subject)
    _set(db, enrolment, state="resit")
    tell(db, context, enrolment, "resit_right")
    return {"conclusion": "resit"}


@service_tasks.register(gives="")
def reach(
    db: Session, context: TaskContext, *, enrolment_id: int, milestone: str
) -> Mapping[str, Any]:
    """Count the enrolment as having come so far: one or several names, by commas."""
    count(db, context, enrolment_by_id(db, enrolment_id), milestone)
    return {}


def count(db: Session, context: TaskContext, enrolment: Enrolment, milestones: str) -> None:
    """Count an enrolment in milestones of its batch."""
    number = session_by_id(db, enrolment.session_id).number
    for name in milestones.split(","):
        context.engine.reach_milestone(
            db, number, name.strip(), round=enrolment.round, subject=enrolment.number
        )


def tell(
    db: Session, context: TaskContext, enrolment: Enrolment, text_key: str, **details: Any
) -> None:
    """Write a message to the candidate."""
    candidate = candidate_by_id(db, enrolment.candidate_id)
    send_message(
        db,
        enrolment.organisation_id,
        candidate.person_id,
        text_key,
        about=enrolment.number,
        details=details,
        at=context.now,
    )


def end_early(
    db: Session, context: TaskContext, enrolment: Enrolment, state: str, reason: str
) -> None:
    """End an enrolment before its exam; a fee that was paid goes on the refund list."""
    put_on_refund_list(db, enrolment)
    _set(db, enrolment, state=state, outcome=state, reason=reason, decided_at=context.now)
    tell(db, context, enrolment, f"enrolment_{state}", reason=reason)


def _grant_exemption(db: Session, context: TaskContext, enrolment: Enrolment) -> None:
    assert enrolment.id is not None
    answer = context.answer("first_review") or {}
    wanted = str(application_of(db, enrolment.id).facts.get("exemption_wanted") or "")
    if wanted and answer.get("exemption") == "granted":
        set_exempt(db, enrolment, wanted, str(answer.get("exemption_basis") or "reviewed"))


def _materials_for(condition: str, materials: Sequence[Mapping[str, Any]]) -> list[str]:
    # Rows without a condition are asked of everybody.
    return [str(row["material"]) for row in materials if row.get("condition") in (condition, "any")]


def _named(prefix: str, kinds: Sequence[str]) -> dict[str, str]:
    names = [MATERIALS.get(kind, (kind, kind)) for kind in kinds]
    return {
        f"{prefix}_names": "、".join(chinese for chinese, _ in names),
        f"{prefix}_names_en": ", ".join(english for _, english in names),
    }


def _set(db: Session, enrolment: Enrolment, **values: object) -> None:
    for name, value in values.items():
        setattr(enrolment, name, value)
    db.add(enrolment)
    db.flush()
