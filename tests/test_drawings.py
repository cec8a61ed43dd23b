"""What holds for every drawing of the packs, so that a designer can work in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
DIAGRAMS = sorted(Path("processes").rglob("*.bpmn"))
HOLDERS = ("participant", "lane", "subProcess")


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box", slack: float = 1) -> bool:
        return (
            self.left < other.right - slack
            and self.right > other.left + slack
            and self.top < other.bottom - slack
            and self.bottom > other.top + slack
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


class Drawing:
    def __init__(self, path: Path) -> None:
        root = etree.parse(path).getroot()
        self.elements = {e.get("id"): e for e in root.iter(f"{BPMN}*") if e.get("id")}
        self.boxes: dict[str, Box] = {}
        self.labels: dict[str, Box] = {}
        self.ways: dict[str, list[tuple[float, float]]] = {}
        for shape in root.iter(f"{BPMNDI}BPMNShape"):
            key = shape.get("bpmnElement")
            self.boxes[key] = next(_bounds(shape.iterfind(f"{DC}Bounds")))
            for label in _bounds(shape.iterfind(f"{BPMNDI}BPMNLabel/{DC}Bounds")):
                self.labels[key] = label
        for edge in root.iter(f"{BPMNDI}BPMNEdge"):
            key = edge.get("bpmnElement")
            points = edge.iterfind(f"{DI}waypoint")
            self.ways[key] = [(float(one.get("x")), float(one.get("y"))) for one in points]
            for label in _bounds(edge.iterfind(f"{BPMNDI}BPMNLabel/{DC}Bounds")):
                self.labels[key] = label

    def kind(self, key: str) -> str:
        return etree.QName(self.elements[key]).localname

    def nodes(self) -> dict[str, Box]:
        return {key: box for key, box in self.boxes.items() if self.kind(key) not in HOLDERS}

    def flows(self) -> Iterator[tuple[str, list[Box], set[str]]]:
        """Each flow with its stretches and the elements that it may touch."""
        for key, way in self.ways.items():
            flow = self.elements[key]
            ends = {str(flow.get("sourceRef")), str(flow.get("targetRef"))}
            stretches = [
                Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
                for a, b in pairwise(way)
            ]
            yield key, stretches, ends


def _bounds(found: Iterator[etree._Element]) -> Iterator[Box]:
    for one in found:
        left, top = float(one.get("x", 0)), float(one.get("y", 0))
        right, bottom = left + float(one.get("width", 0)), top + float(one.get("height", 0))
        yield Box(left, top, right, bottom)


@pytest.fixture(params=DIAGRAMS, ids=lambda path: f"{path.parts[-3]}: {path.stem}")
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return Drawing(request.param)


def test_everything_is_drawn_and_no_element_lies_on_another(drawing: Drawing) -> None:
    flows = {key for key in drawing.elements if drawing.kind(key) == "sequenceFlow"}
    nodes = drawing.nodes()
    # A boundary event sits on its activity.
    free = [key for key in nodes if drawing.kind(key) != "boundaryEvent"]

    assert flows == set(drawing.ways)
    assert [pair for pair in combinations(free, 2) if nodes[pair[0]].overlaps(nodes[pair[1]])] == []


def test_every_element_lies_in_its_lane(drawing: Drawing) -> None:
    outside = [
        (lane.get("id"), member.text)
        for lane in drawing.elements.values()
        if lane.tag == f"{BPMN}lane"
        for member in lane.iterfind(f"{BPMN}flowNodeRef")
        if drawing.kind(str(member.text)) != "boundaryEvent"
        and not drawing.boxes[str(lane.get("id"))].holds(drawing.boxes[str(member.text)])
    ]

    assert outside == []


def test_no_line_runs_aslant_or_through_an_element(drawing: Drawing) -> None:
    nodes = drawing.nodes()
    wrong = [
        (key, other)
        for key, stretches, ends in drawing.flows()
        for other, box in nodes.items()
        if other not in ends and any(_crosses(one, box) for one in stretches)
    ]
    aslant = [
        key
        for key, stretches, _ in drawing.flows()
        if any(one.left != one.right and one.top != one.bottom for one in stretches)
    ]

    assert wrong == []
    assert aslant == []


def test_every_label_can_be_read(drawing: Drawing) -> None:
    named = {key: box for key, box in drawing.labels.items() if drawing.elements[key].get("name")}
    pools = [box for key, box in drawing.boxes.items() if drawing.kind(key) == "participant"]
    cut = [key for key, box in named.items() if not any(pool.holds(box) for pool in pools)]
    covered = [pair for pair in combinations(named, 2) if named[pair[0]].overlaps(named[pair[1]])]
    struck = [
        (key, flow)
        for key, box in named.items()
        for flow, stretches, _ in drawing.flows()
        if any(_crosses(one, box) for one in stretches)
    ]

    assert cut == []
    assert covered == []
    assert struck == []


def _crosses(stretch: Box, box: Box) -> bool:
    return (
        stretch.left < box.right - 2
        and stretch.right > box.left + 2
        and stretch.top < box.bottom - 2
        and stretch.bottom > box.top + 2
    )
