"""Drawings of many tools become drafts: nothing is lost, and what is missing is said."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from lxml import etree

from engine.diagrams import read_diagram
from engine.diagrams.importing import NOTES, import_diagram
from engine.diagrams.vocabulary import FLOW_NODES
from engine.errors import DiagramError

B = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
)


def shapes(*names: str) -> str:
    drawn = "".join(
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">'
        f'<dc:Bounds x="{number}7" y="5" width="100" height="80"/>'
        '<bpmndi:BPMNLabel><dc:Bounds x="1" y="2" width="3" height="4"/></bpmndi:BPMNLabel>'
        "</bpmndi:BPMNShape>"
        for number, name in enumerate(names)
    )
    plane = f'<bpmndi:BPMNPlane bpmnElement="p">{drawn}</bpmndi:BPMNPlane>'
    return f"<bpmndi:BPMNDiagram>{plane}</bpmndi:BPMNDiagram>"


def prefixed(body: str, prefix: str = "bpmn", more: str = "", di: str = shapes("s", "t")) -> bytes:
    """A file as most modelers write it; elements of `body` are written without a prefix."""
    named = f'xmlns="{B}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {DI} {more}'
    root = etree.fromstring(f"<x {named}>{body}{di}</x>")
    mapping = {prefix or None: B, **{k: v for k, v in root.nsmap.items() if k}}
    made = etree.Element(f"{{{B}}}definitions", nsmap=mapping)
    made.extend(list(root))
    return etree.tostring(made, encoding="utf-8", xml_declaration=True)


def flow(task: str, attributes: str = 'isExecutable="true"', start: str = "s") -> str:
    """A process of a start, the given task `t` and an end."""
    return (
        f'<process id="p" name="请假" {attributes}><startEvent id="{start}" name="开始"/>{task}'
        f'<endEvent id="e" name="结束"/><sequenceFlow id="f1" sourceRef="{start}" targetRef="t"/>'
        '<sequenceFlow id="f2" name="好" sourceRef="t" targetRef="e"/></process>'
    )


USER = '<userTask id="t" name="审批" {0}>{1}</userTask>'
SERVICE = '<serviceTask id="t" name="通知" {0}>{1}</serviceTask>'
ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
FLOWABLE = 'xmlns:flowable="http://flowable.org/bpmn"'
ACTIVITI = 'xmlns:activiti="http://activiti.org/bpmn"'
CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
SPIFF = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'


def extended(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


@dataclass
class Case:
    """A file, and what the import makes of it: codes of notes, of errors, camunda attributes."""

    content: bytes
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


PLAIN = flow(USER.format("", ""))
CASES = {
    "bpmn.io without execution data": Case(
        prefixed(flow('<task id="t" name="审批"/>', 'isExecutable="false"')), ["made_executable"]
    ),
    "bpmn.io user task nobody may do": Case(prefixed(PLAIN), [], ["nobody_may"]),
    "default namespace": Case(prefixed(PLAIN, ""), [], ["nobody_may"]),
    "prefix semantic, no isExecutable": Case(
        prefixed(flow('<task id="t" name="审批"/>', ""), "semantic"), ["made_executable"]
    ),
    "camunda 7 with juel": Case(
        prefixed(flow(USER.format(
            'camunda:assignee="${starter}" camunda:candidateUsers="${panel}" '
            'camunda:formKey="camunda-forms:deployment:forms/leave.form"', "")),
                 more=CAMUNDA),
        ["expression_translated", "expression_translated", "carried_over"],
        [],
        {"assignee": "starter", "candidateUsers": "= panel", "formRef": "leave"},
    ),
    "camunda 7 with code": Case(
        prefixed(flow(SERVICE.format('camunda:class="org.x.Send"', "")), more=CAMUNDA),
        [],
        ["foreign_implementation", "no_topic"],
        {"class": "org.x.Send"},
    ),
    "camunda 8 user task": Case(
        prefixed(flow(USER.format("", extended(
            '<zeebe:formDefinition formId="leave"/>'
            '<zeebe:assignmentDefinition assignee="=boss" candidateGroups="reviewer, director"/>'
            '<zeebe:taskSchedule dueDate="= now() + duration(&quot;P1D&quot;)"/>'
            '<zeebe:priorityDefinition priority="50"/>'
            '<zeebe:ioMapping><zeebe:input source="=days * 2" target="days"/></zeebe:ioMapping>'
        ))), more=ZEEBE),
        ["carried_over"] * 6,
        [],
        {"assignee": "boss", "candidateGroups": "reviewer, director", "formRef": "leave",
         "dueDate": 'now() + duration("P1D")', "priority": "50"},
    ),
    "camunda 8 job worker": Case(
        prefixed(flow(SERVICE.format("", extended(
            '<zeebe:taskDefinition type="a.b"/>'))), more=ZEEBE),
        ["carried_over", "carried_over"],
        [],
        {"type": "external", "topic": "a.b"},
    ),
    "camunda 8 script and decision": Case(
        prefixed(flow('<scriptTask id="t" name="算">' + extended(
            '<zeebe:script expression="=a + 1" resultVariable="b"/>') + "</scriptTask>"),
            more=ZEEBE),
        ["carried_over"],
    ),
    "camunda 8 decision": Case(
        prefixed(flow('<businessRuleTask id="t" name="判">' + extended(
            '<zeebe:calledDecision decisionId="d1" resultVariable="r"/>') + "</businessRuleTask>"),
            more=ZEEBE),
        ["carried_over", "carried_over"],
        [],
        {"decisionRef": "d1", "resultVariable": "r"},
    ),
    "camunda 8 groups by expression": Case(
        prefixed(flow(USER.format("", extended(
            '<zeebe:assignmentDefinition candidateGroups="=groups"/>'))), more=ZEEBE),
        ["expression_left", "vendor_ignored"],
        ["nobody_may"],
    ),
    "camunda 8 message": Case(
        prefixed('<message id="m" name="paid">' + extended(
            '<zeebe:subscription correlationKey="=order"/>') + "</message>"
            + flow('<intermediateCatchEvent id="t" name="等">'
                   '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'),
            more=ZEEBE),
        ["carried_over"],
    ),
    "camunda 8 call": Case(
        prefixed(flow('<callActivity id="t" name="调">' + extended(
            '<zeebe:calledElement processId="other"/><zeebe:ioMapping>'
            '<zeebe:input source="=a" target="b"/><zeebe:output source="=c" target="d"/>'
            "</zeebe:ioMapping>") + "</callActivity>"), more=ZEEBE),
        ["carried_over"] * 3,
    ),
    "flowable people and form": Case(
        prefixed(flow(USER.format(
            'flowable:candidateUsers="li,wang" flowable:candidateGroups="reviewer"'
            ' flowable:formKey="leave"', "")), more=FLOWABLE),
        ["carried_over"] * 3,
        [],
        {"candidateUsers": "li,wang", "candidateGroups": "reviewer", "formRef": "leave"},
    ),
    "activiti assignee of a plain name": Case(
        prefixed(flow(USER.format('activiti:assignee="kermit"', "")), more=ACTIVITI),
        ["carried_over"],
        [],
        {"assignee": '"kermit"'},
    ),
    "activiti code and listeners": Case(
        prefixed(flow(SERVICE.format('activiti:delegateExpression="${bean}"', extended(
            '<activiti:executionListener event="start" class="a.B"/>'))), more=ACTIVITI),
        ["code_ignored", "code_ignored"],
        ["no_topic"],
    ),
    "flowable condition": Case(
        prefixed(flow(USER.format('flowable:assignee="${boss}"', "")).replace(
            'targetRef="e"/>', 'targetRef="e"><conditionExpression xsi:type="tFormalExpression">'
            "<![CDATA[${days >= 3 && !urgent}]]></conditionExpression></sequenceFlow>"),
            more=FLOWABLE),
        ["expression_translated", "carried_over", "expression_translated"],
        [],
        {"assignee": "boss"},
    ),
    "condition that is code": Case(
        prefixed(flow(USER.format('flowable:assignee="${boss}"', "")).replace(
            'targetRef="e"/>', 'targetRef="e"><conditionExpression>${bean.check(x)}'
            "</conditionExpression></sequenceFlow>"), more=FLOWABLE),
        ["expression_translated", "carried_over", "expression_left"],
        ["bad_expression"],
        {"assignee": "boss"},
    ),
    "multi-instance of flowable": Case(
        prefixed(flow(USER.format(
            'flowable:assignee="${one}"', '<multiInstanceLoopCharacteristics isSequential="false" '
            'flowable:collection="${people}" flowable:elementVariable="one"/>')), more=FLOWABLE),
        ["expression_translated", "carried_over", "expression_translated"] + ["carried_over"] * 2,
        [],
        {"assignee": "one"},
    ),
    "spiffworkflow form and script": Case(
        prefixed(flow(USER.format("", extended(
            "<spiffworkflow:properties><spiffworkflow:property name='formJsonSchemaFilename' "
            "value='leave-schema.json'/></spiffworkflow:properties>"
            "<spiffworkflow:preScript>import os</spiffworkflow:preScript>"))), more=SPIFF),
        ["carried_over", "code_ignored"],
        ["nobody_may"],
        {"formRef": "leave"},
    ),
    "signavio with sid ids": Case(
        prefixed(flow('<task id="t" name="审批">' + extended(
            '<signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/>') + "</task>",
            'isExecutable="false"', "sid-1A2B-3"), "", 'xmlns:signavio="http://www.signavio.com"',
            shapes("sid-1A2B-3", "t")),
        ["made_executable", "vendor_ignored"],
    ),
    "bizagi with an empty pool": Case(
        prefixed('<collaboration id="c"><participant id="a" name="申请人"/>'
                 '<participant id="b" name="机构" processRef="p"/>'
                 '<messageFlow id="mf" name="表" sourceRef="a" targetRef="t"/></collaboration>'
                 + flow('<task id="t" name="审批">' + extended(
                     '<bizagi:BizagiExtensions xmlns:bizagi="http://www.bizagi.com/bpmn20">'
                     "<bizagi:x/></bizagi:BizagiExtensions>") + "</task>")),
        ["empty_pool", "part_ignored", "vendor_ignored"],
    ),
    "people as the standard writes them": Case(
        prefixed(flow(USER.format("", "<potentialOwner><resourceAssignmentExpression>"
                                  "<formalExpression>user(li), group(reviewer)</formalExpression>"
                                  "</resourceAssignmentExpression></potentialOwner>"))),
        ["carried_over", "carried_over"],
        [],
        {"candidateGroups": "reviewer", "candidateUsers": "li"},
    ),
    "choreography beside a process": Case(
        prefixed('<choreography id="ch"><choreographyTask id="ct" name="订货" '
                 'initiatingParticipantRef="x"/></choreography>' + flow('<task id="t"/>')),
        ["part_ignored", "part_ignored"],
    ),
    "choreography alone": Case(
        prefixed('<choreography id="ch"><choreographyTask id="ct" name="订货"/></choreography>'),
        ["part_ignored", "part_ignored"],
        ["no_process"],
    ),
    "conversation alone": Case(
        prefixed('<collaboration id="c"><conversation id="k" name="谈"/></collaboration>'),
        ["part_ignored"],
        ["no_process"],
    ),
    "two pools with a process each": Case(
        prefixed(flow('<task id="t"/>') + flow('<task id="t2"/>').replace('id="p"', 'id="q"')
                 .replace('"s"', '"s2"').replace('"e"', '"e2"').replace('"f', '"g')
                 .replace('Ref="t"', 'Ref="t2"')),
        ["several_processes"],
    ),
    "elements without ids": Case(
        prefixed('<process><startEvent name="开始"/><task name="做"/>'
                 '<endEvent name="完"/></process>'),
        ["id_given"] * 4 + ["made_executable"],
        ["unreachable", "unreachable"],
    ),
    "the same id twice": Case(
        prefixed(flow('<task id="t" name="甲"/><task id="t" name="乙"/>')),
        ["id_doubled"],
        ["unreachable"],
    ),
    "ids in Chinese": Case(
        prefixed(flow('<task id="t"/>', 'isExecutable="true"', "开始"), di=shapes("开始")),
        ["id_renamed"],
    ),
    "references with a prefix of the target namespace": Case(
        prefixed(flow('<task id="t"/>').replace('sourceRef="s" targetRef="t"',
                                                'sourceRef="tns:s" targetRef="tns:t"'),
                 more='xmlns:tns="urn:x"'),
    ),
    "no layout at all": Case(
        prefixed(flow('<subProcess id="t"><startEvent id="a"/><task id="b"/><endEvent id="c"/>'
                      '<sequenceFlow id="x" sourceRef="a" targetRef="b"/>'
                      '<sequenceFlow id="y" sourceRef="b" targetRef="c"/></subProcess>'), di=""),
        ["no_layout"],
    ),
    "elements that BPMN does not know": Case(
        prefixed(flow('<task id="t"/><step id="z" name="?"/>')),
        ["unknown_element"],
        ["unsupported_element"],
    ),
    "flows named by the elements only": Case(
        prefixed(flow('<task id="t"/>').replace('<startEvent id="s" name="开始"/>',
                      '<startEvent id="s" name="开始"><outgoing>f1</outgoing></startEvent>')
                 .replace('sourceRef="s" ', "")),
        ["flow_mended"],
    ),
    "no namespace": Case(
        b'<definitions><process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
        b'<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>',
        ["namespace_mended", "no_layout"],
    ),
    "definitions inside another element": Case(
        b"<package><meta/>" + prefixed(flow('<task id="t"/>')).partition(b"?>")[2] + b"</package>",
    ),
    "GBK that says UTF-8": Case(
        prefixed(flow('<task id="t" name="审批"/>')).decode().encode("gbk"), ["encoding_mended"]
    ),
    "UTF-16 that says UTF-8": Case(
        prefixed(flow('<task id="t" name="审批"/>')).decode().encode("utf-16")
    ),
    "latin-1 that says nothing": Case(
        f'<definitions xmlns="{B}"><process id="p" isExecutable="true"><startEvent id="s"/>'
        '<endEvent id="e" name="für \u00ff"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
        "</process></definitions>".encode("latin-1"),
        ["encoding_mended", "no_layout"],
    ),
    "blank lines before the declaration": Case(b"\n\n " + prefixed(flow('<task id="t"/>'))),
    "control characters": Case(
        prefixed(flow('<task id="t" name="aQQb"/>')).replace(b"QQ", b"\x01"),
        ["characters_removed"],
    ),
    "prefix that is not declared": Case(
        prefixed(flow(USER.format("", "")), di="").replace(
            b'name="\xe5\xae\xa1\xe6\x89\xb9"', 'name="审批" flowable:assignee="${boss}"'.encode()),
        ["prefix_mended", "expression_translated", "carried_over", "no_layout"],
        [],
        {"assignee": "boss"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_drawing_becomes_a_draft(name: str) -> None:
    case = CASES[name]

    draft = import_diagram(case.content)

    assert draft.original == case.content
    assert [one.code for one in draft.notes] == case.notes
    assert [one.code for one in draft.findings if one.severity == "error"] == case.errors
    assert draft.publishable == (not case.errors)
    root = read_diagram(draft.content)
    camunda = "{http://camunda.org/schema/1.0/bpmn}"
    task = next((one for one in root.iter() if one.get("id") == "t"), None)
    attributes = {} if task is None else dict(task.attrib)
    written = {k.removeprefix(camunda): v for k, v in attributes.items() if k.startswith(camunda)}
    assert written == case.written


@pytest.mark.parametrize("name", [name for name, one in CASES.items() if b"Bounds" in one.content])
def test_no_label_and_no_place_is_lost(name: str) -> None:
    try:
        before = etree.fromstring(CASES[name].content)
    except etree.XMLSyntaxError:
        before = etree.fromstring(import_diagram(CASES[name].content).content)

    after = etree.fromstring(import_diagram(CASES[name].content).content)

    for values in (labels, bounds):
        assert values(after) == values(before)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Rechnung klären – größer"),
        ("cp1252", "Précédé"),
        ("gb18030", "审批"),
        ("gb18030", "报名—审核"),
    ],
)
def test_label_in_an_encoding_that_is_not_declared_is_read(encoding: str, name: str) -> None:
    content = (
        f'<definitions xmlns="{B}"><process id="p"><startEvent id="s" name="{name}"/></process>'
        "</definitions>"
    )

    draft = import_diagram(content.encode(encoding))

    assert labels(etree.fromstring(draft.content)) == [name]


def labels(root: etree._Element) -> list[str]:
    return [one.get("name") or "" for one in root.iter(f"{{{B}}}*") if one.get("name")]


def bounds(root: etree._Element) -> list[dict[str, str]]:
    found = root.iter("{http://www.omg.org/spec/DD/20100524/DC}Bounds")
    return [{str(key): str(value) for key, value in one.attrib.items()} for one in found]


def shown(root: etree._Element) -> list[str]:
    found = root.iter("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape")
    return [one.get("bpmnElement") or "" for one in found]


@pytest.mark.parametrize("name", [name for name, one in CASES.items() if "no_layout" in one.notes])
def test_drawing_without_layout_gets_one(name: str) -> None:
    root = etree.fromstring(import_diagram(CASES[name].content).content)

    nodes = {one.get("id") for one in root.iter(*FLOW_NODES)}
    assert sorted(shown(root)) == sorted(map(str, nodes))


@pytest.mark.parametrize("name", ["signavio with sid ids", "ids in Chinese"])
def test_shapes_follow_renamed_elements(name: str) -> None:
    root = etree.fromstring(import_diagram(CASES[name].content).content)

    assert set(shown(root)) <= {one.get("id") for one in root.iter(*FLOW_NODES)}


@pytest.mark.parametrize("name", CASES)
def test_draft_imported_again_stays_as_it_is(name: str) -> None:
    once = import_diagram(CASES[name].content)

    twice = import_diagram(once.content)

    mended = {
        "id_given",
        "id_renamed",
        "id_doubled",
        "made_executable",
        "no_layout",
        "carried_over",
    }
    assert [one.code for one in twice.notes if one.code in mended] == []
    assert labels(etree.fromstring(twice.content)) == labels(etree.fromstring(once.content))
    assert twice.findings == once.findings


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_xml"),
        (b"%PDF-1.4 \xff\xfe", "not_xml"),
        (b"<definitions", "not_xml"),
        (b"<html><body/></html>", "not_bpmn"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not_bpmn"),
        (b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>', "not_bpmn"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><definitions>&a;</definitions>', "doctype"),
        ('<!DOCTYPE x><定义 a:b="1"/>'.encode("gbk"), "doctype"),
        (b"<a>" * 100 + b"</a>" * 100, "too_deep"),
        (b"<a>" + b"<b/>" * 20_001 + b"</a>", "too_many_elements"),
        (b" " * (2 * 1024 * 1024 + 1), "too_large"),
    ],
)  # fmt: skip
def test_what_is_no_diagram_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(DiagramError) as refused:
        import_diagram(content)

    assert [one.code for one in refused.value.findings] == [code]


def test_every_note_is_made_by_some_file() -> None:
    made = {note.code for case in CASES.values() for note in import_diagram(case.content).notes}

    assert made == set(NOTES)


def test_notes_speak_both_languages() -> None:
    draft = import_diagram(CASES["flowable condition"].content)

    note = draft.notes[-1]
    assert note.message_zh == "表达式“${days >= 3 && !urgent}”已译为 FEEL:days >= 3 and not(urgent)"
    assert note.message_en == (
        "The expression “${days >= 3 && !urgent}” became FEEL: days >= 3 and not(urgent)"
    )
    assert (note.element_id, note.element_name, note.severity) == ("f2", "好", "warning")


def test_drawing_of_our_own_is_left_alone(draw_publishable: Callable[[], bytes]) -> None:
    content = draw_publishable()

    draft = import_diagram(content)

    assert draft.notes == ()
    assert draft.publishable


@pytest.fixture
def draw_publishable() -> Callable[[], bytes]:
    def draw() -> bytes:
        task = USER.format('camunda:assignee="starter" camunda:formRef="f"', "")
        return prefixed(flow(task), more=CAMUNDA)

    return draw
