"""Give ad-hoc sub-processes the start and the flows that the drawing leaves out."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, connect, identity
from engine.diagrams.vocabulary import FLOW, FLOW_NODES, PATH, TASKS, B, children

_ATOMIC = TASKS - {B + "receiveTask"}


def lower_ad_hoc(root: etree._Element) -> None:
    """Begin with every activity that no flow enters.

    In sequence the groups of connected activities run in the order of the file, unless all of
    them are single tasks: those are offered side by side, and people do one after another.
    """
    for scope in list(root.iter(B + "adHocSubProcess")):
        groups = _groups(scope)
        if scope.get("ordering") == "Sequential" and not all(map(_is_single_task, groups)):
            _chain(scope, groups)
        else:
            _offer(scope, [node for group in groups for node in _entries(scope, group)])


def _groups(scope: etree._Element) -> list[list[etree._Element]]:
    """Part the activities by what the flows and edges connect."""
    nodes = [
        node
        for node in children(scope, FLOW_NODES)
        if node.get("triggeredByEvent") != "true" and node.get("isForCompensation") != "true"
    ]
    group_of = {identity(node): number for number, node in enumerate(nodes)}
    pairs = [(flow.get("sourceRef"), flow.get("targetRef")) for flow in scope.iterfind(FLOW)]
    pairs += [(identity(one), one.get("attachedToRef")) for one in nodes]
    for left, right in pairs:
        if left in group_of and right in group_of and group_of[left] != group_of[right]:
            kept, gone = sorted((group_of[left], group_of[right]))
            group_of = {name: kept if one == gone else one for name, one in group_of.items()}
    numbers = sorted(set(group_of.values()))
    return [[node for node in nodes if group_of[identity(node)] == one] for one in numbers]


def _entries(scope: etree._Element, group: list[etree._Element]) -> list[etree._Element]:
    entered = {flow.get("targetRef") for flow in scope.iterfind(FLOW)}
    return [
        node for node in group if identity(node) not in entered and node.tag != B + "boundaryEvent"
    ]


def _is_single_task(group: list[etree._Element]) -> bool:
    return len(group) == 1 and group[0].tag in _ATOMIC


def _offer(scope: etree._Element, entries: list[etree._Element]) -> None:
    start = f"{identity(scope)}__start"
    add(scope, "startEvent", id=start)
    for number, node in enumerate(entries):
        connect(scope, f"{start}_{number}", start, identity(node))


def _chain(scope: etree._Element, groups: list[list[etree._Element]]) -> None:
    name = identity(scope)
    before = f"{name}__start"
    add(scope, "startEvent", id=before)
    flows = scope.findall(FLOW)
    for number, group in enumerate(groups):
        entries = _entries(scope, group)
        path = add(scope, "subProcess", id=f"{name}{PATH}{number}")
        names = {identity(node) for node in group}
        path.extend(group)
        path.extend(flow for flow in flows if flow.get("sourceRef") in names)
        _offer(path, entries)
        connect(scope, f"{name}__to_path{number}", before, identity(path))
        before = identity(path)
