"""An engine in memory with one instance that a script drives, and what is told of it.

Jobs run at once, time stands still until an event moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from engine.clock import FrozenClock
from engine.context import AnswerPort, FactProvider
from engine.database import Database, create_database
from engine.diagrams import SYNTHETIC
from engine.expressions import Expressions
from engine.feel import TimerDuration, as_duration
from engine.history import HistoryKind, HistoryRow
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.jobs import JobRunner, LocalQueue
from engine.runtime import ProcessEngine
from engine.service_tasks import ServiceTasks
from engine.source_definitions import BUNDLE, SourceDefinitions
from engine.subscriptions import Subscription
from engine.timers import Timer
from engine.user_tasks import UserTask, UserTaskStatus

START_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MAX_TURNS = 1000

Answer = Mapping[str, Any]
Event = Mapping[str, Any]

_READY = (
    select(UserTask)
    .where(col(UserTask.status) == UserTaskStatus.READY)
    .order_by(col(UserTask.created_at), col(UserTask.id))
    .execution_options(prepared=True)
)
_USER_TASKS = select(UserTask).order_by(col(UserTask.created_at)).execution_options(prepared=True)
_INCIDENTS = select(Incident).order_by(col(Incident.created_at)).execution_options(prepared=True)
_HISTORY = (
    select(HistoryRow)
    .where(HistoryRow.instance_id == bindparam("b_instance"))
    .order_by(col(HistoryRow.seq))
    .execution_options(prepared=True)
)
_SUBSCRIPTIONS = (
    select(Subscription)
    .where(Subscription.instance_id == bindparam("b_instance"))
    .execution_options(prepared=True)
)
_TIMERS = (
    select(Timer)
    .where(Timer.instance_id == bindparam("b_instance"))
    .execution_options(prepared=True)
)
_DUE = (
    select(Timer.id, Timer.due_at)
    .where(col(Timer.due_at) <= bindparam("b_goal"))
    .order_by(col(Timer.due_at), col(Timer.id))
    .execution_options(prepared=True)
)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that the diagram threw."""

    name: str
    key: str
    payload: dict[str, Any]


class Wait(NamedTuple):
    """Something that an instance waits for.

    `kind` is `user task`, `timer`, `incident`, `message` or `signal`; `detail` the task's name,
    when the timer is due, what went wrong, or the event's name.
    """

    kind: str
    element_id: str
    detail: str

    def told(self) -> str:
        """Say it with ids, for whoever writes tests."""
        if self.kind == "user task":
            return f"user task {self.element_id}"
        if self.kind == "timer":
            return f"timer {self.element_id} due {self.detail}"
        if self.kind == "incident":
            return f"incident at {self.element_id}: {self.detail}"
        return f"{self.kind} {self.detail} at {self.element_id}"


@dataclass(frozen=True)
class Trace:
    """What a scripted run did.

    `elements` are the ids of the drawn elements of the instance that were left, in order;
    `visited` has those of all instances with the id of their process. `data` are the variables at
    the end, `user_tasks` and `incidents` the rows of all instances. `waiting` is what the instance
    still waits for.
    """

    elements: list[str]
    data: dict[str, Any]
    status: str
    user_tasks: list[UserTask]
    messages: list[SentMessage]
    incidents: list[Incident]
    history: list[HistoryRow] = field(repr=False)
    visited: list[tuple[str, str]] = field(repr=False)
    instance_id: UUID
    business_key: str
    waiting: list[Wait]

    @property
    def waits_for(self) -> list[str]:
        """What the instance still waits for, with ids."""
        return [one.told() for one in self.waiting]


def simple_service_tasks(tasks: ServiceTasks | Mapping[str, Any] | None) -> ServiceTasks:
    """Make service tasks of a mapping by full name: results, or functions of the inputs."""
    if isinstance(tasks, ServiceTasks):
        return tasks
    group = ServiceTasks()
    for name, given in (tasks or {}).items():
        group.register(name=name)(_simple(given))
    return group


def _simple(given: Any) -> Callable[..., Any]:
    def call(db: Any, **inputs: Any) -> Any:
        return given(**inputs) if callable(given) else given

    return call


def _empty_database() -> Database:
    database = create_database("sqlite://")
    database.create_schema()
    return database


class _OwnQueue(LocalQueue):
    """Looks for jobs only after one was enqueued: nobody else has this database."""

    def __init__(self) -> None:
        self._expects = True

    def enqueue(self, db: Session, job_id: UUID, partition: str) -> None:
        self._expects = True

    def run_pending(self, database: Database, runner: JobRunner) -> int:
        if not self._expects:
            return 0
        ran = super().run_pending(database, runner)
        self._expects = False
        return ran


