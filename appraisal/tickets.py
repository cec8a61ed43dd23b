"""Admission tickets (准考证): one number for each enrolment, kept when rooms change."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.enrolments import Enrolment
from appraisal.errors import AppraisalError
from appraisal.numbers import NumberPattern, open_range, take_number
from appraisal.organisations import Organisation
from appraisal.seats import seats_of_enrolment
from appraisal.sessions import AppraisalSession

DEFAULT_PATTERN = "{year:2}{area:2}{body:3}{session:3}{subject:3}{room:3}{seat:3}"
"""Nineteen digits.

Source: requirement confirmation of a provincial appraisal platform, 2018-10-17 (year 2, area 2,
body 3, batch 3, subject 3, room 3, seat 3).
"""

_OVERFLOW_ROOM, _OVERFLOW_SEATS = 900, 999

# The kind of paper that a ticket is printed as.
TICKET_PAPER = "admission_ticket"


class NotSeated(AppraisalError):
    """An enrolment gets its number only once it has a seat."""


class AdmissionTicket(SQLModel, table=True):
    """The ticket of an enrolment; candidates see it from `released_at` on."""

    __tablename__ = "admission_ticket"
    __table_args__ = (UniqueConstraint("enrolment_id"), UniqueConstraint("number"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id")
    number: str = Field(max_length=60)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def issue_ticket(
    db: Session,
    enrolment: Enrolment,
    session: AppraisalSession,
    organisation: Organisation,
    pattern: NumberPattern,
    *,
    at: datetime,
) -> AdmissionTicket:
    """Number an enrolment, or return the ticket it already has, whatever its seat is now.

    Room and seat in the number are those of the first assignment. Somebody seated later where
    another once sat would get that other's number; a number from beyond the real rooms is
    given instead.

    Raises:
        NotSeated: The enrolment sits nowhere.
    """
    assert enrolment.id is not None and session.id is not None
    issued = ticket_of(db, enrolment.id)
    if issued is not None:
        return issued
    parts = _fixed_parts(session, organisation, enrolment)
    if pattern.width_of("serial"):
        number = pattern.write({**parts, "serial": _serial(db, session, "serial")})
    else:
        number = _number_by_seat(db, enrolment.id, session, pattern, parts)
    ticket = AdmissionTicket(
        organisation_id=enrolment.organisation_id,
        session_id=session.id,
        enrolment_id=enrolment.id,
        number=number,
        issued_at=at,
    )
    enrolment.admission_number = number
    db.add_all([ticket, enrolment])
    db.flush()
    return ticket


def ticket_of(db: Session, enrolment_id: int) -> AdmissionTicket | None:
    """The ticket of an enrolment, if it has one."""
    query = select(AdmissionTicket).where(AdmissionTicket.enrolment_id == enrolment_id)
    return db.exec(query).one_or_none()


def tickets_of(db: Session, session_id: int, *, released: bool | None = None) -> list[int]:
    """Enrolments with a ticket, in the order of their ids; of one kind or all."""
    query = select(AdmissionTicket.enrolment_id).where(AdmissionTicket.session_id == session_id)
    if released is not None:
        at = col(AdmissionTicket.released_at)
        query = query.where(at.is_not(None) if released else at.is_(None))
    return list(db.exec(query.order_by(col(AdmissionTicket.enrolment_id))))


def release_tickets(db: Session, enrolment_ids: Iterable[int], *, at: datetime) -> None:
    """Let candidates see their tickets; those seen already keep their time."""
    query = select(AdmissionTicket).where(
        col(AdmissionTicket.enrolment_id).in_(list(enrolment_ids)),
        col(AdmissionTicket.released_at).is_(None),
    )
    for ticket in db.exec(query):
        ticket.released_at = at
        db.add(ticket)
    db.flush()


def _fixed_parts(
    session: AppraisalSession, organisation: Organisation, enrolment: Enrolment
) -> dict[str, str | int]:
    year = session.exam_date.year if session.exam_date else session.created_at.year
    return {
        "year": year,
        "area": organisation.province_code,
        "body": organisation.site_serial[-3:],
        "session": session.number.rsplit("-", 1)[-1],
        "subject": enrolment.offer_id % 1000,
        "level": enrolment.level_code,
    }


def _number_by_seat(
    db: Session,
    enrolment_id: int,
    session: AppraisalSession,
    pattern: NumberPattern,
    parts: dict[str, str | int],
) -> str:
    seats = seats_of_enrolment(db, enrolment_id)
    if not seats:
        raise NotSeated(enrolment_id)
    seat, exam_room, _ = seats[0]
    number = pattern.write({**parts, "room": exam_room.code, "seat": seat.number})
    if not _is_taken(db, number):
        return number
    room, position = divmod(_serial(db, session, "overflow") - 1, _OVERFLOW_SEATS)
    return pattern.write({**parts, "room": _OVERFLOW_ROOM + room, "seat": position + 1})


def _is_taken(db: Session, number: str) -> bool:
    return (
        db.exec(select(AdmissionTicket.id).where(AdmissionTicket.number == number)).first()
        is not None
    )


def _serial(db: Session, session: AppraisalSession, purpose: str) -> int:
    key = f"admission:{session.number}:{purpose}"
    open_range(db, key)
    return take_number(db, key)
