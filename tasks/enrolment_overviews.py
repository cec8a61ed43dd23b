"""An enrolment as its candidate sees it: how far it is, what to do next, when and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from appraisal.candidates import Candidate
from appraisal.certificates import Certificate, certificate_of
from appraisal.enrolments import ENDED_STATES, Enrolment, EnrolmentSubject, subjects_of
from appraisal.fees import fee_due
from appraisal.levels import level_name
from appraisal.occupations import occupation_name, trade_name
from appraisal.organisations import Organisation, organisation_by_id
from appraisal.papers import Paper, newest_paper
from appraisal.results import Result, result_of
from appraisal.schemes import Scheme
from appraisal.seats import seats_of_enrolment
from appraisal.sessions import AppraisalSession, SessionOffer, session_by_id
from appraisal.tickets import TICKET_PAPER, ticket_of
from engine.user_tasks import UserTask, UserTaskStatus

STAGES = ("submitted", "review", "fee", "ticket", "exam", "result")
# How many stages are over in each state.
_REACHED = {
    "submitted": 1,
    "reviewing": 1,
    "supplement": 1,
    "fee": 2,
    "admitted": 3,
    "ticketed": 4,
    "sat": 5,
    "published": 6,
    "certified": 6,
    "failed": 6,
    "resit": 6,
}


@dataclass(frozen=True)
class StageState:
    """One stage of an enrolment: done, now, waiting, or stopped."""

    key: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class Sitting:
    """When and where a subject is sat; the place is known once the ticket is out."""

    subject: str
    starts_at: datetime
    minutes: int
    room: str = ""
    address: str = ""
    seat: int | None = None


@dataclass(frozen=True)
class EnrolmentOverview:
    """Everything an enrolment's page shows its candidate."""

    enrolment: Enrolment
    session: AppraisalSession
    organisation: Organisation
    name: str
    occupation: str
    level_code: str
    stages: list[StageState]
    user_tasks: list[UserTask]
    subjects: list[EnrolmentSubject]
    sittings: list[Sitting] = field(default_factory=list)
    fee: Decimal = Decimal(0)
    ticket: Paper | None = None
    result: Result | None = None
    certificate: Certificate | None = None
    certificate_paper: Paper | None = None

    @property
    def done(self) -> int:
        """How many stages are over."""
        return sum(stage.state == "done" for stage in self.stages)

    @property
    def ended(self) -> bool:
        """Whether it was rejected, withdrawn or cancelled."""
        return self.enrolment.state in ENDED_STATES

    def title(self, language: str) -> str:
        """Give occupation and level."""
        return f"{self.occupation} {level_name(self.level_code, language)}"


def enrolments_of_person(db: Session, person_id: int) -> list[Enrolment]:
    """List a person's enrolments, the newest first."""
    query = (
        select(Enrolment)
        .join(Candidate, col(Candidate.id) == col(Enrolment.candidate_id))
        .where(col(Candidate.person_id) == person_id)
        .order_by(col(Enrolment.id).desc())
    )
    return list(db.scalars(query))


def overview_enrolment(db: Session, enrolment: Enrolment) -> EnrolmentOverview:
    """Collect what an enrolment's page shows its candidate, and nothing kept from them yet."""
    assert enrolment.id is not None
    candidate = db.get_one(Candidate, enrolment.candidate_id)
    session = session_by_id(db, enrolment.session_id)
    result = result_of(db, enrolment.id)
    published = result if result is not None and result.published_at else None
    certificate = certificate_of(db, enrolment)
    if certificate is not None and certificate.state == "numbered":
        certificate = None
    return EnrolmentOverview(
        enrolment=enrolment,
        session=session,
        organisation=organisation_by_id(db, enrolment.organisation_id),
        name=candidate.name,
        occupation=_occupation(db, enrolment),
        level_code=enrolment.level_code,
        stages=stages_of(enrolment),
        user_tasks=_user_tasks(db, enrolment, candidate.person_id),
        subjects=_subjects(db, enrolment, published),
        sittings=_sittings(db, enrolment),
        fee=_fee(db, enrolment),
        ticket=_ticket(db, enrolment),
        result=published,
        certificate=certificate,
        certificate_paper=_paper(db, certificate),
    )


