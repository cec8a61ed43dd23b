"""What runs goes on as it was begun, whatever becomes of its definitions."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from engine.clock import FrozenClock
from engine.database import Database
from engine.definitions import Definitions
from engine.instances import ProcessInstance
from engine.jobs import LocalQueue
from engine.runtime import ProcessEngine
from engine.sources import Source
from engine.testing import START_AT, simple_service_tasks
from engine.user_tasks import UserTask

TABLE = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" '
    'namespace="x"><decision id="days" name="days"><variable name="days"/>'
    "<literalExpression><text>{}</text></literalExpression></decision></definitions>"
)
DECIDE = (
    '<bpmn:businessRuleTask id="decide" name="天数" camunda:decisionRef="days" '
    'camunda:resultVariable="days"/>'
)


@pytest.fixture
def definitions(database: Database) -> Definitions:
    return Definitions(groups={"reviewer"}, reading=database.reading, now=FrozenClock(START_AT).now)


def engine_of(definitions: Definitions) -> ProcessEngine:
    return ProcessEngine(
        definitions, simple_service_tasks(None), clock=FrozenClock(START_AT), jobs=LocalQueue()
    )


def complete(database: Database, engine: ProcessEngine, instance_id: UUID) -> None:
    with database.transaction() as db:
        ready = select(UserTask).where(
            UserTask.instance_id == instance_id, UserTask.status == "ready"
        )
        task = db.exec(ready).one()
        engine.complete(db, task.id, actor="li", variables={})


def test_instance_ends_as_it_began_after_its_definitions_are_gone(
    database: Database, definitions: Definitions, draw: Any
) -> None:
    old = draw.process(
        draw.user("first") + DECIDE + draw.user("last"), "s>first first>decide decide>last last>e"
    )
    sources = [
        Source("process", "main", draw.document(old)["main.bpmn"]),
        Source("decision", "days", TABLE.format(5).encode()),
        Source("form", "f", b"{}"),
    ]
    with database.transaction() as db:
        assert not definitions.publish(db, sources).refused
        started = engine_of(definitions).start(db, "main", business_key="old").id
    other = draw.process(draw.user("another"), "s>another another>e")
    with database.transaction() as db:
        newer = [
            Source("process", "main", draw.document(other)["main.bpmn"]),
            Source("decision", "days", TABLE.format(7).encode()),
            Source("form", "f", b'{"x": 1}'),
        ]
        assert not definitions.publish(db, newer).refused
    with database.transaction() as db:
        names = [("process", "main"), ("decision", "days"), ("form", "f")]
        report = definitions.publish(db, [], removals=names)
    assert [one.withdrawn for one in report.new_versions] == [True] * 3

    # Nothing is left in memory of what was published, as after a new start of the product.
    fresh = Definitions(reading=database.reading, now=FrozenClock(START_AT).now)
    engine = engine_of(fresh)
    complete(database, engine, started)
    complete(database, engine, started)

    with database.reading() as db:
        instance = db.get(ProcessInstance, started)
        assert instance is not None and instance.status == "completed"
        assert engine.read_variables(db, started)["days"] == 5
        assert fresh.content(db, instance.bundle_id, "form", "f") == b"{}"