class ScriptedRun:
    """An engine in memory with one instance that a script drives.

    A `database` that is given has its tables already; `expressions` know the given `clock`.
    """

    def __init__(
        self,
        definitions: SourceDefinitions,
        *,
        service_tasks: ServiceTasks | Mapping[str, Any] | None = None,
        facts: Mapping[str, FactProvider] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        answers_port: AnswerPort | None = None,
        start_at: datetime = START_AT,
        database: Database | None = None,
        clock: FrozenClock | None = None,
        expressions: Expressions | None = None,
    ) -> None:
        self.database = database or _empty_database()
        self.clock = clock or FrozenClock(start_at)
        self.queue = _OwnQueue()
        self.visited: list[tuple[UUID, str, str]] = []
        self.taken: set[tuple[str, str, str]] = set()
        self.engine = ProcessEngine(
            definitions,
            simple_service_tasks(service_tasks),
            clock=self.clock,
            jobs=self.queue,
            facts=facts,
            functions=functions,
            answers=answers_port,
            observer=self._observe,
            expressions=expressions,
        )
        self.instance_id: UUID

    def _observe(self, head: Any, task: Any) -> None:
        element_id = getattr(task.task_spec, "bpmn_id", None)
        # What counts are the rounds of a repeated activity, not what holds them together.
        holder = isinstance(task.task_spec, LoopTask)
        if element_id and SYNTHETIC not in element_id and not holder:
            process_id = task.workflow.spec.name.split("/")[0]
            self.visited.append((head.id, process_id, element_id))
            self.taken |= {(process_id, element_id, after) for after in _entered_after(task)}

    def start(self, process_id: str, business_key: str, variables: Mapping[str, Any]) -> None:
        """Start the instance."""
        with self.database.transaction() as db:
            self.engine.register_starts(db, BUNDLE)
            started = self.engine.start(
                db, process_id, business_key=business_key, variables=variables, bundle_id=BUNDLE
            )
        self.instance_id = started.id
        self.run_jobs()

    def run_jobs(self) -> None:
        """Run all waiting jobs."""
        self.queue.run_pending(self.database, self.engine)

    def ready(self) -> list[UserTask]:
        """List the ready user tasks of all instances, the oldest first."""
        with self.database.reading() as db:
            rows = list(db.exec(_READY))
            db.expunge_all()
        return rows

    def complete(self, user_task: UserTask, answer: Answer, actor: str = "tester") -> None:
        """Answer a user task."""
        with self.database.transaction() as db:
            self.engine.complete(db, user_task.id, actor=actor, variables=answer)
        self.run_jobs()

    def happen(self, event: Event) -> None:
        """Let an event of the script happen.

        One of `{"message": name, "key": …, "payload": …}`, `{"signal": name, "payload": …}`,
        `{"advance": "P5D"}` (or a timedelta; due timers fire one by one on the way).
        """
        payload = event.get("payload") or {}
        if "advance" in event:
            self.advance(event["advance"])
        elif "message" in event:
            with self.database.transaction() as db:
                key = event.get("key", self._business_key())
                self.engine.correlate(db, event["message"], str(key), payload)
        elif "signal" in event:
            with self.database.transaction() as db:
                self.engine.signal(db, event["signal"], payload)
        else:
            raise ValueError(f"no event: {event}")
        self.run_jobs()

    def advance(self, by: str | timedelta) -> None:
        """Move the clock, stopping at every timer that becomes due on the way."""
        goal = _duration(by).after(self.clock.now())
        for _ in range(MAX_TURNS):
            with self.database.reading() as db:
                due = db.exec(_DUE, params={"b_goal": goal}).first()
            if due is None:
                break
            timer_id, due_at = due
            if due_at > self.clock.now():
                self.clock.advance(None, due_at - self.clock.now())
            with self.database.transaction() as db:
                self.engine.fire_timer(db, timer_id)
            self.run_jobs()
        if goal > self.clock.now():
            self.clock.advance(None, goal - self.clock.now())

    def _business_key(self) -> str:
        with self.database.reading() as db:
            instance = db.get(ProcessInstance, self.instance_id)
            return "" if instance is None else instance.business_key

    def waiting(self) -> list[Wait]:
        """List what the instance waits for, user tasks of all instances first."""
        with self.database.reading() as db:
            return self._waiting(db, list(db.exec(_INCIDENTS)))

    def waits_for(self) -> list[str]:
        """Say what the instance waits for, with ids."""
        return [one.told() for one in self.waiting()]

    def _waiting(self, db: Session, incidents: Sequence[Incident]) -> list[Wait]:
        about = {"b_instance": self.instance_id}
        found = [Wait("user task", one.element_id, one.name) for one in db.exec(_READY)]
        for event in db.exec(_SUBSCRIPTIONS, params=about):
            found.append(Wait(event.kind, event.element_id, event.name))
        for timer in db.exec(_TIMERS, params=about):
            found.append(Wait("timer", timer.element_id, timer.due_at.isoformat()))
        unsettled = [one for one in incidents if one.resolved_at is None]
        return found + [Wait("incident", one.element_id or "", one.message) for one in unsettled]

    def trace(self) -> Trace:
        """Tell what happened so far."""
        with self.database.reading() as db:
            instance = db.get(ProcessInstance, self.instance_id)
            assert instance is not None
            history = list(db.exec(_HISTORY, params={"b_instance": self.instance_id}))
            incidents = list(db.exec(_INCIDENTS))
            trace = Trace(
                elements=[el for one, _, el in self.visited if one == self.instance_id],
                data=self.engine.read_variables(db, self.instance_id),
                status=instance.status,
                user_tasks=list(db.exec(_USER_TASKS)),
                messages=[_sent(row) for row in history if row.kind == HistoryKind.MESSAGE_SENT],
                incidents=incidents,
                history=history,
                visited=[(process, element) for _, process, element in self.visited],
                instance_id=instance.id,
                business_key=instance.business_key,
                waiting=self._waiting(db, incidents),
            )
            db.expunge_all()
        return trace


def _entered_after(task: Any) -> Iterator[str]:
    """The drawn elements that a token goes to from the element it has left."""
    for child in task.children:
        if child.has_state(TaskState.PREDICTED_MASK):
            continue
        element_id = getattr(child.task_spec, "bpmn_id", None)
        if element_id and SYNTHETIC not in element_id:
            yield element_id
        else:
            yield from _entered_after(child)


def _sent(row: HistoryRow) -> SentMessage:
    details = row.details or {}
    return SentMessage(details["name"], details["key"], details["payload"])


def _duration(value: str | timedelta) -> TimerDuration:
    duration = as_duration(value)
    if duration is None:
        raise ValueError(f"no duration: {value!r}")
    return duration
