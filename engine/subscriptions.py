"""What waits for messages and signals: instances, and processes that such an event starts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, Table, Uuid
from sqlmodel import Field, SQLModel

from engine.database import UtcDateTime


class Subscription(SQLModel, table=True):
    """One waiting event of a task; without an instance, a start event of a bundle's process."""

    __tablename__ = "engine_subscription"
    __table_args__ = (
        Index("ix_engine_subscription_find", "kind", "name", "correlation_key", "created_at"),
        Index("ix_engine_subscription_instance", "instance_id"),
    )

    id: UUID = Field(default_factory=uuid4, sa_type=Uuid, primary_key=True)
    kind: str = Field(max_length=10)
    name: str = Field(max_length=200)
    correlation_key: str = Field(default="", max_length=200)
    instance_id: UUID | None = Field(default=None, sa_type=Uuid)
    task_id: UUID | None = Field(default=None, sa_type=Uuid)
    element_id: str = Field(max_length=200)
    event_id: str = Field(max_length=200)
    tenant: str = Field(default="", max_length=100)
    bundle_id: str = Field(default="", max_length=64)
    process_id: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)


SUBSCRIPTION: Table = Subscription.__table__  # type: ignore[attr-defined]
