"""Service tasks of what candidates add: evidence, new facts, requests for an accommodation."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from appraisal.accommodations import (
    ACCOMMODATIONS,
    Accommodation,
    InvalidAccommodation,
    MissingConsent,
    decide_accommodation,
    request_accommodation,
)
from appraisal.applications import application_of, details_of, state_facts
from appraisal.candidates import candidate_by_id
from appraisal.enrolments import Enrolment, enrolment_by_id, enrolment_by_number
from appraisal.evidence import add_evidence
from engine import BpmnError, ServiceTasks, TaskContext
from tasks.enrolments import tell

service_tasks = ServiceTasks("supplements")

# Facts that a candidate may state anew in the form; an empty field leaves the fact as it was.
_FACTS = ("years", "years_after", "prior_level", "diploma", "title", "years_after_title")


@service_tasks.register(gives="")
def take(
    db: Session, context: TaskContext, *, enrolment_id: int, element: str = "supplement_evidence"
) -> Mapping[str, Any]:
    """Keep the files and facts that the candidate supplied; the earlier statement stays.

    `element`: the user task that was answered with them.
    """
    answer = context.answer(element) or {}
    enrolment = enrolment_by_id(db, enrolment_id)
    candidate = candidate_by_id(db, enrolment.candidate_id)
    for row in answer.get("evidence") or []:
        _keep_files(db, context, enrolment, str(row.get("kind") or "other"), row.get("files"))
    stated = {key: answer[key] for key in _FACTS if answer.get(key) not in (None, "")}
    if stated:
        before = application_of(db, enrolment_id)
        state_facts(
            db,
            enrolment_id,
            candidate.person_id,
            {**before.facts, **stated},
            details_of(db, before, candidate.person_id),
            channel="portal",
            at=context.now,
        )
    enrolment.state = "reviewing"
    db.add(enrolment)
    db.flush()
    return {}


@service_tasks.register(gives="enrolment_id, session_id")
def find(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """Find the enrolment whose number is the business key."""
    enrolment = enrolment_by_number(db, context.business_key)
    return {"enrolment_id": enrolment.id, "session_id": enrolment.session_id}


@service_tasks.register(gives="accommodation_id, accommodation_kinds: list")
def request(db: Session, context: TaskContext, *, enrolment_id: int) -> Mapping[str, Any]:
    """Keep a request for an accommodation with its separate consent.

    Raises:
        BpmnError: `request_refused`, when consent or a kind is missing.
    """
    answer = context.answer("request_accommodation") or {}
    enrolment = enrolment_by_id(db, enrolment_id)
    candidate = candidate_by_id(db, enrolment.candidate_id)
    try:
        accommodation = request_accommodation(
            db,
            enrolment,
            candidate.person_id,
            [str(kind) for kind in answer.get("kinds") or []],
            str(answer.get("description") or ""),
            consented=answer.get("consent") is True,
            at=context.now,
        )
    except (MissingConsent, InvalidAccommodation) as error:
        raise BpmnError("request_refused", str(error)) from error
    _keep_files(db, context, enrolment, "accommodation_proof", answer.get("files"))
    return {
        "accommodation_id": accommodation.id,
        "accommodation_kinds": [
            {
                "value": kind,
                "label": ACCOMMODATIONS[kind][0],
                "label.en": ACCOMMODATIONS[kind][1],
            }
            for kind in accommodation.kinds
        ],
    }


@service_tasks.register(gives="")
def decide(
    db: Session, context: TaskContext, *, enrolment_id: int, accommodation_id: int
) -> Mapping[str, Any]:
    """Grant or refuse an accommodation; room and time follow from what was granted.

    Raises:
        BpmnError: `decision_invalid`, when more is granted than was asked for or allowed.
    """
    answer = context.answer("decide_accommodation") or {}
    accommodation = db.get_one(Accommodation, accommodation_id)
    approved = answer.get("verdict") == "approve"
    try:
        decide_accommodation(
            db,
            accommodation,
            approved=approved,
            kinds=[str(kind) for kind in answer.get("kinds") or []],
            extra_percent=int(answer.get("extra_percent") or 0),
            decided_by=context.actor or "",
            at=context.now,
        )
    except InvalidAccommodation as error:
        raise BpmnError("decision_invalid", str(error)) from error
    enrolment = enrolment_by_id(db, enrolment_id)
    tell(db, context, enrolment, "accommodation_decided", approved=approved)
    return {}


def requests_of(db: Session, enrolment_id: int) -> list[Accommodation]:
    """The requests of an enrolment, oldest first."""
    return list(
        db.exec(
            select(Accommodation)
            .where(Accommodation.enrolment_id == enrolment_id)
            .order_by(col(Accommodation.id))
        ).all()
    )


def _keep_files(
    db: Session, context: TaskContext, enrolment: Enrolment, kind: str, files: Any
) -> None:
    # The page has put the files into the object store, whose key is the file's SHA-256.
    assert enrolment.id is not None
    for file in files or []:
        add_evidence(
            db,
            enrolment.organisation_id,
            enrolment.id,
            kind,
            at=context.now,
            object_key=str(file.get("sha256") or ""),
            media_type=str(file.get("contentType") or ""),
            size=int(file.get("size") or 0),
        )
