"""Violations are heard before they are decided, and decisions act as the rules say."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlmodel import Session

from appraisal.crypto import Keyring, attach_keyring
from appraisal.deliberations import (
    AssessmentReport,
    WithoutEvidence,
    call_deliberation,
    deliberations_of,
    report_of,
    rounds_of,
    write_report,
)
from appraisal.irregularities import (
    Sanction,
    UnknownViolation,
    Violation,
    WrongViolationState,
    decide,
    deliver,
    hear,
    recorded_until,
    report_violation,
    sanctioned_points,
    violation_by_id,
    violations_of,
    voided_subjects,
)
from appraisal.marking import blind_code
from appraisal.marks import Work, add_work
from appraisal.supervision import (
    SUPERVISION_CHECKS,
    SupervisionRecord,
    failed_checks,
    record_supervision,
    supervision_of,
)
from engine.database import Database
from tasks.exam_world import ExamWorld, exam_world, saved

NOW = datetime(2026, 5, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def db(sqlite_database: Database) -> Iterator[Session]:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as session:
        yield session


def violation(world: ExamWorld, number: str = "V1") -> Violation:
    return Violation(
        number=number,
        organisation_id=world.session.organisation_id,
        session_id=saved(world.session.id),
        room_id=saved(world.room.id),
        enrolment_id=saved(world.enrolments[0].id),
        subject="theory",
        behaviour="copying",
        reported_at=NOW,
    )


def decided(found: Violation, sanction: Sanction = Sanction.ALL_VOID, years: int = 5) -> None:
    decide(
        found,
        sanction=sanction,
        record_years=years,
        rows=["d9_copying"],
        reason="属实",
        decided_by=7,
        at=NOW,
    )


def test_a_report_is_stored_once(db: Session) -> None:
    world = exam_world(db)

    first = report_violation(db, violation(world))
    again = report_violation(db, violation(world))

    assert again.id == first.id
    assert violation_by_id(db, saved(first.id)) == first
    assert violations_of(db, first.session_id, enrolment_id=first.enrolment_id) == [first]
    with pytest.raises(UnknownViolation):
        violation_by_id(db, saved(first.id) + 1)


def test_nobody_is_judged_unheard(db: Session) -> None:
    found = violation(exam_world(db))

    with pytest.raises(WrongViolationState):
        decided(found)
    with pytest.raises(WrongViolationState):
        deliver(found, at=NOW)


def test_a_decision_stands(db: Session) -> None:
    found = violation(exam_world(db))
    hear(found, contested=True, at=NOW)
    decided(found)
    deliver(found, at=NOW)

    with pytest.raises(WrongViolationState):
        hear(found, contested=False, at=NOW)
    with pytest.raises(WrongViolationState):
        decided(found)
    assert (found.state, found.sanction, found.contested) == ("delivered", "all_void", True)


@pytest.mark.parametrize(
    ("sanction", "void"),
    [
        (Sanction.WARNING, []),
        (Sanction.SUBJECT_VOID, ["theory"]),
        (Sanction.ALL_VOID, ["theory", "practical"]),
    ],
)
def test_what_a_decision_makes_void(db: Session, sanction: Sanction, void: list[str]) -> None:
    found = violation(exam_world(db))
    found.sanction = sanction

    assert voided_subjects(found, ["theory", "practical"]) == void


@pytest.mark.parametrize(
    ("years", "on", "until"),
    [
        (0, date(2026, 5, 23), None),
        (5, date(2026, 5, 23), date(2031, 5, 23)),
        (5, date(2028, 2, 29), date(2033, 2, 28)),
    ],
)
def test_how_long_it_is_recorded(db: Session, years: int, on: date, until: date | None) -> None:
    found = violation(exam_world(db))
    found.record_years = years

    assert recorded_until(found, on) == until


@pytest.mark.parametrize(
    ("points", "subject", "sanctions", "expected"),
    [
        ("70", "theory", [Sanction.DEDUCTION], "60.0"),
        ("69.9", "theory", [Sanction.DEDUCTION], "59.9"),
        ("9.9", "theory", [Sanction.DEDUCTION], "0.0"),
        ("66.7", "practical", [Sanction.DEDUCTION], "60.0"),
        ("66.6", "practical", [Sanction.DEDUCTION], "59.9"),
        ("90", "theory", [Sanction.DEDUCTION, Sanction.ZERO], "0.0"),
        ("90", "theory", [Sanction.WARNING], "90.0"),
    ],
)
def test_points_after_decisions(
    points: str, subject: str, sanctions: list[Sanction], expected: str
) -> None:
    assert sanctioned_points(Decimal(points), subject, sanctions) == Decimal(expected)


def test_deliberations_count_rounds_and_need_evidence(db: Session) -> None:
    world = exam_world(db)
    enrolment_id = saved(world.enrolments[0].id)
    work = add_work(
        db,
        Work(
            organisation_id=world.session.organisation_id,
            session_id=saved(world.session.id),
            room_id=saved(world.room.id),
            enrolment_id=enrolment_id,
            subject="theory",
            blind_code=blind_code(db, world.session.number, enrolment_id, "theory"),
            created_at=NOW,
        ),
    )

    about = {"question": "质量项", "called_by": 1, "at": NOW}
    first = call_deliberation(db, work, evidence="照片", **about)
    second = call_deliberation(db, work, evidence="录像", **about)

    assert (first.round, second.round, rounds_of(db, saved(work.id))) == (1, 2, 2)
    assert deliberations_of(db, work.session_id) == [first, second]
    with pytest.raises(WithoutEvidence):
        call_deliberation(db, work, evidence=" ", **about)


def test_a_report_written_again_replaces_the_first(db: Session) -> None:
    world = exam_world(db)
    session_id, organisation_id = saved(world.session.id), world.session.organisation_id
    for conduct in ("初稿", "定稿"):
        report = AssessmentReport(
            organisation_id=organisation_id,
            session_id=session_id,
            conduct=conduct,
            quality="良好",
            written_at=NOW,
        )
        write_report(db, report)

    found = report_of(db, session_id)
    assert found is not None and found.conduct == "定稿"


def test_supervision_names_what_was_not_met(db: Session) -> None:
    world = exam_world(db)
    for findings in ("未宣读规则", "已补宣读"):
        record_supervision(
            db,
            SupervisionRecord(
                organisation_id=world.session.organisation_id,
                session_id=saved(world.session.id),
                room_id=saved(world.room.id),
                supervisor_id=world.person("internal_supervisor"),
                checks=dict.fromkeys(SUPERVISION_CHECKS, "met") | {"rules_read": "not_met"},
                findings=findings,
                recorded_at=NOW,
            ),
        )

    (record,) = supervision_of(db, saved(world.session.id))
    assert (record.findings, failed_checks(record)) == ("已补宣读", ["rules_read"])
