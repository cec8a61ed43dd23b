"""Training before the exam (考前培训): voluntary classes, attendance, a baseline mark."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments  # noqa: F401 -- tables referred to below
from appraisal.columns import DecimalText, UtcDateTime
from appraisal.conflicts import ConflictKind, register_conflict
from appraisal.enrolments import Enrolment
from appraisal.errors import AppraisalError


class UnknownTrainee(AppraisalError):
    """The enrolment does not take part in this class."""


class InvalidBaseline(AppraisalError):
    """A baseline mark lies outside 0 to 100."""


class TrainingClass(SQLModel, table=True):
    """A class opened for a session."""

    __tablename__ = "training_class"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    name: str = Field(max_length=100)
    hours: int = Field(ge=1)
    starts_on: date
    place: str = Field(default="", max_length=200)
    plan: str = Field(default="", max_length=2000)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TrainingTeacher(SQLModel, table=True):
    """Who teaches a class, and is therefore barred from assessing those who attend it."""

    __tablename__ = "training_teacher"
    __table_args__ = (UniqueConstraint("class_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    class_id: int = Field(foreign_key="training_class.id")
    person_id: int = Field(foreign_key="person.id", index=True)


class Trainee(SQLModel, table=True):
    """An enrolment that takes part by choice. Never looked at when applications are decided."""

    __tablename__ = "trainee"
    __table_args__ = (UniqueConstraint("class_id", "enrolment_id"),)

    id: int | None = Field(default=None, primary_key=True)
    class_id: int = Field(foreign_key="training_class.id")
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    hours_attended: int = Field(default=0, ge=0)
    baseline: Decimal | None = Field(default=None, sa_type=DecimalText)


def open_class(
    db: Session,
    training_class: TrainingClass,
    teachers: Iterable[int],
    trainees: Iterable[Enrolment],
) -> TrainingClass:
    """Open a class with its teachers and those who want to come.

    Every teacher enters the conflict register for every trainee at once: who has taught
    somebody must not assess that person, even when the class is never finished.

    Source: ISO/IEC 17024:2012, 5.2 (independence of training).
    """
    db.add(training_class)
    db.flush()
    assert training_class.id is not None
    people = sorted(set(teachers))
    db.add_all(TrainingTeacher(class_id=training_class.id, person_id=one) for one in people)
    for enrolment in trainees:
        assert enrolment.id is not None
        db.add(Trainee(class_id=training_class.id, enrolment_id=enrolment.id))
        for person_id in people:
            register_conflict(
                db,
                training_class.organisation_id,
                person_id,
                enrolment.candidate_id,
                ConflictKind.TRAINED,
                at=training_class.opened_at,
                basis=f"training class {training_class.id}",
            )
    db.flush()
    return training_class


def classes_of(db: Session, session_id: int) -> list[TrainingClass]:
    """The classes of a session in the order they were opened."""
    query = select(TrainingClass).where(TrainingClass.session_id == session_id)
    return list(db.exec(query.order_by(col(TrainingClass.id))))


def trainees_of(db: Session, class_id: int) -> list[tuple[Trainee, Enrolment]]:
    """Who takes part in a class, by enrolment number."""
    query = (
        select(Trainee, Enrolment)
        .join(Enrolment, col(Enrolment.id) == Trainee.enrolment_id)
        .where(Trainee.class_id == class_id)
        .order_by(Enrolment.number)
    )
    return [(trainee, enrolment) for trainee, enrolment in db.exec(query)]


def teachers_of(db: Session, class_id: int) -> list[int]:
    """The people who teach a class."""
    query = select(TrainingTeacher.person_id).where(TrainingTeacher.class_id == class_id)
    return sorted(db.exec(query))


def record_attendance(db: Session, training_class: TrainingClass, hours: Mapping[str, int]) -> None:
    """Keep the hours attended by enrolment number; never more than the class has.

    Raises:
        UnknownTrainee: A number does not belong to the class.
    """
    for trainee in _trainees(db, training_class, hours):
        number, row = trainee
        row.hours_attended = min(max(0, hours[number]), training_class.hours)
        db.add(row)
    db.flush()


def record_baselines(
    db: Session, training_class: TrainingClass, points: Mapping[str, Decimal]
) -> None:
    """Keep the baseline marks by enrolment number; they never count towards a result.

    Raises:
        UnknownTrainee: A number does not belong to the class.
        InvalidBaseline: A mark lies outside 0 to 100.
    """
    for number, row in _trainees(db, training_class, points):
        if not 0 <= points[number] <= 100:
            raise InvalidBaseline(f"{number}: {points[number]}")
        row.baseline = points[number]
        db.add(row)
    db.flush()


def close_class(db: Session, training_class: TrainingClass, *, at: datetime) -> None:
    """End a class."""
    training_class.closed_at = at
    db.add(training_class)
    db.flush()


def _trainees(
    db: Session, training_class: TrainingClass, numbers: Iterable[str]
) -> list[tuple[str, Trainee]]:
    assert training_class.id is not None
    known = {enrolment.number: row for row, enrolment in trainees_of(db, training_class.id)}
    unknown = sorted(set(numbers) - set(known))
    if unknown:
        raise UnknownTrainee(", ".join(unknown))
    return [(number, known[number]) for number in numbers]
