"""Incidents over HTTP: what failed for good and waits for a person."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import Field
from sqlmodel import col, select

from api.resources import Cursor, Limit, Page, Resource, Wanted
from api.sessions import number_of
from api.work import Posting, Reading, Work, WorkRouter
from engine.incidents import Incident

router = WorkRouter(prefix="/incidents", tags=["incidents"])

IncidentId = Annotated[UUID, Path(description="id of the incident")]


class IncidentView(Resource):
    """An incident."""

    id: UUID
    instance_id: UUID
    element_id: str | None
    kind: str
    message: str
    created_at: datetime
    resolved_at: datetime | None
    resolution: str | None


class Retry(Wanted):
    """Variables to correct before the element is tried again."""

    variables: dict[str, Any] = Field(default_factory=dict)


class Skip(Wanted):
    """Why the element is left out, and the variables it would have given."""

    reason: Annotated[str, Field(min_length=1, max_length=400)]
    variables: dict[str, Any] = Field(default_factory=dict)


@router.get("")
def list_incidents(
    work: Reading,
    open_only: Annotated[bool, Query(alias="openOnly")] = True,
    cursor: Cursor = "",
    limit: Limit = 25,
) -> Page[IncidentView]:
    """List the incidents of the actor's organisation, oldest first."""
    work.require("incident.list")
    query = select(Incident).where(Incident.tenant == work.actor.tenant)
    if open_only:
        query = query.where(col(Incident.resolved_at).is_(None))
    start = number_of(cursor) if cursor else 0
    query = query.order_by(col(Incident.created_at), col(Incident.id))
    found = work.db.exec(query.offset(start).limit(limit + 1)).all()
    shown = [_view(one) for one in found[:limit] if work.may("incident.read", one)]
    return Page(items=shown, next=str(start + limit) if len(found) > limit else None)


@router.post("/{incident_id}/retry", status_code=204)
def retry_incident(work: Posting, incident_id: IncidentId, body: Retry) -> Response:
    """Try again what failed."""
    _require_work(work, incident_id)
    work.installation.engine.retry_incident(
        work.db, incident_id, actor=work.actor.key, variables=body.variables
    )
    return work.reply(None, 204)


@router.post("/{incident_id}/skip", status_code=204)
def skip_incident(work: Posting, incident_id: IncidentId, body: Skip) -> Response:
    """Go on as if the failed element had done its work."""
    _require_work(work, incident_id)
    work.installation.engine.skip_incident(
        work.db,
        incident_id,
        actor=work.actor.key,
        reason=body.reason,
        variables=body.variables,
    )
    return work.reply(None, 204)


def _require_work(work: Work, incident_id: UUID) -> None:
    incident = work.db.get(Incident, incident_id)
    work.require_seen("incident.read", incident)
    work.require("incident.work", incident)


def _view(incident: Incident) -> IncidentView:
    return IncidentView(**{name: getattr(incident, name) for name in IncidentView.model_fields})
