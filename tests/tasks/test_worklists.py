"""The inbox shows what a person may do, the most urgent first, and pages through it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from appraisal.organisations import Organisation
from appraisal.people import Person
from engine.database import Database
from engine.user_tasks import UserTask, UserTaskGroup
from tasks.worklists import (
    Desk,
    View,
    WorklistFilter,
    count_views,
    list_user_tasks,
    next_user_task,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DESK = Desk(person_id=7, tenant="zz", posts=frozenset({"reviewer", "finance"}))


@pytest.fixture
def db(database: Database) -> Any:
    with database.transaction() as session:
        yield session


def add(db: Session, number: int, *, posts: str = "reviewer", **more: Any) -> UUID:
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "instance_id": uuid4(),
        "process_id": "enrolment",
        "business_key": f"S-2026-001-{number:05d}",
        "tenant": "zz",
        "element_id": "review",
        "name": "初审",
        "created_at": NOW - timedelta(days=10) + timedelta(minutes=number),
    }
    task = UserTask(**{**values, **more})
    db.add(task)
    if task.status == "ready":
        for post in posts.split():
            db.add(
                UserTaskGroup(
                    user_task_id=task.id,
                    group_key=post,
                    tenant=task.tenant,
                    due_at=task.due_at,
                    created_at=task.created_at,
                )
            )
    db.flush()
    return task.id


def listed(db: Session, view: View, limit: int = 25, **narrowed: Any) -> list[int]:
    """Read all pages of a view and give the numbers of its tasks."""
    numbers: list[int] = []
    after = ""
    while True:
        page = list_user_tasks(
            db, DESK, view, WorklistFilter(**narrowed), NOW, after=after, limit=limit
        )
        numbers += [row.user_task.id.int for row in page.rows]
        after = page.next
        if not after:
            return numbers


def test_views_hold_what_is_meant_for_the_person(db: Session) -> None:
    add(db, 1, assignee="7")
    add(db, 2, assignee="8")
    add(db, 3)
    add(db, 4, posts="director")
    add(db, 5, tenant="other")
    add(db, 6, posts="reviewer finance", due_at=NOW - timedelta(hours=1))
    add(db, 7, status="completed", completed_by="7", completed_at=NOW)
    add(db, 8, assignee="7", due_at=NOW + timedelta(hours=1))

    found = {view: listed(db, view) for view in View}

    assert found == {
        View.MINE: [8, 1],
        View.CLAIMABLE: [6, 3],
        View.OVERDUE: [6],
        View.DONE: [7],
    }
    assert count_views(db, DESK, NOW) == {View.MINE: 2, View.CLAIMABLE: 2, View.OVERDUE: 1}


def test_named_person_may_claim_whatever_the_post(db: Session) -> None:
    add(db, 1, posts="person:7")
    add(db, 2, posts="person:8")
    add(db, 3, posts="person:7 reviewer")

    assert listed(db, View.CLAIMABLE) == [1, 3]


@pytest.mark.parametrize(("minutes", "shown"), [(-1, True), (0, True), (1, False)])
def test_nothing_is_shown_before_its_follow_up_date(db: Session, minutes: int, shown: bool) -> None:
    add(db, 1, follow_up_at=NOW + timedelta(minutes=minutes))
    add(db, 2, follow_up_at=NOW + timedelta(minutes=minutes), assignee="7")

    found = {view: listed(db, view) for view in (View.MINE, View.CLAIMABLE)}

    assert found == {View.MINE: [2] * shown, View.CLAIMABLE: [1] * shown}


@pytest.mark.parametrize("limit", [1, 2, 3, 25])
def test_pages_join_without_gap_or_repetition(db: Session, limit: int) -> None:
    due = [NOW + timedelta(hours=hours) for hours in (5, 3, 3, 1)]
    for number, at in enumerate([*due, None, None, None], start=1):
        add(db, number, due_at=at, posts="reviewer finance" if number % 2 else "finance")

    assert listed(db, View.CLAIMABLE, limit) == [4, 2, 3, 1, 5, 6, 7]


@pytest.mark.parametrize("limit", [1, 2, 25])
def test_done_is_newest_first(db: Session, limit: int) -> None:
    for number, hours in enumerate((3, 1, 2), start=1):
        at = NOW - timedelta(hours=hours)
        add(db, number, status="completed", completed_by="7", completed_at=at)

    assert listed(db, View.DONE, limit) == [2, 3, 1]


@pytest.mark.parametrize(
    ("narrowed", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"session_number": "S-2026-001"}, [1, 3, 4]),
        ({"session_number": "S-2026-00"}, []),
        ({"step": 3}, [3]),
        ({"due": "late"}, [1]),
        ({"due": "day"}, [1, 2]),
        ({"due": "nonsense"}, [1, 2, 3, 4]),
        ({"text": "S-2026-002"}, [2]),
        ({"text": "复"}, [4]),
        ({"text": "%"}, []),
    ],
)
def test_filter_narrows(db: Session, narrowed: dict[str, Any], numbers: list[int]) -> None:
    add(db, 1, due_at=NOW - timedelta(seconds=1))
    add(db, 2, due_at=NOW + timedelta(hours=23), business_key="S-2026-002-00001")
    add(db, 3, step=3)
    add(db, 4, name="复审")

    assert listed(db, View.CLAIMABLE, **narrowed) == numbers


def test_broken_place_begins_at_the_beginning(db: Session) -> None:
    add(db, 1)

    for after in ("x", "%%%", "YWJj", "a" * 500):
        page = list_user_tasks(db, DESK, View.CLAIMABLE, WorklistFilter(), NOW, after=after)
        assert [row.user_task.id.int for row in page.rows] == [1]


def test_next_is_ones_own_before_what_may_be_claimed(db: Session) -> None:
    add(db, 1, due_at=NOW)
    add(db, 2, assignee="7")

    first = next_user_task(db, DESK, NOW)
    second = next_user_task(db, DESK, NOW, besides=UUID(int=2))

    assert [task and task.id.int for task in (first, second)] == [2, 1]


def test_holder_is_named(db: Session) -> None:
    db.add(Organisation(id=1, code="zz", name="示例鉴定所"))
    db.flush()
    db.add(Person(id=7, organisation_id=1, name="周敏", sign_in_name="zhoumin"))
    add(db, 1, assignee="7")

    page = list_user_tasks(db, DESK, View.MINE, WorklistFilter(), NOW)

    assert [row.assignee_name for row in page.rows] == ["周敏"]
