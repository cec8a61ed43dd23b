"""Let a scope begin as its drawing says: without a start event, or with one that is implied."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, connect, flows_from, identity, remove, scopes
from engine.diagrams.vocabulary import FLOW, FLOW_NODES, SYNTHETIC, B, children

_RECEIVES = B + "receiveTask"


def lower_instantiating_receives(root: etree._Element) -> None:
    """Turn receive tasks with `instantiate` and nothing before them into message starts."""
    for scope in scopes(root):
        targets = {flow.get("targetRef") for flow in scope.iterfind(FLOW)}
        for task in list(scope.iterfind(_RECEIVES)):
            if task.get("instantiate") == "true" and task.get("id") not in targets:
                _begin_with_message(task)


def _begin_with_message(task: etree._Element) -> None:
    task.tag = B + "startEvent"
    message = task.attrib.pop("messageRef", None)
    task.attrib.pop("instantiate", None)
    definition = add(task, "messageEventDefinition")
    if message:
        definition.set("messageRef", message)


def lower_instantiating_gateways(root: etree._Element) -> None:
    """Turn what an instantiating event-based gateway leads to into start events."""
    for scope in scopes(root):
        nodes = {identity(node): node for node in children(scope, FLOW_NODES)}
        for gateway in list(scope.iterfind(B + "eventBasedGateway")):
            if gateway.get("instantiate") != "true":
                continue
            for flow in flows_from(scope, identity(gateway)):
                target = nodes[flow.get("targetRef") or ""]
                if target.tag == _RECEIVES:
                    _begin_with_message(target)
                else:
                    target.tag = B + "startEvent"
                remove(flow)
            remove(gateway)


def lower_implied_starts(root: etree._Element) -> None:
    """Begin a scope without a start event with everything that no flow enters."""
    for scope in scopes(root):
        if scope.tag == B + "adHocSubProcess" or scope.find(B + "startEvent") is not None:
            continue
        entries = entries_of(scope)
        start = f"{identity(scope)}{SYNTHETIC}start"
        add(scope, "startEvent", id=start)
        for number, node in enumerate(entries):
            connect(scope, f"{start}_{number}", start, identity(node))


def entries_of(scope: etree._Element) -> list[etree._Element]:
    """List what begins by itself in a scope without a start event."""
    entered = {flow.get("targetRef") for flow in scope.iterfind(FLOW)}
    return [
        node
        for node in children(scope, FLOW_NODES)
        if identity(node) not in entered
        and node.tag != B + "boundaryEvent"
        and node.get("triggeredByEvent") != "true"
        and node.get("isForCompensation") != "true"
    ]
