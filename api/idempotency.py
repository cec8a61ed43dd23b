"""Idempotency keys: a repeated POST gets the first answer and has no second effect.

The answer is stored in the transaction of the effect, so that both are there or neither.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Response
from sqlalchemy import JSON, LargeBinary, RowMapping, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from api.problems import Problem
from appraisal.columns import UtcDateTime

LIFETIME = timedelta(days=1)
LONGEST_KEY = 200
_KEPT_HEADERS = ("content-type", "location", "etag", "content-language")


class IdempotencyKey(SQLModel, table=True):
    """A key one actor used, what it was used for, and the answer."""

    __tablename__ = "idempotency_key"

    actor: str = Field(primary_key=True, max_length=60)
    key: str = Field(primary_key=True, max_length=LONGEST_KEY)
    request: str = Field(max_length=100)
    status: int | None = None
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    body: bytes = Field(default=b"", sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


_TABLE: Table = IdempotencyKey.__table__  # type: ignore[attr-defined]


_KEEP = (
    update(_TABLE)
    .where(_TABLE.c.actor == bindparam("b_actor"), _TABLE.c.key == bindparam("b_key"))
    .values(status=bindparam("b_status"), headers=bindparam("b_headers"), body=bindparam("b_body"))
)
_CLAIM = {
    dialect.__name__.rsplit(".", 1)[-1]: dialect.insert(_TABLE)
    .on_conflict_do_nothing()
    .returning(_TABLE.c.key)
    for dialect in (postgresql, sqlite)
}


class Replayed(Exception):
    """The request was answered before; this is the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class KeyInUse:
    """A key claimed in the open transaction, waiting for its answer."""

    db: Session
    actor: str
    key: str

    def keep(self, response: Response) -> None:
        """Store the answer with the effect."""
        headers = {k: v for k, v in response.headers.items() if k in _KEPT_HEADERS}
        self.db.connection().execute(
            _KEEP,
            {
                "b_actor": self.actor,
                "b_key": self.key,
                "b_status": response.status_code,
                "b_headers": headers,
                "b_body": bytes(response.body),
            },
        )


def claim_key(db: Session, actor: str, key: str, request: str) -> KeyInUse:
    """Take a key for this request; waits for a request that is using it just now.

    Raises:
        Replayed: The same request was answered before.
        Problem: The key was used for another request, or is no proper key.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Problem("malformed", errors=[_about_key("invalid")])
    now = datetime.now(UTC)
    if random.random() < 0.01:  # noqa: S311 -- only spreads the clearing of old rows
        db.connection().execute(delete(_TABLE).where(_TABLE.c.created_at < now - LIFETIME))
    row = {"actor": actor, "key": key, "request": request, "headers": {}, "body": b""}
    added = db.connection().execute(_CLAIM[db.get_bind().dialect.name], {**row, "created_at": now})
    if added.one_or_none() is not None:
        return KeyInUse(db, actor, key)
    known = select(_TABLE).where(_TABLE.c.actor == actor, _TABLE.c.key == key)
    raise _answer(db.connection().execute(known).mappings().one(), request)


def _answer(row: RowMapping, request: str) -> Exception:
    if row["request"] != request or row["status"] is None:
        return Problem("key-reused", errors=[_about_key("reused")])
    headers = row["headers"]
    assert isinstance(headers, dict)
    assert isinstance(row["body"], bytes)
    assert isinstance(row["status"], int)
    told = {**headers, "Idempotent-Replayed": "true"}
    return Replayed(Response(row["body"], row["status"], told))


_ABOUT_KEY = {
    "invalid": (
        "Idempotency-Key 应为 1 至 200 个可见的 ASCII 字符",
        "An Idempotency-Key has 1 to 200 printable ASCII characters",
    ),
    "reused": (
        "此 Idempotency-Key 已用于另一请求，请换一个",
        "This Idempotency-Key was used for another request: use a new one",
    ),
}


def _about_key(code: str) -> dict[str, str]:
    chinese, english = _ABOUT_KEY[code]
    return {"pointer": "", "code": code, "message": chinese, "message_en": english}
