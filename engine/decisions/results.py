"""What a decision gives, and which rows of which tables made it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.feel import Value
from engine.feel.limits import Limits
from engine.feel.scope import Run
from engine.feel.values import Function


@dataclass(frozen=True, slots=True)
class FiredRow:
    """A row that decided: in which table, for which decision, and what its author says of it.

    `number` counts from 1. `description` is the row's description, else its annotations.
    """

    decision_id: str
    table_id: str
    table_name: str
    rule_id: str
    number: int
    description: str


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
    `required_rows` those of the decisions that were needed, by decision id. `fired` are all
    rows that decided anywhere, also in tables inside other logic, in the order of evaluation.
    """

    value: Value
    rows: tuple[str, ...]
    feel_value: Value = None
    required_rows: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    fired: tuple[FiredRow, ...] = ()


class DecisionRun(Run):
    """One evaluation that remembers which rows decided, and for which decision."""

    __slots__ = ("deciding", "fired")

    def __init__(
        self,
        context: Mapping[str, Value],
        functions: Mapping[str, Function],
        limits: Limits,
        deciding: str,
    ) -> None:
        super().__init__(context, functions, limits)
        self.deciding = deciding
        self.fired: list[FiredRow] = []

    def record(self, rows: Sequence[FiredRow]) -> None:
        """Remember rows; each costs a step, so that they are bounded."""
        self.spend(len(rows))
        self.fired.extend(rows)
