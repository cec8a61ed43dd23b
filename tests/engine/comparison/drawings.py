"""Small diagrams and tables that tests change in many ways."""

from __future__ import annotations

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
