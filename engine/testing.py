"""Run a diagram in memory with a script of answers and events, and see what happened.

For tests, for the scenarios beside the diagrams and for outside suites. Jobs run at once, time
stands still until an event moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState
from sqlmodel import col, select

from engine.clock import FrozenClock
from engine.context import AnswerPort, FactProvider
from engine.database import Database, create_database
from engine.decisions import Decision, parse_decisions
from engine.diagrams import (
    SYNTHETIC,
    CompiledDiagram,
    CompiledProcess,
    Environment,
    StartTrigger,
    compile_diagram,
    link,
    prepare_diagram,
    start_triggers,
)
from engine.diagrams.read import read_lowered
from engine.errors import (
    AnswerLeftOver,
    AnswerMissing,
    DiagramError,
    UnknownDefinition,
)
from engine.expressions import Expressions
from engine.feel import TimerDuration, as_duration
from engine.history import HistoryKind, HistoryRow, read_history
from engine.incidents import Incident, open_incidents
from engine.instances import InstanceStatus, ProcessInstance
from engine.jobs import LocalQueue
from engine.runtime import ProcessEngine
from engine.service_tasks import ServiceTasks
from engine.subscriptions import Subscription
from engine.timers import Timer
from engine.user_tasks import UserTask, UserTaskStatus

START_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BUNDLE = "sources"
MAX_TURNS = 1000

Answer = Mapping[str, Any]
Answers = Mapping[str, Answer | Sequence[Answer]]
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that the diagram threw."""

    name: str
    key: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Trace:
    """What a scripted run did.

    `elements` are the ids of the drawn elements of the instance that were left, in order;
    `visited` has those of all instances with the id of their process. `data` are the variables at
    the end, `user_tasks` and `incidents` the rows of all instances. `waits_for` says to people what
    the instance still waits for.
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
    waits_for: list[str]


class SourceDefinitions:
    """Definitions straight from sources, without publication: one bundle, checked one by one."""

    def __init__(
        self,
        sources: Path | Mapping[str, bytes],
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.functions = functions
        self._diagrams: dict[str, CompiledDiagram] = {}
        self._decisions: dict[str, Decision] = {}
        self._processes: dict[str, CompiledProcess] = {}
        self._starts: list[StartTrigger] = []
        contents = _contents(sources)
        tables = [content for name, content in contents.items() if name.endswith(".dmn")]
        for name, content in sorted(contents.items()):
            if name.endswith(".bpmn"):
                self._add_diagram(content)
            elif name.endswith(".dmn"):
                found = parse_decisions(content, functions=functions, others=tables)
                self._decisions.update(found)

    def _add_diagram(self, content: bytes) -> None:
        prepared = prepare_diagram(
            content, Environment(functions=self.functions, needs_people=False)
        )
        if prepared.lowered is None:
            raise DiagramError([one for one in prepared.findings if one.severity == "error"])
        compiled = compile_diagram(prepared.lowered)
        self._diagrams.update(dict.fromkeys(compiled.elements, compiled))
        self._starts.extend(start_triggers(read_lowered(prepared.lowered)))

    def current_bundle(self, db: Any, scopes: Sequence[str]) -> str:
        """Give the only bundle."""
        return BUNDLE

    def process(self, bundle_id: str, process_id: str) -> CompiledProcess:
        """Give a process."""
        found = self._processes.get(process_id)
        if found is None:
            found = self._processes[process_id] = link(process_id, self._diagrams)
        return found

    def process_ids(self, bundle_id: str = BUNDLE) -> list[str]:
        """List the processes."""
        return sorted(self._diagrams)

    def decision(self, bundle_id: str, decision_id: str) -> Decision:
        """Give a decision."""
        try:
            return self._decisions[decision_id]
        except KeyError as error:
            raise UnknownDefinition(f"decision {decision_id}") from error

    def content(self, db: Any, bundle_id: str, kind: str, key: str) -> bytes:
        """Give nothing: sources for a test are diagrams and tables only."""
        raise UnknownDefinition(f"{kind} {key}")

    def start_events(self, bundle_id: str) -> list[StartTrigger]:
        """List the start events."""
        return self._starts


def _contents(sources: Path | Mapping[str, bytes]) -> Mapping[str, bytes]:
    if isinstance(sources, Mapping):
        return sources
    paths = [sources] if sources.is_file() else sorted(sources.rglob("*"))
    return {str(path): path.read_bytes() for path in paths if path.suffix in (".bpmn", ".dmn")}


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
        self.queue = LocalQueue()
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
            query = select(UserTask).where(col(UserTask.status) == UserTaskStatus.READY)
            rows = list(db.exec(query.order_by(col(UserTask.created_at), col(UserTask.id))))
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
                query = select(Timer).where(col(Timer.due_at) <= goal)
                timer = db.exec(query.order_by(col(Timer.due_at), col(Timer.id))).first()
                due = None if timer is None else (timer.id, timer.due_at)
            if due is None:
                break
            if due[1] > self.clock.now():
                self.clock.advance(None, due[1] - self.clock.now())
            with self.database.transaction() as db:
                self.engine.fire_timer(db, due[0])
            self.run_jobs()
        if goal > self.clock.now():
            self.clock.advance(None, goal - self.clock.now())

    def _business_key(self) -> str:
        with self.database.reading() as db:
            instance = db.get(ProcessInstance, self.instance_id)
            return "" if instance is None else instance.business_key

    def waits_for(self) -> list[str]:
        """Say what the instance waits for, for a message to people."""
        with self.database.reading() as db:
            events = db.exec(
                select(Subscription).where(col(Subscription.instance_id) == self.instance_id)
            ).all()
            timers = db.exec(select(Timer).where(col(Timer.instance_id) == self.instance_id)).all()
            said = [f"{one.kind} {one.name} at {one.element_id}" for one in events]
            said += [f"timer {one.element_id} due {one.due_at.isoformat()}" for one in timers]
            said += [f"incident at {one.element_id}: {one.message}" for one in open_incidents(db)]
        return [f"user task {one.element_id}" for one in self.ready()] + said

    def trace(self) -> Trace:
        """Tell what happened so far."""
        waits_for = self.waits_for()
        with self.database.reading() as db:
            instance = db.get(ProcessInstance, self.instance_id)
            assert instance is not None
            history = list(read_history(db, self.instance_id))
            user_tasks = db.exec(select(UserTask).order_by(col(UserTask.created_at))).all()
            incidents = db.exec(select(Incident).order_by(col(Incident.created_at))).all()
            trace = Trace(
                elements=[el for one, _, el in self.visited if one == self.instance_id],
                data=self.engine.read_variables(db, self.instance_id),
                status=instance.status,
                user_tasks=list(user_tasks),
                messages=[_sent(row) for row in history if row.kind == HistoryKind.MESSAGE_SENT],
                incidents=list(incidents),
                history=history,
                visited=[(process, element) for _, process, element in self.visited],
                instance_id=instance.id,
                business_key=instance.business_key,
                waits_for=waits_for,
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


class _Script:
    """The answers that are left."""

    def __init__(self, answers: Answers) -> None:
        self.left = {
            element: [given] if isinstance(given, Mapping) else list(given)
            for element, given in answers.items()
        }

    def find(self, ready: Sequence[UserTask]) -> tuple[UserTask, Answer] | None:
        """Give the first user task that has an answer, with it."""
        for user_task in ready:
            if self.left.get(user_task.element_id):
                return user_task, self.left[user_task.element_id].pop(0)
        return None

    def unused(self) -> Iterator[str]:
        """List the elements whose answers were not used."""
        for element, left in self.left.items():
            if left:
                yield f"{element} ({len(left)})"


def run_diagram(
    sources: Path | Mapping[str, bytes],
    process_id: str,
    *,
    variables: Mapping[str, Any] | None = None,
    answers: Answers | None = None,
    events: Sequence[Event] = (),
    service_tasks: ServiceTasks | Mapping[str, Any] | None = None,
    facts: Mapping[str, FactProvider] | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    answers_port: AnswerPort | None = None,
    start_at: datetime = START_AT,
    business_key: str = "test",
    partial: bool = False,
) -> Trace:
    """Run a process by a script.

    `sources` are a folder or file, or contents by file name. `answers` go by element: one, or a
    list for repeats. Whenever nobody can answer, the next of `events` happens (see
    `ScriptedRun.happen`). With `partial` the run may stop before the end.

    Raises:
        AnswerMissing: The script is over and the instance still waits.
        AnswerLeftOver: Answers or events were not used.
        DiagramError: A diagram cannot be published.
    """
    run = ScriptedRun(
        SourceDefinitions(sources, functions),
        service_tasks=service_tasks,
        facts=facts,
        functions=functions,
        answers_port=answers_port,
        start_at=start_at,
    )
    try:
        run.start(process_id, business_key, variables or {})
        _play(run, _Script(answers or {}), list(events), partial)
        return run.trace()
    finally:
        run.database.dispose()


def _play(run: ScriptedRun, script: _Script, events: list[Event], partial: bool) -> None:
    for _ in range(MAX_TURNS):
        found = script.find(run.ready())
        if found is not None:
            run.complete(*found)
        elif events:
            run.happen(events.pop(0))
        else:
            break
    unused = list(script.unused()) + [str(event) for event in events]
    if unused:
        raise AnswerLeftOver(f"not used: {', '.join(unused)}; waits for {run.waits_for()}")
    if not partial and run.trace().status in (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED):
        raise AnswerMissing(f"still waits for {run.waits_for()}")
