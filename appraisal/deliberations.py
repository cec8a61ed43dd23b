"""Deliberations (合议) on wide differences, and the assessment report (考评报告) of a session."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, func, select

from appraisal import marks
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError


class WithoutEvidence(AppraisalError):
    """A deliberation looks at evidence; without any nobody is asked to think again."""


class Deliberation(SQLModel, table=True):
    """One round of 合议 on one work, called by the panel leader on the evidence."""

    __tablename__ = "deliberation"
    __table_args__ = (UniqueConstraint("work_id", "round"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    work_id: int = Field(foreign_key="work.id", index=True)
    round: int = Field(ge=1)
    evidence: str = Field(max_length=2000)
    question: str = Field(max_length=1000)
    called_by: int | None = None
    called_at: datetime = Field(sa_type=UtcDateTime)


class AssessmentReport(SQLModel, table=True):
    """The panel leader's report on the marking of a session."""

    __tablename__ = "assessment_report"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", unique=True)
    conduct: str = Field(max_length=2000)
    quality: str = Field(max_length=2000)
    differences: str = Field(default="", max_length=2000)
    suggestions: str = Field(default="", max_length=2000)
    written_by: int | None = None
    written_at: datetime = Field(sa_type=UtcDateTime)


def rounds_of(db: Session, work_id: int) -> int:
    """How often a work was deliberated."""
    query = select(func.count()).select_from(Deliberation).where(Deliberation.work_id == work_id)
    return db.exec(query).one()


def call_deliberation(
    db: Session,
    work: marks.Work,
    *,
    evidence: str,
    question: str,
    called_by: int | None,
    at: datetime,
) -> Deliberation:
    """Begin the next round on a work.

    Raises:
        WithoutEvidence: Nothing was looked at.
    """
    if not evidence.strip() or work.id is None:
        raise WithoutEvidence(work.id)
    deliberation = Deliberation(
        organisation_id=work.organisation_id,
        work_id=work.id,
        round=rounds_of(db, work.id) + 1,
        evidence=evidence,
        question=question,
        called_by=called_by,
        called_at=at,
    )
    db.add(deliberation)
    db.flush()
    return deliberation


def deliberations_of(db: Session, session_id: int) -> list[Deliberation]:
    """The deliberations of a session in the order called."""
    query = (
        select(Deliberation)
        .join(marks.Work, col(marks.Work.id) == Deliberation.work_id)
        .where(marks.Work.session_id == session_id)
        .order_by(col(Deliberation.id))
    )
    return list(db.exec(query))


def report_of(db: Session, session_id: int) -> AssessmentReport | None:
    """The assessment report of a session."""
    query = select(AssessmentReport).where(AssessmentReport.session_id == session_id)
    return db.exec(query).one_or_none()


def write_report(db: Session, report: AssessmentReport) -> AssessmentReport:
    """Store the report; written again it replaces the first."""
    if (known := report_of(db, report.session_id)) is not None:
        for name in ("conduct", "quality", "differences", "suggestions"):
            setattr(known, name, getattr(report, name))
        known.written_by, known.written_at = report.written_by, report.written_at
        report = known
    db.add(report)
    db.flush()
    return report
