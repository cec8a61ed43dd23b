"""Migrations lead to exactly the tables that the code declares, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from api.application import build_installation
from api.migration import differences, migrate, upgrade
from api.settings import Settings
from engine.database import Database, create_database
from engine.dbos_jobs import create_job_tables
from tests.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = create_database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield database
        database.dispose()
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.url.set(database=f"empty_{tmp_path.name.lower()[:20]}_{id(tmp_path) % 10_000}")
    server.run(f"CREATE DATABASE {url.database}")
    database = create_database(url, schema="jc")
    yield database
    database.dispose()
    server.drop(url)


def test_migrated_database_has_the_declared_tables(empty: Database) -> None:
    first, again = upgrade(empty), upgrade(empty)
    create_job_tables(empty)

    assert first == again != ""
    assert differences(empty) == []
    tables = set(inspect(empty.writer).get_table_names())
    assert {"engine_instance", "person", "alembic_version"} <= tables


@pytest.mark.slow
def test_migration_publishes_the_packaged_definitions_once(tmp_path: Path) -> None:
    installation = build_installation(Settings(mode="test", folder=tmp_path))

    first, again = migrate(installation), migrate(installation)

    assert [one.message_en for r in first.reports for one in r.findings if r.refused] == []
    assert [len(report.new_versions) > 0 for report in first.reports] == [True, True]
    assert [len(report.new_versions) for report in again.reports] == [0, 0]
    installation.dispose()
