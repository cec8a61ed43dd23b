"""Small diagrams in a line or two, and an engine over a database to run them on."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

import pytest
from sqlmodel import Session, col, select

from engine.clock import FrozenClock
from engine.database import Database, create_database
from engine.definitions import Definitions
from engine.instances import ProcessInstance
from engine.jobs import LocalQueue
from engine.runtime import ProcessEngine
from engine.service_tasks import ServiceTasks
from engine.testing import BUNDLE, SourceDefinitions, simple_service_tasks
from engine.user_tasks import UserTask

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
ROOTS = (
    '<bpmn:message id="paid" name="paid"/><bpmn:message id="moved" name="moved"/>'
    '<bpmn:signal id="closing" name="closing"/><bpmn:error id="late" errorCode="late"/>'
    '<bpmn:escalation id="help" escalationCode="help"/>'
)
_FLOW = re.compile(r"(\w+)>(\w+)(?:\[([^\]]*)\])?(?::(\w+))?")


def flows(text: str) -> str:
    """Write flows such as `a>b b>c[x = 1] b>d:flow_id`."""
    made = []
    for number, match in enumerate(_FLOW.finditer(text)):
        source, target, condition, flow_id = match.groups()
        inner = ""
        if condition is not None:
            inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
        made.append(
            f'<bpmn:sequenceFlow id="{flow_id or f"f{number}_{source}_{target}"}" '
            f'sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
        )
    return "".join(made)


def node(tag: str, element_id: str, inner: str = "", **attributes: str) -> str:
    """Write an element; `camunda_x` becomes `camunda:x`."""
    attributes = {"name": element_id, **attributes}
    written = "".join(
        f" {key.replace('camunda_', 'camunda:')}={quoteattr(value)}"
        for key, value in attributes.items()
    )
    return f'<bpmn:{tag} id="{element_id}"{written}>{inner}</bpmn:{tag}>'


def event(tag: str, element_id: str, definition: str, inner: str = "", **attributes: str) -> str:
    """Write an event: `message paid`, `timer duration P5D`, `terminate`."""
    kind, *rest = definition.split(" ", 2)
    if kind == "timer":
        form = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}[rest[0]]
        body = f"<bpmn:{form}>{escape(rest[1])}</bpmn:{form}>"
        inner += f"<bpmn:timerEventDefinition>{body}</bpmn:timerEventDefinition>"
    elif rest:
        inner += f'<bpmn:{kind}EventDefinition {kind}Ref="{rest[0]}"/>'
    else:
        inner += f"<bpmn:{kind}EventDefinition/>"
    return node(tag, element_id, inner, **attributes)


def extensions(
    inputs: Mapping[str, str] = {}, outputs: Mapping[str, str] = {}, **properties: str
) -> str:
    """Write parameters and `jc:` properties."""
    rows = "".join(
        f'<camunda:{direction}Parameter name="{name}">{escape(text)}</camunda:{direction}Parameter>'
        for direction, given in (("input", inputs), ("output", outputs))
        for name, text in given.items()
    )
    listed = "".join(
        f'<camunda:property name="jc:{key}" value={quoteattr(value)}/>'
        for key, value in properties.items()
    )
    return (
        f"<bpmn:extensionElements><camunda:inputOutput>{rows}</camunda:inputOutput>"
        f"<camunda:properties>{listed}</camunda:properties></bpmn:extensionElements>"
    )


def user(element_id: str, inner: str = "", **attributes: str) -> str:
    """Write a user task for reviewers."""
    attributes = {"camunda_candidateGroups": "reviewer", "camunda_formRef": "f", **attributes}
    return node("userTask", element_id, inner, **attributes)


def service(element_id: str, topic: str, inner: str = "", **attributes: str) -> str:
    """Write a service task."""
    attributes = {"camunda_type": "external", "camunda_topic": topic, **attributes}
    return node("serviceTask", element_id, inner, **attributes)


def process(nodes: str, flow_text: str, process_id: str = "main") -> str:
    """Write a process; `s` and `e` are its start and end unless it has its own."""
    if re.search(r"\bs>", flow_text) and 'id="s"' not in nodes:
        nodes += node("startEvent", "s")
    if re.search(r">e\b", flow_text) and 'id="e"' not in nodes:
        nodes += node("endEvent", "e")
    body = f"{nodes}{flows(flow_text)}"
    return (
        f'<bpmn:process id="{process_id}" name="{process_id}" isExecutable="true">{body}'
        "</bpmn:process>"
    )


def document(*processes: str) -> dict[str, bytes]:
    """Write a file as sources."""
    body = "".join(processes)
    text = f"<bpmn:definitions {NAMESPACES}>{ROOTS}{body}</bpmn:definitions>"
    return {"main.bpmn": text.encode()}


class Draw:
    """The writers above, for tests to reach as one fixture."""

    flows = staticmethod(flows)
    node = staticmethod(node)
    event = staticmethod(event)
    extensions = staticmethod(extensions)
    user = staticmethod(user)
    service = staticmethod(service)
    process = staticmethod(process)
    document = staticmethod(document)


@pytest.fixture
def draw() -> type[Draw]:
    return Draw


class Stage:
    """An engine over a database, with shortcuts that each take one transaction."""

    def __init__(
        self, database: Database, sources: dict[str, bytes], tasks: Any = None, **options: Any
    ) -> None:
        self.database = database
        self.clock = FrozenClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
        self.queue = LocalQueue()
        self.definitions = SourceDefinitions(sources, options.get("functions"))
        self.tasks: ServiceTasks = simple_service_tasks(tasks)
        self.engine = ProcessEngine(
            self.definitions, self.tasks, clock=self.clock, jobs=self.queue, **options
        )

    def start(
        self, variables: Mapping[str, Any] = {}, key: str = "k", process_id: str = "main"
    ) -> UUID:
        with self.database.transaction() as db:
            return self.engine.start(
                db, process_id, business_key=key, variables=variables, bundle_id=BUNDLE
            ).id

    def ready(self, instance_id: UUID | None = None) -> dict[str, UUID]:
        """Ready user tasks by element."""
        return {row.element_id: row.id for row in self.rows(UserTask) if row.status == "ready"
                and instance_id in (None, row.instance_id)}  # fmt: skip

    def complete(self, element_id: str, actor: str = "li", **variables: Any) -> UserTask:
        with self.database.transaction() as db:
            return self.engine.complete(
                db, self.ready()[element_id], actor=actor, variables=variables
            )

    def do(self, method: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a method of the engine in a transaction."""
        with self.database.transaction() as db:
            return getattr(self.engine, method)(db, *arguments, **keywords)

    def run_jobs(self) -> int:
        return self.queue.run_pending(self.database, self.engine)

    def rows(self, table: Any, **where: Any) -> list[Any]:
        with self.database.reading() as db:
            query = select(table)
            for name, value in where.items():
                query = query.where(col(getattr(table, name)) == value)
            rows = list(db.exec(query))
            db.expunge_all()
        return rows

    def status(self, instance_id: UUID) -> str:
        return self.rows(ProcessInstance, id=instance_id)[0].status

    def data(self, instance_id: UUID) -> dict[str, Any]:
        with self.database.reading() as db:
            return self.engine.read_variables(db, instance_id)

    def session(self) -> Session:
        return Session(self.database.writer)


