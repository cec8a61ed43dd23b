"""Extensions of other engines that have a meaning here: forms, people, topics, repetitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from engine.diagrams.importing.carrying import Carrier, events_with
from engine.diagrams.importing.notes import Notes
from engine.diagrams.importing.parts import foreign_namespaces
from engine.diagrams.vocabulary import CAMUNDA_NS, FLOW_NODES, B, C, strip_equals

ZEEBE_NS = "http://camunda.org/schema/zeebe/1.0"
SPIFF_NS = "http://spiffworkflow.org/bpmn/schema/1.0/core"
VENDORS = {
    ZEEBE_NS: "zeebe",
    SPIFF_NS: "spiffworkflow",
    CAMUNDA_NS: "camunda",
    "http://flowable.org/bpmn": "flowable",
    "http://activiti.org/bpmn": "activiti",
    "http://activiti.com/modeler": "activiti modeler",
    "http://www.signavio.com": "signavio",
    "http://www.bizagi.com/bpmn20": "bizagi",
    "http://www.bonitasoft.org/ns/bpmn": "bonita",
    "http://camunda.org/schema/modeler/1.0": "camunda modeler",
    "http://www.w3.org/2001/XMLSchema-instance": "",
    "http://www.w3.org/XML/1998/namespace": "",
}
_ACTIVITI_LIKE = ("http://flowable.org/bpmn", "http://activiti.org/bpmn")
_SAME = (
    "assignee", "candidateUsers", "candidateGroups", "dueDate", "priority", "resultVariable",
    "decisionRef",
)  # fmt: skip
_CODE = ("class", "delegateExpression", "expression")
_JOB_WORKER = frozenset({"external", "external-worker"})


def carry_over(root: etree._Element, notes: Notes) -> None:
    """Carry over what has a meaning here, and count what has none."""
    counted = foreign_namespaces(root)
    for namespace, count in counted.items():
        vendor = VENDORS.get(namespace, namespace)
        if not vendor:
            continue
        carrier = Carrier(vendor, notes)
        carry = _carry_of(namespace)
        for node in root.iter(*FLOW_NODES):
            carry(node, f"{{{namespace}}}", carrier)
        if namespace == ZEEBE_NS:
            _zeebe_messages(root, carrier)
        # Each that was carried over is one attribute or element at least.
        if namespace != CAMUNDA_NS and count > carrier.carried:
            notes.add("vendor_ignored", vendor=vendor, count=count - carrier.carried)
    people = Carrier("BPMN", notes)
    for node in root.iter(*FLOW_NODES):
        _standard_people(node, people)


def _carry_of(namespace: str) -> Callable[[etree._Element, str, Carrier], None]:
    if namespace in _ACTIVITI_LIKE:
        return _activiti
    known: Mapping[str, Callable[[etree._Element, str, Carrier], None]] = {
        ZEEBE_NS: _zeebe,
        SPIFF_NS: _spiff,
        CAMUNDA_NS: _camunda,
    }
    return known.get(namespace, lambda node, prefix, carrier: None)


def _activiti(node: etree._Element, prefix: str, carrier: Carrier) -> None:
    for name in _SAME:
        carrier.attribute(node, name, name, node.get(prefix + name) or "")
    carrier.attribute(node, "formKey", "formRef", node.get(prefix + "formKey") or "")
    if node.get(prefix + "type") in _JOB_WORKER and node.get(prefix + "topic"):
        carrier.topic(node, "topic", node.get(prefix + "topic") or "")
    for name in _CODE:
        if node.get(prefix + name):
            carrier.code(node, name)
    for listener in node.iterfind(f"{B}extensionElements/*"):
        if str(listener.tag) in (prefix + "executionListener", prefix + "taskListener"):
            carrier.code(node, "listener")
    several = node.find(B + "multiInstanceLoopCharacteristics")
    if several is not None:
        collection, element = (several.get(prefix + x) for x in ("collection", "elementVariable"))
        _collection(node, several, collection, element, carrier)


def _collection(
    node: etree._Element,
    several: etree._Element,
    collection: str | None,
    element: str | None,
    carrier: Carrier,
) -> None:
    if not collection or several.get(C + "collection"):
        return
    feel = carrier.expression(node, collection)
    if feel:
        several.set(C + "collection", strip_equals(feel))
        carrier.note(node, "collection", f"camunda:collection={feel}")
    if element:
        several.set(C + "elementVariable", element)
        carrier.note(node, "elementVariable", f"camunda:elementVariable={element}")


def _camunda(node: etree._Element, prefix: str, carrier: Carrier) -> None:
    for name in ("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate"):
        value = node.get(prefix + name) or ""
        if "{" in value and (text := carrier.written(node, name, value)) is not None:
            node.set(prefix + name, text)
    form = node.get(prefix + "formKey") or ""
    if form.startswith("camunda-forms:"):
        name = form.rpartition(":")[2].rpartition("/")[2].removesuffix(".form")
        del node.attrib[prefix + "formKey"]
        carrier.attribute(node, "formKey", "formRef", name)
    several = node.find(B + "multiInstanceLoopCharacteristics")
    collection = several.get(prefix + "collection") if several is not None else None
    if several is not None and collection and "{" in collection:
        feel = carrier.expression(node, collection)
        if feel is not None:
            several.set(prefix + "collection", feel)
    for one in node.iterfind(f"{B}extensionElements/{prefix}inputOutput/*"):
        feel = carrier.expression(node, (one.text or "").strip()) if "{" in (one.text or "") else ""
        if feel:
            one.text = f"= {feel}"


def _zeebe(node: etree._Element, prefix: str, carrier: Carrier) -> None:
    extension = node.find(B + "extensionElements")
    if extension is not None:
        for name, rules in _ZEEBE.items():
            for found in extension.iterfind(prefix + name):
                for source, target in rules:
                    carrier.attribute(node, f"{name}.{source}", target, found.get(source) or "")
        _zeebe_work(node, extension, prefix, carrier)
        _zeebe_mapping(node, extension, prefix, carrier)
    several = node.find(B + "multiInstanceLoopCharacteristics")
    if several is not None:
        for found in several.iterfind(f"{B}extensionElements/{prefix}loopCharacteristics"):
            element = found.get("inputElement")
            _collection(node, several, found.get("inputCollection"), element, carrier)


_ZEEBE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "assignmentDefinition": tuple((name, name) for name in _SAME[:3]),
    "taskSchedule": (("dueDate", "dueDate"), ("followUpDate", "followUpDate")),
    "priorityDefinition": (("priority", "priority"),),
    "formDefinition": (("formId", "formRef"), ("formKey", "formRef")),
    "calledDecision": (("decisionId", "decisionRef"), ("resultVariable", "resultVariable")),
}


def _zeebe_work(
    node: etree._Element, extension: etree._Element, prefix: str, carrier: Carrier
) -> None:
    for found in extension.iterfind(prefix + "taskDefinition"):
        carrier.topic(node, "taskDefinition", found.get("type") or "")
    for found in extension.iterfind(prefix + "calledElement"):
        called = (found.get("processId") or "").strip()
        if called and not node.get("calledElement"):
            node.set("calledElement", called)
            carrier.note(node, "calledElement", f"calledElement={called}")
    script = extension.find(prefix + "script")
    if script is not None and node.tag == B + "scriptTask":
        expression = strip_equals(script.get("expression") or "null")
        name = script.get("resultVariable") or "result"
        made = node.find(B + "script")
        made = etree.SubElement(node, B + "script") if made is None else made
        if (made.text or "").strip():
            return
        made.text = f"{{{name}: {expression}}}"
        carrier.note(node, "script", made.text)


def _zeebe_mapping(
    node: etree._Element, extension: etree._Element, prefix: str, carrier: Carrier
) -> None:
    is_call = node.tag == B + "callActivity"
    for direction in ("input", "output"):
        for one in extension.iterfind(f"{prefix}ioMapping/{prefix}{direction}"):
            source, target = one.get("source") or "", one.get("target") or ""
            if is_call and source and target:
                tag = "in" if direction == "input" else "out"
                carrier.passing(node, tag, strip_equals(source), target)
            elif source and target:
                carrier.parameter(node, direction, target, f"= {strip_equals(source)}")


def _zeebe_messages(root: etree._Element, carrier: Carrier) -> None:
    path = f"{B}extensionElements/{{{ZEEBE_NS}}}subscription"
    for message in root.iterfind(B + "message"):
        for found in message.iterfind(path):
            key = strip_equals(found.get("correlationKey") or "")
            for event in events_with(root, "messageRef", message.get("id") or ""):
                if key:
                    carrier.property(event, "correlationKey", "jc:correlationKey", key)


def _spiff(node: etree._Element, prefix: str, carrier: Carrier) -> None:
    extension = node.find(B + "extensionElements")
    if extension is None:
        return
    for one in extension.iterfind(f"{prefix}properties/{prefix}property"):
        value = one.get("value") or ""
        if one.get("name") == "formJsonSchemaFilename" and value:
            form = value.removesuffix(".json").removesuffix("-schema")
            carrier.attribute(node, "formJsonSchemaFilename", "formRef", form)
    for one in extension.iterfind(prefix + "calledDecisionId"):
        carrier.attribute(node, "calledDecisionId", "decisionRef", one.text or "")
    for one in extension.iterfind(prefix + "serviceTaskOperator"):
        carrier.topic(node, "serviceTaskOperator", one.get("id") or "")
    for name in ("preScript", "postScript"):
        if any((one.text or "").strip() for one in extension.iterfind(prefix + name)):
            carrier.code(node, name)


def _standard_people(node: etree._Element, carrier: Carrier) -> None:
    """Read the standard's own way, whose text is such as `user(x), group(y)`."""
    for tag in ("potentialOwner", "humanPerformer", "performer"):
        for owner in node.iterfind(B + tag):
            path = f"{B}resourceAssignmentExpression/{B}formalExpression"
            text = "".join(owner.findtext(path) or "").strip()
            if not text:
                continue
            if tag == "potentialOwner":
                listed = [one.strip() for one in text.split(",")]
                users = [one[5:-1] for one in listed if one.startswith("user(")]
                groups = [one.removeprefix("group(").removesuffix(")") for one in listed
                          if not one.startswith("user(")]  # fmt: skip
                carrier.attribute(node, tag, "candidateGroups", ",".join(groups))
                carrier.attribute(node, tag, "candidateUsers", ",".join(users))
            else:
                carrier.attribute(node, tag, "assignee", text)
