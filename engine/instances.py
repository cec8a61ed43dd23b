"""Process instances: one row for each run of a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary, Table, Uuid
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col, select

from engine.database import UtcDateTime
from engine.errors import UnknownInstance
from engine.scopes import BASE


class InstanceStatus(StrEnum):
    """How far a process instance is."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"


OPEN_STATUSES = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)


class ProcessInstance(SQLModel, table=True):
    """One run of a process, pinned to a bundle: the one it started with or was moved to.

    `scopes` is the chain of scopes that the bundle was made for, from outside in.

    `state` is what `engine.codec` wrote in format `codec`; `version` grows with every change of it.
    """

    __tablename__ = "engine_instance"
    __table_args__ = (
        Index("ix_engine_instance_business_key", "business_key", "process_id"),
        Index("ix_engine_instance_parent", "parent_id", "status"),
        Index("ix_engine_instance_process", "process_id", "status"),
    )

    id: UUID = Field(default_factory=uuid4, sa_type=Uuid, primary_key=True)
    process_id: str = Field(max_length=200)
    bundle_id: str = Field(max_length=64, index=True)
    business_key: str = Field(max_length=200)
    tenant: str = Field(default="", max_length=100)
    parent_id: UUID | None = Field(default=None, sa_type=Uuid)
    scopes: str = Field(default=BASE, max_length=300)
    status: str = Field(default=InstanceStatus.RUNNING, max_length=20)
    version: int = 1
    state: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    codec: int = 1
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


INSTANCE: Table = ProcessInstance.__table__  # type: ignore[attr-defined]


def get_instance(db: Session, instance_id: UUID) -> ProcessInstance:
    """Read an instance.

    Raises:
        UnknownInstance: There is none of that id.
    """
    instance = db.get(ProcessInstance, instance_id)
    if instance is None:
        raise UnknownInstance(str(instance_id))
    return instance


def find_instances(
    db: Session, business_key: str, *, process_id: str | None = None, only_open: bool = False
) -> Sequence[ProcessInstance]:
    """List the instances of a business key, oldest first."""
    query = select(ProcessInstance).where(col(ProcessInstance.business_key) == business_key)
    if process_id is not None:
        query = query.where(col(ProcessInstance.process_id) == process_id)
    if only_open:
        query = query.where(col(ProcessInstance.status).in_(OPEN_STATUSES))
    order: Any = (col(ProcessInstance.started_at), col(ProcessInstance.id))
    return db.scalars(query.order_by(*order)).all()
