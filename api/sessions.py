"""Appraisal sessions over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query
from sqlmodel import col, select

from api.problems import Problem
from api.resources import Cursor, Limit, Page, Resource
from api.work import Reading, Work, WorkRouter
from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from appraisal.levels import level_name
from appraisal.occupations import occupation_name, trade_name
from appraisal.sessions import AppraisalSession, offers_of
from engine.instances import find_instances

router = WorkRouter(prefix="/sessions", tags=["sessions"])

SessionNumber = Annotated[str, Path(max_length=60, description="number of the batch")]


class SessionSummary(Resource):
    """A batch in a list."""

    number: str
    name: str
    kind: str
    status: str
    exam_date: date | None
    exam_date_confirmed: bool
    created_at: datetime


class Offer(Resource):
    """What a batch offers."""

    occupation_code: str
    occupation: str
    trade_code: str
    trade: str
    level_code: str
    level: str
    status: str


class SessionDetail(SessionSummary):
    """A batch with what it offers."""

    site: str
    training_wanted: bool
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    payment_deadline_at: datetime | None
    review_deadline_at: datetime | None
    offers: list[Offer]
    instance_id: UUID | None


@router.get("")
def list_sessions(
    work: Reading,
    status: Annotated[str, Query(max_length=20)] = "",
    sort: Literal["-createdAt", "createdAt"] = "-createdAt",
    cursor: Cursor = "",
    limit: Limit = 25,
) -> Page[SessionSummary]:
    """List the batches of the actor's organisation, or those a candidate takes part in."""
    work.require("session.list")
    query = select(AppraisalSession).where(
        AppraisalSession.organisation_id == work.actor.organisation_id
    )
    if work.actor.kind == "person" and not work.actor.is_staff:
        own = (
            select(Enrolment.session_id)
            .join(Candidate, col(Candidate.id) == Enrolment.candidate_id)
            .where(Candidate.person_id == work.actor.person_id)
        )
        query = query.where(col(AppraisalSession.id).in_(own))
    if status:
        query = query.where(AppraisalSession.status == status)
    own_id, newest_first = col(AppraisalSession.id), sort.startswith("-")
    if cursor:
        last = number_of(cursor)
        query = query.where(own_id < last if newest_first else own_id > last)
    query = query.order_by(own_id.desc() if newest_first else own_id).limit(limit + 1)
    found = work.db.exec(query).all()
    items = [SessionSummary.model_validate(one, from_attributes=True) for one in found[:limit]]
    return Page(items=items, next=str(found[limit - 1].id) if len(found) > limit else None)


@router.get("/{number}")
def read_session(work: Reading, number: SessionNumber) -> SessionDetail:
    """Read a batch."""
    session = seen_session(work, number)
    instances = find_instances(work.db, number, process_id="appraisal_session")
    offers = [
        Offer(
            occupation_code=offer.occupation_code,
            occupation=occupation_name(work.db, offer.occupation_code),
            trade_code=offer.trade_code,
            trade=trade_name(work.db, offer.trade_code),
            level_code=offer.level_code,
            level=level_name(offer.level_code, work.language),
            status=offer.status,
        )
        for offer in offers_of(work.db, session.id or 0, status=("open", "merged", "postponed"))
    ]
    return SessionDetail(
        **{
            name: getattr(session, name)
            for name in SessionDetail.model_fields
            if name not in ("offers", "instance_id")
        },
        offers=offers,
        instance_id=instances[-1].id if instances else None,
    )


def seen_session(work: Work, number: str, action: str = "session.read") -> AppraisalSession:
    """A batch that the actor may see, and may do this with.

    Raises:
        Problem: not-found, or forbidden.
    """
    query = select(AppraisalSession).where(AppraisalSession.number == number)
    session = work.db.exec(query).first()
    work.require_seen("session.read" if work.actor.kind == "person" else action, session)
    work.require(action, session)
    assert session is not None
    return session


def number_of(cursor: str) -> int:
    """Read a cursor that is an id.

    Raises:
        Problem: malformed.
    """
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise Problem("malformed")
    return int(cursor)
