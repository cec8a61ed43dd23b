"""Trying an expression out: its value, and why what is null is null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from engine.feel.checking import check_expression, known_of_value
from engine.feel.convert import from_feel, to_feel
from engine.feel.errors import FeelError, FeelLimit, FeelSyntaxError
from engine.feel.explanation import NullReason
from engine.feel.expression import Expression, compile_expression
from engine.feel.limits import DEFAULT_LIMITS, Budget
from engine.feel.scanner import is_identifier
from engine.feel.text import to_text
from engine.feel.values import Function, Value, kind_of

# A try must not hold up others for long.
TRIAL_LIMITS = replace(DEFAULT_LIMITS, seconds=1.0, steps=200_000, result_size=20_000)
_MOST_NAMES = 1_000
TOO_DEEP = FeelLimit("数据嵌套过深", "the data are nested too deeply")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a place in the source; line and column count from 1.

    `kind` is "error" (nothing was evaluated, or not to its end), "null" or "hint".
    """

    kind: str
    message_zh: str
    message_en: str
    line: int | None = None
    column: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What an expression gave.

    `value` is JSON, `text` how FEEL writes it. Without `evaluated` there is no value at all.
    """

    evaluated: bool
    kind: str
    value: Any
    text: str
    remarks: tuple[Remark, ...] = ()


def try_expression(source: str, data: Mapping[str, Any]) -> Trial:
    """Evaluate an expression on data, which may have names with spaces."""
    try:
        return _evaluate(source, {name: to_feel(value) for name, value in data.items()})
    except RecursionError:
        return Trial(False, "null", None, "null", (remark_of(TOO_DEEP),))


def _evaluate(source: str, context: dict[str, Value]) -> Trial:
    try:
        compiled = compile_expression(source, names=names_of(context), limits=TRIAL_LIMITS)
        value = compiled(context)
        reasons = reasons_of(compiled, context)
        explained = {(one.line, one.column) for one in reasons}
        hints = [one for one in _hints(source, context) if (one.line, one.column) not in explained]
        kind = "function" if isinstance(value, Function) else kind_of(value)
        json_value = from_feel(value, TRIAL_LIMITS)
        return Trial(True, kind, json_value, written(value), (*reasons, *hints))
    except FeelError as error:
        return Trial(False, "null", None, "null", (remark_of(error),))


def names_of(value: Value) -> frozenset[str]:
    """Collect names in data that are no identifiers, so that they can be read; not endlessly."""
    spaced = (name for name in _names(value) if not is_identifier(name))
    return frozenset(islice(spaced, _MOST_NAMES))


def _names(value: Value) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def reasons_of(compiled: Expression, context: Mapping[str, Value]) -> list[Remark]:
    """Give the reasons of nulls; none where asking would go beyond the limits."""
    try:
        return [remark_of_null(one) for one in compiled.explain_all(context)]
    except FeelLimit:
        return []


def remark_of_null(reason: NullReason) -> Remark:
    """Tell why a part is null."""
    return Remark(
        "null", reason.message_zh, reason.message_en, reason.line, reason.column, reason.source
    )


def remark_of(error: FeelError) -> Remark:
    """Tell what stopped an evaluation, or kept it from beginning."""
    if isinstance(error, FeelSyntaxError):
        return Remark("error", error.message_zh, error.message_en, error.line, error.column)
    return Remark("error", error.message_zh, error.message_en)


def _hints(source: str, context: Mapping[str, Value]) -> list[Remark]:
    if sum(1 for _ in islice(_names(context), _MOST_NAMES)) == _MOST_NAMES:
        return []
    known = {name: known_of_value(value) for name, value in context.items()}
    return [
        Remark("hint", one.message_zh, one.message_en, one.line, one.column, one.source)
        for one in check_expression(source, known)
    ]


def written(value: Value) -> str:
    """Write a value as FEEL does."""
    if isinstance(value, Function):
        return "function"
    return str(to_text([value], Budget(TRIAL_LIMITS)))[1:-1]
