"""A database for the diagrams of the base: with a keyring, and a store for files."""

from pathlib import Path

import pytest

from appraisal.crypto import Keyring, attach_keyring
from appraisal.objects import ObjectStore, attach_objects
from engine.database import Database


@pytest.fixture
def new_database(sqlite_database: Database, tmp_path: Path) -> Database:
    attach_keyring(sqlite_database.writer, keyring := Keyring.generate())
    attach_keyring(sqlite_database.reader, keyring)
    attach_objects(sqlite_database.writer, ObjectStore(tmp_path / "objects"))
    return sqlite_database
