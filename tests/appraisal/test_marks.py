"""Raw marks stay; only their author adds another, and what is settled is added too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, text

from appraisal.crypto import Keyring, attach_keyring
from appraisal.irregularities import Sanction, Violation, decide, hear, report_violation
from appraisal.marking import (
    MarkingRules,
    NotSettled,
    SubjectPoints,
    blind_code,
    compare,
    marking_rules,
    settle,
    subject_points,
)
from appraisal.marks import (
    Mark,
    MarkedTwice,
    MarkIsFinal,
    NotTheAuthor,
    Work,
    add_work,
    change_mark,
    give_mark,
    marks_of,
    standing_marks,
)
from engine.database import Database
from tasks.exam_world import ExamWorld, exam_world, saved

NOW = datetime(2026, 5, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    attach_keyring(database.writer, Keyring.generate())
    with database.transaction() as session:
        yield session


def a_work(db: Session, world: ExamWorld, subject: str = "practical") -> Work:
    enrolment_id = saved(world.enrolments[0].id)
    return add_work(
        db,
        Work(
            organisation_id=world.session.organisation_id,
            session_id=saved(world.session.id),
            room_id=saved(world.room.id),
            enrolment_id=enrolment_id,
            subject=subject,
            blind_code=blind_code(db, world.session.number, enrolment_id, subject),
            created_at=NOW,
        ),
    )


def given(
    db: Session, work: Work, marker: int | None, points: str, *vetoes: str, part: str = ""
) -> Mark:
    return give_mark(
        db,
        Mark(
            organisation_id=work.organisation_id,
            work_id=saved(work.id),
            part=part or work.subject,
            kind="raw",
            marker_id=marker,
            points=Decimal(points),
            vetoes=list(vetoes),
            marked_at=NOW,
        ),
    )


def changed(db: Session, mark: Mark, author: int, points: str, reason: str = "复看照片") -> Mark:
    return change_mark(
        db,
        saved(mark.id),
        author_id=author,
        points=Decimal(points),
        details={},
        vetoes=[],
        reason=reason,
        at=NOW + timedelta(hours=1),
    )


def test_a_stored_mark_cannot_be_changed_through_the_session(db: Session) -> None:
    mark = given(db, a_work(db, exam_world(db, subject="practical")), 1, "70")

    mark.points = Decimal(71)

    with pytest.raises(MarkIsFinal):
        db.flush()
    db.rollback()


@pytest.mark.parametrize("statement", ["UPDATE mark SET points = '100'", "DELETE FROM mark"])
def test_a_stored_mark_cannot_be_changed_by_a_statement(db: Session, statement: str) -> None:
    given(db, a_work(db, exam_world(db, subject="practical")), 1, "70")

    with pytest.raises(DBAPIError, match="mark is final"), db.begin_nested():
        db.execute(text(statement))


def test_a_marker_marks_once(db: Session) -> None:
    work = a_work(db, exam_world(db, subject="practical"))
    given(db, work, 1, "70")

    with pytest.raises(MarkedTwice):
        given(db, work, 1, "71")


def test_the_author_adds_a_mark_and_the_first_stays(db: Session) -> None:
    work = a_work(db, exam_world(db, subject="practical"))
    first, second = given(db, work, 1, "50"), given(db, work, 2, "70")

    changed(db, first, 1, "66")

    marks = marks_of(db, saved(work.id))
    assert [(m.kind, m.marker_id, m.points) for m in marks] == [
        ("raw", 1, Decimal(50)),
        ("raw", 2, Decimal(70)),
        ("re_marked", 1, Decimal(66)),
    ]
    assert [m.points for m in standing_marks(marks)] == [Decimal(66), second.points]


@pytest.mark.parametrize(("author", "reason"), [(2, "看法不同"), (1, "  ")])
def test_nobody_else_changes_a_mark_and_none_without_reason(
    db: Session, author: int, reason: str
) -> None:
    mark = given(db, a_work(db, exam_world(db, subject="practical")), 1, "50")

    with pytest.raises(NotTheAuthor):
        changed(db, mark, author, "66", reason)


@pytest.mark.parametrize(
    ("points", "spread"),
    [(("70",), "0"), (("70", "75"), "5"), (("70", "90", "74"), "4"), (("70", "90", "80"), "10")],
)
def test_spread_of_a_script(db: Session, points: tuple[str, ...], spread: str) -> None:
    work = a_work(db, exam_world(db), "theory")
    for marker, value in enumerate(points, start=1):
        given(db, work, marker, value)

    found = compare(marks_of(db, saved(work.id)))

    assert (found.markers, found.spread) == (len(points), Decimal(spread))


def test_spread_of_a_review_is_that_of_its_widest_part(db: Session) -> None:
    work = a_work(db, exam_world(db, subject="review"), "review")
    for marker, (thesis, defence) in enumerate([("30", "40"), ("32", "52"), ("31", "45")], 1):
        given(db, work, marker, thesis, part="thesis")
        given(db, work, marker, defence, part="defence")

    found = compare(marks_of(db, saved(work.id)))

    assert (found.markers, found.spread, found.vetoes_differ) == (3, Decimal(12), False)


def test_settling_keeps_the_three_marks_apart(db: Session) -> None:
    world = exam_world(db, subject="practical")
    work = a_work(db, world)
    first = given(db, work, 1, "50")
    given(db, work, 2, "70")
    given(db, work, 3, "71")
    changed(db, first, 1, "66")

    settle(db, work, MarkingRules(), rows=["d11_within"], at=NOW)

    assert subject_points(db, work.enrolment_id, "practical") == SubjectPoints(
        raw=Decimal("63.7"),
        re_marked=Decimal("69.0"),
        agreed=Decimal("69.0"),
        points=Decimal("69.0"),
        vetoed=False,
        void=False,
        vetoes=(),
        rows=("d11_within",),
    )


def test_settling_again_without_change_adds_nothing(db: Session) -> None:
    work = a_work(db, exam_world(db, subject="practical"))
    for marker in (1, 2, 3):
        given(db, work, marker, "70")
    first = settle(db, work, MarkingRules(), rows=["d11_within"], at=NOW)

    again = settle(db, work, MarkingRules(), rows=["d11_within"], at=NOW + timedelta(days=1))

    assert again.id == first.id


@pytest.mark.parametrize(
    ("vetoes", "agreed"),
    [
        (((), (), ("unsafe",)), ()),
        (((), ("unsafe",), ("unsafe",)), ("unsafe",)),
        ((("unsafe",), ("unsafe",), ("unsafe",)), ("unsafe",)),
    ],
)
def test_a_veto_needs_the_majority_and_keeps_the_marks(
    db: Session, vetoes: tuple[tuple[str, ...], ...], agreed: tuple[str, ...]
) -> None:
    work = a_work(db, exam_world(db, subject="practical"))
    for marker, met in enumerate(vetoes, start=1):
        given(db, work, marker, "80", *met)

    settle(db, work, MarkingRules(), rows=[], at=NOW)

    found = subject_points(db, work.enrolment_id, "practical")
    assert (found.points, found.vetoed, found.vetoes) == (Decimal("80.0"), bool(agreed), agreed)


@pytest.mark.parametrize(
    ("sanction", "points", "void"),
    [
        (Sanction.WARNING, "80.0", False),
        (Sanction.DEDUCTION, "70.0", False),
        (Sanction.ZERO, "0.0", False),
        (Sanction.SUBJECT_VOID, "80.0", True),
        (Sanction.ALL_VOID, "80.0", True),
    ],
)
def test_decisions_on_discipline_act_on_the_points(
    db: Session, sanction: Sanction, points: str, void: bool
) -> None:
    world = exam_world(db)
    work = a_work(db, world, "theory")
    given(db, work, None, "80")
    settle(db, work, MarkingRules(), rows=[], at=NOW)
    violation = report_violation(
        db,
        Violation(
            number="V1",
            organisation_id=work.organisation_id,
            session_id=work.session_id,
            room_id=work.room_id,
            enrolment_id=work.enrolment_id,
            subject="theory",
            behaviour="after_end",
            reported_at=NOW,
        ),
    )
    hear(violation, contested=False, at=NOW)
    decide(
        violation, sanction=sanction, record_years=0, rows=[], reason="属实", decided_by=1, at=NOW
    )

    found = subject_points(db, work.enrolment_id, "theory")

    assert (found.agreed, found.points, found.void) == (Decimal("80.0"), Decimal(points), void)


def test_nothing_is_known_before_settling(db: Session) -> None:
    world = exam_world(db)
    work = a_work(db, world, "theory")
    given(db, work, 1, "80")

    with pytest.raises(NotSettled):
        subject_points(db, work.enrolment_id, "theory")
    with pytest.raises(NotSettled):
        subject_points(db, saved(world.enrolments[1].id), "theory")


def test_blind_codes_are_steady_and_differ(db: Session) -> None:
    codes = [blind_code(db, "S-1", enrolment, "theory") for enrolment in (1, 2, 3, 1)]

    assert len(set(codes)) == 3 and codes[0] == codes[3]
    assert all(len(code) == 8 and code.isalnum() for code in codes)


def test_rules_come_from_the_subject_then_the_scheme_then_defaults() -> None:
    assert marking_rules({"key": "practical"}, {}) == MarkingRules()
    assert marking_rules({"key": "theory"}, {}).spread_limit == Decimal(5)
    assert marking_rules(
        {"key": "practical", "spread_limit": 12.5, "veto_effect": "subject_zero"},
        {"aggregation": "drop_extremes", "veto_effect": "fail"},
    ) == MarkingRules("drop_extremes", "subject_zero", Decimal("12.5"), 2)
