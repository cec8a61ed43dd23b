"""Process instances over HTTP: start one with its form, look, end it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field
from sqlmodel import col, select

from api.problems import Problem
from api.resources import Cursor, Limit, Page, Resource, Text, Wanted, etag_of, not_modified
from api.starting import (
    SESSION_PROCESS,
    begin,
    checked_start,
    form_to_start,
    is_one_line,
    required_start,
)
from api.work import Posting, Reading, WorkRouter
from engine.instances import ProcessInstance

router = WorkRouter(prefix="/process-instances", tags=["process instances"])

InstanceId = Annotated[UUID, Path(description="id of the process instance")]

_NO_KEY = {
    "pointer": "/businessKey",
    "code": "required",
    "message": "请给出业务编号",
    "message_en": "Give a business key",
}
_UNREADABLE_KEY = {
    "pointer": "/businessKey",
    "code": "characters",
    "message": "业务编号里有换行或看不见的字符，请删除",
    "message_en": "The business key has line breaks or signs that cannot be seen: remove them",
}


class InstanceView(Resource):
    """A process instance."""

    id: UUID
    process_id: str
    business_key: str
    bundle_id: str
    parent_id: UUID | None
    status: Literal["running", "completed", "failed", "cancelled", "suspended"]
    started_at: datetime
    ended_at: datetime | None


class Start(Wanted):
    """A process to start, with the answer to its start form.

    A batch gets its number by itself; other processes need a business key.
    """

    process_id: Text
    business_key: Text = ""
    answer: dict[str, Any] = Field(default_factory=dict)


class Cancellation(Wanted):
    """Why an instance is ended."""

    reason: Annotated[str, Field(min_length=1, max_length=400)]


class StartForm(Resource):
    """What a process asks when it is started."""

    process_id: str
    form_id: str | None
    answer_schema: dict[str, Any] | None


@router.get("")
def list_instances(
    work: Reading,
    business_key: Annotated[str, Query(alias="businessKey", max_length=200)] = "",
    process_id: Annotated[str, Query(alias="processId", max_length=200)] = "",
    cursor: Cursor = "",
    limit: Limit = 25,
) -> Page[InstanceView]:
    """List instances of the actor's organisation by business key or process, by id."""
    query = select(ProcessInstance).where(ProcessInstance.tenant == work.actor.tenant)
    if business_key:
        query = query.where(ProcessInstance.business_key == business_key)
    if process_id:
        query = query.where(ProcessInstance.process_id == process_id)
    if cursor:
        query = query.where(col(ProcessInstance.id) > _cursor(cursor))
    found = work.db.exec(query.order_by(col(ProcessInstance.id)).limit(limit + 1)).all()
    shown = [one for one in found[:limit] if work.may("process_instance.read", one)]
    following = str(found[limit - 1].id) if len(found) > limit else None
    return Page(items=[view_of(one) for one in shown], next=following)


@router.get("/start-form")
def read_start_form(
    work: Reading, process_id: Annotated[str, Query(alias="processId", max_length=200)]
) -> StartForm:
    """Read what a process asks when it is started."""
    form = form_to_start(work, required_start(work, process_id))
    return StartForm(
        process_id=process_id,
        form_id=None if form is None else form.id,
        answer_schema=None if form is None else form.json_schema(work.language),
    )


@router.get("/{instance_id}", response_model=InstanceView)
def read_instance(
    work: Reading, instance_id: InstanceId, request: Request, response: Response
) -> InstanceView | Response:
    """Read an instance."""
    instance = work.db.get(ProcessInstance, instance_id)
    work.require_seen("process_instance.read", instance)
    assert instance is not None
    etag = etag_of(instance.id, instance.version, instance.status)
    if known := not_modified(request, etag):
        return known
    response.headers["ETag"] = etag
    return view_of(instance)


@router.post("", status_code=201, response_model=InstanceView)
def start_instance(work: Posting, body: Start, request: Request) -> Response:
    """Start a process in the actor's organisation."""
    answer = checked_start(work, required_start(work, body.process_id), body.answer)
    if body.process_id != SESSION_PROCESS and not body.business_key:
        raise Problem("invalid", errors=[_NO_KEY])
    if not is_one_line(body.business_key):
        raise Problem("invalid", errors=[_UNREADABLE_KEY])
    instance = begin(work, body.process_id, body.business_key, answer)
    where = f"{request.url.path.rstrip('/')}/{instance.id}"
    return work.reply(view_of(instance), 201, {"Location": where})


@router.post("/{instance_id}/cancellation", status_code=204)
def cancel_instance(work: Posting, instance_id: InstanceId, body: Cancellation) -> Response:
    """End an instance for good."""
    instance = work.db.get(ProcessInstance, instance_id)
    work.require_seen("process_instance.read", instance)
    work.require("process_instance.cancel", instance)
    engine = work.installation.engine
    engine.cancel(work.db, instance_id, actor=work.actor.key, reason=body.reason)
    return work.reply(None, 204)


def view_of(instance: ProcessInstance) -> InstanceView:
    """An instance as clients see it; its state stays inside."""
    return InstanceView(**{name: getattr(instance, name) for name in InstanceView.model_fields})


def _cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem("malformed") from None
