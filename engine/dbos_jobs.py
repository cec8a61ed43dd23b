"""Jobs on DBOS: durable, in our own database, enqueued in our own transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, Self
from uuid import UUID, uuid4

import structlog
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from dbos._sys_db import SystemDatabase
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from engine.database import Database
from engine.errors import EngineError
from engine.jobs import JobRunner, work_on
from engine.leases import Leases

# These names are stored with every job that waits: changing one strands it.
APPLICATION = "jiancheng"
APPLICATION_VERSION = "1"
QUEUE = "jiancheng_jobs"
WORKFLOW = "jiancheng_run_job"
# How many jobs a node claims at a time; with 8, waiting for the poll took most of the time.
WORKER_CONCURRENCY = 100
# Only bounds how often one job may be taken over; its own row counts attempts.
RECOVERY_ATTEMPTS = 100
KEEP_FINISHED = timedelta(days=1)
_SWEEP_SECONDS = 600.0

log = structlog.get_logger(__name__)


class JobEngineTaken(EngineError):
    """This process already runs jobs; DBOS is one per process."""


class DbosQueue:
    """Enqueues jobs; needs no running worker in this process."""

    def __init__(self, database: Database) -> None:
        self._client = _client(database)

    def enqueue(self, db: Session, job_id: UUID, partition: str) -> None:
        """Put a job on the queue in the caller's transaction."""
        self._client.enqueue_in_transaction(
            db,
            {
                "queue_name": QUEUE,
                "workflow_name": WORKFLOW,
                "queue_partition_key": partition or str(job_id),
                "app_version": APPLICATION_VERSION,
            },
            str(job_id),
        )


def _client(database: Database) -> DBOSClient:
    return DBOSClient(
        system_database_engine=database.jobs,
        dbos_system_schema=_schema(database),
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        lazy=True,
    )


def create_job_tables(database: Database) -> None:
    """Create or migrate the tables of DBOS, which Alembic leaves alone."""
    if not database.is_sqlite:
        database.create_namespace()
    _system_database(database).run_migrations()


def _system_database(database: Database) -> SystemDatabase:
    return SystemDatabase.create(
        system_database_url=database.url.render_as_string(hide_password=False),
        engine_kwargs={},
        engine=database.jobs,
        schema=_schema(database),
        serializer=DBOSPortableJSONSerializer(),
        executor_id=None,
        use_listen_notify=False,
    )


def _schema(database: Database) -> str:
    return f"{database.schema}_dbos" if database.schema else "dbos"


class DbosWorker:
    """Runs jobs in threads of this process and takes over those of dead processes."""

    _lock = threading.Lock()
    _running: DbosWorker | None = None

    def __init__(
        self,
        database: Database,
        runner: JobRunner,
        *,
        poll_seconds: float = 0.2,
        dead_after: timedelta = timedelta(seconds=4),
        threads: int | None = None,
    ) -> None:
        self.executor_id = f"node-{uuid4()}"
        self._database = database
        self._runner = runner
        self._poll_seconds = poll_seconds
        # More writers than one only wait for each other on SQLite.
        self._threads = threads or (4 if database.is_sqlite else 8)
        self._leases = Leases(database, dead_after)
        self._stopping = threading.Event()
        self._beating: threading.Thread | None = None
        self._active: set[UUID] = set()

    def start(self) -> None:
        """Begin to run jobs.

        Raises:
            JobEngineTaken: This process already does, perhaps for another application.
        """
        with DbosWorker._lock:
            if DbosWorker._running is not None:
                raise JobEngineTaken(str(DbosWorker._running._database.url))
            DbosWorker._running = self
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self, *, finish_seconds: int = 10) -> None:
        """Let running jobs finish, then leave; what was not finished is taken over."""
        self._stopping.set()
        if self._beating is not None:
            self._beating.join()
        DBOS.destroy(workflow_completion_timeout_sec=finish_seconds)
        if not self._active:
            # Otherwise the lease runs out, and another node takes the rest over.
            self._leases.forget([self.executor_id])
        with DbosWorker._lock:
            if DbosWorker._running is self:
                DbosWorker._running = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _launch(self) -> None:
        create_job_tables(self._database)
        # Before the first job can be claimed: a node that died in its first
        # second without a lease would never be missed.
        self._leases.beat(self.executor_id)
        _register_workflow()
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self._database.jobs,
                "dbos_system_schema": _schema(self._database),
                "executor_id": self.executor_id,
                "application_version": APPLICATION_VERSION,
                "serializer": DBOSPortableJSONSerializer(),
                "use_listen_notify": False,
                "max_executor_threads": self._threads,
                "log_level": "WARNING",
            }
        )
        # Before the launch: its queue thread looks for new queues once a second.
        _client(self._database).register_queue(
            QUEUE,
            partition_concurrency=1,
            worker_concurrency=WORKER_CONCURRENCY,
            polling_interval_sec=self._poll_seconds,
        )
        DBOS.launch()
        self._beating = threading.Thread(target=self._beat, name="jiancheng-lease", daemon=True)
        self._beating.start()

    def run(self, job_id: UUID) -> None:
        """Run one job, waiting out a database that is away for a while."""
        wait = 0.5
        self._active.add(job_id)
        while True:
            try:
                work_on(self._database, self._runner, job_id)
                self._active.discard(job_id)
                return
            except (DBAPIError, PoolTimeout) as error:
                log.warning(
                    "job waits for the database", job=str(job_id), error=type(error).__name__
                )
                if self._stopping.wait(wait):
                    raise
                wait = min(wait * 2, 30.0)

    def _beat(self) -> None:
        swept_at = time.monotonic()
        while not self._stopping.wait(self._leases.interval):
            _quietly("lease", lambda: self._leases.beat(self.executor_id))
            _quietly("take over", self._take_over)
            if time.monotonic() - swept_at > _SWEEP_SECONDS:
                swept_at = time.monotonic()
                _quietly("sweep", _delete_finished)

    def _take_over(self) -> None:
        dead = [node for node in self._leases.dead() if node != self.executor_id]
        if not dead:
            return
        # The name has an underscore, hence the pin `<4` and a contract test. It
        # puts the dead nodes' jobs back on the queue; doing so twice is harmless.
        taken = DBOS._recover_pending_workflows(dead)
        self._leases.forget(dead)
        log.info("jobs taken over", nodes=dead, jobs=len(taken))


@cache
def _register_workflow() -> Callable[[str], None]:
    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=RECOVERY_ATTEMPTS)
    def run_job(job_id: str) -> None:
        worker = DbosWorker._running
        if worker is None:
            raise JobEngineTaken("no worker runs in this process")
        worker.run(UUID(job_id))

    registered: Callable[[str], None] = run_job
    return registered


def _delete_finished() -> None:
    cutoff = time.time() - KEEP_FINISHED.total_seconds()
    while finished := DBOS.list_workflows(
        status=["SUCCESS", "CANCELLED"],
        end_time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(cutoff)),
        limit=500,
        load_input=False,
        load_output=False,
    ):
        DBOS.delete_workflows([workflow.workflow_id for workflow in finished])


def _quietly(what: str, act: Callable[[], Any]) -> None:
    # A thread that must go on: the database may be away for a moment.
    try:
        act()
    except Exception as error:
        log.warning("node upkeep failed", what=what, error=f"{type(error).__name__}: {error}"[:300])
