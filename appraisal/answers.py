"""Answers of user tasks: the whole answer encrypted for its person, with salted digests.

History and archive keep the digests only; when the person's key is shredded, the chain of
digests can still be verified while nothing of the answer can be read.
"""

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, Table, insert
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal.columns import UtcDateTime
from appraisal.crypto import decrypt_for, encrypt_for


class Answer(SQLModel, table=True):
    """What one person answered in one user task; `person_id` is whose key encrypts it."""

    __tablename__ = "answer"

    id: int | None = Field(default=None, primary_key=True)
    instance_id: uuid.UUID = Field(index=True)
    user_task_id: uuid.UUID | None = Field(default=None, index=True)
    element_id: str = Field(max_length=120)
    person_id: int = Field(foreign_key="person.id", index=True)
    answered_at: datetime = Field(sa_type=UtcDateTime)
    cipher: bytes = Field(sa_type=LargeBinary)
    salt: bytes = Field(sa_type=LargeBinary)
    digests: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


_TABLE: Table = Answer.__table__  # type: ignore[attr-defined]
_INSERT = insert(_TABLE).inline()


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that was just kept."""

    instance_id: uuid.UUID
    person_id: int
    cipher: bytes
    salt: bytes
    digests: dict[str, str]


def store_answer(
    db: Session,
    *,
    instance_id: uuid.UUID,
    user_task_id: uuid.UUID | None,
    element_id: str,
    person_id: int,
    values: Mapping[str, Any],
    at: datetime,
) -> KeptAnswer:
    """Encrypt and keep an answer; its digests by field are in the row."""
    salt = secrets.token_bytes(16)
    content = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    cipher = encrypt_for(db, person_id, content, "answer")
    kept = KeptAnswer(instance_id, person_id, cipher, salt, salted_digests(values, salt))
    row = {
        "instance_id": instance_id,
        "user_task_id": user_task_id,
        "element_id": element_id,
        "person_id": person_id,
        "answered_at": at,
        "cipher": cipher,
        "salt": salt,
        "digests": kept.digests,
    }
    # Every completion passes here, so the row is written without the object mapper.
    db.connection().execute(_INSERT, row)
    return kept


def salted_digests(values: Mapping[str, Any], salt: bytes) -> dict[str, str]:
    """A SHA-256 of salt, field name and value for each field."""
    return {
        name: hashlib.sha256(
            salt + json.dumps([name, value], ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()
        for name, value in values.items()
    }


def read_answer(db: Session, answer: Answer | KeptAnswer) -> dict[str, Any]:
    """Decrypt an answer.

    Raises:
        UnreadableValue: The person was shredded.
    """
    values: dict[str, Any] = json.loads(decrypt_for(db, answer.person_id, answer.cipher, "answer"))
    return values


def last_answer(db: Session, instance_id: uuid.UUID, element_id: str) -> dict[str, Any] | None:
    """The newest answer of an element in one instance."""
    answer = db.exec(
        select(Answer)
        .where(Answer.instance_id == instance_id)
        .where(Answer.element_id == element_id)
        .order_by(col(Answer.id).desc())
    ).first()
    return None if answer is None else read_answer(db, answer)
