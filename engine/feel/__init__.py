"""FEEL, the expression language of DMN, and the only language designers write."""

from __future__ import annotations

from engine.feel.convert import from_feel, to_feel
from engine.feel.errors import FeelError, FeelLimit, FeelSyntaxError
from engine.feel.explanation import NullReason
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.feel.lazy import LazyContext
from engine.feel.limits import Limits
from engine.feel.timers import (
    TimerCycle,
    TimerDuration,
    as_cycle,
    as_datetime,
    as_duration,
    is_timer_literal,
)
from engine.feel.values import Value

__all__ = [
    "Expression",
    "FeelError",
    "FeelLimit",
    "FeelSyntaxError",
    "LazyContext",
    "Limits",
    "NullReason",
    "TimerCycle",
    "TimerDuration",
    "UnaryTests",
    "Value",
    "as_cycle",
    "as_datetime",
    "as_duration",
    "compile_expression",
    "compile_unary_tests",
    "from_feel",
    "is_timer_literal",
    "to_feel",
]
