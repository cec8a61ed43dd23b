"""Answers of user tasks: the whole answer encrypted for its person, with salted digests.

History and archive keep the digests only; when the person's key is shredded, the chain of
digests can still be verified while nothing of the answer can be read.
"""

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, Table, bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal.columns import UtcDateTime
from appraisal.crypto import WrappedKey, decrypt_for, encrypt_for


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


ANSWER: Table = Answer.__table__  # type: ignore[attr-defined]


def seal_answer(
    db: Session,
    *,
    instance_id: uuid.UUID,
    user_task_id: uuid.UUID | None,
    element_id: str,
    person_id: int,
    values: Mapping[str, Any],
    at: datetime,
    key: WrappedKey | None = None,
) -> dict[str, Any]:
    """Encrypt an answer: gives the row of it, which is yet to be written, with its digests.

    `key`: some person's key as this transaction has read it, if it has.
    """
    salt = secrets.token_bytes(16)
    content = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    return {
        "instance_id": instance_id,
        "user_task_id": user_task_id,
        "element_id": element_id,
        "person_id": person_id,
        "answered_at": at,
        "cipher": encrypt_for(db, person_id, content, "answer", key=key),
        "salt": salt,
        "digests": salted_digests(values, salt),
    }


def salted_digests(values: Mapping[str, Any], salt: bytes) -> dict[str, str]:
    """A SHA-256 of salt, field name and value for each field."""
    return {
        name: hashlib.sha256(
            salt + json.dumps([name, value], ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()
        for name, value in values.items()
    }


def read_answer(db: Session, answer: Answer) -> dict[str, Any]:
    """Decrypt an answer.

    Raises:
        UnreadableValue: The person was shredded.
    """
    values: dict[str, Any] = json.loads(decrypt_for(db, answer.person_id, answer.cipher, "answer"))
    return values


_LAST = (
    select(Answer)
    .where(Answer.instance_id == bindparam("b_instance"))
    .where(Answer.element_id == bindparam("b_element"))
    .order_by(col(Answer.id).desc())
    .limit(1)
    .execution_options(prepared=True)
)


def last_answer(db: Session, instance_id: uuid.UUID, element_id: str) -> dict[str, Any] | None:
    """The newest answer of an element in one instance."""
    given = {"b_instance": instance_id, "b_element": element_id}
    answer = db.exec(_LAST, params=given).first()
    return None if answer is None else read_answer(db, answer)
