"""Prepared statements do what SQLAlchemy would do with the same clause."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from engine.database import Database
from engine.history import HISTORY
from engine.statements import Statement, write_all

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


def test_what_is_selected_is_converted(database: Database) -> None:
    columns = (HISTORY.c.instance_id, HISTORY.c.at, HISTORY.c.details, HISTORY.c.actor)
    find = Statement(select(*columns).where(HISTORY.c.task_id == bindparam("b_task")))

    with database.transaction() as db:
        INSERT(db.connection(), [row(ONE, task_id=TWO, details={"n": 1}), row(TWO)])

        assert find.rows(db.connection(), {"b_task": TWO}) == [(ONE, NOW, {"n": 1}, None)]
        assert find.rows(db.connection(), {"b_task": ONE}) == []


def test_what_an_insert_returns_is_given(database: Database) -> None:
    numbered = Statement(
        HISTORY.insert().returning(HISTORY.c.seq), ["instance_id", "at", "kind", "seq"]
    )

    with database.transaction() as db:
        given = {"instance_id": ONE, "at": NOW, "kind": "started", "seq": 7}

        assert numbered.rows(db.connection(), given) == [(7,)]


def test_a_batch_runs_in_order(database: Database) -> None:
    renamed = {"b_id": ONE, "b_actor": "li"}

    with database.transaction() as db:
        written = write_all(
            db.connection(),
            [(INSERT, [row(ONE), row(ONE)]), (RENAME, [renamed]), (INSERT, [row(ONE)])],
        )
        actors = db.execute(select(HISTORY.c.actor).order_by(HISTORY.c.seq)).scalars().all()

    assert [cursor.rowcount for cursor in written] == [2, 2, 1]
    assert actors == ["li", "li", None]


@pytest.mark.parametrize("before", [0, 1])
def test_a_failure_is_told_as_sqlalchemy_tells_it(database: Database, before: int) -> None:
    full = Statement.insert(HISTORY)
    doubled = {**row(ONE, actor="secret"), "seq": 1}

    with pytest.raises(IntegrityError) as caught, database.transaction() as db:
        write_all(
            db.connection(), [(full, [{**row(TWO), "seq": 2}])] * before + [(full, [doubled])] * 2
        )

    assert "secret" not in str(caught.value)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(HISTORY)) == 0


def test_an_unknown_table_is_told_as_sqlalchemy_tells_it(postgresql_database: Database) -> None:
    missing = Statement(text("SELECT 1 FROM nowhere"))

    with pytest.raises(ProgrammingError), postgresql_database.transaction() as db:
        missing.rows(db.connection(), {})


def test_a_write_outside_any_transaction_begins_one(database: Database) -> None:
    with database.writer.connect() as connection:
        INSERT(connection, row(ONE))
        connection.rollback()

    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(HISTORY)) == 0
