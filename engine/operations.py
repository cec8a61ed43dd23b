"""What an operator does with instances: repair, skip, cancel, suspend, resume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.mixins import ExclusiveGatewayMixin, InclusiveGatewayMixin
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine.errors import NotSkippable
from engine.history import HistoryKind
from engine.incidents import Incident, get_open_incident
from engine.instances import OPEN_STATUSES, InstanceStatus
from engine.jobs import Job, JobStatus, cancel_job, retry_job
from engine.rows import Waiting, group_rows, row_id, user_task_row
from engine.run import InstanceRun
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER
from engine.user_tasks import USER_TASK, USER_TASK_GROUP, UserTaskStatus
from engine.variables import checked
from engine.workflow import READY, InstanceTask, task_id_of, task_number_of

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


def retry_incident(
    engine: ProcessEngine,
    db: Session,
    incident_id: UUID,
    *,
    actor: str,
    variables: Mapping[str, Any],
) -> None:
    """Try again what failed; see `ProcessEngine.retry_incident`."""
    incident = get_open_incident(db, incident_id)
    with engine.opened(db, incident.instance_id, actor=actor) as run:
        _resolve(db, run, incident, "retried", None)
        task = None if incident.task_id is None else run.task(incident.task_id)
        run.record(HistoryKind.RETRIED, task, incident=str(incident_id))
        if task is None:
            return
        if incident.job_id is not None and task.failed:
            task.release()
            retry_job(db, engine.jobs, incident.job_id)  # type: ignore[arg-type]
        elif task.failed:
            task.reset_branch({**task.data, **checked(variables)})
        else:
            _renew_rows(run, task)


def skip_incident(
    engine: ProcessEngine,
    db: Session,
    incident_id: UUID,
    *,
    actor: str,
    reason: str,
    variables: Mapping[str, Any],
) -> None:
    """Go on as if the element had done its work; see `ProcessEngine.skip_incident`."""
    incident = get_open_incident(db, incident_id)
    with engine.opened(db, incident.instance_id, actor=actor) as run:
        task = None if incident.task_id is None else run.task(incident.task_id)
        if task is not None and task.failed:
            if isinstance(task.task_spec, ExclusiveGatewayMixin | InclusiveGatewayMixin):
                raise NotSkippable(f"{task.task_spec.bpmn_id} decides where to go on")
            task.release()
            task.data.update(checked(variables))
            task.complete()
        _resolve(db, run, incident, "skipped", reason)
        if incident.job_id is not None:
            cancel_job(db, incident.job_id)  # type: ignore[arg-type]
        run.record(HistoryKind.SKIPPED, task, incident=str(incident_id), reason=reason)


def _resolve(
    db: Session, run: InstanceRun, incident: Incident, resolution: str, reason: str | None
) -> None:
    incident.resolved_at, incident.resolved_by = run.now, run.actor
    incident.resolution, incident.reason = resolution, reason
    db.add(incident)
    db.flush()


def _renew_rows(run: InstanceRun, task: InstanceTask) -> None:
    """Write a task's rows again whose values could not be evaluated."""
    if task._state == READY and task.id in run.before.user_tasks:
        row = user_task_row(run, task)
        identity = row.pop("id")
        del row["status"], row["created_at"]
        run.connection.execute(update(USER_TASK).where(USER_TASK.c.id == identity).values(**row))
    for key in [key for key in run.before.events if key[0] == task.id]:
        identity = row_id(run.task_id(task), key[1])
        for table in (TIMER, SUBSCRIPTION):
            run.connection.execute(delete(table).where(table.c.id == identity))
        del run.before.events[key]


def cancel(
    engine: ProcessEngine, db: Session, instance_id: UUID, *, actor: str | None, reason: str
) -> None:
    """End an instance for good; see `ProcessEngine.cancel`."""
    with engine.opened(db, instance_id, actor=actor, statuses=OPEN_STATUSES) as run:
        run.workflow.cancel()
        run.workflow.subprocesses.clear()
        run.status = InstanceStatus.CANCELLED
        run.record(HistoryKind.CANCELLED, reason=reason)


def suspend(
    engine: ProcessEngine, db: Session, instance_id: UUID, *, actor: str, reason: str
) -> None:
    """Put an instance on hold; see `ProcessEngine.suspend`."""
    with engine.opened(db, instance_id, actor=actor) as run:
        run.status = InstanceStatus.SUSPENDED
        run.record(HistoryKind.SUSPENDED, reason=reason)
        connection = db.connection()
        ready = (USER_TASK.c.instance_id == instance_id) & (
            USER_TASK.c.status == UserTaskStatus.READY
        )
        hidden = select(USER_TASK.c.id).where(ready)
        connection.execute(
            delete(USER_TASK_GROUP).where(USER_TASK_GROUP.c.user_task_id.in_(hidden))
        )
        connection.execute(update(USER_TASK).where(ready).values(status=UserTaskStatus.SUSPENDED))


def resume(engine: ProcessEngine, db: Session, instance_id: UUID, *, actor: str) -> None:
    """Go on with an instance that is on hold; see `ProcessEngine.resume`."""
    with engine.opened(db, instance_id, actor=actor, statuses=(InstanceStatus.SUSPENDED,)) as run:
        shown = _wake(run)
        # It may have been moved to other diagrams meanwhile, by which a join waits no more.
        run.workflow.update_all_waiting()
        run.status = InstanceStatus.RUNNING
        run.record(HistoryKind.RESUMED)
        for number in run.before.working:
            job = _job_of(db, task_id_of(instance_id, number))
            if job is not None:
                retry_job(db, engine.jobs, job)  # type: ignore[arg-type]
        run.before = Waiting(
            user_tasks=run.before.user_tasks & shown,
            held=run.before.held,
            working=run.before.working,
        )


def _wake(run: InstanceRun) -> set[int]:
    """Show the user tasks of a suspended instance again; gives their numbers."""
    connection = run.connection
    hidden = (USER_TASK.c.instance_id == run.head.id) & (
        USER_TASK.c.status == UserTaskStatus.SUSPENDED
    )
    rows = connection.execute(select(USER_TASK).where(hidden)).mappings().all()
    groups = [group for row in rows for group in group_rows(dict(row))]
    if groups:
        connection.execute(insert(USER_TASK_GROUP), groups)
    connection.execute(update(USER_TASK).where(hidden).values(status=UserTaskStatus.READY))
    return {task_number_of(row["id"]) for row in rows}


def _job_of(db: Session, task_id: UUID) -> UUID | None:
    jobs: Any = Job.__table__  # type: ignore[attr-defined]
    query = select(jobs.c.id).where(jobs.c.task_id == task_id, jobs.c.status == JobStatus.CANCELLED)
    return db.connection().execute(query.order_by(jobs.c.created_at.desc())).scalars().first()
