"""Prepared statements do what SQLAlchemy would do with the same clause."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import bindparam, delete, select, update

from engine.database import Database
from engine.history import HISTORY
from engine.statements import Statement

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INSERT = Statement.insert(HISTORY, without=("seq",))
RENAME = Statement(
    update(HISTORY)
    .where(HISTORY.c.instance_id == bindparam("b_id"), HISTORY.c.kind != "ended")
    .values(actor=bindparam("b_actor"))
)


def row(instance_id: UUID, **values: object) -> dict[str, object]:
    plain = {"instance_id": instance_id, "at": NOW, "kind": "started", "actor": None,
             "element_id": None, "task_id": None, "details": None}  # fmt: skip
    return {**plain, **values}


def test_values_are_converted_both_ways(database: Database) -> None:
    rows = [row(ONE, details={"z": 1, "a": ["文"]}), row(TWO, task_id=ONE, kind="ended")]

    with database.transaction() as db:
        INSERT(db.connection(), rows)
        INSERT(db.connection(), row(ONE, actor="li"))
        found = db.execute(select(HISTORY).order_by(HISTORY.c.seq)).mappings().all()

    assert [{k: v for k, v in one.items() if k != "seq"} for one in found] == [
        *rows,
        row(ONE, actor="li"),
    ]


@pytest.mark.parametrize(("instance_id", "changed"), [(ONE, 2), (TWO, 0), (UUID(int=3), 0)])
def test_rows_are_counted_and_literals_kept(
    database: Database, instance_id: UUID, changed: int
) -> None:
    with database.transaction() as db:
        INSERT(db.connection(), [row(ONE), row(ONE), row(TWO, kind="ended")])

        result = RENAME(db.connection(), {"b_id": instance_id, "b_actor": "li"})

        assert result.rowcount == changed
        actors = db.execute(select(HISTORY.c.actor)).scalars().all()
    assert actors.count("li") == changed


def test_missing_values_are_noticed(sqlite_database: Database) -> None:
    by_id = Statement(delete(HISTORY).where(HISTORY.c.instance_id == bindparam("b_id")))

    with sqlite_database.transaction() as db:
        with pytest.raises(KeyError):
            by_id(db.connection(), {})
        with pytest.raises(KeyError):
            INSERT(db.connection(), {"instance_id": ONE})
