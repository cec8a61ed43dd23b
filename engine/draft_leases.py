"""Who is editing a draft: one person at a time, who can be relieved.

An editor renews its lease while it is open. One that falls silent is free again, and one that is
held can be taken over on purpose; who was relieved sees by whom and can save no more.
Real time counts, not business time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, object_session
from sqlmodel import Field, SQLModel, col

from engine.database import UtcDateTime
from engine.errors import EngineError

SILENT_AFTER = timedelta(minutes=2)
"""How long a lease holds that nobody renews."""


class DraftHeld(EngineError):
    """Somebody else is editing the draft."""

    def __init__(self, lease: DraftLease) -> None:
        super().__init__(f"{lease.holder} is editing it")
        self.lease = lease
        # Still readable after the transaction was rolled back.
        session = object_session(lease)
        if session is not None:
            session.expunge(lease)


class DraftLease(SQLModel, table=True):
    """Who has the editor of a definition open; `relieved` is from whom it was taken over."""

    __tablename__ = "engine_draft_lease"

    scope: str = Field(primary_key=True, max_length=100)
    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=100)
    holder: str = Field(max_length=100)
    since: datetime = Field(sa_type=UtcDateTime)
    renewed_at: datetime = Field(sa_type=UtcDateTime)
    relieved: str | None = Field(default=None, max_length=100)


LEASE: Table = DraftLease.__table__  # type: ignore[attr-defined]


def insert_into(db: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an insert that can say what to do about a row that is there."""
    if db.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def lease_of(
    db: Session, scope: str, kind: str, key: str, *, at: datetime | None = None
) -> DraftLease | None:
    """Say who is editing a definition now; None if nobody."""
    lease = db.get(DraftLease, (scope, kind, key), populate_existing=True)
    if lease is None or lease.renewed_at <= (at or _now()) - SILENT_AFTER:
        return None
    return lease


def take_lease(
    db: Session,
    scope: str,
    kind: str,
    key: str,
    holder: str,
    *,
    take_over: bool = False,
    at: datetime | None = None,
) -> DraftLease:
    """Become or stay the one who edits a definition.

    Raises:
        DraftHeld: Somebody else is, and `take_over` was not asked for.
    """
    now = at or _now()
    row = {"scope": scope, "kind": kind, "key": key, "holder": holder}
    before = lease_of(db, scope, kind, key, at=now)
    mine = before is not None and before.holder == holder
    relieved = None if before is None else before.relieved if mine else before.holder
    since = before.since if before is not None and mine else now
    values = {"holder": holder, "since": since, "renewed_at": now, "relieved": relieved}
    statement = insert_into(db, LEASE).values({**row, **values})
    free = or_(col(DraftLease.holder) == holder, col(DraftLease.renewed_at) <= now - SILENT_AFTER)
    taken = statement.on_conflict_do_update(
        index_elements=["scope", "kind", "key"], set_=values, where=None if take_over else free
    ).returning(LEASE.c.holder)
    done = db.execute(taken).first()
    lease = db.get(DraftLease, (scope, kind, key), populate_existing=True)
    assert lease is not None
    if done is None:
        raise DraftHeld(lease)
    return lease


def release_lease(db: Session, scope: str, kind: str, key: str, holder: str) -> None:
    """Stop editing; nothing happens if somebody else has taken over."""
    db.execute(
        delete(DraftLease)
        .where(
            col(DraftLease.scope) == scope,
            col(DraftLease.kind) == kind,
            col(DraftLease.key) == key,
            col(DraftLease.holder) == holder,
        )
        .execution_options(synchronize_session="fetch")
    )


def refuse_if_held(
    db: Session, identity: tuple[str, str, str], actor: str, *, at: datetime | None = None
) -> None:
    """Let nobody change what somebody else is editing.

    Raises:
        DraftHeld: Somebody else is.
    """
    lease = lease_of(db, *identity, at=at)
    if lease is not None and lease.holder != actor:
        raise DraftHeld(lease)


def _now() -> datetime:
    return datetime.now(UTC)
