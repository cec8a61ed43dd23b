"""What happened, told once however often it repeats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from engine.database import Database
from engine.definitions import Definitions
from engine.history import HistoryRow
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask
from tasks.told_decisions import DecisionWords
from tasks.told_history import HistoryLine, history_of

NOW = datetime(2027, 3, 1, 1, tzinfo=UTC)


def test_what_repeats_in_a_row_is_told_once(sqlite_database: Database) -> None:
    instance_id = uuid4()
    with sqlite_database.transaction() as db:
        for minute, (kind, element_id) in enumerate(
            [
                ("started", None),
                ("completed", "score"),
                ("completed", "score"),
                ("completed", "check"),
                ("completed", "score"),
                ("entered", "score"),
                ("timer", "opened"),
                ("timer", "closed"),
            ]
        ):
            at, task_id = NOW + timedelta(minutes=minute), None
            if kind == "completed":
                task_id = uuid4()
                db.add(
                    UserTask(
                        id=task_id,
                        instance_id=instance_id,
                        process_id="p",
                        business_key="k",
                        element_id=element_id,
                        name=f"名 {element_id}",
                        created_at=at,
                    )
                )
            db.add(
                HistoryRow(
                    instance_id=instance_id,
                    at=at,
                    kind=kind,
                    element_id=element_id,
                    task_id=task_id,
                )
            )
        db.flush()

        found = history_of(db, instance_id)

    def line(minute: int, kind: str, element_id: str, times: int = 1) -> HistoryLine:
        name = f"名 {element_id}" if kind == "completed" else ""
        return HistoryLine(NOW + timedelta(minutes=minute), kind, "", name, name, element_id, times)

    assert found == [
        line(7, "timer", "closed"),
        line(6, "timer", "opened"),
        line(4, "completed", "score"),
        line(3, "completed", "check"),
        line(2, "completed", "score", 2),
        line(0, "started", ""),
    ]


def test_a_decision_is_told_in_the_words_that_held_then(sqlite_database: Database) -> None:
    definitions = Definitions(reading=sqlite_database.reading, now=lambda: NOW)
    instance = ProcessInstance(
        id=uuid4(), process_id="p", bundle_id="b", business_key="k", state=b"", started_at=NOW
    )
    moves = (("decided", {}), ("moved", {"from": "a"}), ("decided", {}), ("moved", {"from": "c"}))
    with sqlite_database.transaction() as db:
        rows = [
            HistoryRow(instance_id=instance.id, at=NOW, kind=kind, details=details)
            for kind, details in (*moves, ("decided", {}))
        ]
        db.add_all(rows)
        db.flush()

        words = DecisionWords.of(db, definitions, instance)

        assert [words.at(row.seq or 0).bundle_id for row in rows[::2]] == ["a", "c", "b"]
