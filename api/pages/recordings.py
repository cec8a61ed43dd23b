"""The pages on which a scenario is recorded from a real instance: which one, and how it went."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from sqlmodel import col, select
from starlette.datastructures import FormData

from api.definitions import require_read
from api.pages.staff import staff_page
from api.recordings import Save, recorded
from api.work import Asking, PageRouter, Reading, Work
from engine.errors import UnknownDefinition
from engine.instances import ProcessInstance
from tasks.definition_lists import ListedScope, list_scopes
from tasks.definition_names import name_in
from tasks.scenario_recording import LONGEST_NAME, Recording

router = PageRouter()
INSTANCES_SHOWN = 50
Text = Annotated[str, Query(max_length=200)]
Scope = Annotated[str, Query(max_length=100)]


async def _posted(request: Request) -> FormData:
    return await request.form(max_fields=20)


Posted = Annotated[FormData, Depends(_posted)]


@router.get("/designer/recordings")
def choose_instance(work: Reading, process: Text = "", q: Text = "", scope: Scope = "") -> Response:
    """List the newest instances that can be recorded, of a process and number if given."""
    work.require("definition.design")
    if scope:
        require_read(work, scope)
    query = select(ProcessInstance).where(ProcessInstance.tenant == work.actor.tenant)
    if process:
        query = query.where(ProcessInstance.process_id == process)
    if q.strip():
        query = query.where(
            col(ProcessInstance.business_key).startswith(q.strip(), autoescape=True)
        )
    newest = query.order_by(col(ProcessInstance.started_at).desc(), col(ProcessInstance.id))
    found = work.db.exec(newest.limit(INSTANCES_SHOWN)).all()
    names = ProcessNames(work)
    rows = [
        {"instance": one, "name": names.of(one)}
        for one in found
        if work.may("process_instance.record", one)
    ]
    return _page(work, "recordings.html", rows=rows, process=process, text=q, scope=scope)


@router.get("/designer/recordings/{instance_id}")
def ask_to_record(work: Reading, instance_id: UUID, scope: Scope = "") -> Response:
    """Ask where the scenario of an instance belongs and how it is called."""
    instance = _seen(work, instance_id)
    if scope:
        require_read(work, scope)
    return _form(work, instance, scope, "")


@router.post("/designer/recordings/{instance_id}")
def record_now(work: Asking, instance_id: UUID, posted: Posted) -> Response:
    """Record the instance, play the scenario, and tell how it went."""
    instance = _seen(work, instance_id)
    scope = str(posted.get("scope") or "")
    name = str(posted.get("name") or "").strip()[:LONGEST_NAME]
    save: Save = "always" if posted.get("save") == "always" else "if_same"
    made, saved = recorded(work, instance_id, scope, name, save)
    return _form(work, instance, scope, name, made, saved=saved)


def recordable(work: Work, instance: ProcessInstance | None) -> UUID | None:
    """Give the id of an instance that the reader may record, for a button; else None."""
    if instance is None or not work.may("definition.design"):
        return None
    return instance.id if work.may("process_instance.record", instance) else None


class ProcessNames:
    """Names the processes of instances in the reader's language; each is read once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[tuple[str, str], str] = {}

    def of(self, instance: ProcessInstance) -> str:
        """Give the name that the diagram of an instance has; the bare id if there is none."""
        known = (instance.bundle_id, instance.process_id)
        if known not in self._known:
            self._known[known] = self._read(*known)
        return self._known[known]

    def _read(self, bundle_id: str, process_id: str) -> str:
        definitions = self._work.installation.definitions
        try:
            content = definitions.content(self._work.db, bundle_id, "process", process_id)
        except UnknownDefinition:
            return process_id
        name = name_in("process", process_id, content)
        return name.en if self._work.language == "en" else name.zh


def _seen(work: Work, instance_id: UUID) -> ProcessInstance:
    instance = work.db.get(ProcessInstance, instance_id)
    work.require_seen("process_instance.read", instance)
    work.require("definition.design")
    work.require("process_instance.record", instance)
    assert instance is not None
    return instance


def _form(
    work: Work,
    instance: ProcessInstance,
    scope: str,
    name: str,
    made: Recording | None = None,
    *,
    saved: bool = False,
) -> Response:
    scopes = [one for one in list_scopes(work.db, work.actor) if one.may_design]
    return _page(
        work,
        "recording.html",
        instance=instance,
        name=ProcessNames(work).of(instance),
        scopes=scopes,
        chosen=_chosen(scopes, scope, instance),
        given=name,
        made=made,
        saved=saved,
        departures=[
            en if work.language == "en" else zh for zh, en in (made.departures if made else ())
        ],
        longest=LONGEST_NAME,
    )


def _chosen(scopes: list[ListedScope], scope: str, instance: ProcessInstance) -> str:
    """The scope that was asked for, else the innermost one that the instance goes by."""
    known = [one.scope for one in scopes]
    wanted = [scope, *reversed(instance.scopes.split(" "))]
    return next((one for one in wanted if one in known), known[-1] if known else "")


def _page(work: Work, template: str, **values: Any) -> Response:
    return staff_page(work, template, "designer", work.installation.clock.now(), **values)
