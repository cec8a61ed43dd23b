"""Which variables are known at each element: one pass along the flows, to a fixed point."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.variables.effects import Effects
from engine.diagrams.checking.variables.providers import Called, Providers
from engine.diagrams.checking.variables.state import UNKNOWN, State, joined, merged
from engine.diagrams.data import loop_data
from engine.diagrams.lowering.starts import entries_of
from engine.diagrams.vocabulary import SUBPROCESSES, B, C
from engine.feel.checking import ANYTHING, NUMBER, Known, list_of

_MOST_VISITS = 40
_MULTI = B + "multiInstanceLoopCharacteristics"
_LOOP = B + "standardLoopCharacteristics"
_COUNTED = ("Instances", "CompletedInstances", "ActiveInstances", "TerminatedInstances")
_ROUNDS = {"loopCounter": NUMBER}
_COUNTERS = {
    f"{prefix}{name}": NUMBER for name in _COUNTED for prefix in ("nrOf", "numberOf")
} | _ROUNDS


class VariableFlow:
    """What is known of the variables around the elements of one diagram.

    `before` an element, `inside` it (for each instance of a repeated one), at the end of one such
    instance (`done`), and `after` it. An element that is missing is never reached.
    """

    def __init__(
        self, graph: Graph, providers: Providers, functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.effects = Effects(graph.root, providers, functions)
        self.before: dict[Node, State] = {}
        self.inside: dict[Node, State] = {}
        self.done: dict[Node, State] = {}
        self.after: dict[Node, State] = {}
        self.anywhere: dict[Node, State] = {}
        self.ends: dict[str, State] = {}
        self._scopes = {scope.node: scope for scope in graph.scopes}
        self._visits: dict[Node, int] = {}
        for scope in graph.scopes:
            if scope.is_process and not scope.is_too_big:
                self.ends[scope.node.get("id") or ""] = self._run(scope, State(open=True))

    def called(self, process_id: str) -> Called | None:
        """Tell what a process of the diagram needs and gives; None when it has none such."""
        if process_id not in self.ends:
            return None
        (scope,) = [
            one
            for one in self._scopes.values()
            if one.is_process and one.node.get("id") == process_id
        ]
        starts = scope.node.findall(B + "startEvent")
        needs = self.effects.needed(starts[0]) if len(starts) == 1 else None
        return Called(needs, self.ends[process_id])

    def _run(self, scope: Scope, entry: State) -> State:
        """Follow the flows of a scope from its beginnings; give what is known at its end."""
        seeds = _seeds(scope)
        waiting = deque(seeds)
        while waiting:
            node = waiting.popleft()
            state = self._arriving(scope, node, entry, is_seed=node in seeds)
            if self.before.get(node) == state and node in self.after:
                continue
            self._visits[node] = self._visits.get(node, 0) + 1
            if self._visits[node] > _MOST_VISITS:
                state = UNKNOWN
            if self._visits[node] > _MOST_VISITS + 2:
                continue
            self.before[node] = state
            self.after[node] = self._leaving(node, state)
            waiting.extend(self._next(scope, node))
        return self._finish(scope, entry)

    def _next(self, scope: Scope, node: Node) -> Iterable[Node]:
        yield from scope.next(node)
        if scope.node.tag == B + "adHocSubProcess" and not scope.out(node):
            yield from _seeds(scope)

    def _finish(self, scope: Scope, entry: State) -> State:
        states = [self.after[node] for node in scope.nodes.values() if node in self.after]
        anywhere = joined([entry, *states, *self._within(scope)])
        ends = [
            self.after[node]
            for node in scope.nodes.values()
            if node in self.after and not scope.out(node)
        ]
        for node in scope.nodes.values():
            if node.get("triggeredByEvent") == "true":
                ends.append(self._beside(node, anywhere))
            elif node.get("isForCompensation") == "true":
                self._beside(node, anywhere)
        self.anywhere[scope.node] = joined([anywhere, *ends])
        return joined(ends) if ends else entry

    def _within(self, scope: Scope) -> list[State]:
        return [self.anywhere[node] for node in scope.nodes.values() if node in self.anywhere]

    def _beside(self, node: Node, state: State) -> State:
        """Follow what may begin at any moment of its scope."""
        self.before[node] = state
        self.after[node] = self._leaving(node, state)
        return self.after[node]

    def _arriving(self, scope: Scope, node: Node, entry: State, *, is_seed: bool) -> State:
        if node.tag == B + "boundaryEvent":
            host = scope.nodes.get(node.get("attachedToRef") or "")
            found = [self.before.get(host), self.anywhere.get(host)] if host is not None else []
            return joined(state for state in found if state is not None)
        if node.tag == B + "startEvent" and scope.is_process:
            return self.effects.at_start(node)
        states = [self.after[one] for one in _sources(scope, node) if one in self.after]
        if is_seed:
            said = scope.is_process and self.effects.declared(node) is not None
            states.append(State() if said else entry)
        if node.tag == B + "parallelGateway":
            return merged(states)
        return joined(states)

    def _leaving(self, node: Node, state: State) -> State:
        state = self.effects.associated(node, "data_in", state)
        several, loop = node.find(_MULTI), node.find(_LOOP)
        if several is not None:
            after = self._each(node, several, state)
        elif loop is not None:
            after = self._again(node, state)
        else:
            after = self._once(node, state)
        return self.effects.associated(node, "data_out", after)

    def _once(self, node: Node, state: State) -> State:
        """Let one instance of an element work."""
        self.inside[node] = state
        if node.tag in SUBPROCESSES and node in self._scopes:
            scope = self._scopes[node]
            if scope.is_event_subprocess:
                for start in node.iterfind(B + "startEvent"):
                    state = self.effects._caught(start, state).state
            self.done[node] = self._run(scope, state)
            return self.done[node]
        given = self.effects.once(node, state)
        outputs = self.effects.extensions(node).get("outputs") or []
        offered = State(
            {**given.state.values, **given.result.values},
            given.state.open or given.result.open,
            given.state.shaken or given.result.shaken,
        )
        self.done[node] = offered
        written = {
            name: self.effects.value(source, offered) if is_feel else ANYTHING
            for name, source, is_feel in outputs
        }
        return given.state.given(written)

    def _each(self, node: Node, several: Node, state: State) -> State:
        properties = self.effects.extensions(node).get("properties", {})
        standard = loop_data(node, several, self.effects.names)
        variable = several.get(C + "elementVariable") or standard.item
        collection = several.get(C + "collection") or standard.collection
        output = properties.get("jc:outputCollection") or standard.output
        around = state.without([variable]) if variable else state
        rounds = {} if "loopCounter" in state.values else _ROUNDS
        item = NUMBER if collection is None else _item_of(self.effects.value(collection, state))
        own = {variable: item} if variable else {}
        end = self._once(node, around.given({**rounds, **own}))
        counted = {**_COUNTERS}
        expression = properties.get("jc:outputElement") or standard.made
        if output is not None:
            kept = self.effects.value(expression, end) if expression else ANYTHING
            counted[output] = list_of(kept)
            after = around.given({output: list_of(kept)})
        else:
            after = joined([around, end.without([*own, *rounds])])
        self.done[node] = end.given(counted)
        return after

    def _again(self, node: Node, state: State) -> State:
        loop = node.find(_LOOP)
        current = inside = state.given({} if "loopCounter" in state.values else _ROUNDS)
        for _ in range(_MOST_VISITS):
            following = joined([inside, self._once(node, current)])
            if following == current:
                break
            current = following
        end = self._once(node, current)
        first = loop is not None and loop.get("testBefore") == "true"
        self.done[node] = (joined([state, end]) if first else end).given(_ROUNDS)
        return self.done[node]


def called_process(
    root: Node,
    process_id: str,
    providers: Providers,
    functions: Mapping[str, Callable[..., Any]],
) -> Called | None:
    """Tell what a process of a diagram needs and gives; None when it has none such."""
    return VariableFlow(Graph.of(root), providers, functions).called(process_id)


def _seeds(scope: Scope) -> list[Node]:
    """List where tokens begin: starts, and in an ad-hoc sub-process what no flow enters."""
    if scope.node.tag == B + "adHocSubProcess":
        return [
            node
            for node in scope.nodes.values()
            if not scope.into(node) and node.tag != B + "boundaryEvent" and not _is_beside(node)
        ]
    if not scope.has_start:
        return entries_of(scope.node)
    return [
        node
        for node in scope.nodes.values()
        if node.tag == B + "startEvent" or node.get("instantiate") == "true"
    ]


def _is_beside(node: Node) -> bool:
    return node.get("triggeredByEvent") == "true" or node.get("isForCompensation") == "true"


def _sources(scope: Scope, node: Node) -> list[Node]:
    found = [scope.nodes[flow.get("sourceRef") or ""] for flow in scope.into(node)]
    link = node.find(B + "linkEventDefinition")
    if link is not None and node.tag == B + "intermediateCatchEvent":
        found += [
            one
            for one in scope.nodes.values()
            if one.tag == B + "intermediateThrowEvent"
            and (thrown := one.find(B + "linkEventDefinition")) is not None
            and thrown.get("name") == link.get("name")
        ]
    if scope.node.tag == B + "adHocSubProcess" and not found:
        found += [one for one in scope.nodes.values() if not scope.out(one)]
    return found


def _item_of(collection: Known) -> Known:
    if not collection.is_only("list"):
        return ANYTHING
    return collection.item or ANYTHING
