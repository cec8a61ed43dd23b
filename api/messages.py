"""Messages from other systems to waiting processes."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.resources import Resource, Text, Wanted
from api.work import Posting, WorkRouter
from tasks.rights import MessageTo

router = WorkRouter(prefix="/messages", tags=["messages"])

_MONTH = int(timedelta(days=30).total_seconds())


class MessageSent(Wanted):
    """A message; one with a `messageId` counts once however often it is sent."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    correlation_key: Annotated[str, Field(min_length=1, max_length=200)]
    payload: dict[str, Any] = Field(default_factory=dict)
    message_id: Text | None = None
    ttl_seconds: Annotated[int, Field(ge=0, le=_MONTH)] = _MONTH


class Delivered(Resource):
    """What became of a message, and which instance has it."""

    delivery: Literal["delivered", "started", "buffered", "duplicate", "queued"]
    instance_id: UUID | None


@router.post("", response_model=Delivered)
def send_message(work: Posting, body: MessageSent) -> Response:
    """Bring a message to the one task that waits for its name and key, or keep it."""
    work.require("message.send", MessageTo(body.name, body.correlation_key))
    # One organisation's ids must not swallow another's messages.
    own_id = None if body.message_id is None else f"{work.actor.tenant}:{body.message_id}"
    correlation = work.installation.engine.correlate(
        work.db,
        body.name,
        body.correlation_key,
        body.payload,
        ttl=timedelta(seconds=body.ttl_seconds),
        message_id=own_id,
    )
    told = Delivered(delivery=correlation.delivery.value, instance_id=correlation.instance_id)
    return work.reply(told)
