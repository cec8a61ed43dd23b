"""Check attributes that have a few allowed values, so that no misspelt one counts as another."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.canonical import BOOLEANS
from engine.diagrams.checking.graph import Graph
from engine.diagrams.checking.report import Report
from engine.diagrams.vocabulary import BPMN_NS

_BOOLEAN = ("true", "false")
_ALLOWED = {
    **dict.fromkeys(BOOLEANS, _BOOLEAN),
    "ordering": ("Parallel", "Sequential"),
    "eventGatewayType": ("Exclusive", "Parallel"),
}


def check_values(graph: Graph, report: Report) -> None:
    """Report values that the schema of BPMN does not know."""
    for node in graph.root.iter(etree.Element):
        if etree.QName(node).namespace != BPMN_NS:
            continue
        for name, value in node.attrib.items():
            allowed = _ALLOWED.get(str(name))
            if allowed is not None and value not in allowed:
                report.add(
                    node, "bad_value", attribute=name, value=value, allowed=", ".join(allowed)
                )
