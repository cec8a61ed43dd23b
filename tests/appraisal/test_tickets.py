"""Admission tickets: one number each, kept when rooms change, never given twice."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from appraisal.crypto import Keyring, attach_keyring
from appraisal.enrolments import Enrolment
from appraisal.numbers import NumberPattern
from appraisal.seats import Seat, seats_of, swap_seats, unseat
from appraisal.tickets import (
    DEFAULT_PATTERN,
    AdmissionTicket,
    NotSeated,
    issue_ticket,
    release_tickets,
    tickets_of,
)
from engine.database import Database
from tasks.worlds_planning import PlanningWorld, planning_world, seat_everybody

AT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def made(database: Database) -> Iterator[tuple[Session, PlanningWorld]]:
    attach_keyring(database.writer, Keyring.generate())
    with database.transaction() as db:
        world = planning_world(db, groups={"6-31-01-03": 3})
        seat_everybody(db, world)
        yield db, world


def issue(db: Session, world: PlanningWorld, enrolment: Enrolment, pattern: str) -> str:
    ticket = issue_ticket(
        db, enrolment, world.session, world.demo.organisation, NumberPattern(pattern), at=AT
    )
    return ticket.number


def forget(db: Session) -> None:
    for ticket in db.exec(select(AdmissionTicket)):
        db.delete(ticket)
    db.flush()


def test_the_number_says_where_the_first_seat_is(made: tuple[Session, PlanningWorld]) -> None:
    _, world = made

    numbers = [enrolment.admission_number for enrolment in world.enrolments]

    # 26 year, 99 area, 001 body, 001 session, 001 offer, room 101, seats 1 to 3.
    assert sorted(map(str, numbers)) == [
        "2699001001001101001",
        "2699001001001101002",
        "2699001001001101003",
    ]


def test_the_number_stays_when_seats_change(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    first, second = world.enrolments[:2]
    before = (first.admission_number, second.admission_number)

    swap_seats(db, "theory", first.id or 0, second.id or 0)
    again = tuple(issue(db, world, one, DEFAULT_PATTERN) for one in (first, second))

    assert again == before == (first.admission_number, second.admission_number)
    room = db.exec(select(Seat).where(Seat.subject == "theory")).first()
    assert room is not None
    order = [one.id for _, one in seats_of(db, room.exam_room_id)]
    assert order.index(second.id) < order.index(first.id)


def test_a_seat_taken_over_gives_another_number(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    first, second = world.enrolments[:2]
    taken = first.admission_number
    forget(db)
    # Somebody else has the number of this seat, from the time before rooms were changed.
    db.add(
        AdmissionTicket(
            organisation_id=first.organisation_id,
            session_id=first.session_id,
            enrolment_id=second.id or 0,
            number=str(taken),
            issued_at=AT,
        )
    )
    db.flush()

    assert issue(db, world, first, DEFAULT_PATTERN) == "2699001001001900001"


def test_a_pattern_with_a_serial_counts(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    forget(db)

    numbers = [issue(db, world, one, "K{year:4}{serial:4}") for one in world.enrolments]

    assert numbers == ["K20260001", "K20260002", "K20260003"]


def test_nobody_is_numbered_without_a_seat(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    forget(db)
    unseat(db, [world.enrolments[0].id or 0])

    with pytest.raises(NotSeated):
        issue(db, world, world.enrolments[0], DEFAULT_PATTERN)


def test_tickets_are_released_once(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    session_id = world.session.id or 0
    ids = [one.id or 0 for one in world.enrolments]
    later = datetime(2026, 5, 1, tzinfo=UTC)

    release_tickets(db, ids[:1], at=AT)
    release_tickets(db, ids, at=later)

    times = db.exec(
        select(AdmissionTicket.released_at).order_by(AdmissionTicket.enrolment_id)
    ).all()
    assert times == [AT, later, later]
    assert tickets_of(db, session_id, released=False) == []
    assert tickets_of(db, session_id, released=True) == tickets_of(db, session_id) == ids
