"""A process diagram as SVG, drawn on the server from the positions in its own file.

It needs no script and can be printed. Steps are coloured by how far they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from tasks.step_states import StepState, step_process

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_LAYOUT = "{http://www.omg.org/spec/DD/20100524/DI}"
_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
_EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent")
_LINE = 16


@dataclass(frozen=True)
class Box:
    """A place in the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Text:
    """Lines of a label, the first with its baseline at `y`."""

    lines: tuple[tuple[float, str], ...]
    x: float


@dataclass(frozen=True)
class Node:
    """One drawn element."""

    id: str
    kind: str
    mark: str
    box: Box
    label: Text
    outside: bool
    state: str = ""
    count: int = 0
    step: int = 0


@dataclass(frozen=True)
class Drawing:
    """Everything the template draws."""

    view: Box
    lanes: tuple[Node, ...]
    flows: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...] = field(default=())


@dataclass(frozen=True)
class _Element:
    kind: str
    mark: str
    name: str
    name_en: str
    source: str


def draw_diagram(source: bytes, steps: Iterable[StepState], language: str) -> Drawing | None:
    """Place every element of a diagram and colour those that run a step; None without layout."""
    elements, boxes, labels, edges = _read(source)
    if not boxes:
        return None
    states = {state.step.process_id: state for state in steps}
    drawn = [
        _node(one, elements[one], box, labels.get(one), states, language)
        for one, box in boxes.items()
        if one in elements
    ]
    lanes = tuple(node for node in drawn if node.kind in ("lane", "participant"))
    nodes = tuple(node for node in drawn if node.kind not in ("lane", "participant"))
    return Drawing(_view(boxes.values()), lanes, tuple(_flows(elements, edges, nodes)), nodes)


@lru_cache(maxsize=32)
def _read(
    source: bytes,
) -> tuple[
    dict[str, _Element], dict[str, Box], dict[str, Box], dict[str, list[tuple[float, float]]]
]:
    # Publishing has refused doctypes; nothing is fetched or expanded here either.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(source, parser)
    elements = {
        one.get("id", ""): _element(one)
        for one in tree.iter()
        if isinstance(one.tag, str) and one.tag.startswith(_BPMN) and one.get("id")
    }
    boxes: dict[str, Box] = {}
    labels: dict[str, Box] = {}
    for shape in tree.iter(f"{_DI}BPMNShape"):
        about = shape.get("bpmnElement", "")
        bounds = shape.find(f"{_DC}Bounds")
        if bounds is not None:
            boxes[about] = _box(bounds)
        label = shape.find(f"{_DI}BPMNLabel/{_DC}Bounds")
        if label is not None:
            labels[about] = _box(label)
    edges = {
        edge.get("bpmnElement", ""): [
            (float(point.get("x", "0")), float(point.get("y", "0")))
            for point in edge.iter(f"{_LAYOUT}waypoint")
        ]
        for edge in tree.iter(f"{_DI}BPMNEdge")
    }
    return elements, boxes, labels, edges


def _element(one: etree._Element) -> _Element:
    english = ""
    for own in one.iterfind(f"{_BPMN}extensionElements/{_CAMUNDA}properties/{_CAMUNDA}property"):
        if own.get("name") == "jc:name.en":
            english = own.get("value") or ""
    kind = str(etree.QName(one).localname)
    mark = next(
        (
            str(etree.QName(child).localname).removesuffix("EventDefinition")
            for child in one
            if isinstance(child.tag, str) and child.tag.endswith("EventDefinition")
        ),
        "",
    )
    return _Element(kind, mark, one.get("name") or "", english, one.get("sourceRef") or "")


def _box(bounds: etree._Element) -> Box:
    x, y, width, height = (float(bounds.get(n, "0")) for n in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


def _node(
    one: str,
    element: _Element,
    box: Box,
    label: Box | None,
    states: Mapping[str, StepState],
    language: str,
) -> Node:
    state = states.get(step_process(one)) if element.kind == "callActivity" else None
    name = (element.name_en if language == "en" else "") or element.name
    if state is not None:
        name = f"{state.step.number} {state.step.short_en if language == 'en' else name}"
    outside = element.kind in (*_EVENTS, "boundaryEvent") or element.kind.endswith("Gateway")
    return Node(
        id=one,
        kind=_kind(element.kind),
        mark=element.mark or element.kind,
        box=box,
        label=_label(name, box, label if outside else None, outside=outside),
        outside=outside,
        state=state.state if state else "",
        count=state.open if state else 0,
        step=state.step.number if state else 0,
    )


def _kind(kind: str) -> str:
    if kind in ("lane", "participant"):
        return kind
    if kind.endswith("Gateway"):
        return "gateway"
    return "event" if kind in (*_EVENTS, "boundaryEvent") else "task"


def _label(name: str, box: Box, label: Box | None, *, outside: bool) -> Text:
    """Break a label to its place: inside a task, else in or below its own box."""
    place = label or box
    width = max(place.width, 90) if outside else place.width - 10
    lines = list(_broken(name, width / 12.5))
    x, middle = place.middle
    top = middle - _LINE * (len(lines) - 1) / 2
    if outside and label is None:
        top = box.y + box.height + 12
    elif outside:
        top = place.y + 8
    return Text(tuple((top + _LINE * n, line) for n, line in enumerate(lines)), x)


def _broken(name: str, widths: float) -> Iterator[str]:
    """Break a text to lines of so many full widths; Latin words stay whole."""
    line, used = "", 0.0
    for word in _words(name):
        wide = sum(1 if ord(sign) > 0x2E7F else 0.55 for sign in word)
        if line and used + wide > widths:
            yield line.strip()
            line, used = "", 0.0
        line, used = line + word, used + wide
    if line.strip():
        yield line.strip()


def _words(name: str) -> Iterator[str]:
    word = ""
    for sign in name:
        if ord(sign) > 0x2E7F or sign in " (":
            if word:
                yield word
            word = ""
            if sign == "(":
                word = sign
            else:
                yield sign
        else:
            word += sign
    if word:
        yield word


def _flows(
    elements: Mapping[str, _Element],
    edges: Mapping[str, list[tuple[float, float]]],
    nodes: Iterable[Node],
) -> Iterator[tuple[str, str]]:
    """Give each flow's path, and whether the step it leaves is done."""
    done = {node.id for node in nodes if node.state == "done"}
    for one, points in edges.items():
        if len(points) < 2 or one not in elements:
            continue
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
        yield path, "done" if elements[one].source in done else ""


def _view(boxes: Iterable[Box]) -> Box:
    found = list(boxes)
    left, top = min(b.x for b in found) - 8, min(b.y for b in found) - 14
    right = max(b.x + b.width for b in found) + 8
    bottom = max(b.y + b.height for b in found) + 8
    return Box(left, top, right - left, bottom - top)
