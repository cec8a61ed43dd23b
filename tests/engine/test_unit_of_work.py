"""What takes the short way is the session's own, as if SQLAlchemy had read it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, create_engine
from sqlalchemy.orm import object_session, registry
from sqlmodel import col, select

from engine.bundles import Bundle
from engine.database import Database
from engine.jobs import Job
from engine.unit_of_work import UnitOfWork

SOME = UUID(int=7)
ON_SHELF = (
    select(Job)
    .where(Job.partition == bindparam("b_partition"))
    .order_by(col(Job.topic).desc())
    .execution_options(prepared=True)
)
TOPICS = (
    select(Job.topic, Job.arguments)
    .where(Job.partition == bindparam("b_partition"))
    .order_by(col(Job.topic).desc())
    .execution_options(prepared=True)
)
PAIRS = (
    select(Job, Bundle, Job.topic)
    .join(Bundle, col(Bundle.id) == Job.partition)
    .where(Job.topic == bindparam("b_topic"))
    .execution_options(prepared=True)
)


def job(topic: str, **values: object) -> Job:
    return Job(topic=topic, partition="p", arguments={"文": [1]}, **values)


@pytest.fixture
def stored(database: Database) -> Database:
    with database.transaction() as db:
        db.add_all([job("a", id=SOME), job("b")])
    return database


def test_what_is_read_by_key_equals_what_the_object_mapper_reads(stored: Database) -> None:
    with stored.reading() as db:
        found = db.get(Job, SOME)
    with stored.reading() as db:
        [expected] = db.exec(select(Job).where(Job.id == SOME))
        assert db.get(Job, uuid4()) is None

    assert found == expected


def test_an_object_read_twice_is_one_and_its_changes_are_written(stored: Database) -> None:
    with stored.transaction() as db:
        found = db.get_one(Job, SOME)
        found.topic = "z"
        seen = list(db.exec(ON_SHELF, params={"b_partition": "p"}))

        assert found is seen[0]
        assert [one.topic for one in seen] == ["z", "b"]
    with stored.reading() as db:
        assert db.exec(TOPICS, params={"b_partition": "p"}).all() == [
            ("z", {"文": [1]}),
            ("b", {"文": [1]}),
        ]


def test_what_is_not_written_yet_is_found(database: Database) -> None:
    with database.transaction() as db:
        db.add(job("new", id=SOME))

        assert db.exec(TOPICS, params={"b_partition": "p"}).one().topic == "new"
        assert db.get_one(Job, SOME).topic == "new"


def test_what_a_savepoint_took_back_is_read_again(stored: Database) -> None:
    with stored.transaction() as db:
        found = db.get_one(Job, SOME)
        with db.begin_nested() as nested:
            found.topic = "z"
            db.flush()
            nested.rollback()

        assert db.get_one(Job, SOME).topic == "a"
        assert [one.topic for one in db.exec(ON_SHELF, params={"b_partition": "p"})] == ["b", "a"]


def test_what_one_session_read_another_may_change(stored: Database) -> None:
    with stored.reading() as db:
        found = db.get_one(Job, SOME)
        assert object_session(found) is db
        assert not db.dirty

    assert object_session(found) is None
    with stored.transaction() as db:
        found.topic = "z"
        db.add(found)
    with stored.reading() as db:
        assert db.get_one(Job, SOME).topic == "z"


def test_what_was_deleted_is_gone(stored: Database) -> None:
    with stored.transaction() as db:
        db.delete(db.get_one(Job, SOME))

        assert [one.topic for one in db.exec(ON_SHELF, params={"b_partition": "p"})] == ["b"]
        assert db.get(Job, SOME) is None


def test_the_first_thing_that_a_process_reads_may_be_a_row_by_its_key() -> None:
    table = Table("fresh", MetaData(), Column("id", Integer, primary_key=True))
    fresh = registry().mapped(type("Fresh", (), {"__table__": table}))
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with UnitOfWork(engine) as db:
        db.connection().execute(table.insert(), {"id": 5})
        found = db.get(fresh, 5)

    assert found is not None
    assert found.id == 5


def test_several_models_and_columns_are_read_together(stored: Database) -> None:
    with stored.transaction() as db:
        db.add(
            Bundle(
                id="p", compiler_version=3, manifest={}, created_at=datetime(2026, 3, 2, tzinfo=UTC)
            )
        )

        [(one, bundle, topic)] = db.exec(PAIRS, params={"b_topic": "a"}).all()

        assert (one, bundle, topic) == (db.get(Job, SOME), db.get(Bundle, "p"), "a")
