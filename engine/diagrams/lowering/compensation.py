"""Take compensation handlers out of the flow, each into a process of its own that can be run."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, connect, flows_from, identity, remove, scopes
from engine.diagrams.vocabulary import COMPENSATED_BY, DETACHED, FLOW_NODES, B, children

_DEFINITION = B + "compensateEventDefinition"


def lower_compensation(root: etree._Element) -> None:
    """Rewrite boundary events with their handlers, event sub-processes, and throws in passing."""
    for scope in scopes(root):
        for node in scope.findall(B + "subProcess"):
            _detach_event_subprocess(node)
        for boundary in scope.findall(B + "boundaryEvent"):
            if boundary.find(_DEFINITION) is not None:
                _detach_handler(scope, boundary)
        for event in scope.findall(B + "intermediateThrowEvent"):
            definition = event.find(_DEFINITION)
            if definition is not None and definition.get("waitForCompletion") == "false":
                _go_on_at_once(scope, event)
    for association in list(root.iter(B + "association")):
        remove(association)


def handler_of(scope: etree._Element, boundary: etree._Element) -> etree._Element | None:
    """Find the activity that an association connects with a compensation boundary event."""
    name = identity(boundary)
    nodes = {identity(node): node for node in children(scope, FLOW_NODES)}
    for association in scope.iterfind(B + "association"):
        ends = [association.get("sourceRef"), association.get("targetRef")]
        if name in ends:
            other = ends[1] if ends[0] == name else ends[0]
            handler = nodes.get(other or "")
            if handler is not None and handler.get("isForCompensation") == "true":
                return handler
    return None


def _detach_handler(scope: etree._Element, boundary: etree._Element) -> None:
    handler = handler_of(scope, boundary)
    host = scope.find(f"*[@id='{boundary.get('attachedToRef')}']")
    if handler is None or host is None:
        return
    name = identity(handler)
    alone = add(scope, "subProcess", id=f"{name}__compensation")
    alone.set(DETACHED, "activity")
    add(alone, "startEvent", id=f"{name}__compensation_start")
    del handler.attrib["isForCompensation"]
    alone.append(handler)
    add(alone, "endEvent", id=f"{name}__compensation_end")
    connect(alone, f"{name}__compensation_in", f"{name}__compensation_start", name)
    connect(alone, f"{name}__compensation_out", name, f"{name}__compensation_end")
    host.set(COMPENSATED_BY, identity(alone))
    remove(boundary)


def _detach_event_subprocess(node: etree._Element) -> None:
    start = node.find(B + "startEvent")
    definition = start.find(_DEFINITION) if start is not None else None
    if node.get("triggeredByEvent") != "true" or start is None or definition is None:
        return
    start.remove(definition)
    del node.attrib["triggeredByEvent"]
    node.attrib.pop("isForCompensation", None)
    node.set(DETACHED, "scope")


def _go_on_at_once(scope: etree._Element, event: etree._Element) -> None:
    """Let what follows begin while the compensation runs beside it."""
    name = identity(event)
    before = add(scope, "intermediateThrowEvent", id=f"{name}__before")
    for flow in scope.iterfind(B + "sequenceFlow"):
        if flow.get("targetRef") == name:
            flow.set("targetRef", identity(before))
    for flow in flows_from(scope, name):
        flow.set("sourceRef", identity(before))
    connect(scope, f"{name}__aside", identity(before), name)
