"""Make and find elements while a diagram is rewritten."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.vocabulary import FLOW, SCOPES, B, C


def add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    """Append a BPMN element."""
    made = etree.SubElement(parent, B + tag)
    for name, value in attributes.items():
        made.set(name, value)
    return made


def connect(scope: etree._Element, flow_id: str, source: str, target: str) -> etree._Element:
    """Append a sequence flow."""
    return add(scope, "sequenceFlow", id=flow_id, sourceRef=source, targetRef=target)


def scopes(root: etree._Element) -> list[etree._Element]:
    """List processes and sub-processes, outer ones first."""
    return list(root.iter(*SCOPES))


def flows_from(scope: etree._Element, node_id: str) -> list[etree._Element]:
    """List the flows that leave a node, in document order."""
    return [flow for flow in scope.iterfind(FLOW) if flow.get("sourceRef") == node_id]


def identity(node: etree._Element) -> str:
    """Read an id that the check has made sure of."""
    return node.get("id") or ""


def set_property(node: etree._Element, name: str, value: str) -> None:
    """Set a `camunda:property`, unless the element has it already."""
    extension = node.find(B + "extensionElements")
    if extension is None:
        extension = add(node, "extensionElements")
    listed = extension.find(C + "properties")
    if listed is None:
        listed = etree.SubElement(extension, C + "properties")
    if all(one.get("name") != name for one in listed):
        etree.SubElement(listed, C + "property", name=name, value=value)


def remove(node: etree._Element) -> None:
    """Take an element out of the tree."""
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)
