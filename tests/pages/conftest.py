"""The pages of an application with two organisations, on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from engine.database import Database
from tests.api.conftest import settle
from tests.api.small import Street, build_house


@pytest.fixture
def street(sqlite_database: Database, tmp_path: Path) -> Iterator[Street]:
    """Two furnished organisations."""
    installation = settle(sqlite_database, tmp_path / "var")
    houses = [build_house(installation, code) for code in ("OWN", "FOREIGN")]
    yield Street(installation, create_app(installation=installation), *houses)
    installation.dispose()


@pytest.fixture
def nobody(street: Street) -> TestClient:
    """A browser in which nobody has signed in."""
    client = street.client()
    client.headers["Accept"] = "text/html"
    client.follow_redirects = False
    return client


@pytest.fixture
def reviewer(street: Street) -> TestClient:
    """The browser of a reviewer; the token for changes stands in the form, not in a header."""
    return browser_of(street, "reviewer")


def browser_of(street: Street, role: str) -> TestClient:
    """A browser in which somebody of the own organisation has signed in."""
    client = street.client(street.own.people[role])
    client.headers["Accept"] = "text/html"
    client.csrf = client.headers.pop("X-CSRF-Token")  # type: ignore[attr-defined]
    client.follow_redirects = False
    return client
