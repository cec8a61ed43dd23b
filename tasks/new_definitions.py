"""Definitions that are begun: empty ones that can be published once they are filled, and copies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape

from lxml import etree
from sqlmodel import Session

from engine.decisions.document import parse_document
from engine.diagrams import read_diagram
from engine.draft_contents import DraftRefused
from engine.drafts import read_draft
from engine.findings import Finding
from tasks.definition_drafts import ground_of

NEW_KINDS = ("process", "decision", "form")
KEY = re.compile(r"[a-z][a-z0-9_]{2,59}")
_REFERRING = ("href", "bpmnElement", "processRef", "dmnElementRef")

_PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" \
xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" \
xmlns:camunda="http://camunda.org/schema/1.0/bpmn" \
id="{key}_definitions" targetNamespace="https://jiancheng.example/bpmn">
  <bpmn:process id="{key}" name="{name}" isExecutable="true">
    <bpmn:extensionElements>
      <camunda:properties>
        <camunda:property name="jc:name.en" value="{english}" />
      </camunda:properties>
    </bpmn:extensionElements>
    <bpmn:startEvent id="{key}_begun" name="开始">
      <bpmn:outgoing>{key}_flow</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:endEvent id="{key}_done" name="结束">
      <bpmn:incoming>{key}_flow</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="{key}_flow" sourceRef="{key}_begun" targetRef="{key}_done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="{key}_diagram">
    <bpmndi:BPMNPlane id="{key}_plane" bpmnElement="{key}">
      <bpmndi:BPMNShape id="{key}_begun_shape" bpmnElement="{key}_begun">
        <dc:Bounds x="160" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="{key}_done_shape" bpmnElement="{key}_done">
        <dc:Bounds x="520" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="{key}_flow_edge" bpmnElement="{key}_flow">
        <di:waypoint x="196" y="178" />
        <di:waypoint x="520" y="178" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""

_DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" \
xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" \
xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" \
id="{key}_definitions" name="{name}" namespace="https://jiancheng.example/dmn">
  <decision id="{key}" name="{name}">
    <decisionTable id="{key}_table" hitPolicy="FIRST">
      <input id="{key}_input_1" label="条件">
        <inputExpression id="{key}_expression_1" typeRef="boolean">
          <text>condition</text>
        </inputExpression>
      </input>
      <output id="{key}_output_1" label="结果" name="result" typeRef="string" />
      <annotation name="en" />
      <rule id="{key}_met">
        <description>条件满足</description>
        <inputEntry id="{key}_met_i1"><text>true</text></inputEntry>
        <outputEntry id="{key}_met_o1"><text>"yes"</text></outputEntry>
        <annotationEntry><text>The condition is met</text></annotationEntry>
      </rule>
      <rule id="{key}_else">
        <description>其他情况</description>
        <inputEntry id="{key}_else_i1"><text>-</text></inputEntry>
        <outputEntry id="{key}_else_o1"><text>"no"</text></outputEntry>
        <annotationEntry><text>Anything else</text></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="{key}_diagram">
      <dmndi:DMNShape id="{key}_shape" dmnElementRef="{key}">
        <dc:Bounds height="80" width="180" x="160" y="120" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def is_taken(db: Session, scope: str, kind: str, key: str) -> bool:
    """Tell whether a scope sees a definition of this name, or has a draft of one."""
    known = ground_of(db, scope, kind, key).current
    return known is not None or read_draft(db, scope, kind, key) is not None


def blank_definition(kind: str, key: str, name: str, english: str) -> bytes:
    """Write an empty definition of a kind of `NEW_KINDS`."""
    if kind == "form":
        return _form({"components": []}, key, name, english)
    template = {"process": _PROCESS, "decision": _DECISION}[kind]
    return template.format(key=key, name=escape(name), english=escape(english)).encode()


def copied_definition(
    kind: str, content: bytes, old: str, key: str, names: tuple[str, str]
) -> bytes:
    """Copy a definition under another key and name (Chinese, English).

    Rows of tables and other parts get ids of their own, since a trace names a row by its id.
    """
    if kind == "form":
        return _form(json.loads(content), key, *names)
    root = parse_document(content) if kind == "decision" else read_diagram(content)
    renamed = _renamed(root, old, key) if kind == "decision" else {old: key}
    for element in root.iter(etree.Element):
        _rename(element, renamed)
        if element.get("id") == key:
            element.set("name", names[0])
    if kind == "decision":
        root.set("name", names[0])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def with_key(kind: str, content: bytes, old: str, key: str) -> bytes:
    """Give a definition of a kind of `NEW_KINDS` another key; everything else stays.

    Raises:
        DraftRefused: Something else in it has that id.
    """
    if old == key:
        return content
    if kind == "form":
        return json.dumps({**json.loads(content), "id": key}, ensure_ascii=False, indent=2).encode()
    root = parse_document(content) if kind == "decision" else read_diagram(content)
    if any(one.get("id") == key for one in root.iter(etree.Element)):
        zh = f"文件里另有编号为“{key}”的部分,请先给它换个编号。"
        en = f"Something else in the file has the id “{key}”; give it another first."
        raise DraftRefused([Finding("id_taken", zh, en)])
    for element in root.iter(etree.Element):
        _rename(element, {old: key})
        if element.get("calledElement") == old:
            element.set("calledElement", key)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _renamed(root: etree._Element, old: str, key: str) -> Mapping[str, str]:
    """Give each id of a file its new one."""
    ids = [found for one in root.iter(etree.Element) if (found := one.get("id"))]
    return {one: key + one[len(old) :] if one.startswith(old) else f"{key}_{one}" for one in ids}


def _rename(element: etree._Element, renamed: Mapping[str, str]) -> None:
    for name in ("id", *_REFERRING):
        value = element.get(name)
        if value is None:
            continue
        mark = "#" if value.startswith("#") else ""
        found = renamed.get(value.removeprefix("#"))
        if found is not None:
            element.set(name, mark + found)


def _form(form: Mapping[str, object], key: str, name: str, english: str) -> bytes:
    written = {
        "type": "default", "id": key, "schemaVersion": 19,
        **{k: v for k, v in form.items() if k not in ("id", "jc:title", "jc:title.en")},
        "jc:title": name, "jc:title.en": english,
    }  # fmt: skip
    return json.dumps(written, ensure_ascii=False, indent=2).encode()
