"""Attendance: who signed in to which subject, when, and who was late or absent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, select

from appraisal import enrolments, rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError


class UnknownAttendance(AppraisalError):
    """The candidate is not on this room's list."""


class AttendanceClosed(AppraisalError):
    """The list is closed: the entry may only be corrected, with a reason."""


class AttendanceStatus(StrEnum):
    """How a candidate stands on the list of a subject."""

    EXPECTED = "expected"
    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    REFUSED = "refused"


SAT = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)


class IdentityCheck(StrEnum):
    """What the invigilator found when comparing person, document and photo."""

    VERIFIED = "verified"
    DOCUMENT_MISSING = "document_missing"
    MISMATCH = "mismatch"


class Attendance(SQLModel, table=True):
    """One candidate on the list of one subject; the candidate may see it."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("enrolment_id", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    subject: str = Field(max_length=20)
    admission_number: str = Field(max_length=40)
    status: str = Field(default=AttendanceStatus.EXPECTED, max_length=20)
    identity: str | None = Field(default=None, max_length=20)
    pledge_signed: bool = False
    document_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    minutes_late: int = Field(default=0, ge=0)
    goes_last: bool = False
    rows: list[str] = Field(default_factory=list, sa_type=JSON)
    recorded_by: int | None = None
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remark: str = Field(default="", max_length=500)


class StaffAttendance(SQLModel, table=True):
    """One line of the sign-in sheet of invigilators or assessors."""

    __tablename__ = "staff_attendance"
    __table_args__ = (UniqueConstraint("room_id", "subject", "person_id", "duty"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    subject: str = Field(max_length=20)
    person_id: int
    duty: str = Field(max_length=40)
    present: bool
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remark: str = Field(default="", max_length=200)


def minutes_late(starts_at: datetime, arrived_at: datetime) -> int:
    """Whole minutes after the start, begun minutes counted; 0 for who came in time."""
    seconds = (arrived_at - starts_at).total_seconds()
    return max(0, -int(-seconds // 60))


def entries(db: Session, room_id: int, subject: str) -> list[Attendance]:
    """The list of a room by admission number."""
    query = (
        select(Attendance)
        .where(Attendance.room_id == room_id, Attendance.subject == subject)
        .order_by(Attendance.admission_number)
    )
    return list(db.exec(query))


def attendance_of(db: Session, enrolment_id: int) -> list[Attendance]:
    """What a candidate may see of the own sign-ins, by subject."""
    query = (
        select(Attendance)
        .where(Attendance.enrolment_id == enrolment_id)
        .order_by(Attendance.subject)
    )
    return list(db.exec(query))


def entry(db: Session, room_id: int, subject: str, admission_number: str) -> Attendance:
    """The entry of one admission number.

    Raises:
        UnknownAttendance: The number is not on this room's list.
    """
    found = db.exec(
        select(Attendance).where(
            Attendance.room_id == room_id,
            Attendance.subject == subject,
            Attendance.admission_number == admission_number,
        )
    ).one_or_none()
    if found is None:
        raise UnknownAttendance(admission_number)
    return found


def expect(db: Session, expected: Iterable[Attendance]) -> int:
    """Put candidates on a room's list; who is on it already stays as recorded.

    A sitting that is moved calls this again: those who had signed in are expected anew.
    """
    added = 0
    for new in expected:
        query = select(Attendance).where(
            Attendance.enrolment_id == new.enrolment_id, Attendance.subject == new.subject
        )
        if db.exec(query).one_or_none() is None:
            db.add(new)
            added += 1
    return added


def sign_in(
    found: Attendance,
    *,
    identity: IdentityCheck,
    pledge_signed: bool,
    at: datetime,
    recorded_by: int | None,
) -> None:
    """Record that a candidate came in time and was identified.

    Who shows no document is let in and has to show it later; who is another person, or does not
    sign the pledge, is left expected here and decided by table D8.

    Raises:
        AttendanceClosed: The entry was decided before.
    """
    if found.status not in (AttendanceStatus.EXPECTED, AttendanceStatus.PRESENT):
        raise AttendanceClosed(found.admission_number)
    found.identity, found.pledge_signed = identity, pledge_signed
    found.signed_in_at = at
    found.status = AttendanceStatus.PRESENT
    found.recorded_by, found.recorded_at = recorded_by, at


def decide_arrival(
    found: Attendance,
    *,
    admission: str,
    late_by: int,
    identity: IdentityCheck,
    rows: list[str],
    at: datetime,
    recorded_by: int | None,
) -> None:
    """Carry out what table D8 decided on one arrival: admit, last, absent or refuse.

    Raises:
        AttendanceClosed: The admission is unknown.
    """
    outcome = {
        "admit": AttendanceStatus.LATE if late_by else AttendanceStatus.PRESENT,
        "last": AttendanceStatus.LATE,
        "absent": AttendanceStatus.ABSENT,
        "refuse": AttendanceStatus.REFUSED,
    }.get(admission)
    if outcome is None:
        raise AttendanceClosed(f"{found.admission_number}: unknown admission {admission}")
    found.status, found.goes_last = outcome, admission == "last"
    found.minutes_late, found.identity, found.rows = late_by, identity, rows
    found.signed_in_at = at if outcome in SAT else None
    found.recorded_by, found.recorded_at = recorded_by, at


def require_document(found: Attendance, *, due_at: datetime) -> None:
    """Let a candidate sit who has to show the identity document until then."""
    found.identity = IdentityCheck.DOCUMENT_MISSING
    found.document_due_at = due_at


def close_list(
    db: Session, room_id: int, subject: str, *, at: datetime, recorded_by: int | None
) -> list[Attendance]:
    """Mark everybody still expected as absent and return the whole list."""
    listed = entries(db, room_id, subject)
    for found in listed:
        if found.status == AttendanceStatus.EXPECTED:
            found.status = AttendanceStatus.ABSENT
            found.recorded_by, found.recorded_at = recorded_by, at
            db.add(found)
    return listed


def document_due(at: datetime) -> datetime:
    """Until when a missing identity document may be shown: one day after signing in.

    Source: domain report S8 (no ID: list with deadline to show); the length is a default.
    """
    return at + timedelta(days=1)
