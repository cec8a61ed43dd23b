"""Changes of a random diagram that somebody may make while instances of it run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from engine.diagrams.vocabulary import FLOW, FLOW_NODES, B

ADDED = "added"
"""Ids of what an edit draws begin so."""

Edit = tuple[str, int]
RENAMED = "_renamed"
"""Ids of what an edit renames end so."""

KINDS = ("step", "user", "block", "label", "boundary", "sub", "handler", "rename")
ALL_KINDS = (*KINDS, "drop", "unguard")


def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
    """Make the edits, each of a kind at the place of a number."""
    root = etree.fromstring(content)
    for number, (kind, place) in enumerate(edits):
        _EDITS[kind](root, f"{ADDED}_{number}", place)
    return etree.tostring(root)


def mapping_of(content: bytes) -> dict[str, str]:
    """Tell which elements were renamed, the old ids first."""
    names = [one.get("id", "") for one in etree.fromstring(content).iter(*FLOW_NODES)]
    return {one.removesuffix(RENAMED): one for one in names if one.endswith(RENAMED)}


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


def _user(root: Any, name: str, place: int) -> None:
    drawn = f'<bpmn:userTask id="{name}" name="{name}"/>'
    _put_in(root, name, place, name, name, drawn)


def _rename(root: Any, name: str, place: int) -> None:
    nodes = [one.get("id", "") for one in root.iter(*FLOW_NODES)]
    old = nodes[place % len(nodes)]
    if old.endswith(RENAMED) or old.startswith(ADDED):
        return
    for one in root.iter():
        for key, value in one.attrib.items():
            if value == old and key != "name":
                one.set(key, old + RENAMED)


def _drop(root: Any, name: str, place: int) -> None:
    """Take a user task or script out of the one flow that leads through it."""
    nodes = [one for one in root.iter(B + "userTask", B + "scriptTask")]
    flows = list(root.iter(FLOW))
    lone = [one for one in nodes if _in_one_flow(one.get("id"), flows)]
    if not lone:
        return
    gone = lone[place % len(lone)]
    before = next(one for one in flows if one.get("targetRef") == gone.get("id"))
    behind = next(one for one in flows if one.get("sourceRef") == gone.get("id"))
    before.set("targetRef", behind.get("targetRef"))
    for one in (gone, behind):
        one.getparent().remove(one)


def _in_one_flow(name: str, flows: Sequence[Any]) -> bool:
    ends = [one.get(key) for one in flows for key in ("sourceRef", "targetRef")]
    return ends.count(name) == 2


def _unguard(root: Any, name: str, place: int) -> None:
    """Take an event sub-process away."""
    handlers = _handlers(root)
    if handlers:
        gone = handlers[place % len(handlers)]
        gone.getparent().remove(gone)


def _handlers(root: Any) -> list[Any]:
    return [one for one in root.iter(B + "subProcess") if one.get("triggeredByEvent") == "true"]


def _handler(root: Any, name: str, place: int) -> None:
    """An event sub-process that nothing ever triggers."""
    scopes = [
        one
        for one in root.iter(B + "process", B + "subProcess")
        if one.get("triggeredByEvent") != "true" and one.get("isForCompensation") != "true"
    ]
    stops = "true" if place % 2 else "false"
    drawn = (
        f'<x xmlns:bpmn="{B[1:-1]}"><bpmn:subProcess id="{name}" triggeredByEvent="true">'
        f'<bpmn:startEvent id="{name}_start" isInterrupting="{stops}">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P900D</bpmn:timeDuration>"
        f'</bpmn:timerEventDefinition></bpmn:startEvent><bpmn:endEvent id="{name}_end"/>'
        f'<bpmn:sequenceFlow id="{name}_1" sourceRef="{name}_start" targetRef="{name}_end"/>'
        "</bpmn:subProcess></x>"
    )
    scopes[place % len(scopes)].extend(etree.fromstring(drawn))


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
    "user": _user,
    "handler": _handler,
    "rename": _rename,
    "drop": _drop,
    "unguard": _unguard,
    "block": _block,
    "label": _label,
    "boundary": _boundary,
    "sub": _sub,
}
