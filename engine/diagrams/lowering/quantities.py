"""Draw what token quantities mean: several flows behind an activity, a count before it."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, connect, flows_from, identity, scopes
from engine.diagrams.vocabulary import ACTIVITIES, FLOW, THRESHOLD, children


def lower_quantities(root: etree._Element) -> None:
    """Let an activity give and need as many tokens as it says."""
    for scope in scopes(root):
        for node in children(scope, ACTIVITIES):
            given = int(node.attrib.pop("completionQuantity", "1"))
            needed = int(node.attrib.pop("startQuantity", "1"))
            if given > 1:
                _multiply(scope, node, given)
            if needed > 1:
                _count(scope, node, needed)


def _multiply(scope: etree._Element, node: etree._Element, number: int) -> None:
    for flow in flows_from(scope, identity(node)):
        target, many = flow.get("targetRef") or "", f"{flow.get('id')}__many"
        add(scope, "intermediateThrowEvent", id=many)
        flow.set("targetRef", many)
        for token in range(number):
            connect(scope, f"{many}_{token}", many, target)


def _count(scope: etree._Element, node: etree._Element, number: int) -> None:
    name = identity(node)
    gate = add(scope, "complexGateway", id=f"{name}__tokens")
    gate.set(THRESHOLD, str(number))
    for flow in scope.iterfind(FLOW):
        if flow.get("targetRef") == name:
            flow.set("targetRef", f"{name}__tokens")
    connect(scope, f"{name}__counted", f"{name}__tokens", name)
