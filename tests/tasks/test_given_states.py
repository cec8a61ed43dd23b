"""Given states are made once, and no scenario sees what another did to its copy."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from appraisal.objects import UnknownObject, objects_of
from appraisal.organisations import Organisation, RegisteredRange
from appraisal.sessions import AppraisalSession
from engine.database import Database, create_database
from tasks.given_states import GivenStates
from tasks.worlds import import_worlds, make_world

MARCH = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# Beijing has the new year already.
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
OLD_YEAR = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def states() -> GivenStates:
    return GivenStates()


@pytest.fixture
def empty() -> Iterator[Database]:
    import_worlds()
    database = create_database("sqlite://")
    database.create_schema()
    yield database
    database.dispose()


def names(db: Session) -> list[str]:
    return sorted(one.name for one in db.exec(select(Organisation)))


def test_what_is_changed_or_stored_in_a_copy_is_not_in_the_next(states: GivenStates) -> None:
    database, world = states.open("opened", MARCH, {})
    with database.transaction() as db:
        before = names(db)
        db.add(Organisation(code="X", name="写在一个副本里"))
        db.exec(select(AppraisalSession)).one().name = "改了"
        stored = objects_of(db).put(b"of one scenario").key

    database, again = states.open("opened", MARCH, {})

    assert again is world
    with database.reading() as db:
        assert names(db) == before
        assert db.exec(select(AppraisalSession)).one().name != "改了"
        with pytest.raises(UnknownObject):
            objects_of(db).get(stored)


def test_each_moment_and_each_that_is_given_has_its_own(states: GivenStates) -> None:
    found = [
        states.open("opened", MARCH, {}),
        states.open("opened", NEW_YEAR, {}),
        states.open("opened", MARCH, {"kind": "social"}),
    ]

    # One database shows them in turn.
    assert len({id(database) for database, _ in found}) == 1
    assert len({id(world) for _, world in found}) == 3


@pytest.mark.parametrize("now", [MARCH, OLD_YEAR, NEW_YEAR])
def test_on_common_ground_a_state_is_as_it_is_on_none(
    states: GivenStates, empty: Database, now: datetime
) -> None:
    with empty.transaction() as db:
        alone = make_world(db, "defined", now, {})

    database, world = states.open("defined", now, {})

    assert (world.tenant, world.variables, world.names) == (
        alone.tenant,
        alone.variables,
        alone.names,
    )
    assert rows_of(database) == rows_of(empty)


def rows_of(database: Database) -> list[str]:
    """All rows as SQL, without what is random."""
    raw = database.writer.raw_connection().driver_connection
    assert raw is not None
    return [
        line
        for line in raw.iterdump()
        if line.startswith("INSERT") and "data_key" not in line and "sqlite_sequence" not in line
    ]


@pytest.mark.parametrize(("now", "year"), [(MARCH, 2025), (OLD_YEAR, 2025), (NEW_YEAR, 2026)])
def test_the_common_ground_is_that_of_the_year(
    states: GivenStates, now: datetime, year: int
) -> None:
    database, _ = states.open("opened", now, {})

    with database.reading() as db:
        begun = {one.valid_from.year for one in db.exec(select(RegisteredRange))}
    assert begun == {year}
