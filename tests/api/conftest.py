"""An application on each database, with two organisations that must not see one another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.application import Installation, build_installation
from api.settings import Settings
from engine.database import Database
from engine.jobs import LocalQueue
from tests.api.small import Street, build_house, sources


def settle(database: Database, folder: Path) -> Installation:
    """An installation on a prepared database, its jobs run by the test."""
    settings = Settings(
        mode="test",
        folder=folder,
        database_url=database.url.render_as_string(hide_password=False),
        worker=False,
        sign_ins_per_minute=1000,
    )
    installation = build_installation(settings, queue=lambda _: LocalQueue())
    with installation.database.transaction() as db:
        report = installation.definitions.publish(db, sources(), actor="test")
        assert not report.refused, report.findings
    return installation


@pytest.fixture
def street(database: Database, tmp_path: Path) -> Iterator[Street]:
    """Two furnished organisations on each database."""
    installation = settle(database, tmp_path / "var")
    houses = [build_house(installation, code) for code in ("OWN", "FOREIGN")]
    yield Street(installation, create_app(installation=installation), *houses)
    installation.dispose()


@pytest.fixture
def sqlite_street(sqlite_database: Database, tmp_path: Path) -> Iterator[Street]:
    """Two furnished organisations on SQLite."""
    installation = settle(sqlite_database, tmp_path / "var")
    houses = [build_house(installation, code) for code in ("OWN", "FOREIGN")]
    yield Street(installation, create_app(installation=installation), *houses)
    installation.dispose()
