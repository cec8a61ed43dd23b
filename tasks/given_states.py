"""Given states made once: a scenario with the same one starts from a copy of its database."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from appraisal.crypto import Keyring, attach_keyring
from appraisal.objects import ObjectStore, attach_objects
from engine.database import Database, create_database
from tasks.worlds import World, import_worlds, make_world


class GivenStates:
    """Databases in memory, each filled by one world."""

    def __init__(self) -> None:
        self._keyring = Keyring.generate()
        self._made: dict[str, tuple[bytes, World, Path]] = {}

    def open(
        self, name: str, now: datetime, given: Mapping[str, Any], objects: Path
    ) -> tuple[Database, World]:
        """A database with a given state; `objects` is a folder for its files."""
        key = json.dumps([name, now.isoformat(), dict(given)], sort_keys=True, default=str)
        if key in self._made:
            content, world, objects = self._made[key]
            database = self._database(content, objects)
        else:
            database = self._database(self._empty(), objects)
            with database.transaction() as db:
                world = make_world(db, name, now, given)
            self._made[key] = (_connection(database).serialize(), world, objects)
        return database, world

    def _database(self, content: bytes, objects: Path) -> Database:
        database = create_database("sqlite://")
        _connection(database).deserialize(content)
        for engine in {database.writer, database.reader}:
            attach_keyring(engine, self._keyring)
            attach_objects(engine, ObjectStore(objects))
        return database

    def _empty(self) -> bytes:
        if "" not in self._made:
            import_worlds()
            database = create_database("sqlite://")
            database.create_schema()
            self._made[""] = (_connection(database).serialize(), World(""), Path())
            database.dispose()
        return self._made[""][0]


def _connection(database: Database) -> sqlite3.Connection:
    found = database.writer.raw_connection().driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found
