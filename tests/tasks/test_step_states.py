"""How far the steps are follows from history, open user tasks and milestones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from appraisal.organisations import Organisation
from appraisal.sessions import create_session
from engine.database import Database
from engine.history import HistoryKind, add_history, history_row
from engine.instances import ProcessInstance
from engine.milestones import Milestone
from engine.user_tasks import UserTask
from tasks.overviews import days_until, list_sessions, overview_session
from tasks.step_states import step_process

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def db(database: Database) -> Any:
    with database.transaction() as session:
        yield session


@pytest.fixture
def session(db: Any) -> Any:
    organisation = Organisation(code="zz", name="示例鉴定所")
    db.add(organisation)
    db.flush()
    return create_session(db, organisation, "第一批", created_at=NOW)


def run(db: Any, number: str, *, entered: list[str], left: list[str]) -> None:
    instance = ProcessInstance(
        process_id="appraisal_session", bundle_id="b", business_key=number, started_at=NOW
    )
    db.add(instance)
    db.flush()
    rows = [
        history_row(instance.id, NOW, kind, element_id=element)
        for kind, elements in ((HistoryKind.ENTERED, entered), (HistoryKind.LEFT, left))
        for element in elements
    ]
    add_history(db.connection(), rows)


def add_task(db: Any, key: str, step: int, due_at: datetime | None = None) -> None:
    db.add(
        UserTask(
            id=uuid4(),
            instance_id=uuid4(),
            process_id="enrolment",
            business_key=key,
            element_id="review",
            step=step,
            created_at=NOW,
            due_at=due_at,
            assignee="7",
        )
    )
    db.flush()


@pytest.mark.parametrize(
    ("element", "process"),
    [
        ("step_1", "define_scheme"),
        ("step_13", "issue_certificates"),
        ("call_archive", "archive"),
        ("score", "score"),
        ("underscore", ""),
        ("step_15", ""),
        ("", ""),
    ],
)
def test_step_of_an_element(element: str, process: str) -> None:
    assert step_process(element) == process


def test_states_of_the_steps(db: Any, session: Any) -> None:
    run(
        db,
        session.number,
        entered=["step_1", "step_2", "step_3", "step_4", "step_5", "step_7", "step_8", "step_9"],
        left=["step_1", "step_2", "step_4", "step_5", "step_7", "step_8"],
    )
    add_task(db, f"{session.number}-00001", 3, NOW - timedelta(days=2))
    add_task(db, f"{session.number}-00002", 3)
    add_task(db, f"{session.number}0-00001", 3)
    db.add(
        Milestone(
            group_key=session.number, name="decided", round=1, status="open", expected=4, reached=3
        )
    )
    db.flush()

    found = overview_session(db, session, person_id=7, now=NOW)

    assert "".join(s.state[0] for s in found.steps) == "ddl" + "dd" + "s" + "dd" + "c" + "wwwww"
    assert (found.steps[2].open, found.steps[2].late, found.steps[2].share) == (2, 1, 75)
    assert (found.counts.open, found.counts.mine, found.counts.late) == (2, 2, 1)
    assert found.counts.late_since == NOW - timedelta(days=2)
    assert [(m.name, m.reached, m.expected) for m in found.milestones] == [("decided", 3, 4)]


def test_session_without_an_instance_waits(db: Any, session: Any) -> None:
    found = overview_session(db, session, person_id=7, now=NOW)
    line = list_sessions(db, [session.organisation_id], NOW)[0]

    assert {s.state for s in found.steps} == {"waiting"}
    assert (line.enrolments, line.open, line.late, line.current) == (0, 0, 0, ())


@pytest.mark.parametrize(("days", "left"), [(7, 7), (0, 0), (-3, -3)])
def test_days_until_the_exam(days: int, left: int) -> None:
    today = NOW.date()

    assert days_until(today + timedelta(days=days), today) == left
    assert days_until(None, today) is None
