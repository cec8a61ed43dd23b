"""Check for what BPMN can draw and this engine would get wrong."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.loops import MAX_INSTANCES
from engine.diagrams.vocabulary import (
    ACTIVITIES,
    BPMN_NS,
    FLOW,
    FLOW_NODES,
    B,
    C,
    local_name,
    strip_equals,
    tags,
    text_of,
)

_PLAIN = (
    FLOW_NODES
    | {FLOW}
    | tags(
        "laneSet",
        "documentation",
        "extensionElements",
        "textAnnotation",
        "association",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "ioSpecification",
        "property",
        "auditing",
        "monitoring",
        "incoming",
        "outgoing",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "supports",
        "correlationSubscription",
    )
)
_FOREIGN = ("class", "expression", "delegateExpression")
_LISTENERS = frozenset(C + name for name in ("executionListener", "taskListener", "connector"))
_UNUSED = ("asyncBefore", "asyncAfter", "jobPriority", "taskPriority", "exclusive")


def check_constructs(graph: Graph, report: Report) -> None:
    """Report every construct that is refused, and settings without effect."""
    for scope, node in graph.nodes():
        _check_kind(node, report)
        _check_loops(node, report)
        _check_camunda(node, report)
        if node.tag in ACTIVITIES:
            _check_data(node, report)
        if node.tag == B + "receiveTask" and node.get("instantiate") == "true" and scope.into(node):
            report.add(node, "instantiate_not_first")
    for scope in graph.scopes:
        _check_content(scope, report)


def _check_content(scope: Scope, report: Report) -> None:
    for child in scope.node:
        known = child.tag in _PLAIN or not isinstance(child.tag, str)
        if not known and etree.QName(child).namespace == BPMN_NS:
            report.add(child, "unsupported_element", tag=local_name(child))


def _check_kind(node: Node, report: Report) -> None:
    if node.tag == B + "complexGateway":
        report.add(node, "complex_gateway")
    if node.tag == B + "adHocSubProcess":
        report.add(node, "ad_hoc")
    if node.get("isForCompensation") == "true":
        report.add(node, "compensation")
    for attribute in ("startQuantity", "completionQuantity"):
        value = node.get(attribute, "1")
        if value != "1":
            report.add(node, "quantity", attribute=attribute, value=value)


def _check_loops(node: Node, report: Report) -> None:
    several = node.find(B + "multiInstanceLoopCharacteristics")
    if several is not None:
        behavior = several.get("behavior", "All")
        if behavior != "All":
            report.add(node, "mi_behavior", value=behavior)
        _check_source(node, several, report)
    loop = node.find(B + "standardLoopCharacteristics")
    if loop is not None:
        maximum = loop.get("loopMaximum")
        if maximum is None and text_of(loop, "loopCondition") is None:
            report.add(node, "loop_unbounded")
        if maximum is not None and not re.fullmatch(r"[1-9]\d{0,5}", maximum):
            report.add(node, "bad_number", value=maximum)


def _check_source(node: Node, several: Node, report: Report) -> None:
    collection = several.get(C + "collection")
    cardinality = text_of(several, "loopCardinality")
    standard = several.find(B + "loopDataInputRef") is not None
    if standard or bool(collection) == bool(cardinality):
        report.add(node, "mi_source")
    count = strip_equals(cardinality or "")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", count):
        if not re.fullmatch(r"[1-9]\d*", count):
            report.add(node, "bad_number", value=count)
        elif int(count) > MAX_INSTANCES:
            report.add(node, "mi_too_large", most=MAX_INSTANCES)


def _check_camunda(node: Node, report: Report) -> None:
    for attribute in _FOREIGN:
        if node.get(C + attribute):
            report.add(node, "foreign_implementation", attribute=attribute)
    for attribute in _UNUSED:
        if node.get(C + attribute):
            report.add(node, "ignored_attribute", attribute=attribute)
    extension = node.find(B + "extensionElements")
    if extension is None:
        return
    scripted = extension.iterfind(f"{C}inputOutput/*/{C}script")
    if any(child.tag in _LISTENERS for child in extension) or any(True for _ in scripted):
        report.add(node, "listener")


def _check_data(node: Node, report: Report) -> None:
    for name in ("dataInputAssociation", "dataOutputAssociation"):
        for association in node.iterfind(B + name):
            if any(
                association.find(B + tag) is not None for tag in ("assignment", "transformation")
            ):
                report.add(node, "data_transform")
