"""What failed for good and waits for a person."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlmodel import col, select

from api.i18n import translate
from api.pages.staff import element_name, staff_page
from api.pages.task_panel import Notice
from api.work import PageRouter, Posting, Reading
from engine.incidents import Incident
from engine.instances import ProcessInstance

router = PageRouter()
INCIDENTS_SHOWN = 100


@router.get("/incidents")
def read_incidents(work: Reading) -> Response:
    """List the open incidents, oldest first."""
    work.require("incident.list")
    query = (
        select(Incident, ProcessInstance)
        .join(ProcessInstance, col(ProcessInstance.id) == Incident.instance_id)
        .where(Incident.tenant == work.actor.tenant, col(Incident.resolved_at).is_(None))
        .order_by(col(Incident.created_at), col(Incident.id))
        .limit(INCIDENTS_SHOWN)
    )
    rows = [
        {
            "incident": one,
            "business_key": instance.business_key,
            "element": element_name(work, instance, one.element_id),
            "works": work.may("incident.work", one),
        }
        for one, instance in work.db.exec(query)
        if work.may("incident.read", one)
    ]
    notice = None
    if work.request.query_params.get("done") == "1":
        notice = Notice(translate("已重新执行。", work.language))
    now = work.installation.clock.now()
    return staff_page(work, "incidents.html", "incidents", now, rows=rows, notice=notice)


@router.post("/incidents/{incident_id}/retry")
def retry_incident(work: Posting, incident_id: UUID) -> Response:
    """Try again what failed."""
    incident = work.db.get(Incident, incident_id)
    work.require_seen("incident.read", incident)
    work.require("incident.work", incident)
    work.installation.engine.retry_incident(work.db, incident_id, actor=work.actor.key)
    root = work.request.scope.get("root_path", "")
    return RedirectResponse(f"{root}/incidents?done=1", 303)
