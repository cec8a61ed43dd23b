"""Given states made once: a scenario with the same one starts from a copy of its database."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from appraisal.crypto import Keyring, attach_keyring
from appraisal.objects import ObjectStore, attach_objects
from engine.clock import FrozenClock
from engine.database import Database, create_database
from engine.expressions import clocked_expressions
from tasks.facts import host_functions
from tasks.worlds import World, import_worlds, make_world


@cache
def scenario_functions() -> Mapping[str, Callable[..., Any]]:
    """The functions that the host adds to FEEL; always the same ones, so that compiled text is."""
    return host_functions()


class _SetClock(FrozenClock):
    def stand_at(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)


class GivenStates:
    """Images of databases, each filled by one world, and what plays scenarios on them.

    One connection takes one image after the other, because whatever SQLAlchemy has learned of the
    statements is kept with it: most of a scenario's time went into learning it again. So a given
    state lasts until the next is opened, and no two threads may share this. For the same reason
    there is one clock and one set of compiled expressions.
    """

    def __init__(self) -> None:
        self.clock = _SetClock(datetime.now(UTC))
        self.expressions = clocked_expressions(self.clock, scenario_functions())
        self._keyring = Keyring.generate()
        self._made: dict[str, tuple[bytes, World, Path]] = {}
        self._database: Database | None = None
        self._empty = b""

    def open(
        self, name: str, now: datetime, given: Mapping[str, Any], objects: Path
    ) -> tuple[Database, World]:
        """The database with a given state; `objects` is a folder for its files."""
        key = json.dumps([name, now.isoformat(), dict(given)], sort_keys=True, default=str)
        if key not in self._made:
            database = self._showing(self._without_rows(), objects)
            with database.transaction() as db:
                world = make_world(db, name, now, given)
            self._made[key] = (_connection(database).serialize(), world, objects)
        image, world, objects = self._made[key]
        self.clock.stand_at(now)
        return self._showing(image, objects), world

    def _showing(self, image: bytes, objects: Path) -> Database:
        if self._database is None:
            self._database = create_database("sqlite://")
        _connection(self._database).deserialize(image)
        attach_keyring(self._database.writer, self._keyring)
        attach_objects(self._database.writer, ObjectStore(objects))
        return self._database

    def _without_rows(self) -> bytes:
        if not self._empty:
            import_worlds()
            database = create_database("sqlite://")
            database.create_schema()
            self._empty = _connection(database).serialize()
            database.dispose()
        return self._empty


def _connection(database: Database) -> sqlite3.Connection:
    found = database.writer.raw_connection().driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found
