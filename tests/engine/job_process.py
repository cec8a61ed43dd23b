"""A process that runs the jobs of one database; tests kill it."""

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import Field, Session, SQLModel, col, func, select

from engine.clock import Clock
from engine.database import Database, create_database
from engine.dbos_jobs import DbosQueue, DbosWorker
from engine.jobs import Job, JobOutcome, get_job
from engine.killpoints import kill_point
from engine.poller import Poller


class Effect(SQLModel, table=True):
    __tablename__ = "engine_test_effect"

    id: int | None = Field(default=None, primary_key=True)
    job_id: UUID
    piece: int
    number: int = Field(unique=True)


class Counter(SQLModel, table=True):
    __tablename__ = "engine_test_counter"

    id: int = Field(primary_key=True)
    last: int = 0


class Failure(SQLModel, table=True):
    __tablename__ = "engine_test_failure"

    job_id: UUID = Field(primary_key=True)
    cause: str


class CountingRunner:
    """Each piece of a job draws the next number; `pieces` commits a job."""

    def run_job(self, db: Session, job_id: UUID) -> JobOutcome:
        job = get_job(db, job_id, lock=True)
        arguments = job.arguments
        piece = job.cursor or 0
        ready = arguments.get("fails_without")
        if arguments.get("fails") or (ready and not Path(ready).exists()):
            raise ValueError("boom")
        counter = db.get_one(Counter, 1, with_for_update=True)
        counter.last += 1
        db.add(counter)
        kill_point("while-numbering")
        if wanted := arguments.get("die_in"):
            Path(wanted).touch()
            os.kill(os.getpid(), 9)
        time.sleep(arguments.get("seconds", 0))
        db.add(Effect(job_id=job_id, piece=piece, number=counter.last))
        job.cursor = piece + 1
        db.add(job)
        done = piece + 1 >= arguments.get("pieces", 1)
        return JobOutcome.DONE if done else JobOutcome.CONTINUE

    def fail_job(self, db: Session, job_id: UUID, error: BaseException) -> None:
        db.add(Failure(job_id=job_id, cause=f"{type(error).__name__}: {error}"))


class NoTimers:
    """Nothing is ever due."""

    def due_timers(self, db: Session, now: datetime) -> list[UUID]:
        return []

    def fire_timer(self, db: Session, timer_id: UUID) -> bool:
        raise AssertionError

    def expire_messages(self, db: Session, now: datetime) -> None:
        pass


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def open_jobs(database: Database) -> int:
    with database.reading() as db:
        return db.exec(
            select(func.count()).select_from(Job).where(col(Job.status).in_(["waiting", "running"]))
        ).one()


def main() -> None:
    database = create_database(sys.argv[1])
    runner = CountingRunner()
    with (
        DbosWorker(database, runner, poll_seconds=0.05, dead_after=timedelta(seconds=1)),
        Poller(database, NoTimers(), Clock(), DbosQueue(database)),
    ):
        print("up", flush=True)
        while open_jobs(database):
            time.sleep(0.05)
    database.dispose()


if __name__ == "__main__":
    main()
