"""What a job does when its turn comes: call the service task, and let the instance go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.context import TaskContext
from engine.errors import InstanceNotRunning, NotWaiting, UnknownInstance
from engine.instance_rows import read_head
from engine.instances import InstanceStatus, ProcessInstance
from engine.jobs import Job, JobOutcome, get_job
from engine.outbox import work_of
from engine.run import InstanceRun
from engine.service_tasks import BpmnError, Continue
from engine.workflow import STARTED

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

NO_INSTANCE = UUID(int=0)


def run_job(engine: ProcessEngine, db: Session, job_id: UUID) -> JobOutcome:
    """Do the next piece of a job; see `ProcessEngine.run_job`."""
    job = get_job(db, job_id)  # type: ignore[arg-type]
    if job.instance_id is None:
        return _run_alone(engine, db, job)
    try:
        # What the function throws is delivered when the instance has gone on, which may be
        # what waits for it.
        with engine.working(db), db.begin_nested():
            result = _call(engine, db, job)
            if isinstance(result, Continue):
                return _note_progress(db, job, result)
            _finish(engine, db, job, result)
    except (NotWaiting, InstanceNotRunning, UnknownInstance):
        return JobOutcome.GONE
    except BpmnError as error:
        _leave_by_error(engine, db, job, error)
    return JobOutcome.DONE


def fail_job(engine: ProcessEngine, db: Session, job_id: UUID, error: BaseException) -> None:
    """Hold the element of a job that is given up, and leave an incident."""
    job = get_job(db, job_id)  # type: ignore[arg-type]
    if job.instance_id is None:
        return
    try:
        with engine.opened(db, job.instance_id) as run:
            task = _waiting_task(run, job)
            run.before.working.discard(task.id)
            task.hold()
            run.add_incident(task, type(error).__name__, error, job_id=job.id)
    except (NotWaiting, InstanceNotRunning):
        return


def _waiting_task(run: InstanceRun, job: Job) -> Any:
    task = None if job.task_id is None else run.task(job.task_id)
    if task is None or task._state != STARTED or task.failed:
        raise NotWaiting(f"job {job.id} is not waited for")
    return task


def _call(engine: ProcessEngine, db: Session, job: Job) -> Any:
    """Call the function without locking the instance: it may take long."""
    instance = db.get(ProcessInstance, job.instance_id, populate_existing=True)
    if instance is None or instance.status != InstanceStatus.RUNNING or instance.state is None:
        raise InstanceNotRunning(str(job.instance_id))
    head = read_head(instance)
    process = engine.definitions.process(head.bundle_id, head.process_id)
    with work_of(db) as work:
        run = InstanceRun(engine, db, work, head, process, actor=None)
        run.load(instance.state)
        task = _waiting_task(run, job)
        service_task = engine.service_tasks.get(job.topic)
        return run.hooks.call(task, service_task, job.arguments, job.cursor)


def _note_progress(db: Session, job: Job, result: Continue) -> JobOutcome:
    job.cursor = result.cursor
    if result.progress is not None:
        job.progress_done, job.progress_total = result.progress
    db.add(job)
    return JobOutcome.CONTINUE


def _finish(engine: ProcessEngine, db: Session, job: Job, result: Any) -> None:
    if job.progress_total is not None:
        job.progress_done = job.progress_total
        db.add(job)
    assert job.instance_id is not None
    with engine.opened(db, job.instance_id) as run:
        task = _waiting_task(run, job)
        run.before.working.discard(task.id)
        run.hooks.store(task, result)
        task.complete()
        run.on_step(task)


def _leave_by_error(engine: ProcessEngine, db: Session, job: Job, error: BpmnError) -> None:
    assert job.instance_id is not None
    with engine.opened(db, job.instance_id) as run:
        task = _waiting_task(run, job)
        run.before.working.discard(task.id)
        if not run.hooks.catch_error(task, error):
            raise error


def _run_alone(engine: ProcessEngine, db: Session, job: Job) -> JobOutcome:
    """Run a job that belongs to no instance."""
    service_task = engine.service_tasks.get(job.topic)
    arguments: list[Any] = [db]
    if service_task.wants_context:
        arguments.append(_bare_context(engine, db, job))
    with engine.working(db):
        result = service_task.function(*arguments, **job.arguments)
    if isinstance(result, Continue):
        return _note_progress(db, job, result)
    return JobOutcome.DONE


def _bare_context(engine: ProcessEngine, db: Session, job: Job) -> TaskContext:
    return TaskContext(
        instance_id=NO_INSTANCE,
        process_id="",
        business_key="",
        tenant=job.tenant,
        bundle_id="",
        element_id=job.element_id,
        task_id=NO_INSTANCE,
        actor=None,
        now=engine.clock.now(),
        today=engine.clock.today(),
        cursor=job.cursor,
        engine=engine,
        variables={},
        db=db,
    )
