"""Check what undoes what."""

from __future__ import annotations

from engine.diagrams.checking.graph import Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.lowering.compensation import handler_of
from engine.diagrams.vocabulary import SUBPROCESSES, B


def check_compensation(scope: Scope, node: Node, definition: Node, report: Report) -> None:
    """Report a compensation event that reaches no handler, or one that flows enter or leave."""
    if node.tag == B + "boundaryEvent":
        handler = handler_of(scope.node, node)
        if handler is None or scope.out(node):
            report.add(node, "compensation_handler")
        return
    wanted = definition.get("activityRef")
    if wanted and node.tag != B + "startEvent" and not _can_undo(scope, wanted):
        report.add(node, "compensation_target", name=wanted)


def check_handlers(scope: Scope, report: Report) -> None:
    """Report compensation activities that nothing reaches, or that are part of the flow."""
    reached = {
        handler
        for node in scope.nodes.values()
        if node.tag == B + "boundaryEvent"
        and node.find(B + "compensateEventDefinition") is not None
        and (handler := handler_of(scope.node, node)) is not None
    }
    for node in scope.nodes.values():
        if node.get("isForCompensation") != "true" or node.get("triggeredByEvent") == "true":
            continue
        if node not in reached or scope.into(node) or scope.out(node):
            report.add(node, "compensation_loose")


def _can_undo(scope: Scope, name: str) -> bool:
    """Look in the throwing scope, and for an event sub-process in the scope around it."""
    around = [scope.node]
    parent = scope.node.getparent()
    if scope.is_event_subprocess and parent is not None:
        around.append(parent)
    for node in around:
        found = node.find(f"*[@id='{name}']")
        if found is None:
            continue
        events = node.iterfind(f"{B}boundaryEvent[@attachedToRef='{name}']")
        handled = any(one.find(B + "compensateEventDefinition") is not None for one in events)
        if handled or found.tag in SUBPROCESSES or found.tag == B + "callActivity":
            return True
    return False
