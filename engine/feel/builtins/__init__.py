"""The built-in functions of FEEL, by family."""

from __future__ import annotations

from engine.feel.builtins import (
    aggregates,
    contexts,
    conversions,
    dates,
    lists,
    numeric,
    patterns,
    ranges,
    strings,
)
from engine.feel.builtins.registry import BUILTINS

# Importing a family registers its functions.
FAMILIES = (aggregates, contexts, conversions, dates, lists, numeric, patterns, ranges, strings)

__all__ = ["BUILTINS", "FAMILIES"]
