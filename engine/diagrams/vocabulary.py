"""Names of BPMN, of the designers' dialect and of what the compiler adds."""

from __future__ import annotations

from lxml import etree

BPMN_NS = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA_NS = "http://camunda.org/schema/1.0/bpmn"
INTERNAL_NS = "urn:jiancheng:lowered"
B = f"{{{BPMN_NS}}}"
C = f"{{{CAMUNDA_NS}}}"
ORIGIN = f"{{{INTERNAL_NS}}}origin"
"""On an element that the compiler made: the id of the drawn element that it stands for."""

DRAWN_ID = f"{{{INTERNAL_NS}}}drawn"
"""On an element whose id SpiffWorkflow uses itself: the id as drawn."""

COMPENSATED_BY = f"{{{INTERNAL_NS}}}compensatedBy"
"""On an activity: the detached sub-process that undoes it."""

DETACHED = f"{{{INTERNAL_NS}}}detached"
"""On a sub-process that no flow enters: it undoes an `activity`, or the `scope` it lies in."""

HANDLES = f"{{{INTERNAL_NS}}}handles"
"""On a lowered event sub-process: the sub-process whose events it handles."""

THRESHOLD = f"{{{INTERNAL_NS}}}threshold"
"""On a gateway that the compiler made: how many tokens it waits for."""

REPEATS = f"{{{INTERNAL_NS}}}repeats"
"""On a catching event: it happens as often as the cycle of its timer says."""

BEHAVIOR = f"{{{INTERNAL_NS}}}behavior"
"""In multi-instance characteristics: an event that finished instances throw."""

RESERVED_IDS = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
TERMINATE_CODE = "__terminate"
SYNTHETIC = "__"
"""Ids with this in them were made by the compiler; a trace for people leaves them out."""
PATH = f"{SYNTHETIC}path"
"""In the id of a path of a sequential ad hoc sub-process, before its number."""


def tags(*names: str) -> frozenset[str]:
    """Give BPMN element names their namespace."""
    return frozenset(B + name for name in names)


SUBPROCESSES = tags("subProcess", "transaction", "adHocSubProcess")
TASKS = tags(
    "task",
    "userTask",
    "manualTask",
    "scriptTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
)
ACTIVITIES = TASKS | SUBPROCESSES | tags("callActivity")
CATCH_EVENTS = tags("startEvent", "intermediateCatchEvent", "boundaryEvent")
THROW_EVENTS = tags("intermediateThrowEvent", "endEvent")
EVENTS = CATCH_EVENTS | THROW_EVENTS
GATEWAYS = tags(
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "eventBasedGateway",
    "complexGateway",
)
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
SCOPES = tags("process", "subProcess", "transaction", "adHocSubProcess")
GLOBAL_TASKS = tags(
    "globalTask",
    "globalUserTask",
    "globalManualTask",
    "globalScriptTask",
    "globalBusinessRuleTask",
)
EVENT_DEFINITIONS = tags(
    "messageEventDefinition",
    "signalEventDefinition",
    "timerEventDefinition",
    "errorEventDefinition",
    "escalationEventDefinition",
    "conditionalEventDefinition",
    "linkEventDefinition",
    "compensateEventDefinition",
    "cancelEventDefinition",
    "terminateEventDefinition",
)
FLOW = B + "sequenceFlow"
CONDITION = B + "conditionExpression"


def local_name(node: etree._Element) -> str:
    """Name an element without its namespace; empty for comments and the like."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def children(node: etree._Element, among: frozenset[str]) -> list[etree._Element]:
    """List the direct children that have one of these tags, in document order."""
    return [child for child in node if child.tag in among]


def event_definitions(node: etree._Element) -> list[etree._Element]:
    """List the event definitions that lie directly in an event."""
    return children(node, EVENT_DEFINITIONS)


def has_trigger(node: etree._Element) -> bool:
    """Tell whether an event has a definition, drawn in it or referred to."""
    return bool(event_definitions(node)) or node.find(B + "eventDefinitionRef") is not None


def text_of(node: etree._Element, tag: str) -> str | None:
    """Read the trimmed text of the first direct child with this tag; None if absent or empty."""
    child = node.find(B + tag)
    text = (child.text or "").strip() if child is not None else ""
    return text or None


def strip_equals(source: str) -> str:
    """Drop the optional leading `=` where an expression is always meant."""
    stripped = source.strip()
    return stripped[1:].strip() if stripped.startswith("=") else stripped
