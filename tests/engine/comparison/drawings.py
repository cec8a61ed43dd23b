"""Small diagrams and tables that tests change in many ways."""

from __future__ import annotations

from engine.comparison import compare

STEPS = ("apply", "review", "pay", "sit", "issue")
_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="d" targetNamespace="x">'
)


def chain(
    steps: tuple[str, ...] = STEPS,
    *,
    due: dict[str, str] | None = None,
    names: dict[str, str] | None = None,
    places: dict[str, int] | None = None,
) -> bytes:
    """Draw steps one after another between `begin` and `done`; a flow is named by its start."""
    nodes, flows, shapes = [], [], []
    order = ["begin", *steps, "done"]
    for number, step in enumerate(order):
        told = (names or {}).get(step, step)
        tag = {"begin": "startEvent", "done": "endEvent"}.get(step, "userTask")
        limit = f' camunda:dueDate="{due[step]}"' if due and step in due else ""
        nodes.append(f'<bpmn:{tag} id="{step}" name="{told}"{limit}/>')
        x = (places or {}).get(step, 100)
        shapes.append(
            f'<bpmndi:BPMNShape id="{step}_di" bpmnElement="{step}">'
            f'<dc:Bounds x="{x}" y="1" width="9" height="9"/></bpmndi:BPMNShape>'
        )
        if number:
            start = order[number - 1]
            flows.append(
                f'<bpmn:sequenceFlow id="f_{start}" sourceRef="{start}" targetRef="{step}"/>'
            )
    return (
        f'{_HEAD}<bpmn:process id="p" isExecutable="true">{"".join(nodes)}{"".join(flows)}'
        f'</bpmn:process><bpmndi:BPMNDiagram id="b"><bpmndi:BPMNPlane id="pl" bpmnElement="p">'
        f"{''.join(shapes)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    ).encode()


def table(rows: dict[str, list[str]], columns: tuple[str, ...] = ("age", "level")) -> bytes:
    """Write a table: cells by rule, the last one is the outcome."""
    inputs = "".join(
        f'<input id="i_{one}" label="{one}"><inputExpression id="e_{one}"><text>{one}</text>'
        "</inputExpression></input>"
        for one in columns
    )
    rules = ""
    for rule, cells in rows.items():
        entries = "".join(
            f'<inputEntry id="{rule}_{number}"><text>{cell}</text></inputEntry>'
            for number, cell in enumerate(cells[:-1])
        )
        rules += (
            f'<rule id="{rule}">{entries}<outputEntry id="{rule}_o"><text>{cells[-1]}</text>'
            "</outputEntry></rule>"
        )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
        'namespace="x"><decision id="t" name="Table"><decisionTable id="tt" hitPolicy="FIRST">'
        f'{inputs}<output id="o" name="ok"/>{rules}</decisionTable></decision></definitions>'
    ).encode()


DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
<bpmn:process id="p" name="办理" isExecutable="true">
<bpmn:laneSet id="lanes"><bpmn:lane id="desk" name="受理岗">
<bpmn:flowNodeRef>begin</bpmn:flowNodeRef>
<bpmn:flowNodeRef>review</bpmn:flowNodeRef></bpmn:lane>
<bpmn:lane id="office" name="审批岗"><bpmn:flowNodeRef>done</bpmn:flowNodeRef></bpmn:lane>
</bpmn:laneSet>
<bpmn:startEvent id="begin" name="收到"/>
<bpmn:userTask id="review" name="资格审核" camunda:dueDate="P2D" camunda:candidateGroups="reviewer">
<bpmn:documentation>看材料</bpmn:documentation><bpmn:extensionElements><camunda:properties>
<camunda:property name="jc:name.en" value="Review"/><camunda:property name="jc:step" value="3"/>
</camunda:properties><camunda:inputOutput>
<camunda:inputParameter name="who">= person</camunda:inputParameter></camunda:inputOutput>
</bpmn:extensionElements>
<bpmn:multiInstanceLoopCharacteristics camunda:collection="people"
 camunda:elementVariable="person"/>
</bpmn:userTask>
<bpmn:exclusiveGateway id="ask" name="齐全?" default="f3"/>
<bpmn:boundaryEvent id="late" name="超时" attachedToRef="review" cancelActivity="0">
<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P1D</bpmn:timeDuration>
</bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:endEvent id="done" name="办结"/><bpmn:endEvent id="back" name="退回"/>
<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="review"/>
<bpmn:sequenceFlow id="f2" sourceRef="review" targetRef="ask"/>
<bpmn:sequenceFlow id="f3" sourceRef="ask" targetRef="back"/>
<bpmn:sequenceFlow id="f4" name="齐" sourceRef="ask" targetRef="done">
<bpmn:conditionExpression>complete = true</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f5" sourceRef="late" targetRef="back"/></bpmn:process>
<bpmndi:BPMNDiagram id="b"><bpmndi:BPMNPlane id="pl" bpmnElement="p">
<bpmndi:BPMNShape id="s1" bpmnElement="review"><dc:Bounds x="10.0" y="20" width="100" height="80"/>
</bpmndi:BPMNShape><bpmndi:BPMNEdge id="e1" bpmnElement="f1"><di:waypoint x="1" y="2"/>
<di:waypoint x="3" y="4"/></bpmndi:BPMNEdge></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""


def told(kind: str, before: str, after: str) -> list[tuple[str, str, str, str]]:
    """Say kind, element, part and the sentence in Chinese of each change."""
    found = compare(kind, before.encode(), after.encode())
    return [(one.kind, one.element_id, one.part, one.message_zh) for one in found]


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Replace the first occurrence of each, which must be there."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text
