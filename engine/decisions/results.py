"""What a decision gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.feel import Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one decision's logic gave.

    `value` is as DMN defines it: of a table with one output the bare value. `outputs` names
    the outputs even then; for logic that is no table it is the value.
    """

    value: Value
    outputs: Value
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision gives for one context.

    `value` is JSON for process variables: the outputs by name, a list of such for policies
    with several hits, a number for an aggregation, null when no rule holds; for logic that is
    no table, its value. `feel_value` is FEEL's value as DMN defines it, in which a table with
    one output gives the bare value. `rows` are the ids of the rules that decided,
    `required_rows` those of the decisions that were needed, by decision id.
    """

    value: Value
    rows: tuple[str, ...]
    feel_value: Value = None
    required_rows: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