@pytest.fixture
def stage(database: Database) -> Callable[..., Stage]:
    """An engine on each of the two database systems."""
    return lambda sources, tasks=None, **options: Stage(database, sources, tasks, **options)


@pytest.fixture
def sqlite_stage(sqlite_database: Database) -> Callable[..., Stage]:
    """An engine on SQLite."""
    return lambda sources, tasks=None, **options: Stage(sqlite_database, sources, tasks, **options)


@pytest.fixture
def memory_stage() -> Callable[..., Stage]:
    """An engine in memory, a new one with each call; the caller disposes of its database."""

    def make(sources: dict[str, bytes], tasks: Any = None, **options: Any) -> Stage:
        database = create_database("sqlite://")
        database.create_schema()
        return Stage(database, sources, tasks, **options)

    return make


@pytest.fixture
def definitions(database: Database) -> Definitions:
    """Definitions of a host that knows one service task and one post."""
    return Definitions(
        service_tasks={"x.y"},
        groups={"reviewer"},
        pages=(),
        reading=database.reading,
        now=lambda: datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    )


@pytest.fixture
def definitions_on() -> Callable[[Database], Definitions]:
    """Definitions of a host that knows nothing, over a database."""
    return lambda database: Definitions(
        reading=database.reading, now=lambda: datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    )
