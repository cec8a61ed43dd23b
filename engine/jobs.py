"""Jobs: work done after the commit, each with a row of ours that says how it stands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Index, Text, bindparam, or_, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Field, Session, SQLModel, col, select

from engine.database import Database, JsonText, UtcDateTime
from engine.errors import StaleInstance, UnknownRow, describe_error
from engine.killpoints import kill_point
from engine.statements import Statement

FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=10)
# A job that meets a changed instance or a lock is not at fault; it tries again at once.
CONFLICT_ATTEMPTS = 20

log = structlog.get_logger(__name__)


class JobStatus(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobStatus.WAITING, JobStatus.RUNNING)


class JobOutcome(StrEnum):
    """What one call of a job came to; `GONE` is a job that no longer matters."""

    DONE = "done"
    CONTINUE = "continue"
    GONE = "gone"


class Job(SQLModel, table=True):
    """One service task that runs outside the request, or another piece of work.

    `attempts` counts the runs begun since the last success, so a job that kills
    its process is counted too. `retry_at` is real time. Holds ids, never data of
    persons.
    """

    __tablename__ = "engine_job"
    __table_args__ = (Index("ix_engine_job_due", "status", "retry_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    topic: str
    instance_id: UUID | None = Field(default=None, index=True)
    task_id: UUID | None = Field(default=None, index=True)
    element_id: str = ""
    tenant: str = ""
    partition: str = ""
    status: str = JobStatus.WAITING
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    cursor: Any = Field(default=None, sa_type=JsonText, nullable=True)
    progress_done: int | None = None
    progress_total: int | None = None
    attempts: int = 0
    max_attempts: int = 5
    retry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC), sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


_IS_OPEN = or_(*(col(Job.status) == one.value for one in OPEN))
_BEGIN = Statement(
    update(Job)
    .where(col(Job.id) == bindparam("b_id"), _IS_OPEN)
    .values(status=JobStatus.RUNNING.value, attempts=col(Job.attempts) + 1, retry_at=None)
)
_OLDEST_WAITING = (
    select(Job.id)
    .where(_IS_OPEN)
    .order_by(col(Job.created_at), col(Job.id))
    .limit(1)
    .execution_options(prepared=True)
)


class JobQueue(Protocol):
    """Where jobs are put to be run after the commit."""

    def enqueue(self, db: Session, job_id: UUID, partition: str) -> None:
        """Promise in the caller's transaction to run a job.

        Jobs of one partition never run at the same time.
        """


class JobRunner(Protocol):
    """What runs a job's work; `ProcessEngine` does."""

    def run_job(self, db: Session, job_id: UUID) -> JobOutcome:
        """Do the next piece of a job in the caller's transaction."""

    def fail_job(self, db: Session, job_id: UUID, error: BaseException) -> Any:
        """Give a job up and leave an incident."""


