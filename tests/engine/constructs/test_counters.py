"""Each instance of a repeated activity knows its number, `loopCounter`, counted from 1."""

from itertools import pairwise
from typing import Any

import pytest

from engine.testing import run_diagram

DOCUMENT = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="x">
<process id="main" isExecutable="true">{main}</process>
<process id="other" isExecutable="true">{other}</process></definitions>"""
SEVERAL = (
    '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>{}</loopCardinality>'
    "</multiInstanceLoopCharacteristics>"
)
TWO, THREE, BESIDE = (
    SEVERAL.format("true", 2),
    SEVERAL.format("true", 3),
    SEVERAL.format("false", 3),
)
AGAIN = '<standardLoopCharacteristics loopMaximum="3"/>'
SEE = "{seen: append(seen, loopCounter)}"


def line(prefix: str, *parts: str) -> str:
    """Write a start event, the parts one after the other, and an end event."""
    drawn = [f'<startEvent id="{prefix}s"/>', *parts, f'<endEvent id="{prefix}e"/>']
    ids = [part.split('id="')[1].split('"')[0] for part in drawn]
    flows = [
        f'<sequenceFlow id="{one}_{other}" sourceRef="{one}" targetRef="{other}"/>'
        for one, other in pairwise(ids)
    ]
    return "".join([*drawn, *flows])


def script(name: str, text: str = SEE, inner: str = "") -> str:
    return f'<scriptTask id="{name}">{inner}<script>{text}</script></scriptTask>'


def scope(name: str, inner: str, *parts: str) -> str:
    return f'<subProcess id="{name}">{inner}{line(name, *parts)}</subProcess>'


CALL = (
    '<callActivity id="c" calledElement="other"><extensionElements>'
    '<camunda:in source="seen" target="seen"/>{}<camunda:out source="seen" target="seen"/>'
    f"</extensionElements>{TWO}</callActivity>"
)


@pytest.mark.parametrize(
    ("parts", "seen"),
    [
        pytest.param([script("t", inner=THREE)], [1, 2, 3], id="one by one"),
        pytest.param([script("t", inner=AGAIN)], [1, 2, 3], id="loop"),
        pytest.param(
            [scope("p", TWO, script("a"), script("b"))], [1, 1, 2, 2], id="in a sub-process"
        ),
        pytest.param(
            [scope("p", TWO, script("a", inner=THREE), script("b"))],
            [1, 2, 3, 1, 1, 2, 3, 2],
            id="the innermost",
        ),
        pytest.param(
            [scope("p", TWO, script("a", inner=AGAIN))], [1, 2, 3, 1, 2, 3], id="loop in instances"
        ),
        pytest.param([script("t", inner=TWO), script("u")], [1, 2, None], id="not after them"),
        pytest.param([CALL.format("")], [None, None], id="not in a called process"),
        pytest.param(
            [CALL.format('<camunda:in sourceExpression="loopCounter" target="loopCounter"/>')],
            [1, 2],
            id="handed to a called process",
        ),
    ],
)
def test_instance_knows_its_number(parts: list[str], seen: list[Any]) -> None:
    document = DOCUMENT.format(main=line("m", *parts), other=line("o", script("called")))

    trace = run_diagram({"m.bpmn": document.encode()}, "main", variables={"seen": []})

    assert (trace.status, trace.data) == ("completed", {"seen": seen})


def test_instances_side_by_side_know_theirs_after_waiting() -> None:
    parts = scope("p", BESIDE, '<userTask id="u"/>', script("a", "{mine: loopCounter * points}"))
    document = DOCUMENT.format(main=line("m", parts), other=line("o"))

    trace = run_diagram(
        {"m.bpmn": document.encode()}, "main", answers={"u": [{"points": n} for n in (5, 6, 7)]}
    )

    assert trace.data["mine"] == 21


def test_a_variable_of_that_name_goes_before_it() -> None:
    document = DOCUMENT.format(main=line("m", script("t", inner=TWO)), other=line("o"))

    variables = {"seen": [], "loopCounter": 9}
    trace = run_diagram({"m.bpmn": document.encode()}, "main", variables=variables)

    assert trace.data == {"seen": [9, 9], "loopCounter": 9}
