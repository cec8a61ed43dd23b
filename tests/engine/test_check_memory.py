"""Sets that share definitions are checked once, and never by what is out of date."""

from typing import Any

import orjson
import pytest

from engine.bundles import Member
from engine.closed_sets import CheckedSet, Host, check_set
from engine.feel.checking import Known
from engine.knowledge import HostKnowledge

DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="x">
<bpmn:process id="{key}" isExecutable="true"><bpmn:startEvent id="{key}_s"/>
<bpmn:sequenceFlow id="{key}_a" sourceRef="{key}_s" targetRef="{key}_t"/>{middle}
<bpmn:sequenceFlow id="{key}_b" sourceRef="{key}_t" targetRef="{key}_e"/>
<bpmn:endEvent id="{key}_e"/></bpmn:process></bpmn:definitions>"""
CALL = '<bpmn:callActivity id="{key}_t" name="调用" calledElement="inner"/>'
ASK = (
    '<bpmn:userTask id="{key}_t" name="填写" camunda:formRef="asked"'
    ' camunda:candidateGroups="reviewer"/>'
)


def diagram(key: str, middle: str) -> Member:
    content = DIAGRAM.format(key=key, middle=middle.format(key=key)).encode()
    return Member("process", key, "base", 1, content, "")


def form(kind: str) -> Member:
    return Member("form", "asked", "base", 1, orjson.dumps([kind]), "")


def variables(content: bytes) -> dict[str, Known]:
    [kind] = orjson.loads(content)
    return {"a": Known(frozenset({kind}))}


def checked(host: Host, *members: Member) -> CheckedSet:
    return check_set({one.name: one for one in members}, host)


def new_host() -> Host:
    return Host(groups={"reviewer"}, knowledge=HostKnowledge(form_variables=variables, facts={}))


OUTER = diagram("outer", CALL)
INNER = diagram("inner", ASK)
READS = diagram(
    "inner",
    ASK + '<bpmn:sequenceFlow id="{key}_x" sourceRef="{key}_t" targetRef="{key}_y"/>'
    '<bpmn:scriptTask id="{key}_y" name="算"><bpmn:script>{{b: a + 1}}</bpmn:script>'
    "</bpmn:scriptTask>",
)
SETS: list[tuple[Any, ...]] = [
    (OUTER, INNER, form("number")),
    (OUTER, INNER),
    (OUTER, form("number")),
    (OUTER, INNER, form("boolean")),
    (OUTER, READS, form("number")),
    (OUTER, READS, form("boolean")),
    (READS, form("number")),
]


@pytest.mark.parametrize("before", range(len(SETS)))
def test_what_was_checked_before_changes_no_finding(before: int) -> None:
    for members in SETS:
        host = new_host()
        checked(host, *SETS[before])

        assert checked(host, *members) == checked(new_host(), *members)


def test_the_sets_are_told_apart() -> None:
    # Else the test above could not fail.
    codes = [tuple(one.code for one in checked(new_host(), *one).findings) for one in SETS]

    assert len(set(codes)) >= 4
    assert codes[0] != codes[1] != codes[2]
    assert codes[4] != codes[5]
