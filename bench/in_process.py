"""What the engine does inside one process, a commit for each completion, on SQLite."""

import sqlite3
import statistics
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select

from engine.clock import FrozenClock
from engine.database import create_database
from engine.jobs import LocalQueue
from engine.memory import settle
from engine.runtime import ProcessEngine
from engine.testing import BUNDLE, START_AT, SourceDefinitions, simple_service_tasks
from engine.user_tasks import UserTask, UserTaskStatus

STEPS = 14
_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="urn:bench">'
)


def bare_commits(folder: Path, count: int = 3000) -> float:
    """Commits of one updated row per second: the reference for everything below."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, value INTEGER)")
    connection.execute("INSERT INTO row VALUES (1, 0)")
    started = time.perf_counter()
    for value in range(count):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE row SET value = ? WHERE id = 1", (value,))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return count / seconds


def beside_bare_commits(folder: Path, *, rounds: int = 5, count: int = 300) -> dict[str, float]:
    """Completions in enrolments and bare commits in turn, and by what the former take longer."""
    enrolments, bare = [], []
    for number in range(rounds):
        part = folder / str(number)
        part.mkdir()
        bare.append(bare_commits(part, count * 5))
        enrolments.append(enrolment_completions(part, count))
    longer = [commits / done for commits, done in zip(bare, enrolments, strict=True)]
    return {
        "enrolmentCompletionsPerSecond": statistics.median(enrolments),
        "bareCommitsPerSecond": statistics.median(bare),
        "enrolmentToBareCommit": statistics.median(longer),
    }


def enrolment_completions(folder: Path, count: int = 1000, *, database_url: str = "") -> float:
    """User tasks completed per second in instances with two user tasks and five other nodes."""
    completions = enrolment(database_url or f"sqlite:///{folder / 'enrolment.sqlite'}")
    return completions.per_second(count)


def session_completions(folder: Path, count: int = 40) -> float:
    """User tasks completed per second in instances of 14 call activities."""
    sources = {"s.bpmn": _session(), "step.bpmn": _step()}
    url = f"sqlite:///{folder / 'session.sqlite'}"
    return Completions(url, sources, "s", STEPS).per_second(count)


def enrolment(url: str) -> "Completions":
    """The process of two user tasks and five other nodes, on that database."""
    return Completions(url, {"e.bpmn": _enrolment()}, "e", 2)


class Completions:
    """An engine with one process of so many user tasks, and what completing them takes."""

    def __init__(self, url: str, sources: dict[str, bytes], process_id: str, tasks: int) -> None:
        self.database = create_database(url)
        self.database.create_schema()
        self._engine = ProcessEngine(
            SourceDefinitions(sources),
            simple_service_tasks({"bench.note": lambda **_: {}}),
            clock=FrozenClock(START_AT),
            jobs=LocalQueue(),
        )
        self._process_id = process_id
        self._tasks = tasks

    def start(self, instances: int) -> list[UUID]:
        """Start instances and give the ids of their first user tasks."""
        prefix = f"k{uuid4().hex}-"
        with self.database.transaction() as db:
            for number in range(instances):
                self._engine.start(
                    db, self._process_id, business_key=f"{prefix}{number}", bundle_id=BUNDLE
                )
        return self._ready(prefix)

    def complete(self, user_task_ids: Sequence[UUID]) -> float:
        """Complete user tasks, a commit for each; gives the seconds it took."""
        seconds = 0.0
        for user_task_id in user_task_ids:
            started = time.perf_counter()
            with self.database.transaction() as db:
                self._engine.complete(db, user_task_id, actor="1", variables={"decision": "pass"})
            seconds += time.perf_counter() - started
        return seconds

    def per_second(self, instances: int) -> float:
        """Start instances and complete all their user tasks."""
        ids = self.start(instances)
        # As the product's own processes do.
        settle()
        done, seconds = 0, 0.0
        while ids:
            seconds += self.complete(ids)
            done += len(ids)
            ids = self._ready("k")
        assert done == instances * self._tasks, (done, instances, self._tasks)
        self.database.dispose()
        return done / seconds

    def _ready(self, prefix: str) -> list[UUID]:
        with self.database.reading() as db:
            query = (
                select(UserTask.id)
                .where(col(UserTask.status) == UserTaskStatus.READY)
                .where(col(UserTask.business_key).startswith(prefix))
            )
            return list(db.exec(query).all())


def _chain(process_id: str, nodes: list[tuple[str, str]]) -> bytes:
    ids = [node_id for node_id, _ in nodes]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(pairwise(ids))
    )
    body = "".join(xml for _, xml in nodes)
    text = (
        f'{_HEAD}<bpmn:process id="{process_id}" name="{process_id}" isExecutable="true">'
        f"{body}{flows}</bpmn:process></bpmn:definitions>"
    )
    return text.encode()


def _node(tag: str, node_id: str, more: str = "", inside: str = "") -> tuple[str, str]:
    return node_id, f'<bpmn:{tag} id="{node_id}" name="{node_id}" {more}>{inside}</bpmn:{tag}>'


def _user(node_id: str) -> tuple[str, str]:
    return _node("userTask", node_id, 'camunda:candidateGroups="reviewer"')


def _script(node_id: str) -> tuple[str, str]:
    return _node("scriptTask", node_id, "", "<bpmn:script>{seen: 1}</bpmn:script>")


def _enrolment() -> bytes:
    service = _node("serviceTask", "note", 'camunda:type="external" camunda:topic="bench.note"')
    return _chain(
        "e",
        [
            _node("startEvent", "begun"),
            _script("prepare"),
            _user("first_review"),
            service,
            _user("second_review"),
            _script("conclude"),
            _node("endEvent", "over"),
        ],
    )


def _step() -> bytes:
    middle: list[Any] = [_script("before"), _user("work"), _script("after")]
    return _chain("step", [_node("startEvent", "begun"), *middle, _node("endEvent", "over")])


def _session() -> bytes:
    calls = [
        _node("callActivity", f"step_{n}", 'calledElement="step"') for n in range(1, STEPS + 1)
    ]
    return _chain("s", [_node("startEvent", "begun"), *calls, _node("endEvent", "over")])
