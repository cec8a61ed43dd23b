"""Check events: which kind may stand where, and that what they refer to is there."""

from __future__ import annotations

from collections import Counter

from engine.diagrams.checking.compensation import check_compensation
from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.checking.structure import MOST_NAME
from engine.diagrams.vocabulary import (
    EVENTS,
    B,
    event_definitions,
    local_name,
    text_of,
)

_START = {"message", "signal", "timer"}
_ALLOWED = {
    "startEvent": _START,
    "intermediateCatchEvent": {"message", "signal", "timer", "link", "conditional"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link", "compensate"},
    "boundaryEvent": {
        "message",
        "signal",
        "timer",
        "error",
        "escalation",
        "cancel",
        "conditional",
        "compensate",
    },
    "endEvent": {"message", "signal", "error", "escalation", "terminate", "cancel", "compensate"},
}
_NAMED = {
    "message": ("messageRef", "message", "消息"),
    "signal": ("signalRef", "signal", "信号"),
    "error": ("errorRef", "error", "错误"),
    "escalation": ("escalationRef", "escalation", "升级"),
}
_CATCH_ALL = {"error", "escalation"}
_INTERRUPTING = {"error", "cancel"}


def check_events(graph: Graph, report: Report) -> None:
    """Report events that cannot work."""
    for scope, node in graph.nodes():
        if node.tag in EVENTS:
            for reference in node.iterfind(B + "eventDefinitionRef"):
                name = (reference.text or "").strip()
                if graph.root_definition(name) is None:
                    report.add(node, "unknown_event_definition", name=name)
            _check_event(graph, scope, node, report)
        elif node.tag in (B + "sendTask", B + "receiveTask"):
            _check_reference(graph, node, node, "message", report)
        elif node.tag == B + "eventBasedGateway":
            _check_gateway(scope, node, report)
    for scope in graph.scopes:
        _check_links(scope, report)


def _check_event(graph: Graph, scope: Scope, node: Node, report: Report) -> None:
    definitions = graph.definitions(node)
    kind_of_event = local_name(node)
    missing = {
        "boundaryEvent": "boundary_without_event",
        "intermediateCatchEvent": "catch_without_event",
    }
    if not definitions and kind_of_event in missing:
        report.add(node, missing[kind_of_event])
    allowed = set(_ALLOWED[kind_of_event])
    if kind_of_event == "startEvent" and scope.is_event_subprocess:
        allowed |= _CATCH_ALL | {"conditional", "compensate"}
    for definition in definitions:
        kind = local_name(definition).removesuffix("EventDefinition")
        alone = kind not in ("link", "compensate") or len(definitions) == 1
        if kind not in allowed or not alone:
            code = "conditional_event" if kind == "conditional" else "event_not_allowed"
            report.add(node, code, kind=kind)
        else:
            _check_definition(graph, scope, node, definition, report)


def _check_definition(
    graph: Graph, scope: Scope, node: Node, definition: Node, report: Report
) -> None:
    kind = local_name(definition).removesuffix("EventDefinition")
    if kind in _INTERRUPTING and "false" in (
        node.get("cancelActivity"),
        node.get("isInterrupting"),
    ):
        report.add(node, "must_interrupt")
    if kind == "conditional" and text_of(definition, "condition") is None:
        report.add(node, "conditional_event")
    elif kind == "compensate":
        check_compensation(scope, node, definition, report)
    elif kind == "cancel":
        _check_cancel(scope, node, report)
    elif kind in _NAMED:
        _check_reference(graph, node, definition, kind, report)


def _check_cancel(scope: Scope, node: Node, report: Report) -> None:
    around: Node | None = scope.node
    if node.tag == B + "boundaryEvent":
        around = scope.nodes.get(node.get("attachedToRef") or "")
    if around is None or around.tag != B + "transaction":
        report.add(node, "cancel_outside_transaction")


def _check_reference(graph: Graph, node: Node, holder: Node, kind: str, report: Report) -> None:
    attribute, tag, kind_zh = _NAMED[kind]
    wanted = holder.get(attribute)
    catches = node.tag in (B + "boundaryEvent", B + "startEvent")
    if not wanted and kind in _CATCH_ALL and catches:
        return
    found = graph.roots.get(wanted or "")
    if found is None or found.tag != B + tag:
        report.add(node, "event_reference", kind=kind, kind_zh=kind_zh)
    elif len(found.get("name") or "") > MOST_NAME:
        report.add(found, "too_long", most=MOST_NAME)


def _check_gateway(scope: Scope, gateway: Node, report: Report) -> None:
    for flow in scope.out(gateway):
        target = scope.nodes[flow.get("targetRef") or ""]
        kinds = {local_name(one) for one in event_definitions(target)}
        catches = target.tag == B + "intermediateCatchEvent" and "linkEventDefinition" not in kinds
        receives = target.tag == B + "receiveTask" and not _is_decorated(scope, target)
        if not (catches or receives) or len(scope.into(target)) != 1:
            report.add(gateway, "event_gateway_target")
            return
    if not scope.out(gateway):
        report.add(gateway, "event_gateway_target")


def _is_decorated(scope: Scope, task: Node) -> bool:
    loops = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
    return bool(scope.boundaries(task)) or any(task.find(B + one) is not None for one in loops)


def _check_links(scope: Scope, report: Report) -> None:
    caught: Counter[str] = Counter()
    thrown: list[tuple[Node, str]] = []
    for node in scope.nodes.values():
        link = node.find(B + "linkEventDefinition")
        if link is None:
            continue
        name = link.get("name") or ""
        if node.tag == B + "intermediateCatchEvent":
            caught[name] += 1
            if caught[name] == 2:
                report.add(node, "link_name_twice", name=name)
        else:
            thrown.append((node, name))
    for node, name in thrown:
        if not caught[name]:
            report.add(node, "link_without_target", name=name)
