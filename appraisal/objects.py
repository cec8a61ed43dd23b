"""Objects: immutable files (papers, photos, evidence) named by their SHA-256, in a folder."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from appraisal.errors import AppraisalError

_OPTION = "jiancheng_objects"


class MissingObjectStore(AppraisalError):
    """No object store was attached to this database."""


class UnknownObject(AppraisalError):
    """The store holds no object with this key."""


class DamagedObject(AppraisalError):
    """The bytes of an object no longer match its SHA-256."""


@dataclass(frozen=True)
class StoredObject:
    """What the store says of one object; `key` is the SHA-256 of its bytes in hex."""

    key: str
    size: int

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return self.key


class ObjectStore:
    """Keeps objects below one folder, two levels deep, readable by the owner only.

    Writing is atomic and repeatable: the same bytes give the same key, a crash leaves either
    nothing or the whole object.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> StoredObject:
        """Store the bytes and return their key and size."""
        key = hashlib.sha256(content).hexdigest()
        target = self._path(key)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_whole(target, content)
        return StoredObject(key, len(content))

    def get(self, key: str) -> bytes:
        """Return the bytes of an object.

        Raises:
            UnknownObject: There is none with this key.
            DamagedObject: The bytes were changed on disk.
        """
        try:
            content = self._path(key).read_bytes()
        except (FileNotFoundError, ValueError):
            raise UnknownObject(key) from None
        if hashlib.sha256(content).hexdigest() != key:
            raise DamagedObject(key)
        return content

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and len(key) == 64 and self._path(key).exists()

    def _path(self, key: str) -> Path:
        # A key is hex of fixed length: nothing else may become part of a path.
        if len(key) != 64 or not all(c in "0123456789abcdef" for c in key):
            raise ValueError("not an object key")
        return self._folder / key[:2] / key[2:4] / key


class ObjectsInMemory(ObjectStore):
    """Keeps objects as long as itself: what others put into a copy is not in this one."""

    def __init__(self, held: Mapping[str, bytes] | None = None) -> None:
        self._held = dict(held or {})

    @property
    def held(self) -> Mapping[str, bytes]:
        """All objects by key."""
        return MappingProxyType(self._held)

    def put(self, content: bytes) -> StoredObject:
        """Keep the bytes and return their key and size."""
        key = hashlib.sha256(content).hexdigest()
        self._held[key] = content
        return StoredObject(key, len(content))

    def get(self, key: str) -> bytes:
        """Return the bytes of an object.

        Raises:
            UnknownObject: There is none with this key.
        """
        try:
            return self._held[key]
        except KeyError:
            raise UnknownObject(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self._held


def attach_objects(database: Engine | Connection, store: ObjectStore) -> None:
    """Give every session of this database engine the store."""
    if isinstance(database, Engine):
        database.update_execution_options(**{_OPTION: store})
    else:
        database.execution_options(**{_OPTION: store})


def objects_of(db: Session) -> ObjectStore:
    """The store attached to the session's database.

    Raises:
        MissingObjectStore: None was attached.
    """
    store = db.info.get("objects") or db.get_bind().get_execution_options().get(_OPTION)
    if not isinstance(store, ObjectStore):
        raise MissingObjectStore("attach_objects was not called for this database")
    return store


def _write_whole(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
