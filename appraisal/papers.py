"""Papers (考务资料): the documents of a batch, each with its place in the archive."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import sessions  # noqa: F401 -- its table is referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.objects import objects_of


class UnknownPaper(AppraisalError):
    """There is no paper with this id."""


class Paper(SQLModel, table=True):
    """One version of one document.

    `key` names the kind of paper (`ticket`), `subject` what it is about: an enrolment number, a
    room code, or empty for the whole batch. A new version never overwrites an older one.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("session_id", "key", "subject", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    key: str = Field(max_length=60, index=True)
    subject: str = Field(default="", max_length=80)
    version: int = 1
    title: str = Field(max_length=200)
    title_en: str = Field(default="", max_length=200)
    catalogue_item: str = Field(default="", max_length=80)
    step: int = 0
    object_key: str = Field(max_length=64)
    size: int
    media_type: str = Field(default="application/pdf", max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    instance_id: uuid.UUID | None = None


def file_paper(db: Session, paper: Paper, content: bytes) -> Paper:
    """Keep a document as the newest version of its kind and subject.

    The same bytes again give the version that is there already: a job that is repeated after a
    crash files nothing twice.
    """
    stored = objects_of(db).put(content)
    last = newest_paper(db, paper.session_id, paper.key, paper.subject)
    if last is not None and last.object_key == stored.key:
        return last
    paper.version = last.version + 1 if last else 1
    paper.object_key, paper.size = stored.key, stored.size
    db.add(paper)
    db.flush()
    return paper


def paper_by_id(db: Session, paper_id: int) -> Paper:
    """Load a paper.

    Raises:
        UnknownPaper: There is none.
    """
    paper = db.get(Paper, paper_id)
    if paper is None:
        raise UnknownPaper(paper_id)
    return paper


_NEWEST = (
    select(Paper)
    .where(Paper.session_id == bindparam("b_session"))
    .where(Paper.key == bindparam("b_key"), Paper.subject == bindparam("b_subject"))
    .order_by(col(Paper.version).desc())
    .limit(1)
    .execution_options(prepared=True)
)


def newest_paper(db: Session, session_id: int, key: str, subject: str = "") -> Paper | None:
    """The newest version of one document, or nothing."""
    given = {"b_session": session_id, "b_key": key, "b_subject": subject}
    return db.exec(_NEWEST, params=given).first()


def papers_of(db: Session, session_id: int, *, keys: Iterable[str] | None = None) -> list[Paper]:
    """Every version of every paper of a batch, by step, kind and subject."""
    query = select(Paper).where(Paper.session_id == session_id)
    if keys is not None:
        query = query.where(col(Paper.key).in_(list(keys)))
    order = (col(Paper.step), col(Paper.key), col(Paper.subject), col(Paper.version))
    return list(db.exec(query.order_by(*order)).all())


def paper_content(db: Session, paper: Paper) -> bytes:
    """The bytes of a paper."""
    return objects_of(db).get(paper.object_key)
