"""Diagrams as trees: what two drawings of the same step have in common is found by id."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.comparison.markup import tree_of, write_tree
from engine.comparison.tree import TEXT, Record, Tree, add, inside, order_like
from engine.diagrams.read import read_diagram
from engine.diagrams.vocabulary import BPMN_NS, CAMUNDA_NS, FLOW, FLOW_NODES, SCOPES, B, tags

DI_NS = "http://www.omg.org/spec/BPMN/20100524/DI"
D = f"{{{DI_NS}}}"
LANES = "#lanes"
"""The value of a flow node that names the lanes it lies in, between blanks."""

WAYPOINTS = "#waypoints"
"""The value of an edge that holds its way, as `x,y x,y`."""

PREFIXES = {
    BPMN_NS: "bpmn",
    DI_NS: "bpmndi",
    "http://www.omg.org/spec/DD/20100524/DC": "dc",
    "http://www.omg.org/spec/DD/20100524/DI": "di",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    CAMUNDA_NS: "camunda",
    "http://bpmn.io/schema/bpmn/biocolor/1.0": "bioc",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0": "color",
    "http://camunda.org/schema/modeler/1.0": "modeler",
}
_WAY = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
_HOLDERS = SCOPES | tags("definitions", "collaboration", "laneSet", "childLaneSet", "lane")
_OWN_KEY = tags("extensionElements", "documentation")
_NAMED_BY = ("name", "target", "source", "variables", "businessKey", "event", "id")
_GROUPS = ("extensionElements", "documentation", "participant", "laneSet")


def process_tree(content: bytes) -> Tree:
    """Read a diagram.

    Incoming and outgoing flows of a node are left out, as the flows say them; the members of a
    lane are said at the members; an edge has its way as one value.

    Raises:
        DiagramError: It is no diagram, or not accepted.
    """
    root = read_diagram(content)
    lanes = _lanes_of_members(root)
    ways = _ways(root)
    for name in ("incoming", "outgoing", "flowNodeRef"):
        for node in [*root.iter(B + name)]:
            _drop(node)
    for node in [*root.iter(_WAY)]:
        _drop(node)
    tree = tree_of(root, _identify)
    for record in tree.values():
        own_id = record.values.get("id", "")
        if record.tag in FLOW_NODES and own_id in lanes:
            record.values[LANES] = " ".join(lanes[own_id])
        elif record.tag == D + "BPMNEdge" and own_id in ways:
            record.values[WAYPOINTS] = ways[own_id]
        _spell_numbers(record)
    return tree


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _lanes_of_members(root: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for lane in root.iter(B + "lane"):
        for member in lane.iterfind(B + "flowNodeRef"):
            found.setdefault((member.text or "").strip(), []).append(lane.get("id") or "")
    return found


def _ways(root: etree._Element) -> dict[str, str]:
    """Read the ways of the edges; an edge that has no id gets the one of its element."""
    found: dict[str, str] = {}
    for edge in root.iter(D + "BPMNEdge"):
        if not edge.get("id"):
            edge.set("id", f"{edge.get('bpmnElement')}_di")
        points = [f"{_number(one, 'x')},{_number(one, 'y')}" for one in edge.iterfind(_WAY)]
        found[edge.get("id") or ""] = " ".join(points)
    return found


def _number(node: etree._Element, name: str) -> str:
    return _spelled(node.get(name) or "0")


def _spelled(text: str) -> str:
    """Write `150.0` as `150`."""
    try:
        return f"{float(text):.3f}".rstrip("0").rstrip(".")
    except ValueError:
        return text


def _spell_numbers(record: Record) -> None:
    if record.tag.endswith("}Bounds"):
        for name in ("x", "y", "width", "height"):
            if name in record.values:
                record.values[name] = _spelled(record.values[name])


def _identify(node: etree._Element, parent: Record) -> str:
    """Name an element: by id what people draw, by what it draws a shape, else by its place."""
    drawn = node.get("bpmnElement")
    if drawn and str(node.tag).startswith(D):
        return f"{etree.QName(node).localname}~{drawn}"
    own_id = node.get("id")
    if own_id and parent.tag in _HOLDERS and node.tag not in _OWN_KEY:
        return own_id
    name = etree.QName(node).localname
    told = next((node.get(one) for one in _NAMED_BY if one != "id" and node.get(one)), "")
    return (
        f"{parent.key}/{name}[{told}]"
        if told and parent.tag != node.tag
        else (f"{parent.key}/{name}")
    )


def write_process(tree: Tree, like: Mapping[str, Record] | None = None) -> bytes:
    """Write a diagram: in the order of `like`, flows after nodes, shapes before edges."""
    order_like(tree, like or {}, _is_free)
    written = {key: record.copy() for key, record in tree.items()}
    for record in [*written.values()]:
        if record.tag in _HOLDERS or record.tag == D + "BPMNPlane":
            record.children.sort(key=lambda key: _group(written[key]))
    _write_members(written)
    _write_ends(written)
    _write_ways(written)
    return write_tree(written, PREFIXES)


def _is_free(record: Record) -> bool:
    """Tell whether the order in it means nothing; parameters are worked out one after another."""
    return not record.tag.endswith("}inputOutput")


def _group(record: Record) -> int:
    name = record.tag.rpartition("}")[2]
    if name in _GROUPS:
        return _GROUPS.index(name)
    late = ("sequenceFlow", "association", "BPMNEdge", "BPMNDiagram")
    return len(_GROUPS) + (1 + late.index(name) if name in late else 0)


def _write_members(tree: Tree) -> None:
    """Say in each lane which nodes lie in it, in the order of the nodes."""
    for record in list(tree.values()):
        for lane in record.values.pop(LANES, "").split():
            if lane in tree and record.tag in FLOW_NODES:
                key = f"{lane}/flowNodeRef[{record.key}]"
                values = {TEXT: record.values.get("id", record.key)}
                add(tree, Record(key, lane, B + "flowNodeRef", values))
    for record in tree.values():
        if record.tag == B + "lane":
            record.children.sort(key=lambda key: _lane_part(tree[key]))
    _order_members(tree)


def _lane_part(record: Record) -> int:
    names = ("documentation", "extensionElements", "partitionElement", "flowNodeRef")
    name = record.tag.rpartition("}")[2]
    return names.index(name) if name in names else len(names)


def _order_members(tree: Tree) -> None:
    """Order the members of lanes as the nodes stand in the file."""
    places = {key: number for number, key in enumerate(inside(tree, ""))}
    for record in tree.values():
        if record.tag == B + "lane":
            members = [one for one in record.children if tree[one].tag == B + "flowNodeRef"]
            others = [one for one in record.children if one not in set(members)]
            members.sort(key=lambda key: places.get(tree[key].values[TEXT], 0))
            at = sum(1 for one in others if _lane_part(tree[one]) < 3)
            record.children = [*others[:at], *members, *others[at:]]


def _write_ends(tree: Tree) -> None:
    """Say at each node which flows come in and go out, where the schema wants it."""
    for one in [record for record in tree.values() if record.tag in FLOW_NODES]:
        one.children.sort(key=lambda key: _head_part(tree[key]))
    flows = [tree[key] for key in inside(tree, "") if tree[key].tag == FLOW]
    heads: dict[str, int] = {}
    for name, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
        for flow in flows:
            end_id = flow.values.get(end, "")
            if end_id not in tree or tree[end_id].tag not in FLOW_NODES:
                continue
            node = tree[end_id]
            at = heads.setdefault(
                node.key, sum(1 for key in node.children if _head_part(tree[key]) < 2)
            )
            key = f"{node.key}/{name}[{flow.key}]"
            tree[key] = Record(key, node.key, B + name, {TEXT: flow.values.get("id", flow.key)})
            node.children.insert(at, key)
            heads[node.key] = at + 1


def _head_part(record: Record) -> int:
    names = ("documentation", "extensionElements")
    name = record.tag.rpartition("}")[2]
    return names.index(name) if name in names else len(names)


def _write_ways(tree: Tree) -> None:
    for edge in [record for record in tree.values() if WAYPOINTS in record.values]:
        points = []
        for number, point in enumerate(edge.values.pop(WAYPOINTS).split()):
            x, _, y = point.partition(",")
            key = f"{edge.key}/waypoint[{number}]"
            tree[key] = Record(key, edge.key, _WAY, {"x": x, "y": y})
            points.append(key)
        edge.children[:0] = points
