"""One spelling for what the schema of BPMN lets tools write in several ways.

Booleans may be `1` and `0`, references may carry the prefix of a namespace, and both may stand
between blanks. Whoever compares text would take `cancelActivity="1"` for an event that does not
interrupt, and would not find the message that `tns:order` names.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.diagrams.vocabulary import BPMN_NS, B

BOOLEANS = frozenset(
    {
        "cancelActivity",
        "cancelRemainingInstances",
        "instantiate",
        "isCollection",
        "isExecutable",
        "isForCompensation",
        "isInterrupting",
        "isSequential",
        "parallelMultiple",
        "testBefore",
        "triggeredByEvent",
        "waitForCompletion",
    }
)
_NUMBERS = frozenset({"completionQuantity", "loopMaximum", "startQuantity"})
_SPELLINGS = {"1": "true", "0": "false"}
_REFERENCES = frozenset(
    {
        "activityRef",
        "attachedToRef",
        "calledElement",
        "correlationKeyRef",
        "dataObjectRef",
        "dataStoreRef",
        "default",
        "errorRef",
        "escalationRef",
        "messageRef",
        "noneBehaviorEventRef",
        "oneBehaviorEventRef",
        "processRef",
        "signalRef",
        "sourceRef",
        "targetRef",
    }
)
_REFERRING = tuple(
    B + name
    for name in (
        "eventDefinitionRef",
        "flowNodeRef",
        "inMessageRef",
        "loopDataInputRef",
        "loopDataOutputRef",
        "sourceRef",
        "targetRef",
    )
)
_QUALIFIED = re.compile(r"([A-Za-z_][\w.-]*):([A-Za-z_][\w.-]*)")


def make_canonical(root: etree._Element) -> None:
    """Write booleans, numbers and references in one way."""
    for node in root.iter(etree.Element):
        if etree.QName(node).namespace == BPMN_NS:
            _spell_attributes(node)
    for node in root.iter(*_REFERRING):
        if node.text:
            node.text = _unqualified(node, node.text)
    _name_messages(root)


def _name_messages(root: etree._Element) -> None:
    """Say the message where only the operation is said that takes it."""
    operations = {
        one.get("id"): (one.findtext(B + "inMessageRef") or "").strip()
        for one in root.iterfind(f"{B}interface/{B}operation")
    }
    if not operations:
        return
    for node in root.iter(B + "messageEventDefinition", B + "sendTask", B + "receiveTask"):
        operation = node.get("operationRef") or node.findtext(B + "operationRef") or ""
        message = operations.get(_unqualified(node, operation))
        if message and not node.get("messageRef"):
            node.set("messageRef", message)


def _spell_attributes(node: etree._Element) -> None:
    for name, value in node.attrib.items():
        if name in BOOLEANS:
            trimmed = str(value).strip()
            node.set(name, _SPELLINGS.get(trimmed, trimmed))
        elif name in _NUMBERS:
            node.set(name, str(value).strip())
        elif name in _REFERENCES:
            node.set(name, _unqualified(node, str(value)))


def _unqualified(node: etree._Element, name: str) -> str:
    """Drop a prefix that is declared: ids are looked up by themselves."""
    trimmed = name.strip()
    match = _QUALIFIED.fullmatch(trimmed)
    return match[2] if match is not None and match[1] in node.nsmap else trimmed
