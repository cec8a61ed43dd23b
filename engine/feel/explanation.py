"""Why a value is null: the innermost part of the expression that made it so."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.feel.closures import Closure
from engine.feel.compilation import BUILDERS
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Filter,
    If,
    Literal,
    Name,
    Node,
    Path,
)
from engine.feel.scope import Run, Scope
from engine.feel.values import Value, kind_of

_KINDS_ZH = {
    "null": "空值",
    "boolean": "布尔值",
    "number": "数字",
    "string": "文本",
    "list": "列表",
    "context": "上下文",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "years and months duration": "年月时长",
    "days and time duration": "日时时长",
    "range": "区间",
    "function": "函数",
}


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
    value: Value = None
    named: bool = False
    parts: list[_Trace] = field(default_factory=list)


class _Tracer:
    """Builds closures that note what they give."""

    def __init__(self) -> None:
        self.current: list[_Trace] = []

    def build(self, node: Node) -> Closure:
        plain = BUILDERS[type(node)](node, self.build)

        def traced(scope: Scope) -> Value:
            scope.run.spend()
            trace = _Trace(node, named=isinstance(node, Name) and scope.has(node.name))
            outer, self.current = self.current, trace.parts
            try:
                trace.value = plain(scope)
            finally:
                self.current = outer
            outer.append(trace)
            return trace.value

        return traced


def explain_null(source: str, node: Node, run: Run) -> NullReason | None:
    """Evaluate and, when the result is null, find the part that is to blame."""
    tracer = _Tracer()
    roots: list[_Trace] = []
    tracer.current = roots
    tracer.build(node)(run.root)
    trace = roots[0]
    if trace.value is not None:
        return None
    while (cause := _cause(trace)) is not None:
        trace = cause
    message_zh, message_en = _reason(trace)
    start = trace.node.start
    return NullReason(
        source=source[start : trace.node.end].strip(),
        line=source.count("\n", 0, start) + 1,
        column=start - source.rfind("\n", 0, start),
        message_zh=message_zh,
        message_en=message_en,
    )


def _cause(trace: _Trace) -> _Trace | None:
    """Give the part whose null made this one null."""
    parts = trace.parts[-1:] if isinstance(trace.node, If) else trace.parts
    return next((part for part in parts if part.value is None), None)


def _reason(trace: _Trace) -> tuple[str, str]:
    node = trace.node
    if isinstance(node, Literal):
        return "这里写的就是空值", "it is null as written"
    if isinstance(node, Name):
        return _reason_of_name(node.name, trace.named)
    if isinstance(node, Path):
        # A lazy context gives one entry without being evaluated as a whole.
        kind = kind_of(trace.parts[0].value) if trace.parts else "context"
        return f"{_KINDS_ZH[kind]}没有“{node.name}”", f"a {kind} has no {node.name}"
    if isinstance(node, Call):
        return _reason_of_call(node, trace)
    if isinstance(node, If):
        return "条件的值不是布尔值", "the condition is neither true nor false"
    if isinstance(node, Filter):
        return "列表中没有这一项", "the list has no such item"
    return _reason_of_kinds(trace)


def _reason_of_name(name: str, named: bool) -> tuple[str, str]:
    if named:
        return f"“{name}”的值为空", f"{name} is null"
    return f"没有名为“{name}”的变量", f"there is no variable {name}"


def _reason_of_call(node: Call, trace: _Trace) -> tuple[str, str]:
    name = node.callee.name if isinstance(node.callee, Name) else ""
    if len(trace.parts) < len(node.arguments):
        # The arguments of what is no function are not evaluated.
        return f"没有名为“{name}”的函数", f"there is no function {name}"
    given = trace.parts[-len(node.arguments) :] if node.arguments else []
    kinds = [kind_of(part.value) for part in given]
    kinds_zh = "、".join(_KINDS_ZH[kind] for kind in kinds)
    return (
        f"函数“{name}”对这些参数没有结果({kinds_zh})",
        f"the function {name} has no value for these arguments ({', '.join(kinds)})",
    )


def _reason_of_kinds(trace: _Trace) -> tuple[str, str]:
    kinds = [kind_of(part.value) for part in trace.parts]
    if isinstance(trace.node, Arithmetic | Comparison | Between) and len(set(kinds)) == 1:
        return "这样计算没有结果(例如除以零)", "it has no result, as in a division by zero"
    kinds_zh = "与".join(_KINDS_ZH[kind] for kind in kinds)
    return f"不能对{kinds_zh}这样计算", f"it has no meaning for {' and '.join(kinds)}"
