"""Leave out what is only drawn: shapes, notes, pools that nothing runs in."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import remove
from engine.diagrams.vocabulary import BPMN_NS, CAMUNDA_NS, INTERNAL_NS, B, tags

_DRAWN = tags(
    "textAnnotation",
    "group",
    "category",
    "documentation",
    "dataStore",
    "dataStoreReference",
    "incoming",
    "outgoing",
    "collaboration",
)
_KEPT_NAMESPACES = (BPMN_NS, CAMUNDA_NS, INTERNAL_NS)


def strip_drawing(root: etree._Element) -> None:
    """Remove everything without a meaning at run time."""
    for node in list(root.iter()):
        namespace = etree.QName(node).namespace
        if node is not root and (node.tag in _DRAWN or namespace not in _KEPT_NAMESPACES):
            remove(node)
    for process in list(root.iterfind(B + "process")):
        if process.get("isExecutable") != "true":
            remove(process)
