"""Draw the gateway that BPMN implies where several or conditional flows leave an activity."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, connect, flows_from, identity, scopes
from engine.diagrams.vocabulary import ACTIVITIES, CONDITION, EVENTS, FLOW, children


def fork_explicitly(root: etree._Element) -> None:
    """Give activities and events exactly one outgoing flow without a condition."""
    for scope in scopes(root):
        for node in children(scope, ACTIVITIES | EVENTS):
            flows = flows_from(scope, identity(node))
            conditional = [flow for flow in flows if flow.find(CONDITION) is not None]
            if len(flows) > 1 or conditional:
                _fork(scope, node, flows, conditional)


def _fork(
    scope: etree._Element,
    node: etree._Element,
    flows: list[etree._Element],
    conditional: list[etree._Element],
) -> None:
    """Always take the plain flows; of the others those that hold, or else the default flow."""
    name = identity(node)
    default = node.attrib.pop("default", None)
    chosen = [flow for flow in flows if flow in conditional or flow.get("id") == default]
    plain = [flow for flow in flows if flow not in chosen]
    if not conditional:
        chosen, plain = [], flows
    source = name
    if plain and len(plain) + bool(chosen) > 1:
        add(scope, "parallelGateway", id=f"{name}__fork")
        connect(scope, f"{name}__to_fork", source, f"{name}__fork")
        source = f"{name}__fork"
        for flow in plain:
            flow.set("sourceRef", source)
    if chosen:
        gateway = add(scope, "inclusiveGateway", id=f"{name}__choice")
        connect(scope, f"{name}__to_choice", source, f"{name}__choice")
        if default:
            gateway.set("default", default)
        elif plain:
            # The plain flows are taken anyway, so that none of the others need hold.
            add(scope, "endEvent", id=f"{name}__none")
            connect(scope, f"{name}__to_none", f"{name}__choice", f"{name}__none")
            gateway.set("default", f"{name}__to_none")
        for flow in chosen:
            flow.set("sourceRef", f"{name}__choice")


def part_twin_flows(root: etree._Element) -> None:
    """Put a passing event into each further flow between the same two elements.

    SpiffWorkflow counts the elements before a join, not the flows, and would not wait for both.
    """
    for scope in scopes(root):
        seen: set[tuple[str, str]] = set()
        for flow in scope.findall(FLOW):
            source, target = flow.get("sourceRef") or "", flow.get("targetRef") or ""
            if (source, target) in seen:
                between = f"{source}__{target}_{len(seen)}"
                add(scope, "intermediateThrowEvent", id=between)
                flow.set("targetRef", between)
                connect(scope, f"{between}_on", between, target)
            seen.add((source, flow.get("targetRef") or ""))
