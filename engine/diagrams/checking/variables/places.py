"""What can be named at one place of a diagram, for those who write expressions there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from engine.diagrams.checking.graph import Graph, Node
from engine.diagrams.checking.variables.flow import VariableFlow
from engine.diagrams.checking.variables.providers import Providers
from engine.diagrams.checking.variables.state import State
from engine.diagrams.vocabulary import FLOW, local_name
from engine.feel.checking import Known


def known_at(
    root: etree._Element,
    element_id: str,
    providers: Providers,
    functions: Mapping[str, Callable[..., Any]],
) -> dict[str, Known]:
    """Tell the variables that an expression of an element, flow or process may name.

    Of a flow those behind its source; of an activity those before it, what each instance of a
    repeated one has, and its result, which its outputs name. Empty for one that does not exist
    or is never reached.
    """
    flow = VariableFlow(Graph.of(root), providers, functions)
    found = (one for one in root.iter() if one.get("id") == element_id and local_name(one))
    node = next(found, None)
    if node is None:
        return {}
    if node.tag == FLOW:
        source = node.get("sourceRef")
        states = [state for one, state in flow.after.items() if one.get("id") == source]
    else:
        states = _around(flow, node)
    return {name: known for state in states for name, known in state.values.items()}


def _around(flow: VariableFlow, node: Node) -> list[State]:
    parts = (flow.anywhere, flow.done, flow.before, flow.inside)
    return [part[node] for part in parts if node in part]
