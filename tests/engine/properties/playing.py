"""Play a diagram by a list of numbers, each of which picks one of what can happen."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from sqlalchemy import text
from sqlmodel import col, select

from engine.clock import FrozenClock
from engine.context import TaskContext
from engine.database import Database, create_database
from engine.history import read_history
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.jobs import Job, LocalQueue
from engine.runtime import ProcessEngine
from engine.service_tasks import ServiceTasks
from engine.subscriptions import Subscription
from engine.testing import BUNDLE, START_AT, SourceDefinitions
from engine.timers import Timer
from engine.user_tasks import UserTask, UserTaskStatus
from tests.engine.properties.drawings import OPTIONAL

KEY = "k"
MOST_STEPS = 400

Choice = tuple[str, str, Any]
"""What happens, at which element or by which name, and the row's id."""


@cache
def _empty() -> bytes:
    database = create_database("sqlite://")
    database.create_schema()
    content = _connection(database).serialize()
    database.dispose()
    return content


def _connection(database: Database) -> sqlite3.Connection:
    found = database.writer.raw_connection().driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


@dataclass(frozen=True)
class Played:
    """What came of a run: what happened, what was left, how it ended."""

    happened: list[tuple[str, str]]
    visited: list[str]
    effects: Counter[str]
    status: str
    data: dict[str, Any]
    history: list[tuple[str, str | None]]
    optional: int


class Player:
    """One instance of `main`, with an engine that can be ended and made anew."""

    def __init__(self, sources: dict[str, bytes]) -> None:
        self.sources = sources
        self.database = create_database("sqlite://")
        _connection(self.database).deserialize(_empty())
        self.clock = FrozenClock(START_AT)
        self.queue = LocalQueue()
        self.visited: list[str] = []
        self.effects: list[tuple[str, UUID]] = []
        self.happened: list[tuple[str, str]] = []
        self.optional = 0
        self.definitions = SourceDefinitions(sources)
        self.engine = self._engine()
        with self.database.transaction() as db:
            started = self.engine.start(db, "main", business_key=KEY, bundle_id=BUNDLE)
        self.instance_id = started.id

    def _engine(self) -> ProcessEngine:
        tasks = ServiceTasks()
        tasks.register(name="note_inline")(self._note)
        tasks.register(name="note_job", run="job")(self._note)
        return ProcessEngine(
            self.definitions,
            tasks,
            clock=self.clock,
            jobs=self.queue,
            observer=self._observe,
        )

    def _note(self, db: Any, context: TaskContext) -> dict[str, Any]:
        self.effects.append((context.element_id, context.task_id))
        return {}

    def _observe(self, head: Any, task: Any) -> None:
        element = getattr(task.task_spec, "bpmn_id", None)
        if element and "__" not in element and not isinstance(task.task_spec, LoopTask):
            self.visited.append(element)

    def restart(self, whole: bool) -> None:
        """Forget every live tree; with `whole`, all that was compiled, too."""
        if whole:
            self.definitions = SourceDefinitions(self.sources)
        self.engine = self._engine()

    def choices(self) -> list[Choice]:
        """List what can happen, in the same order in every run."""
        with self.database.reading() as db:
            order = text("rowid")
            ready = col(UserTask.status) == UserTaskStatus.READY
            found: list[Choice] = [
                ("answer", row.element_id, row.id)
                for row in db.exec(select(UserTask).where(ready).order_by(order))
            ]
            found += [
                (row.kind, row.name, row.correlation_key)
                for row in db.exec(select(Subscription).order_by(order))
            ]
            timers = db.exec(select(Timer)).all()
            if timers:
                first = min(timers, key=lambda one: (one.due_at, one.element_id))
                found.append(("timer", first.element_id, (first.id, first.due_at)))
            waiting = col(Job.status) == "waiting"
            jobs = db.exec(select(Job).where(waiting).order_by(order)).all()
            found += [("job", row.element_id, row.id) for row in jobs[:1]]
        # Unique names: two who wait for the same message are told apart by nothing.
        return sorted(found, key=lambda one: one[:2])

    def take(self, choice: Choice, number: int) -> None:
        """Let one thing happen."""
        kind, name, about = choice
        self.happened.append((kind, name))
        self.optional += name.startswith(OPTIONAL)
        if kind == "job":
            self.queue.run_pending(self.database, self.engine)
            return
        if kind == "timer" and about[1] > self.clock.now():
            self.clock.advance(None, about[1] - self.clock.now())  # type: ignore[arg-type]
        with self.database.transaction() as db:
            if kind == "answer":
                variables = {"x": number % 3}
                self.engine.complete(db, about, actor="li", variables=variables)
            elif kind == "timer":
                assert self.engine.fire_timer(db, about[0])
            elif kind == "message":
                self.engine.correlate(db, name, about, {})
            else:
                self.engine.signal(db, name, {})

    def check(self) -> None:
        """Hold the derived rows against the state, and see that something is waited for."""
        with self.database.transaction() as db:
            assert self.engine.rebuild_rows(db) == 0, self.happened
        if self.status() == "running":
            assert self.choices() or self.failed(), f"waits for nothing: {self.happened}"
        assert self.failed() == []

    def failed(self) -> list[str]:
        with self.database.reading() as db:
            return [f"{one.element_id}: {one.message}" for one in db.exec(select(Incident))]

    def status(self) -> str:
        with self.database.reading() as db:
            return str(db.get_one(ProcessInstance, self.instance_id).status)

    def result(self) -> Played:
        with self.database.reading() as db:
            history = [
                (str(row.kind), row.element_id) for row in read_history(db, self.instance_id)
            ]
            data = self.engine.read_variables(db, self.instance_id)
        doubled = [one for one, times in Counter(self.effects).items() if times > 1]
        assert doubled == [], "a task ran twice"
        return Played(
            self.happened,
            self.visited,
            Counter(element for element, _ in self.effects),
            self.status(),
            data,
            history,
            self.optional,
        )


def play(sources: dict[str, bytes], picks: Sequence[int], restarts: Sequence[int] = ()) -> Played:
    """Play to the end: first as picked, then whatever is not optional.

    `restarts`: before the step of that number everything in memory is dropped; before every step
    whose number is a multiple of three the compiled diagrams, too.
    """
    player = Player(sources)
    try:
        for number in range(MOST_STEPS):
            if number in restarts:
                player.restart(whole=number % 3 == 0)
            player.check()
            found = player.choices()
            if not found:
                break
            if number < len(picks):
                chosen = found[picks[number] % len(found)]
            else:
                needed = [one for one in found if not one[1].startswith(OPTIONAL)]
                chosen = (needed or found)[0]
            player.take(chosen, number)
        return player.result()
    finally:
        player.database.dispose()
