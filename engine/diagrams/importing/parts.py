"""What a drawing holds besides processes, and what makes its processes executable."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.diagrams.importing.notes import Notes, tag_of
from engine.diagrams.vocabulary import BPMN_NS, FLOW, FLOW_NODES, SCOPES, B

_NOT_RUN = (
    "choreography", "globalChoreographyTask", "choreographyTask", "subChoreography",
    "callChoreography", "conversation", "subConversation", "callConversation",
    "globalConversation", "conversationLink", "messageFlow", "correlationSubscription",
    "partnerEntity", "partnerRole", "endPoint", "dataStore", "category", "relationship",
)  # fmt: skip
_STANDARD = {
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
    "http://bpmn.io/schema/bpmn/biocolor/1.0",
}
_UNKNOWN = frozenset(
    {"activity", "event", "gateway", "end", "start", "step", "node", "flow", "transition", "link"}
)


def prepare_processes(root: etree._Element, notes: Notes) -> None:
    """Make processes with elements executable, and say which parts are only drawn."""
    processes = [one for one in root.iterfind(B + "process") if _has_nodes(one)]
    for process in processes:
        if process.get("isExecutable") not in ("true", "1"):
            notes.add("made_executable", process)
        process.set("isExecutable", "true")
    if len(processes) > 1:
        notes.add("several_processes", count=len(processes))
    _note_pools(root, {one.get("id") for one in processes}, notes)
    counted = Counter(
        tag_of(node) for node in root.iter(*(B + name for name in _NOT_RUN)) if node.tag
    )
    for tag, count in counted.items():
        notes.add("part_ignored", tag=tag, count=count)
    _note_unknown(root, notes)
    _mend_flows(root, notes)


def _has_nodes(process: etree._Element) -> bool:
    return any(child.tag in FLOW_NODES for child in process)


def _note_pools(root: etree._Element, processes: set[str | None], notes: Notes) -> None:
    for pool in root.iter(B + "participant"):
        if pool.get("processRef") not in processes:
            notes.add("empty_pool", pool, name=pool.get("name") or pool.get("id") or "")


def _note_unknown(root: etree._Element, notes: Notes) -> None:
    for scope in root.iter(*SCOPES):
        for child in scope:
            if not isinstance(child.tag, str):
                continue
            if etree.QName(child).namespace == BPMN_NS and tag_of(child) in _UNKNOWN:
                notes.add("unknown_element", child, tag=tag_of(child))


def _mend_flows(root: etree._Element, notes: Notes) -> None:
    """Some tools say where a flow leads only in the elements it joins."""
    for scope in root.iter(*SCOPES):
        ends = _ends(scope)
        for flow in scope.iterfind(FLOW):
            for name, side in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
                found = ends.get((side, flow.get("id") or ""))
                if not flow.get(name) and found:
                    flow.set(name, found)
                    notes.add("flow_mended", flow)


def _ends(scope: etree._Element) -> dict[tuple[str, str], str]:
    """Give the element of each side of each flow, as the elements themselves say it."""
    return {
        (tag_of(one), (one.text or "").strip()): node.get("id") or ""
        for node in scope
        if node.tag in FLOW_NODES
        for one in node.iterfind("*")
        if one.tag in (B + "incoming", B + "outgoing")
    }


def foreign_namespaces(root: etree._Element) -> Counter[str]:
    """Count what elements and attributes of which other vendors there are."""
    counted: Counter[str] = Counter()
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        # What holds others has no meaning of its own.
        names = (*node.attrib, *(() if len(node) else (node.tag,)))
        for name in names:
            namespace = etree.QName(str(name)).namespace
            if namespace and namespace != BPMN_NS and namespace not in _STANDARD:
                counted[namespace] += 1
    return counted
