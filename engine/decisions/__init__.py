"""DMN decisions, evaluated on FEEL: tables with every hit policy, boxed expressions, graphs."""

from __future__ import annotations

from engine.decisions.decision import Decision, DecisionInput, DecisionOutput
from engine.decisions.errors import DecisionError, InvalidDecisions
from engine.decisions.knowledge import known_result
from engine.decisions.lint import lint_decisions, parse_decisions, read_model
from engine.decisions.results import DecisionResult, FiredRow

__all__ = [
    "Decision",
    "DecisionError",
    "DecisionInput",
    "DecisionOutput",
    "DecisionResult",
    "FiredRow",
    "InvalidDecisions",
    "known_result",
    "lint_decisions",
    "parse_decisions",
    "read_model",
]
