"""Incidents: elements that failed for good and wait for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, Index, Table, Text, Uuid, text, update
from sqlalchemy import select as select_rows
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col, select

from engine.database import UtcDateTime
from engine.errors import IncidentAlreadyResolved, UnknownRow


class Incident(SQLModel, table=True):
    """A failure with its cause; `resolution` tells how it was settled: retried, skipped, ended."""

    __tablename__ = "engine_incident"
    __table_args__ = (
        Index("ix_engine_incident_instance", "instance_id", "resolved_at"),
        Index(
            "ix_engine_incident_open",
            "tenant",
            "created_at",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, sa_type=Uuid, primary_key=True)
    instance_id: UUID = Field(sa_type=Uuid)
    task_id: UUID | None = Field(default=None, sa_type=Uuid)
    job_id: UUID | None = Field(default=None, sa_type=Uuid)
    tenant: str = Field(default="", max_length=100)
    element_id: str | None = None
    kind: str = Field(max_length=30)
    message: str = Field(sa_type=Text)
    trace: str = Field(default="", sa_type=Text, repr=False)
    created_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str | None = None
    resolution: str | None = None
    reason: str | None = Field(default=None, sa_type=Text)


INCIDENT: Table = Incident.__table__  # type: ignore[attr-defined]


def open_incidents(db: Session, instance_id: UUID | None = None) -> list[Incident]:
    """List what waits for a person, oldest first."""
    query = select(Incident).where(col(Incident.resolved_at).is_(None))
    if instance_id is not None:
        query = query.where(col(Incident.instance_id) == instance_id)
    return list(db.scalars(query.order_by(col(Incident.created_at), col(Incident.id))))


def get_open_incident(db: Session, incident_id: UUID) -> Incident:
    """Read an incident that is not settled yet, and keep others from settling it meanwhile.

    Raises:
        UnknownRow: There is none of that id.
        IncidentAlreadyResolved: It was settled before.
    """
    incident = db.get(Incident, incident_id, with_for_update=True, populate_existing=True)
    if incident is None:
        raise UnknownRow(f"incident {incident_id}")
    if incident.resolved_at is not None:
        raise IncidentAlreadyResolved(str(incident_id))
    return incident


_ELEMENTLESS = (
    INCIDENT.c.resolved_at.is_(None) & INCIDENT.c.task_id.is_(None) & INCIDENT.c.job_id.is_(None)
)


def stuck_instances(db: Session) -> set[UUID]:
    """List the instances that cannot go on as a whole: their incident belongs to no element."""
    query = select_rows(INCIDENT.c.instance_id).where(_ELEMENTLESS)
    return set(db.connection().execute(query).scalars())


def is_stuck(connection: Connection, instance_id: UUID) -> bool:
    """Tell whether it is said of an instance already that it cannot go on."""
    query = select_rows(INCIDENT.c.id).where(_ELEMENTLESS, INCIDENT.c.instance_id == instance_id)
    return connection.execute(query.limit(1)).first() is not None


def retry_elementless(
    connection: Connection, instance_id: UUID, now: datetime, actor: str | None
) -> None:
    """Settle what is said of an instance as a whole: it is tried again."""
    connection.execute(
        update(INCIDENT)
        .where(_ELEMENTLESS, INCIDENT.c.instance_id == instance_id)
        .values(resolved_at=now, resolved_by=actor, resolution="retried")
    )
