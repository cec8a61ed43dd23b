"""Check for what BPMN can draw and this engine would get wrong."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagrams.checking.compensation import check_handlers
from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.checking.values import check_values
from engine.diagrams.data import data_names
from engine.diagrams.dialect import DialectReader
from engine.diagrams.loops import MAX_INSTANCES
from engine.diagrams.vocabulary import (
    ACTIVITIES,
    BPMN_NS,
    EVENT_DEFINITIONS,
    FLOW,
    FLOW_NODES,
    GATEWAYS,
    B,
    C,
    children,
    event_definitions,
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
        "completionCondition",
    )
)
_THROWN = {
    "signalEventDefinition",
    "messageEventDefinition",
    "escalationEventDefinition",
    "errorEventDefinition",
}
_FOREIGN = ("class", "expression", "delegateExpression")
_LISTENERS = frozenset(C + name for name in ("executionListener", "taskListener", "connector"))
_UNUSED = (
    *("asyncBefore", "asyncAfter", "jobPriority", "taskPriority", "exclusive"),
    *("initiator", "formHandlerClass"),
)
_UNUSED_ELEMENTS = ("formData", "failedJobRetryTimeCycle")
NOT_RUN = "jc:notRun"
"""On an element: `listener`, where a designer leaves its listeners to another engine."""


def check_constructs(graph: Graph, report: Report) -> None:
    """Report every construct that is refused, and settings without effect."""
    check_values(graph, report)
    for scope, node in graph.nodes():
        _check_kind(scope, node, report)
        _check_loops(node, report)
        _check_camunda(node, report)
        if node.tag in ACTIVITIES:
            _check_data(node, report)
        _check_instantiation(scope, node, report)
    for flow in graph.root.iter(FLOW):
        _check_listeners(flow, report)
    for scope in graph.scopes:
        _check_content(scope, report)
        check_handlers(scope, report)


def _check_instantiation(scope: Scope, node: Node, report: Report) -> None:
    begins = node.get("instantiate") == "true"
    if begins and (scope.into(node) or (node.tag != B + "receiveTask" and not scope.is_process)):
        report.add(node, "instantiate_not_first")
    starts = node.tag == B + "startEvent" and scope.is_process
    if starts and node.get("parallelMultiple") == "true" and len(event_definitions(node)) > 1:
        report.add(node, "parallel_start")
    if node.get("eventGatewayType") == "Parallel":
        report.add(node, "parallel_event_gateway")


def _check_content(scope: Scope, report: Report) -> None:
    for child in scope.node:
        if child.tag == B + "correlationSubscription":
            report.add(child, "correlation_subscription")
            continue
        known = child.tag in _PLAIN or not isinstance(child.tag, str)
        if not known and etree.QName(child).namespace == BPMN_NS:
            report.add(child, "unsupported_element", tag=local_name(child))


def _check_kind(scope: Scope, node: Node, report: Report) -> None:
    joins = node.tag == B + "complexGateway" and len(scope.into(node)) > 1
    if joins and text_of(node, "activationCondition") is None:
        report.add(node, "complex_gateway")
    if node.tag == B + "adHocSubProcess" and any(
        child.tag in (B + "startEvent", B + "endEvent") for child in node
    ):
        report.add(node, "ad_hoc_events")
    if node.tag == B + "adHocSubProcess" and not children(node, ACTIVITIES):
        report.add(node, "ad_hoc_empty")
    if node.tag in GATEWAYS:
        _check_direction(scope, node, report)
    for attribute in ("startQuantity", "completionQuantity"):
        value = node.get(attribute, "1")
        if not re.fullmatch(r"[1-9]|[1-4]\d|50", value):
            report.add(node, "quantity", attribute=attribute, value=value)


def _check_direction(scope: Scope, gateway: Node, report: Report) -> None:
    """A direction has no effect, but one that the flows contradict was drawn by mistake."""
    entering, leaving = len(scope.into(gateway)), len(scope.out(gateway))
    contradicted = {
        "Converging": leaving > 1,
        "Diverging": entering > 1,
        "Mixed": entering < 2 or leaving < 2,
    }
    direction = gateway.get("gatewayDirection", "Unspecified")
    if contradicted.get(direction):
        report.add(gateway, "gateway_direction", value=direction)


def _check_loops(node: Node, report: Report) -> None:
    several = node.find(B + "multiInstanceLoopCharacteristics")
    if several is not None and node.find(B + "standardLoopCharacteristics") is not None:
        report.add(node, "two_loops")
    if several is not None:
        _check_behavior(node, several, report)
        _check_source(node, several, report)
    loop = node.find(B + "standardLoopCharacteristics")
    if loop is not None:
        maximum = loop.get("loopMaximum")
        if maximum is None and text_of(loop, "loopCondition") is None:
            report.add(node, "loop_unbounded")
        if maximum is not None and not re.fullmatch(r"[1-9]\d{0,5}", maximum):
            report.add(node, "bad_number", value=maximum)


def _check_behavior(node: Node, several: Node, report: Report) -> None:
    behavior = several.get("behavior", "All")
    root = node.getroottree().getroot()
    thrown: list[str | None] = []
    if behavior == "Complex":
        for one in several.iterfind(B + "complexBehaviorDefinition"):
            event = one.find(B + "event")
            if text_of(one, "condition") is None:
                report.add(node, "mi_behavior", value=behavior)
            kinds = [] if event is None else children(event, EVENT_DEFINITIONS)
            thrown += [local_name(kind) for kind in kinds]
    elif behavior in ("None", "One"):
        name = several.get("noneBehaviorEventRef" if behavior == "None" else "oneBehaviorEventRef")
        if name:
            found = root.find(f"*[@id='{name.rsplit(':', 1)[-1]}']")
            thrown.append(None if found is None else local_name(found))
    elif behavior != "All":
        thrown.append(None)
    if any(kind not in _THROWN for kind in thrown):
        report.add(node, "mi_behavior", value=behavior)


def _check_source(node: Node, several: Node, report: Report) -> None:
    collection = several.get(C + "collection")
    cardinality = text_of(several, "loopCardinality")
    standard = text_of(several, "loopDataInputRef")
    if sum(map(bool, (collection, cardinality, standard))) != 1:
        report.add(node, "mi_source")
    _check_loop_data(node, several, report)
    count = strip_equals(cardinality or "")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", count):
        if not re.fullmatch(r"[1-9]\d*", count):
            report.add(node, "bad_number", value=count)
        elif int(count) > MAX_INSTANCES:
            report.add(node, "mi_too_large", most=MAX_INSTANCES)


def _check_loop_data(node: Node, several: Node, report: Report) -> None:
    references = [text_of(several, f"loopData{side}Ref") for side in ("Input", "Output")]
    if not any(references):
        return
    names = data_names(node.getroottree().getroot())
    if any(one is not None and one not in names for one in references):
        report.add(node, "mi_data")
    if references[1] is not None and several.find(B + "outputDataItem") is None:
        report.add(node, "mi_data")
    for item in several.iterfind("*"):
        if item.tag in (B + "inputDataItem", B + "outputDataItem") and not item.get("id"):
            report.add(node, "mi_data")


def _check_camunda(node: Node, report: Report) -> None:
    for attribute in _FOREIGN:
        if node.get(C + attribute):
            report.add(node, "foreign_implementation", attribute=attribute)
    for attribute in _UNUSED:
        if node.get(C + attribute):
            report.add(node, "ignored_attribute", attribute=attribute)
    for name in _UNUSED_ELEMENTS:
        if node.find(f"{B}extensionElements/{C}{name}") is not None:
            report.add(node, "ignored_extension", tag=name)
    _check_listeners(node, report)


def _check_listeners(node: Node, report: Report) -> None:
    """What would run in another engine; a designer may say that it is left to that one."""
    extension = node.find(B + "extensionElements")
    if extension is None:
        return
    scripted = extension.iterfind(f"{C}inputOutput/*/{C}script")
    if any(True for _ in scripted):
        report.add(node, "listener")
    elif any(child.tag in _LISTENERS for child in extension):
        left = DialectReader(node).properties().get(NOT_RUN) == "listener"
        report.add(node, "listener_left" if left else "listener")


def _check_data(node: Node, report: Report) -> None:
    """Data stores can be drawn, but nothing is read from them or written to them."""
    root = node.getroottree().getroot()
    stores = {one.get("id") for one in root.iter(B + "dataStoreReference", B + "dataStore")}
    if stores and any(_uses(one, stores) for one in node.iterfind("*")):
        report.add(node, "data_store")


def _uses(association: Node, stores: set[str | None]) -> bool:
    if association.tag not in (B + "dataInputAssociation", B + "dataOutputAssociation"):
        return False
    ends = {(one.text or "").strip() for one in association.iterfind("*")}
    drawn_only = association.find(B + "assignment") is None and not _joins_data(association, ends)
    return bool(ends & stores) and not drawn_only


def _joins_data(association: Node, ends: set[str]) -> bool:
    """Tell an association with the activity's declared data from one that is only drawn."""
    activity = association.getparent()
    declared = () if activity is None else activity.iter(B + "dataInput", B + "dataOutput")
    return any(one.get("id") in ends for one in declared)
