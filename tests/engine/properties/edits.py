"""Changes of a random diagram that leave what instances wait at where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from engine.diagrams.vocabulary import FLOW, FLOW_NODES, B

ADDED = "added"
"""Ids of what an edit draws begin so."""

Edit = tuple[str, int]
KINDS = ("step", "block", "label", "boundary", "sub")


def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
    """Make the edits, each of a kind at the place of a number."""
    root = etree.fromstring(content)
    for number, (kind, place) in enumerate(edits):
        _EDITS[kind](root, f"{ADDED}_{number}", place)
    return etree.tostring(root)


def _flow(root: Any, place: int) -> Any:
    """Choose a flow in which something can be put."""
    gates = {one.get("id") for one in root.iter(B + "eventBasedGateway")}
    flows = [one for one in root.iter(FLOW) if one.get("sourceRef") not in gates]
    return flows[place % len(flows)]


def _put_in(root: Any, name: str, place: int, first: str, last: str, drawn: str) -> None:
    flow = _flow(root, place)
    target = flow.get("targetRef")
    flow.set("targetRef", first)
    scope = flow.getparent()
    text = f'<x xmlns:bpmn="{B[1:-1]}">{drawn}'
    text += f'<bpmn:sequenceFlow id="{name}_out" sourceRef="{last}" targetRef="{target}"/></x>'
    scope.extend(etree.fromstring(text))


def _script(name: str) -> str:
    body = f"<bpmn:script>{{{name}: 1}}</bpmn:script>"
    return f'<bpmn:scriptTask id="{name}" name="{name}">{body}</bpmn:scriptTask>'


def _step(root: Any, name: str, place: int) -> None:
    _put_in(root, name, place, name, name, _script(name))


def _block(root: Any, name: str, place: int) -> None:
    """Two branches side by side that join again."""
    fork, join, left, right = (f"{name}_{part}" for part in ("fork", "join", "left", "right"))
    drawn = _script(left) + _script(right)
    for gateway in (fork, join):
        drawn += f'<bpmn:parallelGateway id="{gateway}"/>'
    for source, target in ((fork, left), (fork, right), (left, join), (right, join)):
        drawn += (
            f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        )
    _put_in(root, name, place, fork, join, drawn)


def _sub(root: Any, name: str, place: int) -> None:
    start, end, inner = (f"{name}_{part}" for part in ("start", "end", "inner"))
    drawn = (
        f'<bpmn:subProcess id="{name}"><bpmn:startEvent id="{start}"/>{_script(inner)}'
        f'<bpmn:endEvent id="{end}"/>'
        f'<bpmn:sequenceFlow id="{name}_1" sourceRef="{start}" targetRef="{inner}"/>'
        f'<bpmn:sequenceFlow id="{name}_2" sourceRef="{inner}" targetRef="{end}"/>'
        "</bpmn:subProcess>"
    )
    _put_in(root, name, place, name, name, drawn)


def _label(root: Any, name: str, place: int) -> None:
    nodes = [one for one in root.iter(*FLOW_NODES)]
    nodes[place % len(nodes)].set("name", f"{name}!")


def _boundary(root: Any, name: str, place: int) -> None:
    """A time at the edge of a user task, a sub-process or a call."""
    hosts = [
        one
        for one in root.iter(B + "userTask", B + "subProcess", B + "callActivity")
        if one.get("triggeredByEvent") != "true"
        and one.get("isForCompensation") != "true"
        and one.getparent().tag != B + "adHocSubProcess"
    ]
    if not hosts:
        return
    host = hosts[place % len(hosts)]
    stops = "true" if place % 2 else "false"
    drawn = (
        f'<x xmlns:bpmn="{B[1:-1]}">'
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host.get("id")}"'
        f' cancelActivity="{stops}"><bpmn:timerEventDefinition><bpmn:timeDuration>P900D'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        f'<bpmn:endEvent id="{name}_end"/><bpmn:sequenceFlow id="{name}_out" sourceRef="{name}" '
        f'targetRef="{name}_end"/></x>'
    )
    host.getparent().extend(etree.fromstring(drawn))


_EDITS = {
    "step": _step,
    "block": _block,
    "label": _label,
    "boundary": _boundary,
    "sub": _sub,
}
