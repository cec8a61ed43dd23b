"""Measure any diagram in the real application: a server of its own, over HTTP, with sign-in."""

import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from lxml import etree
from sqlalchemy import make_url, text

from api.application import Installation, build_installation
from api.logins import make_link
from api.migration import upgrade
from api.settings import Settings
from api.simulation.demo import demo_settings
from api.simulation.server import Server
from api.simulation.visitor import Visitor
from appraisal.organisations import Organisation
from appraisal.people import add_person
from engine.database import Database
from engine.dbos_jobs import create_job_tables
from engine.diagrams.importing import import_diagram
from engine.diagrams.vocabulary import B, C
from engine.errors import DiagramError
from engine.scopes import BASE
from engine.sources import Source

CODE, POST = "BENCH", "reviewer"
SCOPE = f"organisation:{CODE}"
_ROUND = 100
_SETTLE_SECONDS = 10.0
# Who may do a task, and its form, are another installation's; here one reviewer confirms all.
_DROPPED = ("formRef", "formKey", "assignee", "candidateUsers", "dueDate", "followUpDate")


class CannotMeasure(Exception):
    """The diagram cannot be run to user tasks; says why."""


@dataclass(frozen=True)
class ProcessFigures:
    """What completing so many user tasks took; bytes are what the database grew by for each.

    Starting instances is not part of the times, but of the growth.
    """

    process_id: str
    completions: int
    instances: int
    per_second: float
    p50_ms: float
    p95_ms: float
    bytes_per_completion: float


def measure_process(content: bytes, completions: int, database_url: str = "") -> ProcessFigures:
    """Publish a diagram in a temporary installation and complete so many user tasks over HTTP.

    On PostgreSQL the installation has a schema of its own, which is dropped afterwards.

    Raises:
        DiagramError: It cannot be published.
        CannotMeasure: It reaches no user task by itself.
    """
    key, mended = _prepared(content)
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="jc-bench-")))
        environment = _environment(folder, database_url)
        installation = held.enter_context(_installed(environment))
        link = _publish(installation, Source("process", key, mended, SCOPE))
        server = held.enter_context(Server(environment, folder / "server.log"))
        visitor = Visitor(lambda: server.address)
        held.callback(visitor.close)
        visitor.sign_in(link)
        return _Measurement(installation, visitor, key).run(completions)


def _prepared(content: bytes) -> tuple[str, bytes]:
    """Give the first process's id and the diagram with every user task for one post."""
    draft = import_diagram(content)
    if not draft.processes:
        raise DiagramError([one for one in draft.findings if one.severity == "error"])
    root = etree.fromstring(draft.content)
    for node in root.iter(B + "userTask"):
        for attribute in _DROPPED:
            node.attrib.pop(C + attribute, None)
        node.set(C + "candidateGroups", POST)
        for one in node.findall(f"{B}extensionElements/{C}properties/{C}property"):
            parent = one.getparent()
            if one.get("name") == "jc:excludes" and parent is not None:
                parent.remove(one)
    return draft.processes[0], etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    environment = {
        "JIANCHENG_MODE": "test",
        "JIANCHENG_FOLDER": str(folder),
        "JIANCHENG_LOG_LEVEL": "error",
        "JIANCHENG_DATABASE_URL": "",
        "JIANCHENG_POLL_SECONDS": "0.05",
    }
    if database_url and make_url(database_url).get_backend_name() != "sqlite":
        environment["JIANCHENG_DATABASE_URL"] = database_url
        environment["JIANCHENG_DATABASE_SCHEMA"] = f"bench_{token_hex(6)}"
    return environment


@contextmanager
def _installed(environment: dict[str, str]) -> Iterator[Installation]:
    settings: Settings = demo_settings(environment)
    installation = build_installation(settings)
    try:
        # No packaged definitions: what is measured calls none, and they take longest.
        upgrade(installation.database)
        create_job_tables(installation.database)
        yield installation
    finally:
        if settings.database_schema is not None:
            _drop(installation.database, settings.database_schema)
        installation.dispose()


