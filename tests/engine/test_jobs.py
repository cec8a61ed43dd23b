"""Job rows: attempts, waits, conflicts, and the queue that tests use."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select, update

from engine.database import Database
from engine.errors import StaleInstance
from engine.jobs import (
    Job,
    JobOutcome,
    JobStatus,
    LocalQueue,
    add_job,
    backoff,
    cancel_job,
    due_retries,
    enqueue_retry,
    get_job,
    retry_job,
    work_on,
)


class Runner:
    """Runs the given function; remembers what was given up."""

    def __init__(self, act: Callable[[Job], JobOutcome]) -> None:
        self._act = act
        self.failed: list[str] = []

    def run_job(self, db: Session, job_id: UUID) -> JobOutcome:
        job = get_job(db, job_id)
        outcome = self._act(job)
        db.add(job)
        return outcome

    def fail_job(self, db: Session, job_id: UUID, error: BaseException) -> None:
        self.failed.append(str(error))


def add(database: Database, **columns: Any) -> UUID:
    with database.transaction() as db:
        return add_job(db, LocalQueue(), "test.act", partition="p", **columns).id


def look(database: Database, job_id: UUID) -> tuple[str, int, str | None]:
    with database.reading() as db:
        job = get_job(db, job_id)
        return job.status, job.attempts, job.error


def test_local_queue_runs_pieces_until_done(database: Database) -> None:
    def count(job: Job) -> JobOutcome:
        job.cursor = (job.cursor or 0) + 1
        return JobOutcome.DONE if job.cursor == 3 else JobOutcome.CONTINUE

    job_id = add(database)

    assert LocalQueue().run_pending(database, Runner(count)) == 1

    assert look(database, job_id) == (JobStatus.DONE, 0, None)
    with database.reading() as db:
        assert get_job(db, job_id).cursor == 3


def test_failure_waits_then_is_given_up(sqlite_database: Database) -> None:
    def fail(job: Job) -> JobOutcome:
        raise ValueError("boom")

    runner = Runner(fail)
    job_id = add(sqlite_database, max_attempts=2)

    assert work_on(sqlite_database, runner, job_id) is JobStatus.WAITING
    assert look(sqlite_database, job_id) == ("waiting", 1, "ValueError: boom")
    assert work_on(sqlite_database, runner, job_id) is JobStatus.FAILED

    assert look(sqlite_database, job_id) == ("failed", 2, "ValueError: boom")
    assert runner.failed == ["boom"]


def test_stale_instance_is_not_the_jobs_fault(sqlite_database: Database) -> None:
    calls = []

    def act(job: Job) -> JobOutcome:
        calls.append(job.attempts)
        if len(calls) < 4:
            raise StaleInstance(job.id)
        return JobOutcome.DONE

    job_id = add(sqlite_database, max_attempts=1)

    assert work_on(sqlite_database, Runner(act), job_id) is JobStatus.DONE
    assert calls == [1, 1, 1, 1]


def test_cancelled_job_does_nothing(sqlite_database: Database) -> None:
    job_id = add(sqlite_database)
    with sqlite_database.transaction() as db:
        cancel_job(db, job_id)

    runner = Runner(lambda job: pytest.fail("ran"))

    assert work_on(sqlite_database, runner, job_id) is JobStatus.CANCELLED


def test_retry_is_enqueued_once_when_its_wait_is_over(database: Database) -> None:
    job_id = add(database)
    now = datetime.now(UTC)
    with database.transaction() as db:
        db.execute(update(Job).values(retry_at=now + timedelta(hours=1)))
        assert due_retries(db) == []
        db.execute(update(Job).values(retry_at=now - timedelta(seconds=1)))
        assert due_retries(db) == [job_id]
        assert [enqueue_retry(db, LocalQueue(), job_id) for _ in range(2)] == [True, False]
        assert due_retries(db) == []


def test_retry_gives_all_attempts_again(sqlite_database: Database) -> None:
    job_id = add(sqlite_database, status=JobStatus.FAILED, attempts=5, error="x")
    with sqlite_database.transaction() as db:
        retry_job(db, LocalQueue(), job_id)

    assert look(sqlite_database, job_id) == (JobStatus.WAITING, 0, None)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 2), (5, 16), (10, 512), (11, 600), (99, 600)]
)
def test_backoff_doubles_up_to_a_limit(attempt: int, seconds: int) -> None:
    assert backoff(attempt) == timedelta(seconds=seconds)


def test_order_is_that_of_creation(sqlite_database: Database) -> None:
    jobs = [add(sqlite_database, element_id=str(n)) for n in range(3)]
    seen = []

    def act(job: Job) -> JobOutcome:
        seen.append(job.element_id)
        return JobOutcome.DONE

    LocalQueue().run_pending(sqlite_database, Runner(act))

    assert seen == ["0", "1", "2"]
    with sqlite_database.reading() as db:
        assert set(db.exec(select(Job.status).where(col(Job.id).in_(jobs)))) == {"done"}
