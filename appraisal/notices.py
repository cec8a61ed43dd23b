"""Notices (公告) of a batch, who subscribes to them, and messages to people.

Messages are rows: a connector sends them, or they are shown on the person's own page. They
name a text by key and never carry personal data.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import people, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError

NOTICE_KINDS = {
    "announcement": ("鉴定公告", "Announcement"),
    "correction": ("更正通知", "Correction"),
    "cancellation": ("取消通知", "Cancellation"),
}


class UnknownNotice(AppraisalError):
    """The batch has no such notice."""


class Notice(SQLModel, table=True):
    """One notice. State: draft, approved, published. A published notice is never changed."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("session_id", "kind", "serial"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    kind: str = Field(default="announcement", max_length=20)
    serial: int = 1
    number: str = Field(default="", max_length=60)
    title: str = Field(max_length=200)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: str = Field(default="draft", max_length=20)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Subscriber(SQLModel, table=True):
    """A person, or a body with an address of its own, that wants an organisation's notices."""

    __tablename__ = "subscriber"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    since: datetime = Field(sa_type=UtcDateTime)


class OutgoingMessage(SQLModel, table=True):
    """A message to one person: the key of its text and what fills it in.

    `about` is the number of a session, enrolment or certificate.
    """

    __tablename__ = "outgoing_message"
    __table_args__ = (UniqueConstraint("person_id", "text_key", "about"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    text_key: str = Field(max_length=60)
    about: str = Field(default="", max_length=80)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def draft_notice(
    db: Session,
    session: sessions.AppraisalSession,
    *,
    kind: str,
    number: str,
    title: str,
    content: Mapping[str, Any],
) -> Notice:
    """Write a draft, or change the one that is not published yet."""
    assert session.id is not None
    rows = notices_of(db, session.id, kind)
    notice = rows[-1] if rows and rows[-1].state != "published" else None
    if notice is None:
        notice = Notice(
            organisation_id=session.organisation_id,
            session_id=session.id,
            kind=kind,
            serial=len(rows) + 1,
            title=title,
        )
    notice.number, notice.title, notice.content = number, title, dict(content)
    notice.state = "draft"
    db.add(notice)
    db.flush()
    return notice


def notices_of(db: Session, session_id: int, kind: str = "announcement") -> list[Notice]:
    """The notices of one kind, oldest first."""
    return list(
        db.exec(
            select(Notice)
            .where(Notice.session_id == session_id, Notice.kind == kind)
            .order_by(col(Notice.serial))
        ).all()
    )


def newest_notice(db: Session, session_id: int, kind: str = "announcement") -> Notice:
    """The newest notice of one kind.

    Raises:
        UnknownNotice: There is none.
    """
    rows = notices_of(db, session_id, kind)
    if not rows:
        raise UnknownNotice(f"{session_id} {kind}")
    return rows[-1]


def publish_notice(db: Session, notice: Notice, *, at: datetime) -> bool:
    """Put a notice on the portal; says whether it was not there before."""
    if notice.state == "published":
        return False
    notice.state, notice.published_at = "published", at
    db.add(notice)
    db.flush()
    return True


def subscribers_of(db: Session, organisation_id: int) -> list[int]:
    """The people who want an organisation's notices, by id."""
    return list(
        db.exec(
            select(Subscriber.person_id)
            .where(Subscriber.organisation_id == organisation_id)
            .order_by(col(Subscriber.id))
        ).all()
    )


def send_message(
    db: Session,
    organisation_id: int,
    person_id: int,
    text_key: str,
    *,
    about: str = "",
    details: Mapping[str, Any] | None = None,
    at: datetime,
) -> OutgoingMessage:
    """Write a message to a person; the same text about the same thing goes out once."""
    known = db.exec(
        select(OutgoingMessage)
        .where(OutgoingMessage.person_id == person_id)
        .where(OutgoingMessage.text_key == text_key)
        .where(OutgoingMessage.about == about)
    ).first()
    if known is not None:
        return known
    message = OutgoingMessage(
        organisation_id=organisation_id,
        person_id=person_id,
        text_key=text_key,
        about=about,
        details=dict(details or {}),
        created_at=at,
    )
    db.add(message)
    db.flush()
    return message
