"""Messages: each goes to exactly one waiting task, starts a process, or waits in the buffer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import Index, Table, Uuid, bindparam, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from engine.database import JsonText, UtcDateTime
from engine.errors import InstanceNotRunning, NotWaiting
from engine.history import HistoryKind
from engine.outbox import Arrived, ThrownMessage, is_running
from engine.starts import bearer_of, start_by_event
from engine.subscriptions import SUBSCRIPTION
from engine.variables import checked

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

SEARCHES = 8
"""How often a receiver is looked for again when another transaction was faster."""


class MessageStatus(StrEnum):
    """What became of a message."""

    BUFFERED = "buffered"
    DELIVERED = "delivered"
    STARTED = "started"
    DISCARDED = "discarded"


class Delivery(StrEnum):
    """What a call of `correlate` came to.

    `QUEUED`: the receiver is being run in this transaction and gets it when that is over.
    """

    DELIVERED = "delivered"
    STARTED = "started"
    BUFFERED = "buffered"
    DUPLICATE = "duplicate"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Correlation:
    """What became of a message, and which instance got it."""

    delivery: Delivery
    instance_id: UUID | None = None


class BufferedMessage(SQLModel, table=True):
    """A message nobody waited for yet, or one whose `message_id` must not come twice."""

    __tablename__ = "engine_message"
    __table_args__ = (
        Index("ix_engine_message_find", "name", "correlation_key", "status"),
        Index("ix_engine_message_expiry", "status", "expires_at"),
    )

    id: UUID = Field(default_factory=uuid4, sa_type=Uuid, primary_key=True)
    message_id: str | None = Field(default=None, max_length=200, unique=True)
    name: str = Field(max_length=200)
    correlation_key: str = Field(max_length=200)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    status: str = Field(max_length=20)
    instance_id: UUID | None = Field(default=None, sa_type=Uuid)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


MESSAGE: Table = BufferedMessage.__table__  # type: ignore[attr-defined]

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:meeting, 0))")
_KEPT = (
    select(MESSAGE)
    .where(
        MESSAGE.c.name == bindparam("b_name"),
        MESSAGE.c.correlation_key == bindparam("b_key"),
        MESSAGE.c.status == MessageStatus.BUFFERED,
        MESSAGE.c.expires_at > bindparam("b_now"),
    )
    .order_by(MESSAGE.c.created_at, MESSAGE.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_RECEIVER = (
    select(SUBSCRIPTION)
    .where(
        SUBSCRIPTION.c.kind == "message",
        SUBSCRIPTION.c.name == bindparam("b_name"),
        SUBSCRIPTION.c.correlation_key == bindparam("b_key"),
        SUBSCRIPTION.c.instance_id.is_not(None),
    )
    .order_by(SUBSCRIPTION.c.created_at, SUBSCRIPTION.c.id)
    .limit(1)
)


def lock_meeting(db: Session, name: str, key: str) -> None:
    """Let only one transaction at a time look whether a message and a receiver meet.

    Otherwise, on PostgreSQL, one could keep a message while the other begins to wait for it, each
    without seeing the other. SQLite has one writer anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.connection().execute(_LOCK, {"meeting": f"{name}\n{key}"})


def correlate(engine: ProcessEngine, db: Session, message: ThrownMessage) -> Correlation:
    """Bring a message to the task that has waited longest, else start a process, else keep it."""
    lock_meeting(db, message.name, message.key)
    row_id = None
    if message.message_id is not None:
        row_id = _first_time(engine, db, message)
        if row_id is None:
            return Correlation(Delivery.DUPLICATE)
    result = _to_waiting(engine, db, message) or _to_start(engine, db, message)
    if result is None:
        result = Correlation(Delivery.BUFFERED)
        if row_id is None:
            db.connection().execute(MESSAGE.insert(), _row(engine, message))
    elif row_id is not None:
        _settle(db, row_id, result)
    return result


