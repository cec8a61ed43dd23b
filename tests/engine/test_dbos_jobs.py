"""Jobs on DBOS in the same database, with real processes that are really killed."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from inspect import signature
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from dbos import DBOS
from sqlmodel import func, select

from engine import dbos_jobs
from engine.database import Database
from engine.dbos_jobs import DbosQueue, DbosWorker, JobEngineTaken, create_job_tables
from engine.jobs import Job, add_job, cancel_job, retry_job
from engine.leases import Leases
from tests.engine.job_process import Counter, CountingRunner, Effect, Failure, open_jobs, wait_until

ROOT = Path(__file__).parents[2]


def add(database: Database, count: int, **arguments: Any) -> list[UUID]:
    queue = DbosQueue(database)
    with database.transaction() as db:
        return [
            add_job(db, queue, "test.count", partition=f"p{i % 5}", arguments=arguments).id
            for i in range(count)
        ]


def effects(database: Database) -> list[tuple[UUID, int]]:
    with database.reading() as db:
        return [(e.job_id, e.piece) for e in db.exec(select(Effect).order_by(Effect.number))]


@contextmanager
def process(database: Database, **environment: str) -> Iterator[subprocess.Popen[str]]:
    url = database.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.engine.job_process", url],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(ROOT), "JIANCHENG_MODE": "test"} | environment,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture
def prepared(database: Database) -> Database:
    create_job_tables(database)
    with database.transaction() as db:
        db.add(Counter(id=1))
    return database


def test_rolled_back_job_is_never_run(prepared: Database) -> None:
    queue = DbosQueue(prepared)
    with pytest.raises(ZeroDivisionError), prepared.transaction() as db:
        add_job(db, queue, "test.count", partition="p")
        1 / 0  # noqa: B018
    [kept] = add(prepared, 1)

    with DbosWorker(prepared, CountingRunner(), poll_seconds=0.05):
        wait_until(lambda: open_jobs(prepared) == 0)

    assert effects(prepared) == [(kept, 0)]


def test_cancelled_failed_and_retried_jobs(prepared: Database) -> None:
    [cancelled, failing] = [*add(prepared, 1), *add(prepared, 1, fails=True)]
    with prepared.transaction() as db:
        cancel_job(db, cancelled)
        job = db.get_one(Job, failing)
        job.max_attempts = 1
        db.add(job)

    with DbosWorker(prepared, CountingRunner(), poll_seconds=0.05):
        wait_until(lambda: open_jobs(prepared) == 0)
        with prepared.transaction() as db:
            assert db.get_one(Failure, failing).cause == "ValueError: boom"
            retry_job(db, DbosQueue(prepared), failing).arguments = {}
        wait_until(lambda: open_jobs(prepared) == 0)

    assert effects(prepared) == [(failing, 0)]


def test_second_worker_in_one_process_is_refused(sqlite_database: Database) -> None:
    with (
        DbosWorker(sqlite_database, CountingRunner()),
        pytest.raises(JobEngineTaken),
    ):
        DbosWorker(sqlite_database, CountingRunner()).start()


@pytest.mark.slow
def test_killed_process_loses_nothing(prepared: Database) -> None:
    jobs = add(prepared, 6, pieces=4, seconds=0.02)
    with process(prepared) as first:
        wait_until(lambda: len(effects(prepared)) >= 3)
        first.send_signal(signal.SIGKILL)
        first.wait()
    left = open_jobs(prepared)

    with process(prepared) as second:
        assert second.wait(30) == 0

    assert left > 0
    assert sorted(effects(prepared)) == sorted((job, n) for job in jobs for n in range(4))
    assert Leases(prepared, timedelta()).dead() == []


@pytest.mark.slow
@pytest.mark.parametrize("point", ["in-job:3", "while-numbering:2", "between-chunks:4"])
def test_kill_at_each_point_loses_nothing(prepared: Database, point: str) -> None:
    jobs = add(prepared, 2, pieces=4)
    with process(prepared, JIANCHENG_KILL_AT=point) as first:
        assert first.wait(30) == -signal.SIGKILL

    with process(prepared) as second:
        assert second.wait(30) == 0

    assert sorted(effects(prepared)) == sorted((job, n) for job in jobs for n in range(4))


@pytest.mark.slow
def test_killed_at_random_again_and_again(prepared: Database) -> None:
    jobs = add(prepared, 5, pieces=12, seconds=0.01)
    chance = random.Random(7)

    for _ in range(4):
        with process(prepared):
            time.sleep(chance.uniform(0.1, 0.8))
    with process(prepared) as last:
        assert last.wait(60) == 0

    assert sorted(effects(prepared)) == sorted((job, n) for job in jobs for n in range(12))


@pytest.mark.slow
def test_failed_job_is_tried_again_after_its_wait(prepared: Database, tmp_path: Path) -> None:
    [job] = add(prepared, 1, fails_without=str(tmp_path / "ready"))
    with process(prepared) as child:
        wait_until(lambda: error(prepared, job) is not None)
        (tmp_path / "ready").touch()
        assert child.wait(30) == 0

    assert effects(prepared) == [(job, 0)]


def error(database: Database, job_id: UUID) -> str | None:
    with database.reading() as db:
        return db.get_one(Job, job_id).error


@pytest.mark.slow
def test_job_that_kills_its_process_becomes_an_incident(
    sqlite_database: Database, tmp_path: Path
) -> None:
    create_job_tables(sqlite_database)
    with sqlite_database.transaction() as db:
        db.add(Counter(id=1))
    [poison] = add(sqlite_database, 1, die_in=str(tmp_path / "died"))
    with sqlite_database.transaction() as db:
        job = db.get_one(Job, poison)
        job.max_attempts = 2
        db.add(job)

    for _ in range(2):
        with process(sqlite_database) as child:
            assert child.wait(30) == -signal.SIGKILL
    with process(sqlite_database) as child:
        wait_until(lambda: incidents(sqlite_database) == 1)

    with sqlite_database.reading() as db:
        assert db.get_one(Failure, poison).cause == "TooManyDeaths: test.count"


def incidents(database: Database) -> int:
    with database.reading() as db:
        return db.exec(select(func.count()).select_from(Failure)).one()


def test_names_that_waiting_jobs_carry_are_pinned() -> None:
    assert (
        dbos_jobs.APPLICATION,
        dbos_jobs.APPLICATION_VERSION,
        dbos_jobs.QUEUE,
        dbos_jobs.WORKFLOW,
    ) == ("jiancheng", "1", "jiancheng_jobs", "jiancheng_run_job")


def test_private_parts_of_dbos_are_as_expected() -> None:
    assert list(signature(DBOS._recover_pending_workflows).parameters) == ["executor_ids"]
    assert "engine" in signature(dbos_jobs.SystemDatabase.create).parameters
    assert hasattr(dbos_jobs.SystemDatabase, "run_migrations")