def _drop(database: Database, schema: str) -> None:
    with database.writer.begin() as connection:
        # The job engine keeps its tables in a schema beside ours.
        for one in (schema, f"{schema}_dbos"):
            name = connection.dialect.identifier_preparer.quote(one)
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))


def _publish(installation: Installation, source: Source) -> str:
    """Make the organisation, publish for it, and give the reviewer's link."""
    with installation.database.transaction() as db:
        organisation = Organisation(code=CODE, name="性能测量")
        db.add(organisation)
        db.flush()
        person = add_person(db, organisation.id or 0, "测量员", "bench", posts=[POST])
        link = make_link(db, person.id or 0)
        for report in installation.publish(db, [source], "bench"):
            wrong = [one for one in report.findings if one.severity == "error"]
            if report.refused:
                raise DiagramError(wrong)
    return link


class _Measurement:
    """Completes user tasks and starts as many instances as that takes."""

    def __init__(self, installation: Installation, visitor: Visitor, process_id: str) -> None:
        self.installation = installation
        self.visitor = visitor
        self.process_id = process_id
        self.instances = 0
        self.times: list[float] = []

    def run(self, completions: int) -> ProcessFigures:
        """Complete so many."""
        before = database_bytes(self.installation.database)
        while len(self.times) < completions:
            waiting = self._waiting() or self._more(completions)
            for user_task_id in waiting[: completions - len(self.times)]:
                began = time.perf_counter()
                self.visitor.post(f"/user-tasks/{user_task_id}/completion", {"answer": {}})
                self.times.append(time.perf_counter() - began)
        grown = database_bytes(self.installation.database) - before
        ordered = sorted(self.times)
        return ProcessFigures(
            process_id=self.process_id,
            completions=len(ordered),
            instances=self.instances,
            per_second=len(ordered) / sum(ordered),
            p50_ms=statistics.median(ordered) * 1000,
            p95_ms=ordered[max(math.ceil(len(ordered) * 0.95) - 1, 0)] * 1000,
            bytes_per_completion=grown / len(ordered),
        )

    def _waiting(self) -> list[str]:
        page = self.visitor.get("/user-tasks", view="claimable", limit=_ROUND)
        return [str(one["id"]) for one in page["items"]]

    def _more(self, completions: int) -> list[str]:
        """Start instances, and wait for jobs on the way to their user tasks."""
        done, missing = len(self.times), completions - len(self.times)
        if self.instances:
            # Jobs of what was just completed may be about to bring more.
            found = self._settled()
            if found:
                return found
        # The first instance shows how many user tasks one has.
        each = done / self.instances if self.instances else missing
        self._start(min(math.ceil(missing / each), _ROUND))
        found = self._waiting() or self._settled()
        if not found:
            raise CannotMeasure(
                f"流程 {self.process_id} 自己走不到任何用户任务。"
                f" {self.process_id} reaches no user task by itself."
            )
        return found

    def _start(self, count: int) -> None:
        with self.installation.database.transaction() as db:
            keys = [f"bench-{self.instances + one}" for one in range(count)]
            items: list[tuple[str, dict[str, Any]]] = [(key, {}) for key in keys]
            self.installation.engine.start_many(
                db, self.process_id, items, tenant=CODE, scopes=(SCOPE, BASE)
            )
        self.instances += count

    def _settled(self) -> list[str]:
        until = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < until:
            found = self._waiting()
            if found or not self._jobs_open():
                return found or self._waiting()
            time.sleep(0.05)
        return []

    def _jobs_open(self) -> bool:
        with self.installation.database.reading() as db:
            query = text("SELECT count(*) FROM engine_job WHERE status IN ('waiting', 'running')")
            return bool(db.connection().execute(query).scalar_one())


def database_bytes(database: Database) -> int:
    """How large the installation's tables and indexes are."""
    with database.writer.connect() as connection:
        if database.url.get_backend_name() == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        query = text(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :schema AND c.relkind = 'r'"
        )
        return int(connection.execute(query, {"schema": database.schema}).scalar_one())
