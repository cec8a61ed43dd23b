"""What an element does to the variables: what it gives, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.diagrams.checking.graph import Node
from engine.diagrams.checking.variables.declarations import (
    PROPERTY,
    BadDeclaration,
    read_declaration,
    required_names,
)
from engine.diagrams.checking.variables.providers import Providers
from engine.diagrams.checking.variables.state import UNKNOWN, State, joined
from engine.diagrams.data import data_associations, data_names
from engine.diagrams.dialect import read_extensions
from engine.diagrams.vocabulary import (
    B,
    event_definitions,
    has_trigger,
    local_name,
    strip_equals,
    text_of,
)
from engine.feel.checking import (
    STRING,
    Known,
    context_of,
    known_of_expression,
    list_of,
)

_ERROR = context_of({"code": STRING, "message": STRING})
_SILENT = frozenset({"timer", "conditional", "link", "terminate", "none", "compensate"})


@dataclass(frozen=True, slots=True)
class Given:
    """The variables behind an element, and what its own result offers to its outputs."""

    state: State
    result: State = field(default_factory=State)


class Effects:
    """What the elements of one diagram do, each by itself."""

    def __init__(
        self, root: Node, providers: Providers, functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.providers = providers
        self.functions = functions
        self.names = data_names(root)
        self._extensions: dict[Node, dict[str, Any]] = {}

    def extensions(self, node: Node) -> dict[str, Any]:
        """Read an element's extensions once."""
        found = self._extensions.get(node)
        if found is None:
            found = self._extensions[node] = read_extensions(node)
        return found

    def declared(self, node: Node) -> Mapping[str, Known] | None:
        """Read the variables that an element is said to bring; None if nothing is said."""
        text = self.extensions(node).get("properties", {}).get(PROPERTY)
        try:
            return None if text is None else read_declaration(text)
        except BadDeclaration:
            return None  # `check_expressions` reports it.

    def needed(self, start: Node) -> tuple[str, ...] | None:
        """List what a start cannot do without; None if it does not say."""
        text = self.extensions(start).get("properties", {}).get(PROPERTY)
        return None if text is None else tuple(required_names(text))

    def known(self, state: State) -> dict[str, Known]:
        """List what an expression can name; variables hide facts."""
        return {**(self.providers.facts or {}), **state.values}

    def value(self, expression: str, state: State) -> Known:
        """Tell what is known of what an expression gives."""
        text = strip_equals(expression)
        return known_of_expression(text, self.known(state), functions=self.functions)

    def associated(self, node: Node, direction: str, state: State) -> State:
        """Let data associations write."""
        for target, source in data_associations(node, direction, self.names):
            state = state.given({target: self.value(source, state)})
        return state

    def at_start(self, node: Node) -> State:
        """Tell what an instance begins with; it may be anything unless the start says it."""
        said, variable = self.declared(node), self.extensions(node).get("result_variable")
        form = self.form(node)
        if said is None:
            return State(open=True).given(form or {})
        if variable and has_trigger(node):
            return State().given({variable: context_of(said)})
        return State().given({**(form or {}), **said})

    def form(self, node: Node) -> Mapping[str, Known] | None:
        """Give the variables that the element's form sets; None when they are not known."""
        name = self.extensions(node).get("form_ref")
        if name is None:
            return None if "form_key" in self.extensions(node) else {}
        return (self.providers.forms or {}).get(name)

    def once(self, node: Node, state: State) -> Given:
        """Let an element do its work one time."""
        work = _WORK.get(local_name(node))
        return Given(state) if work is None else work(self, node, state)

    def _answered(self, node: Node, state: State) -> Given:
        said, form = self.declared(node), self.form(node)
        if self.providers.forms is None or (form is None and said is None):
            return Given(state.after_anything())
        return Given(state.given({**(form or {}), **(said or {})}))

    def _served(self, node: Node, state: State) -> Given:
        said = self.declared(node)
        if said is not None:
            return self._resulted(node, state, context_of(said))
        topic = self.extensions(node).get("topic", "")
        return self._resulted(node, state, self.providers.service_tasks.get(topic))

    def _decided(self, node: Node, state: State) -> Given:
        reference = self.extensions(node).get("decision_ref", "")
        variable = self.extensions(node).get("result_variable") or reference
        ruled = state.given({f"{variable}_rows": list_of(STRING)})
        return self._resulted(node, ruled, self.providers.decisions.get(reference))

    def _resulted(self, node: Node, state: State, known: Known | None) -> Given:
        """Store a result under its variable, or merge its entries unless there are outputs."""
        extensions = self.extensions(node)
        variable = extensions.get("result_variable")
        is_context = known is not None and known.is_only("context")
        entries = (known.entries if known is not None else None) if is_context else {}
        # A list is stored, but has no entries to merge; a result that is not known may have any.
        result = UNKNOWN if known is None or entries is None else State().given(entries)
        if variable:
            state = state.given({variable: Known() if known is None else known})
        elif not extensions.get("outputs"):
            state = state.after_anything() if result.open else state.given(result.values)
        return Given(state, result)

    def _scripted(self, node: Node, state: State) -> Given:
        known = self.value(text_of(node, "script") or "", state)
        if known.entries is None or known.open:
            return Given(state.after_anything())
        return Given(state.given(known.entries))

    def _caught(self, node: Node, state: State) -> Given:
        """Take over what comes with an event; a start event's is in `at_start`."""
        definitions = event_definitions(node)
        kinds = {local_name(one).removesuffix("EventDefinition") for one in definitions}
        if node.tag == B + "receiveTask":
            kinds = {"message"}
        elif not definitions and not has_trigger(node):
            kinds = {"none"}
        variable, said = self.extensions(node).get("result_variable"), self.declared(node)
        if kinds and kinds <= _SILENT:
            return Given(state)
        if kinds and kinds <= {"error", "escalation", "cancel"}:
            return Given(state.given({variable: _ERROR}) if variable else state)
        if variable:
            return Given(state.given({variable: Known() if said is None else context_of(said)}))
        if said is not None:
            return Given(state.given(said))
        # Where the start says what there is, what comes in passing must be said too.
        return Given(state.after_anything() if state.open else state)

    def _called(self, node: Node, state: State) -> Given:
        extensions = self.extensions(node)
        called = self.providers.process((node.get("calledElement") or "").strip())
        gives = UNKNOWN if called is None else called.gives
        mapping = extensions.get("call_out")
        if mapping is not None:
            return Given(state.given({name: self.value(one, gives) for one, name in mapping}))
        if extensions.get("call_in") is not None:
            return Given(gives)  # Only what came out of it is left.
        if gives.shaken:
            return Given(joined([state.after_anything(), gives]))
        written = {**state.values}
        brought = (called.needs if called is not None else None) or ()
        for name, known in gives.values.items():
            if name in brought and name not in written:
                continue  # It does not give what it was to be given.
            before = written.get(name)
            written[name] = (
                known
                if before is None
                else joined([State({name: before}), State({name: known})]).values[name]
            )
        return Given(State(written, state.open, state.shaken))

    def _thrown(self, node: Node, state: State) -> Given:
        undoes = node.find(B + "compensateEventDefinition") is not None
        return Given(state.after_anything() if undoes else state)


_Work = Callable[[Effects, Node, State], Given]
_WORK: Mapping[str, _Work] = {
    "userTask": Effects._answered,
    "manualTask": Effects._answered,
    "serviceTask": Effects._served,
    "businessRuleTask": Effects._decided,
    "scriptTask": Effects._scripted,
    "receiveTask": Effects._caught,
    "intermediateCatchEvent": Effects._caught,
    "boundaryEvent": Effects._caught,
    "callActivity": Effects._called,
    "intermediateThrowEvent": Effects._thrown,
    "endEvent": Effects._thrown,
}
