"""Encryption of personal data: a keyring outside the database and one key for each person.

Personal values are encrypted with the person's own data key; that key is kept wrapped by the
keyring. Deleting the wrapped key (shredding) makes every value of that person unreadable, in
the database and in each of its backups. A blind index finds an ID number without reading it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, LargeBinary, Table, bindparam, select
from sqlmodel import Field, Session, SQLModel

from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError

_NONCE_BYTES = 12
_KEY_BYTES = 32
_OPTION = "jiancheng_keyring"


class UnreadableValue(AppraisalError):
    """A value cannot be decrypted: its key is gone or the bytes were changed."""


class MissingKeyring(AppraisalError):
    """No keyring was attached to this database."""


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys that wrap personal keys, by id, and the key of the blind index.

    New values use `current`; older keys stay for reading until everything is wrapped anew.
    """

    keys: Mapping[str, bytes]
    current: str
    index_key: bytes

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise MissingKeyring(self.current)
        if any(len(key) != _KEY_BYTES for key in (*self.keys.values(), self.index_key)):
            raise MissingKeyring("a key has the wrong length")

    @classmethod
    def generate(cls) -> "Keyring":
        """Make fresh keys, for a new installation or a test."""
        return cls({"1": secrets.token_bytes(_KEY_BYTES)}, "1", secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def load(cls, text: str) -> "Keyring":
        """Read what `dump` wrote: a line `index <hex>`, lines `<id> <hex>`, the newest last."""
        entries = [line.split() for line in text.splitlines() if line.strip()]
        keys = {name: bytes.fromhex(value) for name, value in entries if name != "index"}
        index = [bytes.fromhex(value) for name, value in entries if name == "index"]
        if not keys or len(index) != 1:
            raise MissingKeyring("the key file is not complete")
        return cls(keys, list(keys)[-1], index[0])

    def dump(self) -> str:
        """The text for the key file."""
        ordered = [name for name in self.keys if name != self.current] + [self.current]
        lines = [f"{name} {self.keys[name].hex()}" for name in ordered]
        return "\n".join([f"index {self.index_key.hex()}", *lines, ""])

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed digest by which an equal value is found again; it does not give the value."""
        message = f"{kind}\x00{value}".encode()
        return hmac.new(self.index_key, message, hashlib.sha256).hexdigest()

    def wrap(self, key: bytes, about: str) -> tuple[str, bytes]:
        """Encrypt a personal key; gives the id of the wrapping key and the bytes."""
        return self.current, encrypt(self.keys[self.current], key, about)

    def unwrap(self, key_id: str, wrapped: bytes, about: str) -> bytes:
        """Decrypt a personal key."""
        if key_id not in self.keys:
            raise UnreadableValue(f"key {key_id} is not in the keyring")
        return decrypt(self.keys[key_id], wrapped, about)


class PersonKey(SQLModel, table=True):
    """The wrapped data key of one person; without `wrapped` the person has been shredded."""

    __tablename__ = "person_key"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    key_id: str = Field(max_length=40)
    wrapped: bytes | None = Field(default=None, sa_type=LargeBinary)
    shredded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


PERSON_KEY: Table = PersonKey.__table__  # type: ignore[attr-defined]
WRAPPED_KEY = (PERSON_KEY.c.person_id, PERSON_KEY.c.key_id, PERSON_KEY.c.wrapped)
"""The columns of a `WrappedKey`, for those who read them with something else."""

_WRAPPED = select(*WRAPPED_KEY).where(PERSON_KEY.c.person_id == bindparam("b_person"))


class WrappedKey(NamedTuple):
    """A person's key as it lies in the database; without `wrapped` the person was shredded."""

    person_id: int
    key_id: str
    wrapped: bytes | None


def encrypt(key: bytes, content: bytes, about: str) -> bytes:
    """AES-256-GCM with a random nonce in front; `about` is authenticated, not stored."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def decrypt(key: bytes, cipher: bytes, about: str) -> bytes:
    """Undo `encrypt`.

    Raises:
        UnreadableValue: Another key, another `about`, or changed bytes.
    """
    try:
        return AESGCM(key).decrypt(cipher[:_NONCE_BYTES], cipher[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):
        raise UnreadableValue(about) from None


def attach_keyring(database: Engine | Connection, keyring: Keyring) -> None:
    """Give every session of this database engine the keyring; the keys never enter the database."""
    if isinstance(database, Engine):
        database.update_execution_options(**{_OPTION: keyring})
    else:
        database.execution_options(**{_OPTION: keyring})


def keyring_of(db: Session) -> Keyring:
    """The keyring attached to the session's database.

    Raises:
        MissingKeyring: None was attached.
    """
    keyring = db.info.get("keyring") or db.get_bind().get_execution_options().get(_OPTION)
    if not isinstance(keyring, Keyring):
        raise MissingKeyring("attach_keyring was not called for this database")
    return keyring


def encrypt_for(
    db: Session, person_id: int, content: bytes, about: str, *, key: WrappedKey | None = None
) -> bytes:
    """Encrypt with a person's own key, which is made on first use.

    `key`: some person's key as this transaction has read it, if it has.

    Raises:
        UnreadableValue: The person was shredded.
    """
    return encrypt(_data_key(db, person_id, key), content, f"{about}:{person_id}")


def decrypt_for(db: Session, person_id: int, cipher: bytes, about: str) -> bytes:
    """Decrypt what `encrypt_for` gave.

    Raises:
        UnreadableValue: The person was shredded, or the bytes were changed.
    """
    row = db.get(PersonKey, person_id)
    if row is None or row.wrapped is None:
        raise UnreadableValue(f"the key of person {person_id} was destroyed")
    key = keyring_of(db).unwrap(row.key_id, row.wrapped, f"person:{person_id}")
    return decrypt(key, cipher, f"{about}:{person_id}")


def shred(db: Session, person_id: int, *, at: datetime) -> bool:
    """Destroy a person's key; says whether there was one to destroy."""
    row = db.get(PersonKey, person_id)
    if row is None or row.wrapped is None:
        return False
    row.wrapped = None
    row.shredded_at = at
    db.add(row)
    db.flush()
    return True


def _data_key(db: Session, person_id: int, known: WrappedKey | None) -> bytes:
    found = known if known is not None and known.person_id == person_id else None
    found = found or _read_key(db, person_id)
    if found is not None:
        if found.wrapped is None:
            raise UnreadableValue(f"the key of person {person_id} was destroyed")
        return keyring_of(db).unwrap(found.key_id, found.wrapped, f"person:{person_id}")
    key = secrets.token_bytes(_KEY_BYTES)
    key_id, wrapped = keyring_of(db).wrap(key, f"person:{person_id}")
    db.add(PersonKey(person_id=person_id, key_id=key_id, wrapped=wrapped))
    db.flush()
    return key


def _read_key(db: Session, person_id: int) -> WrappedKey | None:
    row = db.connection().execute(_WRAPPED, {"b_person": person_id}).one_or_none()
    return None if row is None else WrappedKey(*row)
