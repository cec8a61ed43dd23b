"""Usual pieces do their work as they are put in: no red finding, and each goes its way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import forms
import processes
from tasks.scenario_packs import Pack
from tasks.scenarios import Scenario, run_scenario
from tests.pages.office import SCOPE, Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]
EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="jc">
  <bpmn:process id="KEY" name="片段" isExecutable="true">
    <bpmn:startEvent id="begun" name="开始"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="done" />
    <bpmn:endEvent id="done" name="结束"><bpmn:incoming>a</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="p" bpmnElement="KEY">
    <bpmndi:BPMNShape id="s_di" bpmnElement="begun">
      <dc:Bounds x="160" y="180" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="e_di" bpmnElement="done">
      <dc:Bounds x="300" y="180" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="a_di" bpmnElement="a">
      <di:waypoint x="196" y="198" /><di:waypoint x="300" y="198" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


@dataclass(frozen=True)
class Piece:
    """What a piece is given, and what people do in it; elements by the names they come with."""

    world: str
    steps: list[dict[str, object]]
    passes: list[str]
    given: dict[str, object] | None = None
    at: str | None = None


APPROVE = {"notice_verdict": "approve"}
RETURN = {"notice_verdict": "return", "reason": "数字有误"}
MISSING = {"first_decision": "supplement", "supplement": ["work_years_proof"], "reason": "缺证明"}
PIECES = {
    "two_person_review": Piece(
        "concluded_batch",
        [
            {"do": "初审", "answer": APPROVE},
            {"do": "复审", "answer": RETURN},
            {"do": "初审", "answer": APPROVE},
            {"do": "复审", "answer": APPROVE},
        ],
        ["初审", "复审", "通过？", "初审", "复审", "通过？"],
    ),
    "publicity_period": Piece(
        "concluded_batch",
        [{"until": "2026-03-10T00:00+08:00"}],
        ["开始公示", "公示期满", "结束公示"],
        at="2026-03-02T09:00+08:00",
    ),
    "reminder_chain": Piece(
        "concluded_batch",
        [{"advance": "P1D"}, {"do": "新的工作", "answer": {}}],
        ["新的工作"],
    ),
    "supplement_loop": Piece(
        "enrolled",
        [
            {"do": "审核材料", "answer": MISSING},
            {
                "do": "补正材料",
                "answer": {
                    "evidence": [{"kind": "work_years_proof", "files": [{"file": "proof.pdf"}]}],
                    "truthful": True,
                },
            },
            {"do": "审核材料", "answer": {"first_decision": "pass"}},
        ],
        ["审核材料", "通知补正", "补正材料", "收取补充材料", "审核材料"],
        given={"lacking": ["work_years_proof"], "free": True},
    ),
}


def test_usual_pieces_do_their_work(designer: Desk, tmp_path: Path) -> None:
    designer.write("process", "piece", EMPTY.replace("KEY", "piece"))
    designer.go("process/piece/edit")
    designer.page.locator("#editor[data-ready]").wait_for()
    drawn = {name: put_in(designer, name) for name in PIECES}
    folder = tmp_path / "processes"
    shutil.copytree(Path(processes.__file__).parent, folder)
    for name, (content, _) in drawn.items():
        (folder / "base" / name).mkdir()
        path = folder / "base" / name / f"{name}.bpmn"
        path.write_text(content.replace('id="piece"', f'id="{name}"'), "utf-8")
    pack = Pack(folder, Path(forms.__file__).parent / "definitions")

    for name, (_, ids) in drawn.items():
        run_scenario(pack, scenario(name, ids))


def put_in(designer: Desk, piece: str) -> tuple[str, dict[str, str]]:
    """Draw a piece into the empty process and take it back; gives the diagram and its names."""
    found = designer.page.evaluate(
        "async (piece) => { const get = (name) => jcDesigner.modeler.get(name);"
        " get('fragments').insert(piece, get('elementRegistry').get('begun'));"
        " const { xml } = await jcDesigner.modeler.saveXML({ format: true });"
        " const ids = Object.fromEntries(get('elementRegistry')"
        ".filter((one) => !one.labelTarget && one.businessObject.name)"
        ".map((one) => [one.businessObject.name, one.id]));"
        " get('commandStack').undo(); return [xml, ids]; }",
        piece.replace("_", "-"),
    )
    content, ids = str(found[0]), dict(found[1])
    request = designer.page.request
    csrf = request.get(f"{designer.address}/api/v1/me").json()["csrfToken"]
    checked = request.post(
        f"{designer.address}/api/v1/drafts/process/piece/check?scope={SCOPE}",
        data={"content": content},
        headers={"X-CSRF-Token": csrf},
    ).json()["findings"]
    assert [one["message"]["zh"] for one in checked if one["severity"] == "error"] == [], piece
    return content, ids


def scenario(name: str, ids: dict[str, str]) -> Scenario:
    """The scenario of a piece with the ids that its elements got."""
    piece = PIECES[name]
    steps = [{**one, "do": ids[str(one["do"])]} if "do" in one else one for one in piece.steps]
    told = {
        "world": piece.world,
        "steps": steps,
        "passes": [ids[one] for one in piece.passes],
        **({"given": piece.given} if piece.given else {}),
        **({"at": piece.at} if piece.at else {}),
    }
    return Scenario(name, "as it is put in", told, Path(f"base/{name}/scenarios.yaml"))