def deliver_buffered(engine: ProcessEngine, db: Session, arrived: Arrived) -> bool:
    """Give the oldest kept message to a subscription that has appeared; False if there is none."""
    lock_meeting(db, arrived.name, arrived.key)
    wanted = {"b_name": arrived.name, "b_key": arrived.key, "b_now": engine.clock.now()}
    row = db.connection().execute(_KEPT, wanted).one_or_none()
    if row is None:
        return False
    result = _to_waiting(engine, db, ThrownMessage(row.name, row.correlation_key, row.payload))
    if result is None:
        return False
    _settle(db, row.id, result)
    return True


def discard_messages(db: Session, name: str, key: str) -> int:
    """Drop kept messages of a name and key; they have lost their meaning."""
    result = db.connection().execute(
        update(MESSAGE)
        .where(MESSAGE.c.name == name, MESSAGE.c.correlation_key == key)
        .where(MESSAGE.c.status == MessageStatus.BUFFERED)
        .values(status=MessageStatus.DISCARDED)
    )
    return result.rowcount


def expire_messages(db: Session, now: datetime) -> int:
    """Delete kept messages whose time to live is over, and settled ones as old."""
    result = db.connection().execute(delete(MESSAGE).where(MESSAGE.c.expires_at <= now))
    return result.rowcount


def count_buffered(db: Session) -> int:
    """Count the messages that wait for a receiver."""
    query = select(func.count()).where(MESSAGE.c.status == MessageStatus.BUFFERED)
    return int(db.connection().execute(query).scalar_one())


def _row(engine: ProcessEngine, message: ThrownMessage) -> dict[str, Any]:
    now = engine.clock.now()
    return {
        "id": uuid4(),
        "message_id": message.message_id,
        "name": message.name,
        "correlation_key": message.key,
        "payload": checked(message.payload),
        "status": MessageStatus.BUFFERED,
        "created_at": now,
        "expires_at": now + message.ttl,
    }


def _first_time(engine: ProcessEngine, db: Session, message: ThrownMessage) -> UUID | None:
    """Write the message's row; None if its id was there. Waits for a transaction that adds it."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    row = _row(engine, message)
    statement = dialect.insert(MESSAGE).on_conflict_do_nothing(index_elements=["message_id"])
    added = db.connection().execute(statement.returning(MESSAGE.c.id), row)
    found: UUID | None = added.scalar_one_or_none()
    return found


def _settle(db: Session, row_id: UUID, result: Correlation) -> None:
    started = result.delivery is Delivery.STARTED
    status = MessageStatus.STARTED if started else MessageStatus.DELIVERED
    db.connection().execute(
        update(MESSAGE)
        .where(MESSAGE.c.id == row_id)
        .values(status=status, instance_id=result.instance_id)
    )


def _to_waiting(engine: ProcessEngine, db: Session, message: ThrownMessage) -> Correlation | None:
    wanted = {"b_name": message.name, "b_key": message.key}
    for _ in range(SEARCHES):
        receiver = db.connection().execute(_RECEIVER, wanted).one_or_none()
        if receiver is None:
            return None
        if is_running(db, receiver.instance_id):
            with engine.working(db) as work:
                # The row of this message exists already; it must not count as its own repeat.
                work.outbox.append(
                    ThrownMessage(message.name, message.key, message.payload, message.ttl)
                )
            return Correlation(Delivery.QUEUED, receiver.instance_id)
        if _hand_over(engine, db, receiver, message):
            return Correlation(Delivery.DELIVERED, receiver.instance_id)
    return None


def _hand_over(engine: ProcessEngine, db: Session, receiver: Any, message: ThrownMessage) -> bool:
    try:
        with engine.opened(db, receiver.instance_id) as run:
            run.happen(
                receiver.task_id,
                receiver.event_id,
                HistoryKind.MESSAGE,
                message.name,
                checked(message.payload),
            )
    except (NotWaiting, InstanceNotRunning):
        return False
    return True


def _to_start(engine: ProcessEngine, db: Session, message: ThrownMessage) -> Correlation | None:
    started = start_by_event(
        engine,
        db,
        "message",
        message.name,
        business_key=message.key,
        payload=checked(message.payload),
        origin=message.origin or bearer_of(db, message.key),
        only_first=True,
    )
    return Correlation(Delivery.STARTED, started[0].id) if started else None
