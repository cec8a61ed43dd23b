"""Tables D6 and D7 at their boundaries, and the facts D7 is asked with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import Session, select

from appraisal.conflicts import ConflictKind, register_conflict
from appraisal.crypto import Keyring, attach_keyring
from appraisal.rooms import exam_rooms_of
from appraisal.sessions import AppraisalSession
from appraisal.staff import AssessorCard, AssignmentState, StaffAssignment, card_of
from engine import TaskContext
from engine.database import Database
from engine.decisions import Decision, parse_decisions
from tasks.dispatches import dispatch_facts, room_facts
from tasks.worlds_planning import PlanningWorld, planning_world, seat_everybody

BASE = Path("processes/base")


@cache
def decision(path: str) -> Decision:
    return parse_decisions((BASE / path).read_bytes())[Path(path).stem]


@pytest.mark.parametrize(
    ("subject", "form", "candidates", "staff", "row"),
    [
        ("theory", "paper", 1, (2, 0), "d6_theory"),
        ("theory", "machine", 30, (2, 0), "d6_theory"),
        ("theory", "paper", 31, (3, 0), "d6_theory"),
        ("theory", "paper", 45, (3, 0), "d6_theory"),
        ("theory", "paper", 46, (4, 0), "d6_theory"),
        ("practical", "practical", 1, (1, 3), "d6_practical"),
        ("practical", "practical", 15, (1, 3), "d6_practical"),
        # Four are needed, and a panel is odd.
        ("practical", "practical", 16, (1, 5), "d6_practical"),
        ("practical", "practical", 25, (1, 5), "d6_practical"),
        ("practical", "practical", 26, (1, 7), "d6_practical"),
        ("practical", "machine", 30, (2, 3), "d6_practical_machine"),
        ("practical", "machine", 31, (3, 3), "d6_practical_machine"),
        ("review", "thesis_defence", 30, (1, 3), "d6_review"),
        ("theory", "paper", 0, (0, 0), "d6_nobody"),
    ],
)
def test_d6(subject: str, form: str, candidates: int, staff: tuple[int, int], row: str) -> None:
    facts = {"subject": subject, "form": form, "candidates": candidates}

    found = decision("plan_session/d6_staffing.dmn").evaluate(facts)

    value = cast(dict[str, Any], found.value)
    assert ((value["invigilators"], value["assessors"]), list(found.rows)) == (staff, [row])


FIT = {
    "post": "assessor",
    "conflict": "none",
    "card_valid": True,
    "rank_covers": True,
    "scope_covers": True,
    "consecutive": 0,
}


@pytest.mark.parametrize(
    ("facts", "allowed", "row"),
    [
        ({}, True, "d7_allowed"),
        ({"consecutive": 2}, True, "d7_allowed"),
        ({"consecutive": 3}, False, "d7_rotation"),
        ({"scope_covers": False, "consecutive": 3}, False, "d7_scope"),
        ({"rank_covers": False}, False, "d7_rank"),
        ({"card_valid": False}, False, "d7_card"),
        ({"conflict": "self"}, False, "d7_self"),
        ({"conflict": "relative"}, False, "d7_relative"),
        ({"conflict": "trained"}, False, "d7_trained"),
        ({"conflict": "same_employer"}, False, "d7_same_employer"),
        ({"conflict": "other"}, False, "d7_other"),
        # Who needs no card is held to conflicts only.
        ({"post": "invigilator", "card_valid": False, "consecutive": 9}, True, "d7_allowed"),
        ({"post": "invigilator", "conflict": "relative"}, False, "d7_relative"),
    ],
)
def test_d7(facts: dict[str, Any], allowed: bool, row: str) -> None:
    found = decision("assign_staff/d7_dispatch.dmn").evaluate({**FIT, **facts})

    value = cast(dict[str, Any], found.value)
    assert (value["allowed"], list(found.rows)) == (allowed, [row])


@pytest.fixture
def made(sqlite_database: Database) -> Iterator[tuple[Session, PlanningWorld]]:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as db:
        world = planning_world(db, groups={"6-31-01-03": 2})
        seat_everybody(db, world)
        yield db, world


def asked(db: Session, world: PlanningWorld, name: str, post: str = "assessor") -> dict[str, Any]:
    room = exam_rooms_of(db, world.session.id or 0, "practical")[0]
    context = cast(TaskContext, SimpleNamespace(today=date(2026, 3, 2)))
    person = world.demo.people[name].id or 0
    return dispatch_facts(db, context, room_facts(db, world.session, room), post, person)


def card(db: Session, world: PlanningWorld, name: str) -> AssessorCard:
    found = card_of(db, world.demo.people[name].id or 0)
    assert found is not None
    return found


def test_a_fit_assessor(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made

    assert asked(db, world, "assessor-03-1") == FIT
    assert asked(db, world, "assessor-01-1") == {**FIT, "scope_covers": False}
    assert asked(db, world, "director") == {
        **FIT,
        "card_valid": False,
        "rank_covers": False,
        "scope_covers": False,
    }
    assert asked(db, world, "director", "invigilator") == {**FIT, "post": "invigilator"}


def test_a_card_must_run_through_the_exam_date(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    held = card(db, world, "assessor-03-1")
    exam_date = world.session.exam_date
    assert exam_date is not None

    held.valid_to = exam_date
    assert asked(db, world, "assessor-03-1")["card_valid"] is True
    held.valid_to = exam_date - timedelta(days=1)
    assert asked(db, world, "assessor-03-1")["card_valid"] is False


def test_the_graver_conflict_is_told(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    card(db, world, "assessor-03-1").employer = "来源单位1"
    db.flush()
    assert asked(db, world, "assessor-03-1")["conflict"] == "same_employer"

    register_conflict(
        db,
        world.session.organisation_id,
        world.demo.people["assessor-03-1"].id or 0,
        world.enrolments[0].candidate_id,
        ConflictKind.RELATIVE,
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )

    assert asked(db, world, "assessor-03-1")["conflict"] == "relative"


def test_rotation_counts_sessions_without_a_break(made: tuple[Session, PlanningWorld]) -> None:
    db, world = made
    person = world.demo.people["assessor-03-1"].id or 0
    for number, served in enumerate([True, False, True, True, True], start=2):
        earlier = AppraisalSession(
            number=f"JC-2025-{number:03d}",
            organisation_id=world.session.organisation_id,
            name="此前批次",
            status="archived",
            exam_date=date(2025, number, 1),
        )
        db.add(earlier)
        db.flush()
        if served:
            db.add(
                StaffAssignment(
                    organisation_id=earlier.organisation_id,
                    session_id=earlier.id or 0,
                    person_id=person,
                    post="assessor",
                    state=AssignmentState.CONFIRMED,
                )
            )
    db.flush()

    assert asked(db, world, "assessor-03-1")["consecutive"] == 3
    newest = db.exec(select(AppraisalSession).where(AppraisalSession.number == "JC-2025-006")).one()
    newest.status = "cancelled"
    db.flush()
    assert asked(db, world, "assessor-03-1")["consecutive"] == 2
