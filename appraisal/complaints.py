"""Complaints (投诉) about registration and review, each answered by somebody named."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import enrolments, people  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.crypto import decrypt_for, encrypt_for
from appraisal.errors import AppraisalError


class UnknownComplaint(AppraisalError):
    """There is no complaint with this id."""


class Complaint(SQLModel, table=True):
    """One complaint, encrypted for who made it. State: open, upheld, dismissed."""

    __tablename__ = "complaint"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    enrolment_id: int | None = Field(default=None, foreign_key="enrolment.id")
    text_cipher: bytes = Field(sa_type=LargeBinary)
    reply_cipher: bytes | None = Field(default=None, sa_type=LargeBinary)
    state: str = Field(default="open", max_length=20)
    filed_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by: str = Field(default="", max_length=40)


def file_complaint(
    db: Session,
    *,
    organisation_id: int,
    session_id: int,
    person_id: int,
    text: str,
    at: datetime,
    enrolment_id: int | None = None,
) -> Complaint:
    """Keep a complaint."""
    complaint = Complaint(
        organisation_id=organisation_id,
        session_id=session_id,
        person_id=person_id,
        enrolment_id=enrolment_id,
        text_cipher=encrypt_for(db, person_id, text.encode(), "complaint"),
        filed_at=at,
    )
    db.add(complaint)
    db.flush()
    return complaint


def complaint_by_id(db: Session, complaint_id: int) -> Complaint:
    """Load a complaint.

    Raises:
        UnknownComplaint: There is none.
    """
    complaint = db.get(Complaint, complaint_id)
    if complaint is None:
        raise UnknownComplaint(complaint_id)
    return complaint


def open_complaints(db: Session, session_id: int) -> list[Complaint]:
    """The complaints of a batch that nobody has answered, oldest first."""
    return list(
        db.exec(
            select(Complaint)
            .where(Complaint.session_id == session_id, Complaint.state == "open")
            .order_by(col(Complaint.id))
        ).all()
    )


def answer_complaint(
    db: Session, complaint: Complaint, *, upheld: bool, reply: str, by: str, at: datetime
) -> None:
    """Answer a complaint; the reply is encrypted for who made it."""
    complaint.state = "upheld" if upheld else "dismissed"
    complaint.reply_cipher = encrypt_for(db, complaint.person_id, reply.encode(), "reply")
    complaint.answered_by, complaint.answered_at = by, at
    db.add(complaint)
    db.flush()


def complaint_text(db: Session, complaint: Complaint) -> str:
    """What the complaint says, in clear."""
    return decrypt_for(db, complaint.person_id, complaint.text_cipher, "complaint").decode()
