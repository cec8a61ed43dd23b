"""End the branches that are drawn without an end event."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, connect, flows_from, identity, scopes
from engine.diagrams.vocabulary import FLOW_NODES, B, children


def end_open_branches(root: etree._Element) -> None:
    """Give nodes without an outgoing flow an end event; SpiffWorkflow would wait for ever."""
    for scope in scopes(root):
        for node in children(scope, FLOW_NODES):
            ends = node.tag == B + "endEvent" or node.get("triggeredByEvent") == "true"
            if ends or flows_from(scope, identity(node)):
                continue
            name = identity(node)
            add(scope, "endEvent", id=f"{name}__end")
            connect(scope, f"{name}__to_end", name, f"{name}__end")
