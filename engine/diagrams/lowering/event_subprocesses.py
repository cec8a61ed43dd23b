"""Turn event sub-processes into boundary events on a sub-process around the rest of their scope.

SpiffWorkflow 3.2 runs those with an error or escalation start at once, does not interrupt the
scope, never triggers those inside a sub-process, and changes the shared spec on a trigger.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.diagrams.lowering.build import add, connect, flows_from, identity, scopes
from engine.diagrams.vocabulary import (
    EVENT_DEFINITIONS,
    FLOW,
    FLOW_NODES,
    HANDLES,
    ORIGIN,
    TERMINATE_CODE,
    B,
    children,
)


def lower_event_subprocesses(root: etree._Element) -> None:
    """Rewrite every scope that holds event sub-processes."""
    for scope in scopes(root):
        handlers = [
            node
            for node in scope.iterfind(B + "subProcess")
            if node.get("triggeredByEvent") == "true"
        ]
        if handlers:
            body = _wrap(scope, handlers)
            for handler in handlers:
                _attach(scope, body, handler)
            if not all(_interrupts(scope, handler) for handler in handlers):
                _terminate_all(root, scope, body)


def _wrap(scope: etree._Element, handlers: list[etree._Element]) -> etree._Element:
    """Move everything but start events and handlers into a sub-process behind the start."""
    name = identity(scope)
    starts = scope.findall(B + "startEvent")
    body = etree.Element(B + "subProcess", id=f"{name}__body")
    _pass_on_ad_hoc(scope, body)
    add(body, "startEvent", id=f"{name}__body_start")
    entry = flows_from(scope, identity(starts[0]))[0]
    for start in starts[1:]:
        for flow in flows_from(scope, identity(start)):
            scope.remove(flow)
    for node in [*children(scope, FLOW_NODES), *scope.findall(FLOW)]:
        if node not in starts and node not in handlers:
            body.append(node)
    entry.set("sourceRef", f"{name}__body_start")
    scope.append(body)
    add(scope, "endEvent", id=f"{name}__end")
    for start in starts:
        connect(scope, f"{identity(start)}__to_body", identity(start), identity(body))
    connect(scope, f"{name}__to_end", identity(body), f"{name}__end")
    return body


def _pass_on_ad_hoc(scope: etree._Element, body: etree._Element) -> None:
    """Let the body be ad hoc in place of a scope that is: it holds the activities now."""
    if scope.tag != B + "adHocSubProcess":
        return
    scope.tag, body.tag = B + "subProcess", scope.tag
    for name in ("ordering", "cancelRemainingInstances"):
        if name in scope.attrib:
            body.set(name, str(scope.attrib.pop(name)))
    for condition in scope.findall(B + "completionCondition"):
        body.append(condition)


def _attach(scope: etree._Element, body: etree._Element, handler: etree._Element) -> None:
    name = identity(handler)
    start = handler.find(B + "startEvent")
    if start is None:
        return
    del handler.attrib["triggeredByEvent"]
    handler.set(HANDLES, identity(body))
    boundary = add(
        scope,
        "boundaryEvent",
        id=f"{name}__on",
        attachedToRef=identity(body),
        cancelActivity=start.get("isInterrupting", "true"),
    )
    boundary.set(ORIGIN, identity(start))
    if start.get("parallelMultiple"):
        boundary.set("parallelMultiple", start.attrib.pop("parallelMultiple"))
    for extension in start.findall(B + "extensionElements"):
        boundary.append(deepcopy(extension))
    for key, value in start.attrib.items():
        if key.startswith("{"):
            boundary.set(key, value)
    boundary.extend(children(start, EVENT_DEFINITIONS))
    add(scope, "endEvent", id=f"{name}__end")
    connect(scope, f"{name}__go", f"{name}__on", name)
    connect(scope, f"{name}__to_end", name, f"{name}__end")


def _interrupts(scope: etree._Element, handler: etree._Element) -> bool:
    boundary = scope.find(f"{B}boundaryEvent[@id='{identity(handler)}__on']")
    return boundary is not None and boundary.get("cancelActivity") == "true"


def _terminate_all(root: etree._Element, scope: etree._Element, body: etree._Element) -> None:
    """Let a terminate end event also stop the handlers that run beside the body."""
    name = identity(scope)
    endings = [end for end in body.iterfind(B + "endEvent") if _terminates(end)]
    if not endings:
        return
    if root.find(f"{B}error[@id='{TERMINATE_CODE}']") is None:
        add(root, "error", id=TERMINATE_CODE, errorCode=TERMINATE_CODE)
    for end in endings:
        for definition in end.findall(B + "terminateEventDefinition"):
            definition.tag = B + "errorEventDefinition"
            definition.set("errorRef", TERMINATE_CODE)
    boundary = add(scope, "boundaryEvent", id=f"{name}__terminated", attachedToRef=identity(body))
    add(boundary, "errorEventDefinition", errorRef=TERMINATE_CODE)
    last = add(scope, "endEvent", id=f"{name}__terminate")
    add(last, "terminateEventDefinition")
    connect(scope, f"{name}__to_terminate", f"{name}__terminated", f"{name}__terminate")


def _terminates(end: etree._Element) -> bool:
    return end.find(B + "terminateEventDefinition") is not None
