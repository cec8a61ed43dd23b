"""One furnished application on each database; whatever is sent to it, nothing may change."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.app import create_app
from engine.database import Database, create_database
from tests.api.conftest import settle
from tests.api.small import Street, build_house
from tests.hostile.ground import sources, whole


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def standing_database(
    request: pytest.FixtureRequest,
    sqlite_template: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """A database for all tests of a module."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("hostile") / "test.sqlite"
        shutil.copy(sqlite_template(), path)
        database = create_database(f"sqlite:///{path}")
        yield database
        database.dispose()
        return
    server = request.getfixturevalue("postgresql_server")
    url = server.create()
    database = create_database(url)
    yield database
    database.dispose()
    server.drop(url)


@pytest.fixture(scope="module")
def street(
    standing_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    """Two furnished organisations, and a user task with every type of field."""
    installation = settle(standing_database, tmp_path_factory.mktemp("var"))
    with installation.database.transaction() as db:
        report = installation.definitions.publish(db, sources(), actor="test")
        assert not report.refused, report.findings
    own, foreign = (build_house(installation, code) for code in ("OWN", "FOREIGN"))
    with installation.database.transaction() as db:
        own.ids["all_fields"] = installation.engine.start(
            db, "all_fields", business_key="all-fields", tenant="OWN"
        ).id
    yield Street(installation, create_app(installation=installation), own, foreign)
    installation.dispose()


@pytest.fixture
def unchanged(street: Street) -> Iterator[None]:
    """The database is afterwards as it was before."""
    before = whole(street.installation.database)
    yield
    assert whole(street.installation.database) == before
