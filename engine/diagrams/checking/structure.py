"""Check how a diagram hangs together: ids, starts and ends, flows, what can be reached."""

from __future__ import annotations

import re

from engine.diagrams.checking.graph import MOST_NODES, Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.lowering.starts import entries_of
from engine.diagrams.vocabulary import (
    ACTIVITIES,
    FLOW,
    FLOW_NODES,
    GLOBAL_TASKS,
    SCOPES,
    SYNTHETIC,
    B,
    has_trigger,
)

MOST_PROCESS_ID = 100
MOST_NAME = 200
"""How long an id, or the name of a message, can be where it is stored."""

_PROCESS_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def check_structure(graph: Graph, report: Report, key: str | None) -> None:
    """Report what is loose, doubled or out of reach. `key`: the process id that is expected."""
    processes = graph.processes()
    globals_ = [node for node in graph.root if node.tag in GLOBAL_TASKS]
    if not processes and not globals_:
        report.add(graph.root, "no_process")
    elif key is not None and key not in {one.get("id") for one in [*processes, *globals_]}:
        first = [*processes, *globals_][0]
        report.add(first, "process_id_differs", expected=key, found=first.get("id"))
    _check_ids(graph, report)
    _check_places(graph, report)
    for scope in graph.scopes:
        if scope.is_too_big:
            report.add(scope.node, "too_many_nodes", most=MOST_NODES)
            continue
        for flow in scope.loose:
            report.add(flow, "dangling_flow")
        _check_starts(scope, report)
        for node in scope.nodes.values():
            _check_flows(scope, node, report)
        _check_reach(scope, report)


def _check_ids(graph: Graph, report: Report) -> None:
    seen: set[str] = set()
    for node in graph.root.iter(*FLOW_NODES, B + "process", FLOW, *GLOBAL_TASKS):
        name = node.get("id")
        if name is None:
            report.add(node, "missing_id")
            continue
        if name in seen:
            report.add(node, "duplicate_id", id=name)
        seen.add(name)
        _check_length(node, name, report)
        if len(node.get("name") or "") > MOST_NAME:
            report.add(node, "too_long", most=MOST_NAME)
        if node.tag != FLOW and not is_good_id(node, name):
            report.add(node, "bad_id" if node.tag in FLOW_NODES else "bad_process_id", id=name)


def is_good_id(node: Node, name: str) -> bool:
    """Tell whether an id can be kept; that of a process also names a file and stands in paths."""
    allowed = _ID if node.tag in FLOW_NODES else _PROCESS_ID
    return allowed.fullmatch(name) is not None and SYNTHETIC not in name


def _check_length(node: Node, name: str, report: Report) -> None:
    most = MOST_PROCESS_ID if node.tag == B + "process" or node.tag in GLOBAL_TASKS else MOST_NAME
    if node.tag != FLOW and len(name) > most:
        report.add(node, "too_long", most=most)


def _check_places(graph: Graph, report: Report) -> None:
    for process in graph.root.iterfind(B + "process"):
        for node in process.iter(*FLOW_NODES, FLOW):
            parent = node.getparent()
            if parent is not None and parent.tag not in SCOPES:
                report.add(node, "misplaced")


def _check_starts(scope: Scope, report: Report) -> None:
    starts = scope.node.findall(B + "startEvent")
    receives = [
        node for node in scope.node.iterfind(B + "receiveTask") if node.get("instantiate") == "true"
    ]
    if scope.is_event_subprocess:
        if len(starts) != 1 or not has_trigger(starts[0]):
            report.add(scope.node, "event_subprocess_start")
        return
    if scope.node.tag == B + "adHocSubProcess":
        return
    if not starts and not (scope.is_process and receives):
        implied = not scope.instantiating and _may_be_implied(scope)
        if implied or not (scope.is_process and scope.instantiating):
            report.add(scope.node, "implied_start" if implied else "no_start")
    if not scope.is_process:
        _check_inner_starts(scope, starts, report)
    gated = [target for gateway in scope.instantiating for target in scope.next(gateway)]
    _check_divergence(scope, [*starts, *receives, *gated], report)


def _may_be_implied(scope: Scope) -> bool:
    """By the standard start events may be left out only where end events are."""
    ends = any(node.tag == B + "endEvent" for node in scope.nodes.values())
    return not ends and bool(entries_of(scope.node))


def _check_inner_starts(scope: Scope, starts: list[Node], report: Report) -> None:
    if len(starts) > 1:
        report.add(scope.node, "several_starts")
    for start in starts:
        if has_trigger(start):
            report.add(start, "start_trigger")


def _check_divergence(scope: Scope, starts: list[Node], report: Report) -> None:
    handled = any(node.get("triggeredByEvent") == "true" for node in scope.nodes.values())
    targets = {flow.get("targetRef") for start in starts for flow in scope.out(start)}
    lonely = any(not scope.out(start) for start in starts)
    several = len(starts) > 1 and (len(targets) > 1 or lonely)
    if handled and (several or lonely):
        report.add(scope.node, "starts_diverge")


def _check_flows(scope: Scope, node: Node, report: Report) -> None:
    entered, left = bool(scope.into(node)), bool(scope.out(node))
    default = node.get("default")
    if default and default not in {flow.get("id") for flow in scope.out(node)}:
        report.add(node, "bad_default")
    if node.get("triggeredByEvent") == "true":
        if entered or left:
            report.add(node, "event_subprocess_connected")
        return
    forbidden = {
        B + "startEvent": ("start_entered", entered),
        B + "endEvent": ("end_left", left),
        B + "boundaryEvent": ("boundary_entered", entered),
    }
    code, wrong = forbidden.get(str(node.tag), ("", False))
    if wrong:
        report.add(node, code)
    if node.tag == B + "boundaryEvent":
        host = scope.nodes.get(node.get("attachedToRef") or "")
        if host is None or host.tag not in ACTIVITIES or host.get("triggeredByEvent") == "true":
            report.add(node, "boundary_detached")
    if not left and node.tag != B + "endEvent" and not _ends_by_itself(scope, node):
        report.add(node, "implicit_end")


def _throws_link(node: Node) -> bool:
    link = node.find(B + "linkEventDefinition")
    return link is not None and node.tag == B + "intermediateThrowEvent"


def _ends_by_itself(scope: Scope, node: Node) -> bool:
    compensates = node.find(B + "compensateEventDefinition") is not None
    return (
        _throws_link(node)
        or scope.node.tag == B + "adHocSubProcess"
        or node.get("isForCompensation") == "true"
        or (compensates and node.tag == B + "boundaryEvent")
    )


def _check_reach(scope: Scope, report: Report) -> None:
    waiting = [
        node
        for node in scope.nodes.values()
        if node.tag == B + "startEvent"
        or node.get("triggeredByEvent") == "true"
        or node.get("instantiate") == "true"
        or node.get("isForCompensation") == "true"
        or (scope.node.tag == B + "adHocSubProcess" and not scope.into(node))
    ]
    if not scope.has_start:
        waiting += entries_of(scope.node)
    if not waiting:
        return
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(scope.next(node))
    for node in scope.nodes.values():
        if node not in seen:
            report.add(node, "unreachable")
