"""Registration (报名): an application becomes an enrolment, once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from appraisal.applications import application_of, state_facts
from appraisal.candidates import Candidate, add_candidate, find_candidate, set_phone
from appraisal.columns import Json
from appraisal.enrolments import ENDED_STATES, Enrolment, EnrolmentSubject
from appraisal.errors import AppraisalError
from appraisal.identity import IdentityNumber
from appraisal.people import add_person
from appraisal.resits import carried_subjects, has_resit_right
from appraisal.schemes import scheme_by_id, subject_keys
from appraisal.sessions import AppraisalSession, SessionOffer, offers_of


class NotOffered(AppraisalError):
    """The session does not offer this occupation, trade and level."""


class RegistrationClosed(AppraisalError):
    """The session takes no applications now."""


@dataclass(frozen=True)
class ApplicationData:
    """What one applicant says of themselves; `facts` and `details` as in `applications`."""

    occupation_code: str
    trade_code: str
    level_code: str
    name: str
    identity: IdentityNumber
    birth_date: date | None
    sex: str
    phone: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    details: Mapping[str, Json] = field(default_factory=dict)
    photo_key: str | None = None


def offer_for(
    db: Session, session_id: int, occupation_code: str, trade_code: str, level_code: str
) -> SessionOffer:
    """The offer of a session that an application is for.

    Raises:
        NotOffered: There is none.
    """
    for offer in offers_of(db, session_id):
        offered = (offer.occupation_code, offer.trade_code, offer.level_code)
        if offered == (occupation_code, trade_code, level_code):
            return offer
    raise NotOffered(f"{occupation_code} {trade_code} {level_code}")


def register(
    db: Session,
    session: AppraisalSession,
    data: ApplicationData,
    *,
    at: datetime,
    on: date,
    channel: str = "portal",
) -> tuple[Enrolment, bool]:
    """Make the enrolment for an application; says whether it is new.

    The same person for the same offer gives the same enrolment: a new statement of facts is
    kept while nobody reviews it, otherwise the application changes nothing.

    Raises:
        NotOffered: The session does not offer it.
    """
    assert session.id is not None
    offer = offer_for(db, session.id, data.occupation_code, data.trade_code, data.level_code)
    candidate = _candidate(db, session, data)
    known = db.exec(
        select(Enrolment)
        .where(Enrolment.candidate_id == candidate.id)
        .where(Enrolment.offer_id == offer.id)
        .where(col(Enrolment.state).not_in(ENDED_STATES))
    ).first()
    if known is not None:
        if known.state == "submitted" and known.id is not None:
            _state_anew(db, known, candidate, data, channel=channel, at=at)
        return known, False
    return _add_enrolment(db, session, offer, candidate, data, at=at, on=on, channel=channel), True


def set_exempt(db: Session, enrolment: Enrolment, subject: str, basis: str) -> None:
    """Excuse an enrolment from a subject (免考) on a stated basis."""
    row = db.exec(
        select(EnrolmentSubject)
        .where(EnrolmentSubject.enrolment_id == enrolment.id)
        .where(EnrolmentSubject.subject == subject)
    ).one()
    row.state, row.basis = "exempt", basis[:200]
    db.add(row)
    db.flush()


def _candidate(db: Session, session: AppraisalSession, data: ApplicationData) -> Candidate:
    identity = data.identity
    known = find_candidate(db, session.organisation_id, identity.id_type, identity.number)
    if known is not None:
        known.photo_key = data.photo_key or known.photo_key
        if data.phone:
            set_phone(db, known, data.phone)
        db.add(known)
        return known
    # A sign-in name must not say who it is: it is random, and sent to the candidate.
    person = add_person(
        db,
        session.organisation_id,
        data.name,
        f"k{secrets.token_hex(5)}",
        posts=["candidate"],
        is_candidate=True,
    )
    return add_candidate(
        db,
        person,
        id_type=identity.id_type,
        id_number=identity.number,
        birth_date=data.birth_date,
        sex=data.sex,
        phone=data.phone,
        photo_key=data.photo_key,
    )


def _add_enrolment(
    db: Session,
    session: AppraisalSession,
    offer: SessionOffer,
    candidate: Candidate,
    data: ApplicationData,
    *,
    at: datetime,
    on: date,
    channel: str,
) -> Enrolment:
    assert session.id is not None and offer.id is not None and candidate.id is not None
    scheme = scheme_by_id(db, offer.scheme_id)
    resit = has_resit_right(
        db, candidate.id, scheme, offer.level_code, trade_code=offer.trade_code, on=on
    )
    enrolment = Enrolment(
        number=next_enrolment_number(db, session),
        session_id=session.id,
        candidate_id=candidate.id,
        organisation_id=session.organisation_id,
        offer_id=offer.id,
        occupation_code=offer.occupation_code,
        trade_code=offer.trade_code,
        level_code=offer.level_code,
        round=session.round,
        submitted_at=at,
        is_resit=resit,
    )
    db.add(enrolment)
    db.flush()
    assert enrolment.id is not None
    kept = carried_subjects(
        db, candidate.id, offer.occupation_code, offer.trade_code, offer.level_code, on
    )
    for key in subject_keys(scheme, offer.level_code):
        db.add(_subject(enrolment.id, key, kept.get(key)))
    state_facts(
        db, enrolment.id, candidate.person_id, data.facts, data.details, channel=channel, at=at
    )
    db.flush()
    return enrolment


def _subject(enrolment_id: int, key: str, kept: EnrolmentSubject | None) -> EnrolmentSubject:
    if kept is None:
        return EnrolmentSubject(enrolment_id=enrolment_id, subject=key)
    return EnrolmentSubject(
        enrolment_id=enrolment_id,
        subject=key,
        state="passed_earlier",
        basis=f"enrolment:{kept.enrolment_id}",
        valid_until=kept.valid_until,
        points=kept.points,
        passed=True,
    )


def _state_anew(
    db: Session,
    enrolment: Enrolment,
    candidate: Candidate,
    data: ApplicationData,
    *,
    channel: str,
    at: datetime,
) -> None:
    assert enrolment.id is not None
    before: dict[str, Any] = application_of(db, enrolment.id).facts
    if all(before.get(key) == value for key, value in data.facts.items()):
        return
    state_facts(
        db, enrolment.id, candidate.person_id, data.facts, data.details, channel=channel, at=at
    )


def next_enrolment_number(db: Session, session: AppraisalSession) -> str:
    """Take the next number of a session; two takers at once never get the same."""
    # The row is read anew under a lock: another transaction may have taken numbers meanwhile.
    db.refresh(session, with_for_update=True)
    serial = session.next_enrolment_serial
    session.next_enrolment_serial = serial + 1
    db.add(session)
    db.flush()
    return f"{session.number}-{serial:05d}"
