"""Small processes and tables to publish, and what publishing says of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.database import Database
from engine.definitions import Definitions
from engine.sources import Source

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
)
MANDATORY = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="jc:mandatory" value="true"/>'
    "</camunda:properties></bpmn:extensionElements>"
)


def diagram(key: str, *middle: str) -> bytes:
    """Draw a process with elements one after the other."""
    ids = ["s", *(f"n{number}" for number in range(len(middle))), "e"]
    nodes = "".join(text.format(id=ids[index + 1]) for index, text in enumerate(middle))
    edges = "".join(
        f'<bpmn:sequenceFlow id="f{index}" sourceRef="{ids[index]}" targetRef="{ids[index + 1]}"/>'
        for index in range(len(ids) - 1)
    )
    process = f'<bpmn:process id="{key}" isExecutable="true"><bpmn:startEvent id="s"/>'
    process += f'{nodes}<bpmn:endEvent id="e"/>{edges}</bpmn:process>'
    return f"{HEAD}{process}</bpmn:definitions>".encode()


TASK = '<bpmn:task id="{id}" name="做"/>'
KEPT = '<bpmn:task id="{id}" name="必经">' + MANDATORY + "</bpmn:task>"
FORM = (
    '<bpmn:userTask id="{id}" name="填" camunda:candidateGroups="reviewer" '
    'camunda:formRef="apply"/>'
)
DECIDE = '<bpmn:businessRuleTask id="{id}" camunda:decisionRef="d1" camunda:resultVariable="r"/>'
SERVE = '<bpmn:serviceTask id="{id}" camunda:type="external" camunda:topic="x.y"/>'


def call(name: str) -> str:
    return f'<bpmn:callActivity id="{{id}}" calledElement="{name}"/>'


def decision(key: str, output: str = '"yes"') -> bytes:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" '
        f'namespace="x"><decision id="{key}" name="{key}"><variable name="{key}"/>'
        f"<literalExpression><text>{output}</text></literalExpression></decision></definitions>"
    ).encode()


def process(key: str, *middle: str, **more: Any) -> Source:
    return Source("process", key, diagram(key, *middle), **more)


def published(database: Database, definitions: Definitions, *sources: Source, **more: Any) -> Any:
    with database.transaction() as db:
        report = definitions.publish(db, sources, more.pop("scope", "base"), "me", **more)
    assert not report.refused, report.findings
    return report


def refused(
    database: Database, definitions: Definitions, *sources: Source, **more: Any
) -> Sequence[tuple[str, str]]:
    with database.transaction() as db:
        report = definitions.publish(db, sources, more.pop("scope", "base"), "me", **more)
        assert (report.bundle_id, report.new_versions, report.refused) == (None, (), True)
    return sorted(
        {(one.code, one.definition) for one in report.findings if one.severity == "error"}
    )
