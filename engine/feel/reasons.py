"""The sentences that say why a part of an expression is null."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.feel.errors import FeelLimit
from engine.feel.functions import BuiltinFunction, DesignerFunction, Parameter, Signature
from engine.feel.kinds import KINDS_ZH
from engine.feel.lazy import LazyContext
from engine.feel.limits import Budget
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ComparisonRange,
    Filter,
    For,
    If,
    InstanceOf,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeLiteral,
)
from engine.feel.scope import Scope
from engine.feel.spelling import closest
from engine.feel.text import to_text
from engine.feel.values import Function, Value, kind_of

Sentence = tuple[str, str]
_SHOWN = 40


class Seen(NamedTuple):
    """A part that gave null: the values of its own parts, and where it was evaluated."""

    node: Node
    text: str
    values: Sequence[Value]
    scope: Scope


def reason_of(seen: Seen) -> Sentence:
    """Say in Chinese and English why a part is null."""
    return _REASONS.get(type(seen.node), _of_kinds)(seen)


def shown(value: Value) -> str:
    """Write a value as a literal, cut short; of large ones only their kind."""
    if isinstance(value, list | dict) and len(value) > _SHOWN:
        return kind_of(value)
    try:
        text = str(to_text([value], Budget()))[1:-1]
    except FeelLimit:
        return kind_of(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _kinds(values: Sequence[Value]) -> tuple[list[str], list[str]]:
    kinds = [kind_of(value) for value in values]
    return [KINDS_ZH[kind] for kind in kinds], kinds


def _meant(name: str, known: Sequence[str]) -> Sentence:
    found = closest(name, known)
    return (f"，是否指“{found}”？", f", did you mean {found}?") if found else ("", "")


def _literal(seen: Seen) -> Sentence:
    if seen.text.startswith("@"):
        return (
            f"{seen.text[1:]}不是日期、时间或时长",
            f"{seen.text[1:]} is no date, time or duration",
        )
    return "这里写的就是空值", "it is null as written"


def _name(seen: Seen) -> Sentence:
    name = seen.node.name  # type: ignore[union-attr]
    if name == "?":
        return "被检验的值为空", "the tested value is null"
    if seen.scope.has(name):
        return f"“{name}”的值为空", f"{name} is null"
    hint_zh, hint_en = _meant(name, seen.scope.names())
    return f"没有名为“{name}”的变量{hint_zh}", f"there is no variable {name}{hint_en}"


def _path(seen: Seen) -> Sentence:
    name = seen.node.name  # type: ignore[union-attr]
    # A context from outside gives one entry without being evaluated as a whole.
    target: Any = seen.values[0] if seen.values else _outside(seen)
    if isinstance(target, LazyContext):
        return f"上下文没有“{name}”，或其值为空", f"a context has no {name}, or it is null"
    kind = kind_of(target)
    if isinstance(target, dict) and name in target:
        return f"“{name}”的值为空", f"{name} is null"
    hint_zh, hint_en = _meant(name, list(target)) if isinstance(target, dict) else ("", "")
    return f"{KINDS_ZH[kind]}没有“{name}”{hint_zh}", f"a {kind} has no {name}{hint_en}"


def _outside(seen: Seen) -> Mapping[str, object] | None:
    context: Name = seen.node.target  # type: ignore[union-attr, assignment]
    outer = seen.scope.outer(context.name)
    return None if outer is None else outer.given


def _filter(seen: Seen) -> Sentence:
    target, *conditions = seen.values
    items = target if isinstance(target, list) else [target]
    last = conditions[-1] if conditions else None
    if kind_of(last) == "number":
        return (
            f"列表有 {len(items)} 项，没有第 {shown(last)} 项",
            f"the list has no item {shown(last)}, it has {len(items)}",
        )
    (kind_zh,), (kind,) = _kinds([last])
    return (
        f"筛选条件是{kind_zh}，应为布尔值或序号",
        f"the filter is a {kind}, neither a boolean nor a position",
    )


def _if(seen: Seen) -> Sentence:
    (kind_zh,), (kind,) = _kinds(seen.values[:1])
    return f"条件是{kind_zh}，不是布尔值", f"the condition is a {kind}, neither true nor false"


def _logic(seen: Seen) -> Sentence:
    wrong = next(value for value in seen.values if not isinstance(value, bool))
    (kind_zh,), (kind,) = _kinds([wrong])
    operator = seen.node.operator  # type: ignore[union-attr]
    return (
        f"“{operator}”的一边是{kind_zh}，不是布尔值",
        f"a side of {operator} is a {kind}, no boolean",
    )


def _compared(seen: Seen) -> Sentence:
    kinds_zh, kinds = _kinds(seen.values)
    if len(set(kinds)) == 1:
        return f"{kinds_zh[0]}不能这样比较", f"a {kinds[0]} cannot be compared so"
    return f"{'与'.join(kinds_zh)}不能比较", f"{' and '.join(kinds)} cannot be compared"


def _calculated(seen: Seen) -> Sentence:
    kinds_zh, kinds = _kinds(seen.values)
    operators = {operator for operator, _ in seen.node.rest}  # type: ignore[union-attr]
    if "/" in operators and any(
        kind == "number" and not value
        for kind, value in zip(kinds[1:], seen.values[1:], strict=True)
    ):
        return "不能除以零", "it divides by zero"
    if len(set(kinds)) == 1 and kinds[0] == "number":
        return "结果超出数字的范围，或没有定义", "the result is out of range or not defined"
    signs = " ".join(sorted(operators))
    return (
        f"不能对{'与'.join(kinds_zh)}使用“{signs}”",
        f"{signs} has no meaning for {' and '.join(kinds)}",
    )


def _range(seen: Seen) -> Sentence:
    low, high = seen.values
    if kind_of(low) == kind_of(high):
        return "区间的下限大于上限，或没有大小", "the range begins above its end, or has no order"
    return _compared(seen)


def _type(seen: Seen) -> Sentence:
    return "没有这个类型", "there is no such type"


def _loop(seen: Seen) -> Sentence:
    kinds_zh, kinds = _kinds(seen.values[:2])
    if isinstance(seen.node, Quantified):
        return "有一项的结果不是布尔值", "for an item the condition is neither true nor false"
    return f"不能逐项取{'到'.join(kinds_zh)}", f"it cannot go through {' to '.join(kinds)}"


def _of_kinds(seen: Seen) -> Sentence:
    kinds_zh, kinds = _kinds(seen.values)
    return f"不能对{'与'.join(kinds_zh)}这样计算", f"it has no meaning for {' and '.join(kinds)}"


def _call(seen: Seen) -> Sentence:
    node: Call = seen.node  # type: ignore[assignment]
    name = node.callee.name if isinstance(node.callee, Name) else ""
    function = _function_of(seen, name)
    if function is None:
        hint_zh, hint_en = _meant(name, [*seen.scope.names(), *seen.scope.run.functions])
        if name and seen.scope.has(name):
            return f"“{name}”不是函数", f"{name} is no function"
        return f"没有名为“{name}”的函数{hint_zh}", f"there is no function {name}{hint_en}"
    values = seen.values[int(not name) :][: len(node.arguments)]
    if isinstance(function, BuiltinFunction) and node.names is None:
        found = _of_signatures(name, function.signatures, values)
        if found is not None:
            return found
    if isinstance(function, DesignerFunction) and function.body is None:
        return "外部函数不允许使用", "external functions are refused"
    if node.names is not None and not set(node.names) <= _parameters_of(function):
        wrong = next(one for one in node.names if one not in _parameters_of(function))
        return (
            f"函数“{name}”没有名为“{wrong}”的参数",
            f"the function {name} has no parameter {wrong}",
        )
    text = ", ".join(map(shown, values))
    return (
        f"函数“{name}”对这些参数没有结果({text})",
        f"the function {name} has no value for these arguments ({text})",
    )


def _function_of(seen: Seen, name: str) -> Function | None:
    if not name:
        found = seen.values[0] if seen.values else None
    else:
        found = seen.scope.find(name)
        if not isinstance(found, Function):
            found = seen.scope.run.functions.get(name)
    return found if isinstance(found, Function) else None


def _parameters_of(function: Function) -> set[str]:
    names = set(function.parameters)
    if isinstance(function, BuiltinFunction):
        for signature in function.signatures:
            names.update(one.name for one in signature.parameters)
    return names


def _of_signatures(
    name: str, signatures: list[Signature], values: Sequence[Value]
) -> Sentence | None:
    """Say what no signature takes: the number of arguments, or the kind of one."""
    count = len(values)
    fitting = [
        one
        for one in signatures
        if one.least <= count and (one.variadic or count <= len(one.parameters))
    ]
    if not fitting:
        least, most = (
            min(one.least for one in signatures),
            max(len(one.parameters) for one in signatures),
        )
        span = str(least) if least == most else f"{least}-{most}"
        return (
            f"函数“{name}”应有{span}个参数，这里有{count}个",
            f"the function {name} takes {span} arguments, not {count}",
        )
    for place, value in enumerate(values):
        wanted = [_parameter_at(one, place) for one in fitting]
        if any(one.fits(value) for one in wanted):
            continue
        (kind_zh,), (kind,) = _kinds([value])
        wanted_zh = "或".join(dict.fromkeys(KINDS_ZH[one.kind] for one in wanted))
        wanted_en = " or ".join(dict.fromkeys(one.kind for one in wanted))
        return (
            f"函数“{name}”的第{place + 1}个参数应为{wanted_zh}，这里是{kind_zh}",
            f"argument {place + 1} of {name} should be a {wanted_en}, not a {kind}",
        )
    return None


def _parameter_at(signature: Signature, place: int) -> Parameter:
    return signature.parameters[min(place, len(signature.parameters) - 1)]


_REASONS: dict[type, Callable[[Any], Sentence]] = {
    Literal: _literal,
    Name: _name,
    Path: _path,
    Filter: _filter,
    If: _if,
    Logic: _logic,
    Comparison: _compared,
    Between: _compared,
    Membership: _compared,
    Arithmetic: _calculated,
    Negation: _of_kinds,
    RangeLiteral: _range,
    ComparisonRange: _of_kinds,
    InstanceOf: _type,
    For: _loop,
    Quantified: _loop,
    Call: _call,
}
