"""Check what expressions mean where they stand: names, members, kinds and choices."""

from __future__ import annotations

from engine.diagrams.checking.environment import Environment
from engine.diagrams.checking.graph import Graph, Node
from engine.diagrams.checking.report import Report
from engine.diagrams.checking.variables import UNKNOWN, State, VariableFlow
from engine.diagrams.checking.written import Place, Written
from engine.diagrams.dialect import DialectReader
from engine.diagrams.vocabulary import B, strip_equals
from engine.feel.checking import NUMBER, Finding, Known, check_expression

_NULL = {"not_comparable", "not_ordered", "no_arithmetic", "no_position", "wrong_argument_kind"}
_WORDS = ("true", "false", "null")
_COUNTED = {"activationCount": NUMBER}


class Meaning:
    """The check of expressions against the variables that are known at their elements.

    Where anything may have been given (a start that does not say what it begins with, an answer
    without a form), a name can only be unlikely: it is near to one that is known.
    """

    def __init__(self, graph: Graph, environment: Environment, report: Report) -> None:
        self.functions = environment.functions or {}
        self.providers = environment.providers
        self.report = report
        self.flow = VariableFlow(graph, environment.providers, self.functions)

    def state(self, node: Node, place: Place) -> State:
        """Tell which variables are known at a place of an element."""
        flow = self.flow
        if place == "called":
            called = self.providers.process((node.get("calledElement") or "").strip())
            return UNKNOWN if called is None else called.gives
        places = {
            "around": flow.before,
            "inside": flow.inside,
            "done": flow.done,
            "after": flow.after,
            "anywhere": flow.anywhere,
        }
        return places[place].get(node, UNKNOWN)

    def check(self, node: Node, one: Written) -> None:
        """Report what can never work, or names nothing."""
        state = self.state(node, one.place)
        known: dict[str, Known] = {**(self.providers.facts or {}), **state.values}
        if node.tag == B + "complexGateway":
            known |= _COUNTED
        findings = check_expression(
            strip_equals(one.text),
            known,
            functions=self.functions,
            expects="boolean" if one.boolean else None,
        )
        # Without facts, a name that no variable has may be one of theirs.
        is_open = state.open or self.providers.facts is None
        for found in findings:
            code = _code_of(found, state, is_open=is_open)
            if code is not None:
                self._report(node, one, found, code)

    def check_call(self, node: Node) -> None:
        """Report what a called process says it needs and does not get."""
        called = self.providers.process((node.get("calledElement") or "").strip())
        if called is None or called.needs is None:
            return
        mapping = DialectReader(node).mapping("in")
        state = self.state(node, "inside")
        if mapping is None and state.open:
            return
        given = state.values.keys() if mapping is None else {target for _, target in mapping}
        for name in called.needs:
            if name not in given:
                self.report.add(node, "input_missing", name=name)

    def _report(self, node: Node, one: Written, found: Finding, code: str) -> None:
        self.report.add(
            node,
            code,
            what=one.zh,
            what_en=one.en,
            line=found.line,
            column=found.column,
            problem_zh=found.message_zh,
            problem_en=found.message_en,
        )


def _code_of(found: Finding, state: State, *, is_open: bool) -> str | None:
    if found.code == "unknown_name":
        if not is_open:
            return "unknown_variable"
        meant = found.suggestion in state.values or found.suggestion in _WORDS
        return "unlikely_variable" if meant else None
    if found.code == "unknown_member":
        return "unlikely_member" if is_open else "unknown_member"
    if found.code == "not_a_choice":
        return "never_chosen"
    return "always_null" if found.code in _NULL else "bad_expression"
