"""Long work that an operator orders: it runs as a job of its own and says how far it is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from engine import Continue, ServiceTasks, TaskContext
from engine.instances import InstanceStatus, ProcessInstance

service_tasks = ServiceTasks("operations")

CHUNK = 100


@service_tasks.register(run="job", gives="instances, changed")
def rebuild_rows(db: Session, context: TaskContext, *, tenant: str) -> Mapping[str, Any] | Continue:
    """Write the derived rows of all running instances of an organisation anew."""
    running = (
        select(ProcessInstance.id)
        .where(ProcessInstance.tenant == tenant)
        .where(ProcessInstance.status == InstanceStatus.RUNNING)
    )
    total = db.exec(select(func.count()).select_from(running.subquery())).one()
    cursor = context.cursor or {"after": None, "done": 0, "changed": 0}
    query = running.order_by(col(ProcessInstance.id)).limit(CHUNK)
    if cursor["after"]:
        query = query.where(col(ProcessInstance.id) > UUID(cursor["after"]))
    found = db.exec(query).all()
    changed = cursor["changed"] + sum(
        context.engine.rebuild_rows(db, instance_id) for instance_id in found
    )
    done = cursor["done"] + len(found)
    if len(found) < CHUNK:
        return {"instances": done, "changed": changed}
    place = {"after": str(found[-1]), "done": done, "changed": changed}
    return Continue(place, (done, max(total, done)))
