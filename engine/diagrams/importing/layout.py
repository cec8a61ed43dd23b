"""A plain layout for drawings that come without one: ranks from left to right."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.importing.notes import Notes
from engine.diagrams.vocabulary import EVENTS, FLOW, FLOW_NODES, GATEWAYS, SUBPROCESSES, B

DI_NS = "http://www.omg.org/spec/BPMN/20100524/DI"
DC_NS = "http://www.omg.org/spec/DD/20100524/DC"
WAY_NS = "http://www.omg.org/spec/DD/20100524/DI"
_DI, _DC, _WAY = f"{{{DI_NS}}}", f"{{{DC_NS}}}", f"{{{WAY_NS}}}"
_COLUMN, _ROW, _MARGIN = 160, 120, 80
_MOST = 500

_Box = tuple[int, int, int, int]


def lay_out(root: etree._Element, notes: Notes) -> None:
    """Add shapes and edges if the file has no shape at all; insides of sub-processes included."""
    processes = [one for one in root.iterfind(B + "process") if one.get("isExecutable") == "true"]
    if not processes or next(root.iter(_DI + "BPMNShape"), None) is not None:
        return
    if sum(1 for _ in root.iter(*FLOW_NODES)) > _MOST:
        return
    notes.add("no_layout")
    diagram = etree.SubElement(root, _DI + "BPMNDiagram", id="drawing")
    plane = etree.SubElement(diagram, _DI + "BPMNPlane", id="drawing_plane")
    plane.set("bpmnElement", processes[0].get("id") or "")
    top = _MARGIN
    for process in processes:
        _, height = _place(process, _MARGIN, top, plane)
        top += height + _ROW


def _place(scope: etree._Element, left: int, top: int, plane: etree._Element) -> tuple[int, int]:
    """Draw a scope's elements from a corner on; gives width and height."""
    nodes = {one.get("id") or "": one for one in scope if one.tag in FLOW_NODES}
    boxes: dict[str, _Box] = {}
    x, height = left, _ROW
    for column in _columns(scope, nodes):
        y, width = top, _COLUMN
        for name in column:
            box = _draw(nodes[name], x, y, plane)
            boxes[name] = box
            y += max(_ROW, box[3] + 40)
            width = max(width, box[2] + 60)
        x, height = x + width, max(height, y - top)
    for flow in scope.iterfind(FLOW):
        _connect(flow, boxes, plane)
    return x - left, height


def _columns(scope: etree._Element, nodes: dict[str, etree._Element]) -> list[list[str]]:
    """Rank the elements by their distance from what nothing enters; hosts before boundaries."""
    flows = [
        (one.get("sourceRef") or "", one.get("targetRef") or "") for one in scope.iterfind(FLOW)
    ]
    flows += [(one.get("attachedToRef") or "", name) for name, one in nodes.items()]
    following: dict[str, list[str]] = {}
    for source, target in flows:
        if source in nodes and target in nodes:
            following.setdefault(source, []).append(target)
    entered = {target for targets in following.values() for target in targets}
    rank: dict[str, int] = {}
    waiting = [(name, 0) for name in nodes if name not in entered] or [(next(iter(nodes), ""), 0)]
    while waiting:
        name, distance = waiting.pop(0)
        if name in nodes and name not in rank:
            rank[name] = distance
            waiting += [(one, distance + 1) for one in following.get(name, ())]
    columns: dict[int, list[str]] = {}
    for name in nodes:
        columns.setdefault(rank.get(name, 0), []).append(name)
    return [columns[number] for number in sorted(columns)]


def _draw(node: etree._Element, x: int, y: int, plane: etree._Element) -> _Box:
    name = node.get("id") or ""
    shape = etree.SubElement(plane, _DI + "BPMNShape", id=f"{name}_shape", bpmnElement=name)
    width, height = (
        (36, 36) if node.tag in EVENTS else (50, 50) if node.tag in GATEWAYS else (100, 80)
    )
    bounds = etree.SubElement(shape, _DC + "Bounds")
    if node.tag in SUBPROCESSES:
        shape.set("isExpanded", "true")
        inner = _place(node, x + 30, y + 40, plane)
        width, height = max(100, inner[0] + 40), max(80, inner[1] + 60)
    for key, value in zip(("x", "y", "width", "height"), (x, y, width, height), strict=True):
        bounds.set(key, str(value))
    return x, y, width, height


def _connect(flow: etree._Element, boxes: dict[str, _Box], plane: etree._Element) -> None:
    source, target = boxes.get(flow.get("sourceRef") or ""), boxes.get(flow.get("targetRef") or "")
    if source is None or target is None:
        return
    name = flow.get("id") or ""
    edge = etree.SubElement(plane, _DI + "BPMNEdge", id=f"{name}_edge", bpmnElement=name)
    ends = (
        (source[0] + source[2], source[1] + source[3] // 2),
        (target[0], target[1] + target[3] // 2),
    )
    for x, y in ends:
        etree.SubElement(edge, _WAY + "waypoint", x=str(x), y=str(y))
