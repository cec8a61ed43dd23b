"""Given states made once: a scenario with the same one starts from a copy of its database."""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from appraisal.crypto import Keyring, attach_keyring
from appraisal.objects import ObjectsInMemory, attach_objects
from engine.clock import FrozenClock
from engine.database import Database, create_database
from engine.expressions import clocked_expressions
from tasks.facts import host_functions
from tasks.worlds import World, ground_of, import_worlds, make_world

KEPT_STATES = 500
# Most tables hold a few rows or none and each takes a page, as each index does.
PAGE_SIZE = 1024


@cache
def scenario_functions() -> Mapping[str, Callable[..., Any]]:
    """The functions that the host adds to FEEL; always the same ones, so that compiled text is."""
    return host_functions()


class _SetClock(FrozenClock):
    def stand_at(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)


@dataclass(frozen=True)
class _Image:
    """A database, the objects beside it and what is known of them."""

    database: bytes = field(repr=False)
    objects: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    world: World | None = None


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
        self._made: OrderedDict[str, _Image] = OrderedDict()
        self._grounds: dict[str, _Image] = {}
        self._database: Database | None = None

    def prepare(self) -> None:
        """Make what no scenario changes; a process that is forked after it has it already."""
        import_worlds()
        if "" not in self._grounds:
            database = create_database("sqlite://")
            _connection(database).execute(f"PRAGMA page_size = {PAGE_SIZE}")
            database.create_schema()
            self._grounds[""] = _Image(_connection(database).serialize())
            database.dispose()

    def open(self, name: str, now: datetime, given: Mapping[str, Any]) -> tuple[Database, World]:
        """The database with a given state, for one scenario."""
        key = json.dumps([name, now.isoformat(), dict(given)], sort_keys=True, default=str)
        image = self._made.get(key) or self._make(name, now, given)
        assert image.world is not None
        self._made[key] = image
        self._made.move_to_end(key)
        while len(self._made) > KEPT_STATES:
            self._made.popitem(last=False)
        self.clock.stand_at(now)
        database, _ = self._showing(image)
        return database, image.world

    def _make(self, name: str, now: datetime, given: Mapping[str, Any]) -> _Image:
        database, objects = self._showing(self._ground(name, now))
        with database.transaction() as db:
            world = make_world(db, name, now, given)
        return _Image(_connection(database).serialize(), dict(objects.held), world)

    def _ground(self, name: str, now: datetime) -> _Image:
        self.prepare()
        ground = ground_of(name)
        if ground is None:
            return self._grounds[""]
        key = ground.key(now)
        if key not in self._grounds:
            database, objects = self._showing(self._grounds[""])
            with database.transaction() as db:
                ground.make(db, now)
            self._grounds[key] = _Image(_connection(database).serialize(), dict(objects.held))
        return self._grounds[key]

    def _showing(self, image: _Image) -> tuple[Database, ObjectsInMemory]:
        if self._database is None:
            self._database = create_database("sqlite://")
        objects = ObjectsInMemory(image.objects)
        _connection(self._database).deserialize(image.database)
        attach_keyring(self._database.writer, self._keyring)
        attach_objects(self._database.writer, objects)
        return self._database, objects


def _connection(database: Database) -> sqlite3.Connection:
    found = database.writer.raw_connection().driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found
