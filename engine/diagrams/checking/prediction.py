"""Check that a diagram does not run, or is not predicted, without end.

SpiffWorkflow creates a task for everything that will certainly come. Behind parallel branches that
are not joined the number doubles each time, and a loop without a gateway has no end.
"""

from __future__ import annotations

from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.vocabulary import B

MOST_PATHS = 2_000

_CHOICES = frozenset(
    B + name for name in ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway")
)


def check_prediction(graph: Graph, report: Report) -> None:
    """Report endless loops and exploding parallel branches."""
    for scope in graph.scopes:
        if scope.is_too_big:
            continue
        certain = {name: list(_certain(scope, node)) for name, node in scope.nodes.items()}
        cycle = _cycle(scope, certain)
        if cycle is not None:
            report.add(cycle, "endless_loop")
            continue
        _check_paths(scope, certain, report)


def _certain(scope: Scope, node: Node) -> list[Node]:
    """List what will certainly come after a node."""
    flows = scope.out(node)
    if node.tag in _CHOICES and len(flows) > 1:
        return []
    return [
        scope.nodes[flow.get("targetRef") or ""]
        for flow in flows
        if len(flows) == 1 or flow.find(B + "conditionExpression") is None
    ]


def _cycle(scope: Scope, certain: dict[str, list[Node]]) -> Node | None:
    """Find a node that certainly comes back to itself."""
    done: set[str] = set()
    for name in certain:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, bool]] = [(name, False)]
        while stack:
            current, leaving = stack.pop()
            if leaving:
                path.pop()
                on_path.discard(current)
                done.add(current)
            elif current in on_path:
                return scope.nodes[current]
            elif current not in done:
                path.append(current)
                on_path.add(current)
                stack.append((current, True))
                stack.extend((node.get("id") or "", False) for node in certain[current])
    return None


def _check_paths(scope: Scope, certain: dict[str, list[Node]], report: Report) -> None:
    counted: dict[str, int] = {}
    for name in certain:
        stack = [name]
        while stack:
            current = stack[-1]
            following = [node.get("id") or "" for node in certain[current]]
            missing = [one for one in following if one not in counted]
            if missing and current not in counted:
                stack.extend(missing)
                continue
            stack.pop()
            if current not in counted:
                beyond = [
                    1 if _is_lazy_join(scope, node) else counted[node.get("id") or ""]
                    for node in certain[current]
                ]
                counted[current] = min(1 + sum(beyond), MOST_PATHS + 1)
    too_many = [name for name, count in counted.items() if count > MOST_PATHS]
    if too_many:
        report.add(scope.node, "too_many_paths", most=MOST_PATHS)


def _is_lazy_join(scope: Scope, node: Node) -> bool:
    if node.tag != B + "parallelGateway" or len(scope.into(node)) < 2:
        return False
    seen: set[Node] = set()
    waiting = [scope.nodes[flow.get("targetRef") or ""] for flow in scope.out(node)]
    while waiting:
        current = waiting.pop()
        if current is node:
            return False
        if current not in seen:
            seen.add(current)
            waiting.extend(scope.next(current))
    return True
