"""History: what happened in an instance, when, and who did it. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Index, Integer, Table, Uuid
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col, select

from engine.database import JsonText, UtcDateTime
from engine.statements import Statement


class HistoryKind(StrEnum):
    """What a history row tells."""

    STARTED = "started"
    ENTERED = "entered"
    LEFT = "left"
    COMPLETED = "completed"
    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"
    CALLED = "called"
    DECIDED = "decided"
    MESSAGE_SENT = "message_sent"
    MESSAGE = "message"
    SIGNAL = "signal"
    TIMER = "timer"
    CONDITION = "condition"
    RESCHEDULED = "rescheduled"
    INCIDENT = "incident"
    RETRIED = "retried"
    SKIPPED = "skipped"
    ERROR = "error"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    FAILED = "failed"
    ENDED = "ended"
    RECORDED = "recorded"


class HistoryRow(SQLModel, table=True):
    """One thing that happened. `details` never holds answers, only digests of them."""

    __tablename__ = "engine_history"
    __table_args__ = (Index("ix_engine_history_instance", "instance_id", "seq"),)

    seq: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
    )
    instance_id: UUID = Field(sa_type=Uuid)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str | None = None
    kind: str = Field(max_length=20)
    element_id: str | None = None
    task_id: UUID | None = Field(default=None, sa_type=Uuid)
    details: dict[str, Any] | None = Field(default=None, sa_type=JsonText)


HISTORY: Table = HistoryRow.__table__  # type: ignore[attr-defined]
INSERT_HISTORY = Statement.insert(HISTORY, without=("seq",))


def history_row(
    instance_id: UUID,
    at: datetime,
    kind: HistoryKind,
    *,
    actor: str | None = None,
    element_id: str | None = None,
    task_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Build a row for `add_history`."""
    return {
        "instance_id": instance_id,
        "at": at,
        "actor": actor,
        "kind": kind.value,
        "element_id": element_id,
        "task_id": task_id,
        "details": details or None,
    }


def add_history(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows in their order."""
    if rows:
        INSERT_HISTORY(connection, rows)


def read_history(
    db: Session, instance_id: UUID, *, kinds: Sequence[HistoryKind] = ()
) -> Sequence[HistoryRow]:
    """List what happened in an instance, oldest first."""
    query = select(HistoryRow).where(col(HistoryRow.instance_id) == instance_id)
    if kinds:
        query = query.where(col(HistoryRow.kind).in_([kind.value for kind in kinds]))
    return db.scalars(query.order_by(col(HistoryRow.seq))).all()


def who_completed(db: Session, instance_id: UUID, element_id: str) -> list[str]:
    """List who answered that user task in the instance, oldest first; for four-eyes rules."""
    query = (
        select(HistoryRow.actor)
        .where(col(HistoryRow.instance_id) == instance_id)
        .where(col(HistoryRow.element_id) == element_id)
        .where(col(HistoryRow.kind) == HistoryKind.COMPLETED.value)
        .order_by(col(HistoryRow.seq))
    )
    return [actor for actor in db.scalars(query) if actor is not None]
