"""The conflict register, and training that feeds it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from appraisal.candidates import candidate_by_id
from appraisal.conflicts import (
    Conflict,
    ConflictKind,
    conflicts_with,
    is_conflicted,
    register_conflict,
)
from appraisal.crypto import Keyring, attach_keyring
from appraisal.training import (
    InvalidBaseline,
    TrainingClass,
    UnknownTrainee,
    open_class,
    record_attendance,
    record_baselines,
    trainees_of,
)
from engine.database import Database
from tasks.worlds_planning import PlanningWorld, planning_world

AT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def made(sqlite_database: Database) -> Iterator[tuple[Session, PlanningWorld]]:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as db:
        yield db, planning_world(db)


def test_a_conflict_is_entered_once_and_found(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    one, other = world.enrolments[:2]
    session_id = world.session.id or 0
    assessor = world.demo.people["assessor-03-1"].id or 0
    about = (world.session.organisation_id, assessor, one.candidate_id)

    for _ in range(2):
        register_conflict(db, *about, ConflictKind.RELATIVE, at=AT)
    register_conflict(db, *about, ConflictKind.TRAINED, at=AT, session_id=session_id)

    assert len(db.exec(select(Conflict)).all()) == 2
    assert conflicts_with(db, assessor, session_id) == {
        one.candidate_id: {ConflictKind.RELATIVE, ConflictKind.TRAINED}
    }
    assert conflicts_with(db, assessor, session_id, [other.id or 0]) == {}
    assert is_conflicted(db, assessor, one.candidate_id, session_id)
    assert not is_conflicted(db, assessor, other.candidate_id, session_id)


def test_nobody_judges_the_own_enrolment(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    enrolment = world.enrolments[0]
    person = candidate_by_id(db, enrolment.candidate_id).person_id

    found = conflicts_with(db, person, world.session.id or 0)

    assert found == {enrolment.candidate_id: {ConflictKind.SELF}}


def test_who_left_the_batch_is_no_conflict(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    enrolment = world.enrolments[0]
    teacher = world.demo.people["trainer"].id or 0
    open_class(db, training_class(world), [teacher], [enrolment])

    enrolment.state = "withdrawn"
    db.add(enrolment)

    assert conflicts_with(db, teacher, world.session.id or 0) == {}


def training_class(world: PlanningWorld) -> TrainingClass:
    return TrainingClass(
        organisation_id=world.session.organisation_id,
        session_id=world.session.id or 0,
        name="班",
        hours=8,
        starts_on=date(2026, 4, 1),
        opened_at=AT,
    )


def test_teachers_enter_the_register_for_every_trainee(
    made: tuple[Session, PlanningWorld],
) -> None:
    db, world = made
    teachers = [world.demo.people[name].id or 0 for name in ("trainer", "assessor-03-1")]

    open_class(db, training_class(world), teachers, world.enrolments[:2])

    for teacher in teachers:
        assert conflicts_with(db, teacher, world.session.id or 0) == {
            one.candidate_id: {ConflictKind.TRAINED} for one in world.enrolments[:2]
        }


def test_attendance_and_baseline(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    opened = open_class(db, training_class(world), [], world.enrolments[:2])
    first, second = (one.number for one in world.enrolments[:2])

    record_attendance(db, opened, {first: 9, second: -1})
    record_baselines(db, opened, {first: Decimal(100), second: Decimal(0)})

    rows = [(row.hours_attended, row.baseline) for row, _ in trainees_of(db, opened.id or 0)]
    assert rows == [(8, Decimal(100)), (0, Decimal(0))]
    with pytest.raises(UnknownTrainee):
        record_attendance(db, opened, {"nobody": 1})
    for points in ("-0.1", "100.1"):
        with pytest.raises(InvalidBaseline):
            record_baselines(db, opened, {first: Decimal(points)})
