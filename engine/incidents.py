"""Incidents: elements that failed for good and wait for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, Table, Text, Uuid, text
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
