"""Attendance lists and the states of a room."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from appraisal.attendance import (
    Attendance,
    AttendanceClosed,
    AttendanceStatus,
    IdentityCheck,
    UnknownAttendance,
    attendance_of,
    close_list,
    decide_arrival,
    document_due,
    entries,
    entry,
    expect,
    minutes_late,
    require_document,
    sign_in,
)
from appraisal.crypto import Keyring, attach_keyring
from engine.database import Database
from tasks.exam_world import ExamWorld, exam_world, saved

NOW = datetime(2026, 5, 23, 0, 50, tzinfo=UTC)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    attach_keyring(database.writer, Keyring.generate())
    with database.transaction() as session:
        yield session


@pytest.fixture
def world(db: Session) -> ExamWorld:
    world = exam_world(db)
    listed(db, world)
    return world


def listed(db: Session, world: ExamWorld) -> int:
    return expect(
        db,
        [
            Attendance(
                organisation_id=enrolment.organisation_id,
                session_id=enrolment.session_id,
                room_id=saved(world.room.id),
                enrolment_id=saved(enrolment.id),
                subject="theory",
                admission_number=str(enrolment.admission_number),
            )
            for enrolment in world.enrolments
        ],
    )


def signed_in(db: Session, world: ExamWorld, number: int) -> Attendance:
    found = entries(db, saved(world.room.id), "theory")[number]
    sign_in(found, identity=IdentityCheck.VERIFIED, pledge_signed=True, at=NOW, recorded_by=1)
    return found


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(-60, 0), (0, 0), (1, 1), (60, 1), (61, 2), (1800, 30), (1801, 31)]
)
def test_a_begun_minute_counts(seconds: int, minutes: int) -> None:
    assert minutes_late(NOW, NOW + timedelta(seconds=seconds)) == minutes


def test_expecting_again_adds_nobody_twice(db: Session, world: ExamWorld) -> None:
    assert listed(db, world) == 0


def test_the_candidate_sees_the_sign_in(db: Session, world: ExamWorld) -> None:
    found = signed_in(db, world, 0)

    seen = attendance_of(db, found.enrolment_id)

    assert [(a.status, a.signed_in_at, a.identity) for a in seen] == [
        (AttendanceStatus.PRESENT, NOW, IdentityCheck.VERIFIED)
    ]


def test_a_number_from_elsewhere_is_unknown(db: Session, world: ExamWorld) -> None:
    with pytest.raises(UnknownAttendance):
        entry(db, saved(world.room.id), "theory", "0000")


@pytest.mark.parametrize(
    ("admission", "late_by", "status", "last", "seen"),
    [
        ("admit", 0, "present", False, True),
        ("admit", 30, "late", False, True),
        ("last", 10, "late", True, True),
        ("absent", 31, "absent", False, False),
        ("refuse", 0, "refused", False, False),
    ],
)
def test_arrivals_end_as_decided(
    db: Session,
    world: ExamWorld,
    admission: str,
    late_by: int,
    status: str,
    last: bool,
    seen: bool,
) -> None:
    found = entries(db, saved(world.room.id), "theory")[0]

    decide_arrival(
        found,
        admission=admission,
        late_by=late_by,
        identity=IdentityCheck.VERIFIED,
        rows=["d8"],
        at=NOW,
        recorded_by=1,
    )

    assert (found.status, found.goes_last, found.signed_in_at is not None) == (status, last, seen)
    assert (found.minutes_late, found.rows) == (late_by, ["d8"])


def test_an_unknown_admission_is_refused(db: Session, world: ExamWorld) -> None:
    found = entries(db, saved(world.room.id), "theory")[0]

    with pytest.raises(AttendanceClosed):
        decide_arrival(
            found,
            admission="maybe",
            late_by=0,
            identity=IdentityCheck.VERIFIED,
            rows=[],
            at=NOW,
            recorded_by=1,
        )


def test_closing_makes_the_missing_absent(db: Session, world: ExamWorld) -> None:
    signed_in(db, world, 1)

    closed = close_list(db, saved(world.room.id), "theory", at=NOW, recorded_by=1)

    assert [found.status for found in closed] == ["absent", "present", "absent"]


def test_who_is_absent_cannot_sign_in(db: Session, world: ExamWorld) -> None:
    close_list(db, saved(world.room.id), "theory", at=NOW, recorded_by=1)

    with pytest.raises(AttendanceClosed):
        signed_in(db, world, 0)


def test_a_missing_document_is_due_a_day_later(db: Session, world: ExamWorld) -> None:
    found = signed_in(db, world, 0)

    require_document(found, due_at=document_due(NOW))

    assert (found.identity, found.document_due_at) == (
        "document_missing",
        NOW + timedelta(days=1),
    )
