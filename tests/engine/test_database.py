"""Transactions and column types on both databases."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import Field, SQLModel

from engine.database import (
    Database,
    DecimalText,
    JsonText,
    UnsupportedDatabase,
    UtcDateTime,
    create_database,
)


class Sample(SQLModel, table=True):
    __tablename__ = "engine_test_sample"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    points: Decimal | None = Field(default=None, sa_type=DecimalText)
    data: Any = Field(default=None, sa_type=JsonText, nullable=True)


def test_values_come_back_as_they_were(database: Database) -> None:
    at = datetime(2026, 1, 1, 8, 0, 0, 123456, timezone(timedelta(hours=8)))
    data = {"z": 1, "a": [None, True, 1.5, "名·字"]}
    with database.transaction() as db:
        db.add(Sample(id=1, at=at, points=Decimal("59.50"), data=data))

    with database.reading() as db:
        found = db.get_one(Sample, 1)
        assert found.model_dump() == {
            "id": 1,
            "at": datetime(2026, 1, 1, 0, 0, 0, 123456, UTC),
            "points": Decimal("59.50"),
            "data": data,
        }
        assert (str(found.points), list(found.data)) == ("59.50", ["z", "a"])


def test_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="NaiveTime"), database.transaction() as db:
        db.add(Sample(id=1, at=datetime(2026, 1, 1)))
        db.flush()


def test_error_undoes_the_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as db:
        db.add(Sample(id=1))
        db.flush()
        1 / 0  # noqa: B018

    with database.reading() as db:
        assert db.get(Sample, 1) is None


def test_savepoint_undoes_only_its_own_part(database: Database) -> None:
    with database.transaction() as db:
        db.add(Sample(id=1))
        db.flush()
        with pytest.raises(ZeroDivisionError), db.begin_nested():
            db.add(Sample(id=2))
            db.flush()
            1 / 0  # noqa: B018
        db.add(Sample(id=3))

    with database.reading() as db:
        ids = db.execute(text("SELECT id FROM engine_test_sample ORDER BY id")).scalars().all()
    assert ids == [1, 3]


def test_reader_refuses_to_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as db:
        db.add(Sample(id=1))
        db.flush()


def test_counting_from_many_threads_loses_nothing(database: Database) -> None:
    with database.transaction() as db:
        db.add(Sample(id=1, data=0))

    def count() -> None:
        for _ in range(20):
            with database.transaction() as db:
                row = db.get_one(Sample, 1, with_for_update=True)
                row.data += 1
                db.add(row)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as db:
        assert db.get_one(Sample, 1).data == 80


@pytest.mark.postgresql
def test_schema_keeps_tables_apart(postgresql_database: Database) -> None:
    database = create_database(postgresql_database.url, schema="jc")
    database.create_schema()
    with database.transaction() as db:
        db.add(Sample(id=7))

    with postgresql_database.reading() as db:
        assert db.get(Sample, 7) is None
        assert db.execute(text("SELECT id FROM jc.engine_test_sample")).scalars().all() == [7]
    database.dispose()


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle://x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase):
        create_database(url)


def test_a_connection_that_died_while_it_rested_is_replaced(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.database.TRUSTED_SECONDS", 0)
    with postgresql_database.reading() as db:
        died = db.scalar(text("SELECT pg_backend_pid()"))
    end_backend(postgresql_database, died)

    with postgresql_database.reading() as db:
        assert db.scalar(text("SELECT pg_backend_pid()")) != died


def test_a_connection_that_died_just_now_fails_once(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.database.TRUSTED_SECONDS", 3600)
    with postgresql_database.reading() as db:
        died = db.scalar(text("SELECT pg_backend_pid()"))
    end_backend(postgresql_database, died)

    with pytest.raises(DBAPIError), postgresql_database.reading() as db:
        db.scalar(text("SELECT 1"))

    with postgresql_database.reading() as db:
        assert db.scalar(text("SELECT pg_backend_pid()")) != died


def end_backend(database: Database, pid: int | None) -> None:
    """End a connection from the server's side, as a restart would, and wait until it is over."""
    with database.jobs.begin() as connection:
        ended = "SELECT pg_terminate_backend(:pid, 5000)"
        assert connection.scalar(text(ended), {"pid": pid}) is True
