"""A diagram as the checks look at it: nodes and flows of each scope."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from engine.diagrams.vocabulary import (
    EVENT_DEFINITIONS,
    FLOW,
    FLOW_NODES,
    GLOBAL_TASKS,
    SCOPES,
    B,
    children,
    event_definitions,
    local_name,
)

Node = etree._Element

MOST_NODES = 300
"""In one process or sub-process; SpiffWorkflow recurses along what will come."""


@dataclass
class Scope:
    """A process or sub-process with what lies directly in it."""

    node: Node
    nodes: dict[str, Node] = field(default_factory=dict)
    leaving: dict[str, list[Node]] = field(default_factory=dict)
    entering: dict[str, list[Node]] = field(default_factory=dict)
    loose: list[Node] = field(default_factory=list)
    attached: dict[str, list[Node]] = field(default_factory=dict)
    caught_links: dict[str, list[Node]] = field(default_factory=dict)

    @classmethod
    def of(cls, node: Node) -> Scope:
        """Index a scope; flows that do not join two of its nodes are `loose`."""
        scope = cls(node)
        for child in children(node, FLOW_NODES):
            scope.nodes.setdefault(child.get("id") or "", child)
            if child.tag == B + "boundaryEvent":
                scope.attached.setdefault(child.get("attachedToRef") or "", []).append(child)
            link = child.find(B + "linkEventDefinition")
            if link is not None and child.tag == B + "intermediateCatchEvent":
                scope.caught_links.setdefault(link.get("name") or "", []).append(child)
        for flow in node.iterfind(FLOW):
            source, target = flow.get("sourceRef") or "", flow.get("targetRef") or ""
            if source in scope.nodes and target in scope.nodes:
                scope.leaving.setdefault(source, []).append(flow)
                scope.entering.setdefault(target, []).append(flow)
            else:
                scope.loose.append(flow)
        return scope

    @property
    def is_process(self) -> bool:
        """Tell a process from a sub-process."""
        return self.node.tag == B + "process"

    @property
    def is_event_subprocess(self) -> bool:
        """Tell an event sub-process from others."""
        return self.node.get("triggeredByEvent") == "true"

    @property
    def instantiating(self) -> list[Node]:
        """List the event-based gateways that begin an instance."""
        return [
            node
            for node in self.nodes.values()
            if node.tag == B + "eventBasedGateway" and node.get("instantiate") == "true"
        ]

    @property
    def has_start(self) -> bool:
        """Tell whether it is drawn where it begins."""
        return any(
            node.tag == B + "startEvent" or node.get("instantiate") == "true"
            for node in self.nodes.values()
        )

    def out(self, node: Node) -> list[Node]:
        """List the flows that leave a node."""
        return self.leaving.get(node.get("id") or "", [])

    def into(self, node: Node) -> list[Node]:
        """List the flows that enter a node."""
        return self.entering.get(node.get("id") or "", [])

    @property
    def is_too_big(self) -> bool:
        """Tell whether there are more nodes than can be drawn, checked and run well."""
        return len(self.nodes) > MOST_NODES

    def boundaries(self, node: Node) -> list[Node]:
        """List the boundary events of an activity."""
        return self.attached.get(node.get("id") or "", [])

    def next(self, node: Node) -> Iterator[Node]:
        """List what can come after a node: along flows, links and its boundary events."""
        for flow in self.out(node):
            yield self.nodes[flow.get("targetRef") or ""]
        yield from self.boundaries(node)
        link = node.find(B + "linkEventDefinition")
        if link is not None and node.tag == B + "intermediateThrowEvent":
            yield from self.caught_links.get(link.get("name") or "", [])


def _as_task(node: Node) -> Node:
    """Copy a global task as the task that it will be lowered to."""
    task = deepcopy(node)
    kind = local_name(node).removeprefix("global")
    task.tag = B + kind[0].lower() + kind[1:]
    return task


@dataclass(frozen=True)
class Graph:
    """All scopes of the executable processes of a file."""

    root: Node
    scopes: list[Scope]
    globals: list[Node]
    roots: dict[str, Node]

    @classmethod
    def of(cls, root: Node) -> Graph:
        """Index a diagram."""
        found = [
            Scope.of(node)
            for process in root.iterfind(B + "process")
            if process.get("isExecutable") == "true"
            for node in process.iter(*SCOPES)
        ]
        roots = {node.get("id") or "": node for node in root if isinstance(node.tag, str)}
        globals_ = [_as_task(node) for node in children(root, GLOBAL_TASKS)]
        return cls(root, found, globals_, roots)

    def processes(self) -> list[Node]:
        """List the executable processes."""
        return [scope.node for scope in self.scopes if scope.is_process]

    def root_definition(self, name: str) -> Node | None:
        """Find an event definition of the file's root by its id."""
        found = self.roots.get(name)
        return found if found is not None and found.tag in EVENT_DEFINITIONS else None

    def definitions(self, node: Node) -> list[Node]:
        """List the event definitions of a node, those that it refers to included."""
        wanted = [(one.text or "").strip() for one in node.iterfind(B + "eventDefinitionRef")]
        shared = [found for name in wanted if (found := self.root_definition(name)) is not None]
        return [*event_definitions(node), *shared]

    def nodes(self) -> Iterator[tuple[Scope, Node]]:
        """List every flow node with its scope; a global task has a scope of its own."""
        for node in self.globals:
            yield Scope(node), node
        for scope in self.scopes:
            for node in scope.nodes.values():
                yield scope, node
