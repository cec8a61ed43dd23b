"""Enrolments and results over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlmodel import col, select

from api.resources import Cursor, Limit, Page, Resource
from api.sessions import SessionNumber, number_of, seen_session
from api.work import Reading, Work, WorkRouter
from appraisal.candidates import candidate_by_id, id_number_of
from appraisal.crypto import UnreadableValue
from appraisal.enrolments import Enrolment, subjects_of
from appraisal.masks import mask_id_number
from appraisal.organisations import organisation_by_id
from appraisal.results import Result, result_of

router = WorkRouter(tags=["enrolments"])

EnrolmentNumber = Annotated[str, Path(max_length=80, description="number of the enrolment")]


class EnrolmentSummary(Resource):
    """An enrolment in a list."""

    number: str
    occupation_code: str
    trade_code: str
    level_code: str
    state: str
    fee_status: str
    admission_number: str | None
    outcome: str
    reason: str


class SubjectView(Resource):
    """One subject of an enrolment; marks only where the reader may see results."""

    subject: str
    state: str
    basis: str
    valid_until: date | None
    points: Decimal | None
    passed: bool | None


class EnrolmentDetail(EnrolmentSummary):
    """An enrolment with its candidate, masked, and its subjects."""

    candidate_name: str
    id_number: str
    eligibility_rows: list[str]
    instance_id: UUID | None
    subjects: list[SubjectView]


class ResultView(Resource):
    """The conclusion on one enrolment, with the table rows that decided."""

    enrolment_number: str
    outcome: str
    rows: list[str]
    subjects: dict[str, dict[str, str]]
    resit: bool
    resit_until: date | None
    decided_at: datetime
    published_at: datetime | None


@router.get("/sessions/{number}/enrolments")
def list_enrolments(
    work: Reading,
    number: SessionNumber,
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[EnrolmentSummary]:
    """List the enrolments of a batch, in the order they came in."""
    session = seen_session(work, number, "enrolment.list")
    query = select(Enrolment).where(Enrolment.session_id == session.id)
    if state:
        query = query.where(Enrolment.state == state)
    if cursor:
        query = query.where(col(Enrolment.id) > number_of(cursor))
    found = work.db.exec(query.order_by(col(Enrolment.id)).limit(limit + 1)).all()
    items = [EnrolmentSummary.model_validate(one, from_attributes=True) for one in found[:limit]]
    return Page(items=items, next=str(found[limit - 1].id) if len(found) > limit else None)


@router.get("/enrolments/{number}")
def read_enrolment(work: Reading, number: EnrolmentNumber) -> EnrolmentDetail:
    """Read an enrolment; the ID number is masked."""
    enrolment = seen_enrolment(work, number)
    assert enrolment.id is not None
    candidate = candidate_by_id(work.db, enrolment.candidate_id)
    try:
        id_number = mask_id_number(id_number_of(work.db, candidate))
    except UnreadableValue:
        id_number = ""
    result = result_of(work.db, enrolment.id)
    with_marks = result is not None and work.may("result.read", result)
    summary = EnrolmentSummary.model_validate(enrolment, from_attributes=True)
    return EnrolmentDetail(
        **summary.model_dump(),
        candidate_name=candidate.name,
        id_number=id_number,
        eligibility_rows=enrolment.eligibility_rows,
        instance_id=enrolment.instance_id,
        subjects=[
            SubjectView(
                subject=one.subject,
                state=one.state,
                basis=one.basis,
                valid_until=one.valid_until,
                points=one.points if with_marks else None,
                passed=one.passed if with_marks else None,
            )
            for one in subjects_of(work.db, enrolment.id)
        ],
    )


@router.get("/sessions/{number}/results", tags=["results"])
def list_results(
    work: Reading, number: SessionNumber, cursor: Cursor = "", limit: Limit = 50
) -> Page[ResultView]:
    """List the conclusions of a batch."""
    session = seen_session(work, number, "result.list")
    query = (
        select(Result, Enrolment.number)
        .join(Enrolment, col(Enrolment.id) == Result.enrolment_id)
        .where(Result.session_id == session.id)
    )
    if cursor:
        query = query.where(col(Result.id) > number_of(cursor))
    found = work.db.exec(query.order_by(col(Result.id)).limit(limit + 1)).all()
    items = [_view(result, enrolment) for result, enrolment in found[:limit]]
    return Page(items=items, next=str(found[limit - 1][0].id) if len(found) > limit else None)


@router.get("/enrolments/{number}/result", tags=["results"])
def read_result(work: Reading, number: EnrolmentNumber) -> ResultView:
    """Read the conclusion on an enrolment; candidates see theirs once it is published."""
    query = select(Enrolment).where(Enrolment.number == number)
    enrolment = work.db.exec(query).first()
    result = None if enrolment is None else result_of(work.db, enrolment.id or 0)
    work.require_seen("result.read", result)
    assert result is not None
    return _view(result, number)


def seen_enrolment(work: Work, number: str) -> Enrolment:
    """An enrolment that the actor may see.

    Raises:
        Problem: not-found.
    """
    enrolment = work.db.exec(select(Enrolment).where(Enrolment.number == number)).first()
    work.require_seen("enrolment.read", enrolment)
    assert enrolment is not None
    return enrolment


def seen_enrolment_of_body(work: Work, number: str) -> Enrolment:
    """An enrolment of the organisation that the actor administers.

    Raises:
        Problem: not-found, or forbidden.
    """
    work.require("person.administer")
    enrolment = work.db.exec(select(Enrolment).where(Enrolment.number == number)).first()
    organisation = (
        None if enrolment is None else organisation_by_id(work.db, enrolment.organisation_id)
    )
    work.require_seen("person.administer", organisation)
    assert enrolment is not None
    return enrolment


def _view(result: Result, enrolment_number: str) -> ResultView:
    return ResultView(
        enrolment_number=enrolment_number,
        **{
            name: getattr(result, name)
            for name in ResultView.model_fields
            if name != "enrolment_number"
        },
    )
