"""The thesis comes by T-15 days or the review is given up; turns are drawn once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from appraisal.crypto import Keyring, attach_keyring
from appraisal.reviews import (
    Thesis,
    ThesisClosed,
    ask_for_thesis,
    draw_turns,
    drawn_order,
    give_up_review,
    hand_in_thesis,
    thesis_due_on,
    thesis_of,
)
from engine.database import Database
from tasks.exam_world import ExamWorld, exam_world, saved

NOW = datetime(2026, 5, 8, 2, 0, tzinfo=UTC)
EXAM = date(2026, 5, 23)
LAST_DAY = date(2026, 5, 8)


@pytest.fixture
def db(sqlite_database: Database) -> Iterator[Session]:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as session:
        yield session


@pytest.fixture
def world(db: Session) -> ExamWorld:
    return exam_world(db, subject="review", candidates=4)


def asked(db: Session, world: ExamWorld, exam_date: date = EXAM) -> Thesis:
    return ask_for_thesis(
        db,
        organisation_id=world.session.organisation_id,
        session_id=saved(world.session.id),
        enrolment_id=saved(world.enrolments[0].id),
        exam_date=exam_date,
    )


def handed_in(db: Session, thesis: Thesis, today: date) -> None:
    hand_in_thesis(db, thesis, title="题目", file_key="ab", at=NOW, today=today)


def test_the_last_day_is_fifteen_days_before() -> None:
    assert thesis_due_on(EXAM) == LAST_DAY


def test_the_last_day_counts(db: Session, world: ExamWorld) -> None:
    thesis = asked(db, world)

    handed_in(db, thesis, LAST_DAY)

    assert (thesis.state, thesis.title, thesis.handed_in_at) == ("handed_in", "题目", NOW)
    assert thesis_of(db, thesis.enrolment_id) == thesis


def test_the_day_after_is_too_late(db: Session, world: ExamWorld) -> None:
    with pytest.raises(ThesisClosed):
        handed_in(db, asked(db, world), date(2026, 5, 9))


def test_an_open_thesis_follows_the_exam_and_a_closed_one_does_not(
    db: Session, world: ExamWorld
) -> None:
    asked(db, world)
    moved = asked(db, world, date(2026, 6, 23))
    assert moved.due_on == date(2026, 6, 8)
    handed_in(db, moved, LAST_DAY)

    assert asked(db, world, date(2026, 7, 23)).due_on == date(2026, 6, 8)


def test_what_is_handed_in_is_not_given_up(db: Session, world: ExamWorld) -> None:
    thesis = asked(db, world)
    handed_in(db, thesis, LAST_DAY)

    with pytest.raises(ThesisClosed):
        give_up_review(db, thesis, at=NOW)


def test_what_is_given_up_is_not_handed_in(db: Session, world: ExamWorld) -> None:
    thesis = asked(db, world)
    give_up_review(db, thesis, at=NOW)

    with pytest.raises(ThesisClosed):
        handed_in(db, thesis, LAST_DAY)


def test_a_drawn_turn_stays_and_who_comes_later_goes_last(db: Session, world: ExamWorld) -> None:
    ids = [saved(enrolment.id) for enrolment in world.enrolments]
    room = {
        "organisation_id": world.session.organisation_id,
        "session_id": saved(world.session.id),
        "room_id": saved(world.room.id),
        "at": NOW,
    }

    first = draw_turns(db, enrolments_present=ids[:3], **room)
    after = draw_turns(db, enrolments_present=ids, **room)

    assert sorted(turn.enrolment_id for turn in first) == ids[:3]
    assert [turn.enrolment_id for turn in after[:3]] == [turn.enrolment_id for turn in first]
    assert [(turn.enrolment_id, turn.position) for turn in after[3:]] == [(ids[3], 4)]
    assert drawn_order(db, room["room_id"]) == after
