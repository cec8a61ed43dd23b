"""Why a value is null: the innermost part of the expression that made it so."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.feel.analysis import FreeNames
from engine.feel.closures import Closure
from engine.feel.compilation import BUILDERS
from engine.feel.nodes import (
    ContextLiteral,
    Filter,
    If,
    ListLiteral,
    Logic,
    Membership,
    Name,
    Node,
    Path,
    Quantified,
    Test,
)
from engine.feel.reasons import Seen, reason_of
from engine.feel.scope import Run, Scope
from engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class NullReason:
    """A part of the source that is null, and why; line and column count from 1."""

    source: str
    line: int
    column: int
    message_zh: str
    message_en: str


@dataclass(slots=True)
class _Trace:
    """A node as it was evaluated, with the parts that were evaluated for it."""

    node: Node
    scope: Scope
    value: Value = None
    parts: list[_Trace] = field(default_factory=list)


class _Tracer:
    """Builds closures that note what they give."""

    def __init__(self) -> None:
        self.current: list[_Trace] = []

    def build(self, node: Node) -> Closure:
        plain = BUILDERS[type(node)](node, self.build)

        def traced(scope: Scope) -> Value:
            scope.run.spend()
            trace = _Trace(node, scope)
            outer, self.current = self.current, trace.parts
            try:
                trace.value = plain(scope)
            finally:
                self.current = outer
            outer.append(trace)
            if trace.value is not None and not isinstance(node, ContextLiteral | ListLiteral):
                # Nobody asks why it is null: a long loop would fill the memory.
                trace.parts = []
            return trace.value

        return traced


def explain_null(source: str, node: Node, run: Run) -> NullReason | None:
    """Evaluate and, when the result is null, find the part that is to blame."""
    return _explain(source, node, run.root)


def explain_nulls(source: str, node: Node, scope: Scope, most: int) -> list[NullReason]:
    """Explain the result when it is null, and the nulls among the parts written in it."""
    root = _traced(node, scope)
    found: list[NullReason] = []
    waiting = [root]
    while waiting and len(found) < most:
        trace = waiting.pop()
        if trace.value is None:
            found.append(_reason(source, trace))
        elif isinstance(trace.node, ContextLiteral | ListLiteral):
            waiting += reversed(trace.parts)
    return found


def explain_tests(source: str, tests: tuple[Test, ...], scope: Scope) -> NullReason | None:
    """Find the first test that is null for the value that ? stands for in the scope."""
    for test in tests:
        free = FreeNames(frozenset())
        free.visit(test.operand, frozenset())
        if test.operator is None and "?" in free.certain | free.possible:
            reason = _explain(source, test.operand, scope)
        else:
            tested = Name(test.start, test.start, "?")
            membership = Membership(test.start, test.end, tested, [test])
            reason = _explain(source, membership, scope)
        if reason is not None:
            return reason
    return None


def _explain(source: str, node: Node, scope: Scope) -> NullReason | None:
    trace = _traced(node, scope)
    return _reason(source, trace) if trace.value is None else None


def _traced(node: Node, scope: Scope) -> _Trace:
    tracer = _Tracer()
    roots: list[_Trace] = []
    tracer.current = roots
    tracer.build(node)(scope)
    return roots[0]


def _reason(source: str, trace: _Trace) -> NullReason:
    while (cause := _cause(trace)) is not None:
        trace = cause
    start = trace.node.start
    text = source[start : trace.node.end].strip()
    values = [part.value for part in trace.parts]
    message_zh, message_en = reason_of(Seen(trace.node, text, values, trace.scope))
    return NullReason(
        source=text,
        line=source.count("\n", 0, start) + 1,
        column=start - source.rfind("\n", 0, start),
        message_zh=message_zh,
        message_en=message_en,
    )


def _cause(trace: _Trace) -> _Trace | None:
    """Give the part whose null made this one null."""
    parts = trace.parts
    if isinstance(trace.node, If):
        parts = parts[1:]
    elif isinstance(trace.node, Filter):
        # What is null for one item only leaves that item out.
        parts = parts[:1] if parts[0].value is None else parts[-1:]
    elif isinstance(trace.node, Logic | Quantified):
        # A value that is no boolean is to blame as much as one that is null.
        wrong = [part for part in parts if not isinstance(part.value, bool)]
        parts = wrong[:1] if isinstance(trace.node, Logic) else parts
    elif isinstance(trace.node, Path):
        parts = _entry(trace.node.name, parts)
    return next((part for part in parts if part.value is None), None)


def _entry(name: str, parts: list[_Trace]) -> list[_Trace]:
    """Give the entry that a path takes from a context written before it."""
    if parts and isinstance(parts[0].node, ContextLiteral):
        names = [key for key, _ in parts[0].node.entries]
        return [part for key, part in zip(names, parts[0].parts, strict=True) if key == name]
    return parts
