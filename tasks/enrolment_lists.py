"""The candidates of a session, a page at a time, as its staff look them up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from appraisal.candidates import Candidate
from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment
from appraisal.occupations import Occupation

PAGE_ROWS = 50


@dataclass(frozen=True)
class EnrolmentLine:
    """One enrolment in the list."""

    enrolment: Enrolment
    name: str
    occupation: str
    certificate_number: str


def list_enrolments(
    db: Session, session_id: int, *, state: str = "", text: str = "", after: int = 0
) -> tuple[list[EnrolmentLine], int]:
    """List enrolments in the order they came in, and after which id the next page begins.

    `text` is the beginning of a name, an enrolment number or an admission number.
    """
    query = (
        select(Enrolment, col(Candidate.name), col(Occupation.name), col(Certificate.number))
        .join(Candidate, col(Candidate.id) == col(Enrolment.candidate_id))
        .outerjoin(Occupation, col(Occupation.code) == col(Enrolment.occupation_code))
        .outerjoin(
            Certificate,
            (col(Certificate.enrolment_id) == col(Enrolment.id))
            & (col(Certificate.state) == "valid"),
        )
        .where(col(Enrolment.session_id) == session_id, col(Enrolment.id) > after)
    )
    if state:
        query = query.where(col(Enrolment.state) == state)
    if text:
        columns = (col(Candidate.name), col(Enrolment.number), col(Enrolment.admission_number))
        query = query.where(or_(*(one.startswith(text, autoescape=True) for one in columns)))
    rows = db.execute(query.order_by(col(Enrolment.id)).limit(PAGE_ROWS + 1)).all()
    lines = [
        EnrolmentLine(one, name, occupation or one.occupation_code, number or "")
        for one, name, occupation, number in rows[:PAGE_ROWS]
    ]
    more = len(rows) > PAGE_ROWS
    return lines, (lines[-1].enrolment.id or 0) if more else 0
