"""Operations: long work that was ordered, and how far it is."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Request, Response

from api.resources import Resource, Wanted
from api.work import Posting, Reading, WorkRouter
from engine.jobs import Job, add_job

router = WorkRouter(prefix="/operations", tags=["operations"])

KINDS = {"rebuild-rows": "operations.rebuild_rows"}


class Order(Wanted):
    """What is to be done."""

    kind: Literal["rebuild-rows"]


class OperationView(Resource):
    """A job and how far it is."""

    id: UUID
    topic: str
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress_done: int | None
    progress_total: int | None
    attempts: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@router.post("", status_code=202, response_model=OperationView)
def order_operation(work: Posting, body: Order, request: Request) -> Response:
    """Order long work; its resource tells when it is done."""
    work.require("operation.order")
    job = add_job(
        work.db,
        work.installation.queue,
        KINDS[body.kind],
        partition=f"operation:{work.actor.tenant}",
        arguments={"tenant": work.actor.tenant},
        tenant=work.actor.tenant,
    )
    where = f"{request.url.path.rstrip('/')}/{job.id}"
    return work.reply(_view(job), 202, {"Location": where})


@router.get("/{operation_id}")
def read_operation(
    work: Reading, operation_id: Annotated[UUID, Path(description="id of the operation")]
) -> OperationView:
    """Read how far an operation is."""
    job = work.db.get(Job, operation_id)
    work.require_seen("operation.read", job)
    assert job is not None
    return _view(job)


def _view(job: Job) -> OperationView:
    return OperationView(**{name: getattr(job, name) for name in OperationView.model_fields})