def stages_of(enrolment: Enrolment) -> list[StageState]:
    """Tell how far an enrolment is; one that ended stopped where it was."""
    if enrolment.state in ENDED_STATES:
        reached, ended = _reached_before_the_end(enrolment), True
    else:
        reached, ended = _REACHED.get(enrolment.state, 0), False
    times = {"submitted": enrolment.submitted_at, "review": enrolment.decided_at}
    states = []
    for number, key in enumerate(STAGES):
        state = "done" if number < reached else "waiting"
        if number == reached:
            state = "stopped" if ended else "now"
        if key == "fee" and enrolment.fee_status == "none":
            continue
        states.append(StageState(key, state, times.get(key) if state == "done" else None))
    return states


def _reached_before_the_end(enrolment: Enrolment) -> int:
    if enrolment.admission_number:
        return 4
    if enrolment.fee_status in ("paid", "deferred", "refunded"):
        return 3
    return 2 if enrolment.fee_status == "overdue" else 1


def _occupation(db: Session, enrolment: Enrolment) -> str:
    name = occupation_name(db, enrolment.occupation_code)
    trade = trade_name(db, enrolment.trade_code)
    return f"{name}({trade})" if trade else name


def _user_tasks(db: Session, enrolment: Enrolment, person_id: int) -> list[UserTask]:
    """List what waits for the candidate."""
    query = (
        select(UserTask)
        .where(
            col(UserTask.business_key) == enrolment.number,
            col(UserTask.status) == UserTaskStatus.READY.value,
        )
        .order_by(col(UserTask.created_at))
    )
    return [
        task
        for task in db.scalars(query)
        if task.assignee == str(person_id) or (not task.assignee and "candidate" in task.groups())
    ]


def _subjects(
    db: Session, enrolment: Enrolment, published: Result | None
) -> list[EnrolmentSubject]:
    """Give the subjects; points only once the result is published."""
    assert enrolment.id is not None
    if published is not None:
        return subjects_of(db, enrolment.id)
    return [
        EnrolmentSubject(
            enrolment_id=row.enrolment_id, subject=row.subject, state=row.state, basis=row.basis
        )
        for row in subjects_of(db, enrolment.id)
    ]


def _sittings(db: Session, enrolment: Enrolment) -> list[Sitting]:
    assert enrolment.id is not None
    ticket = ticket_of(db, enrolment.id)
    released = ticket is not None and ticket.released_at is not None
    sittings: Sequence[Sitting] = [
        Sitting(
            subject=seat.subject,
            starts_at=exam_room.starts_at,
            minutes=exam_room.minutes,
            room=room.name if released else "",
            address=room.address if released else "",
            seat=seat.number if released else None,
        )
        for seat, exam_room, room in seats_of_enrolment(db, enrolment.id)
    ]
    return sorted(sittings, key=lambda sitting: sitting.starts_at)


def _fee(db: Session, enrolment: Enrolment) -> Decimal:
    offer = db.get(SessionOffer, enrolment.offer_id)
    scheme = db.get(Scheme, offer.scheme_id) if offer else None
    return fee_due(db, enrolment, scheme) if scheme else Decimal(0)


def _ticket(db: Session, enrolment: Enrolment) -> Paper | None:
    """Give the ticket's paper once candidates may see it."""
    assert enrolment.id is not None
    ticket = ticket_of(db, enrolment.id)
    if ticket is None or ticket.released_at is None:
        return None
    return newest_paper(db, enrolment.session_id, TICKET_PAPER, enrolment.number)


def _paper(db: Session, certificate: Certificate | None) -> Paper | None:
    if certificate is None or certificate.paper_id is None:
        return None
    return db.get(Paper, certificate.paper_id)
