"""Grounds on each of the two database systems."""

from collections.abc import Callable

import pytest

from engine.database import Database
from tests.engine.moving.grounds import Ground


@pytest.fixture
def ground(database: Database) -> Callable[..., Ground]:
    """An engine whose definitions are published."""
    return lambda tasks=None: Ground(database, tasks)


@pytest.fixture
def sqlite_ground(sqlite_database: Database) -> Callable[..., Ground]:
    """The same on SQLite alone: for what storage does not matter to."""
    return lambda tasks=None: Ground(sqlite_database, tasks)
