"""Names are shown beside ids on the page and kept nowhere."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlmodel import col, select

from appraisal.crypto import Keyring, attach_keyring
from appraisal.staff import StaffAssignment
from engine.database import Database
from engine.user_tasks import UserTask
from tasks.exam_world import exam_world
from tasks.shown_names import shown_context, worded_context


@pytest.mark.parametrize(
    ("duty", "named"), [(None, True), ("review", True), ("marks", False), ("assess", False)]
)
def test_names_stand_beside_ids_but_never_for_markers(
    sqlite_database: Database, duty: str | None, named: bool
) -> None:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as db:
        world = exam_world(db)
        number = world.enrolments[0].admission_number
        person = world.person("invigilator")
        query = select(StaffAssignment.id).where(col(StaffAssignment.person_id) == person)
        assignment_id = db.exec(query).one()
        context = {
            "candidates": [{"admission_number": number, "seat": 1}],
            "staff": [{"person_id": person}, {"assignment_id": assignment_id}],
            "present": [number],
        }
        task = UserTask(
            id=uuid4(),
            instance_id=uuid4(),
            process_id="p",
            element_id="e",
            duty=duty,
            context=context,
            created_at=datetime(2026, 5, 23, tzinfo=UTC),
        )

        shown = shown_context(db, task)

        names = {"candidate_name": "考生01"} if named else {}
        person_name = {"person_name": "invigilator-1"} if named else {}
        assert shown == {
            "candidates": [{"admission_number": number, "seat": 1, **names}],
            "staff": [
                {"person_id": person, **person_name},
                {"assignment_id": assignment_id, **person_name},
            ],
            "present": [number],
        }
        assert task.context == context


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (["r1", "r2"], "zh-CN", ["满 16 周岁", "r2"]),
        (["r1"], "en", ["16 or older"]),
        ("r1", "en", "16 or older"),
        (["r1", "something else"], "zh-CN", ["r1", "something else"]),
        ([], "zh-CN", []),
        (["r1", 3], "zh-CN", ["满 16 周岁", 3]),
        (3, "zh-CN", 3),
    ],
)
def test_rows_that_decided_are_told_in_words(value: object, language: str, shown: object) -> None:
    texts = {"r1": {"": "满 16 周岁", "en": "16 or older"}, "r2": {"source": "x"}}

    assert worded_context({"conditions": value}, texts, language) == {"conditions": shown}
