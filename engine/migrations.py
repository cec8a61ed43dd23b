"""Migrations of running instances: what was asked for, and what became of each instance.

An item keeps the state and the rows of before, so that a move can be undone until the next act.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sql
from sqlalchemy import Index, LargeBinary, Table, Text, Uuid
from sqlmodel import Field, Session, SQLModel, col, func, select

from engine.database import JsonText, UtcDateTime
from engine.errors import UnknownRow
from engine.history import HISTORY
from engine.instances import INSTANCE


class MigrationStatus(StrEnum):
    """How far a migration is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


class MoveOutcome(StrEnum):
    """What became of one instance; a dry run leaves `WOULD_MOVE`."""

    WAITING = "waiting"
    WOULD_MOVE = "would_move"
    MOVED = "moved"
    ALREADY = "already"
    REFUSED = "refused"
    FAILED = "failed"
    UNDONE = "undone"


class Migration(SQLModel, table=True):
    """One migration, or its rehearsal (`dry_run`).

    `targets` has the bundle of each chain of scopes, `mapping` the new element of an old one,
    `recompute` the elements whose timers and due dates are computed anew (`*`: all); `new_forms`
    gives open user tasks the new forms, too. `parts` are the kinds of definitions that are taken
    of the targets while all else stays; empty: all of them.
    """

    __tablename__ = "engine_migration"
    __table_args__ = (Index("ix_engine_migration_tenant", "tenant", "created_at"),)

    id: UUID = Field(default_factory=uuid4, sa_type=Uuid, primary_key=True)
    tenant: str = Field(default="", max_length=100)
    process_id: str = Field(default="", max_length=200)
    dry_run: bool = False
    status: str = Field(default=MigrationStatus.WAITING, max_length=20)
    targets: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    mapping: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    recompute: list[str] = Field(default_factory=list, sa_type=JsonText)
    new_forms: bool = False
    parts: list[str] = Field(default_factory=list, sa_type=JsonText)
    basis: str = Field(default="", sa_type=Text)
    actor: str = Field(default="", max_length=100)
    job_id: UUID | None = Field(default=None, sa_type=Uuid)
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MigrationItem(SQLModel, table=True):
    """One instance of a migration.

    `state` is the effect (`engine.effects`), `findings` hold reasons, questions and notes in words.
    `before` and `rows` are what the instance was, `version` and `history_seq` what it was after.
    """

    __tablename__ = "engine_migration_item"
    __table_args__ = (Index("ix_engine_migration_item_instance", "instance_id"),)

    migration_id: UUID = Field(sa_type=Uuid, primary_key=True, foreign_key="engine_migration.id")
    instance_id: UUID = Field(sa_type=Uuid, primary_key=True)
    position: int
    process_id: str = Field(max_length=200)
    business_key: str = Field(max_length=200)
    from_bundle: str = Field(max_length=64)
    to_bundle: str = Field(max_length=64)
    state: str = Field(default="", max_length=20)
    outcome: str = Field(default=MoveOutcome.WAITING, max_length=20)
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonText)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int | None = None
    history_seq: int | None = None
    goes_on: bool = False
    """Whether the move itself let the instance go on, so that it cannot be undone."""
    before: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    rows: dict[str, Any] | None = Field(default=None, sa_type=JsonText, repr=False)


MIGRATION_ITEM: Table = MigrationItem.__table__  # type: ignore[attr-defined]


def get_migration(db: Session, migration_id: UUID, *, lock: bool = False) -> Migration:
    """Read a migration.

    Raises:
        UnknownRow: There is none of that id.
    """
    found = db.get(Migration, migration_id, with_for_update=lock or None)
    if found is None:
        raise UnknownRow(f"migration {migration_id}")
    return found


def items_of(db: Session, migration_id: UUID) -> list[MigrationItem]:
    """List what became of each instance, in the order in which they are moved."""
    query = select(MigrationItem).where(col(MigrationItem.migration_id) == migration_id)
    return list(db.scalars(query.order_by(col(MigrationItem.position))).all())


def next_item(db: Session, migration_id: UUID) -> MigrationItem | None:
    """Find the next instance whose turn it is."""
    query = (
        select(MigrationItem)
        .where(col(MigrationItem.migration_id) == migration_id)
        .where(col(MigrationItem.outcome) == MoveOutcome.WAITING.value)
    )
    return db.scalars(query.order_by(col(MigrationItem.position)).limit(1)).first()


def undoable_of(db: Session, migration_id: UUID) -> int:
    """Tell how many moves of a migration could be undone: nobody has acted on those since."""
    last = (
        sql.select(sql.func.max(HISTORY.c.seq))
        .where(HISTORY.c.instance_id == MIGRATION_ITEM.c.instance_id)
        .scalar_subquery()
    )
    query = (
        sql.select(sql.func.count())
        .select_from(MIGRATION_ITEM)
        .join(INSTANCE, INSTANCE.c.id == MIGRATION_ITEM.c.instance_id)
        .where(
            MIGRATION_ITEM.c.migration_id == migration_id,
            MIGRATION_ITEM.c.outcome == MoveOutcome.MOVED.value,
            MIGRATION_ITEM.c.goes_on.is_(False),
            MIGRATION_ITEM.c.version == INSTANCE.c.version,
            MIGRATION_ITEM.c.history_seq == last,
        )
    )
    return int(db.connection().execute(query).scalar_one())


def progress_of(db: Session, migration_id: UUID) -> tuple[int, int]:
    """Tell how many instances of a migration are done, and of how many."""
    query = select(func.count()).where(col(MigrationItem.migration_id) == migration_id)
    waiting = query.where(col(MigrationItem.outcome) == MoveOutcome.WAITING.value)
    total = db.exec(query).one()
    return total - db.exec(waiting).one(), total