def add_job(
    db: Session,
    queue: JobQueue,
    topic: str,
    *,
    partition: str,
    arguments: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Job:
    """Write a job's row and enqueue it, both in the caller's transaction."""
    job = Job(topic=topic, partition=partition, arguments=dict(arguments or {}), **columns)
    db.add(job)
    db.flush()
    queue.enqueue(db, job.id, partition)
    return job


def get_job(db: Session, job_id: UUID, *, lock: bool = False) -> Job:
    """Read a job's row, locked against other transactions if asked.

    Raises:
        UnknownRow: No such job.
    """
    job = db.get(Job, job_id, with_for_update=lock or None)
    if job is None:
        raise UnknownRow(f"job {job_id}")
    return job


def cancel_job(db: Session, job_id: UUID) -> None:
    """Mark a job so that it does nothing when its turn comes."""
    db.execute(
        update(Job)
        .where(col(Job.id) == job_id, col(Job.status).in_(OPEN))
        .values(status=JobStatus.CANCELLED, finished_at=datetime.now(UTC))
    )


def retry_job(db: Session, queue: JobQueue, job_id: UUID) -> Job:
    """Give a failed job all its attempts again, from where it stood."""
    job = get_job(db, job_id, lock=True)
    job.status, job.attempts, job.retry_at = JobStatus.WAITING, 0, None
    job.error = job.finished_at = None
    db.add(job)
    db.flush()
    queue.enqueue(db, job.id, job.partition)
    return job


def work_on(database: Database, runner: JobRunner, job_id: UUID) -> JobStatus:
    """Run a job to its end or its next retry, one transaction for each piece.

    Safe to call twice and after a kill: each call first looks at the row.
    """
    while True:
        if not _begin(database, job_id):
            return JobStatus.CANCELLED
        try:
            outcome = _run_through_conflicts(database, runner, job_id)
        except Exception as error:  # the edge: whatever a service task raises is the job's failure
            return _record_failure(database, runner, job_id, error)
        if outcome is not JobOutcome.CONTINUE:
            return JobStatus.DONE
        kill_point("between-chunks")


def _begin(database: Database, job_id: UUID) -> bool:
    # Counted in a commit of its own, so that a job which kills its process
    # runs out of attempts like any other that fails.
    with database.transaction() as db:
        return bool(_BEGIN(db.connection(), {"b_id": job_id}).rowcount)


def _run_through_conflicts(database: Database, runner: JobRunner, job_id: UUID) -> JobOutcome:
    for attempt in range(1, CONFLICT_ATTEMPTS):
        try:
            return _run_once(database, runner, job_id)
        except Exception as error:
            if not is_conflict(error):
                raise
        time.sleep(0.01 * attempt)
    return _run_once(database, runner, job_id)


def _run_once(database: Database, runner: JobRunner, job_id: UUID) -> JobOutcome:
    with database.transaction() as db:
        job = get_job(db, job_id, lock=True)
        if job.status not in OPEN:
            return JobOutcome.GONE
        if job.attempts > job.max_attempts:
            raise TooManyDeaths(job.topic)
        outcome = runner.run_job(db, job_id)
        job = get_job(db, job_id)
        job.attempts = 0
        if outcome is not JobOutcome.CONTINUE and job.status in OPEN:
            job.status, job.finished_at = JobStatus.DONE, datetime.now(UTC)
        db.add(job)
        kill_point("in-job")
    return outcome


class TooManyDeaths(Exception):
    """The job ended its process at every attempt."""


def _record_failure(
    database: Database, runner: JobRunner, job_id: UUID, error: Exception
) -> JobStatus:
    with database.transaction() as db:
        job = get_job(db, job_id, lock=True)
        if job.status not in OPEN:
            return JobStatus(job.status)
        job.error = describe_error(error)
        log.warning(
            "job failed", job=str(job_id), topic=job.topic, attempt=job.attempts,
            error=type(error).__name__,
        )  # fmt: skip
        if job.attempts >= job.max_attempts:
            job.status, job.finished_at = JobStatus.FAILED, datetime.now(UTC)
            db.add(job)
            runner.fail_job(db, job_id, error)
            return JobStatus.FAILED
        job.status = JobStatus.WAITING
        job.retry_at = datetime.now(UTC) + backoff(job.attempts)
        db.add(job)
        return JobStatus.WAITING


def is_conflict(error: BaseException) -> bool:
    """Whether an error only says that somebody else was faster."""
    return isinstance(error, StaleInstance) or (
        isinstance(error, DBAPIError)
        and type(error.orig).__name__ in ("DeadlockDetected", "SerializationFailure")
    )


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given failed attempt, counted from 1."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(attempt - 1, 20)))


def due_retries(db: Session, limit: int = 100) -> list[UUID]:
    """The jobs whose wait after a failure is over."""
    return list(
        db.exec(
            select(Job.id)
            .where(col(Job.status) == JobStatus.WAITING, col(Job.retry_at) <= datetime.now(UTC))
            .order_by(col(Job.retry_at))
            .limit(limit)
        )
    )


def enqueue_retry(db: Session, queue: JobQueue, job_id: UUID) -> bool:
    """Put a job whose wait is over on the queue again, unless another node just did."""
    claimed = db.execute(
        update(Job)
        .where(
            col(Job.id) == job_id,
            col(Job.status) == JobStatus.WAITING,
            col(Job.retry_at) <= datetime.now(UTC),
        )
        .values(retry_at=None)
        .returning(col(Job.partition))
    ).scalar_one_or_none()
    if claimed is None:
        return False
    queue.enqueue(db, job_id, claimed)
    return True


class LocalQueue:
    """Keeps jobs in the database only and runs them when told to: for tests and scenarios."""

    def enqueue(self, db: Session, job_id: UUID, partition: str) -> None:
        """Do nothing more: the waiting row is the promise."""

    def run_pending(self, database: Database, runner: JobRunner) -> int:
        """Run all waiting jobs, oldest first, and those they cause; returns how many ran.

        A failed job is tried again at once, without its wait.
        """
        ran = 0
        while job_id := _oldest_waiting(database):
            while work_on(database, runner, job_id) is JobStatus.WAITING:
                pass
            ran += 1
        return ran


def _oldest_waiting(database: Database) -> UUID | None:
    with database.reading() as db:
        return db.exec(_OLDEST_WAITING).first()
