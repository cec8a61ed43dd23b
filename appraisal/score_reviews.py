"""Score reviews (成绩复核): a candidate asks to have the own marks checked."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments  # noqa: F401 -- its table is referred to below
from appraisal.columns import UtcDateTime

# Source: 湖北 成绩复核办法 (shiyong.mipll.com): apply within 15 working days; only subjective
# subjects, an objective one only when it shows 0 or absent.
WINDOW_WORKING_DAYS = 15
SUBJECTIVE_SUBJECTS = ("practical", "review")


class ScoreReview(SQLModel, table=True):
    """One request for one subject. State: open, refused, unchanged, corrected."""

    __tablename__ = "score_review"
    __table_args__ = (UniqueConstraint("enrolment_id", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    subject: str = Field(max_length=20)
    state: str = Field(default="open", max_length=20)
    decided_by_row: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=400)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str = Field(default="", max_length=40)


def request_review(
    db: Session, *, session_id: int, enrolment_id: int, subject: str, at: datetime
) -> ScoreReview:
    """Record a request; asking again for the same subject gives the request that is there."""
    known = db.exec(
        select(ScoreReview).where(
            ScoreReview.enrolment_id == enrolment_id, ScoreReview.subject == subject
        )
    ).first()
    if known is not None:
        return known
    review = ScoreReview(
        session_id=session_id, enrolment_id=enrolment_id, subject=subject, requested_at=at
    )
    db.add(review)
    db.flush()
    return review


def settle_review(
    db: Session, review: ScoreReview, *, state: str, reason: str, actor: str, at: datetime
) -> None:
    """Close a request as refused, unchanged or corrected."""
    review.state, review.reason = state, reason
    review.decided_by, review.decided_at = actor, at
    db.add(review)
    db.flush()


def open_reviews(db: Session, session_id: int) -> list[ScoreReview]:
    """Requests of a batch that nobody has settled."""
    return list(
        db.exec(
            select(ScoreReview)
            .where(ScoreReview.session_id == session_id, ScoreReview.state == "open")
            .order_by(col(ScoreReview.id))
        ).all()
    )
