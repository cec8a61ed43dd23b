"""Decision tables, compiled: a table is immutable and shared by threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.decisions.errors import DecisionError
from engine.decisions.hit_policies import AGGREGATIONS, POLICIES, Hit, nothing
from engine.decisions.results import DecisionRun, FiredRow, Outcome
from engine.feel import UnaryTests, Value
from engine.feel.closures import Closure
from engine.feel.nodes import Node
from engine.feel.scope import Scope
from engine.feel.text import to_text
from engine.feel.types import Type, coerce
from engine.feel.values import Function, kind_of

# Python's types of the kinds that nearly every column has: such a value is seen to fit at once.
_PLAIN = {"string": str, "number": Decimal, "boolean": bool}
_CONSTANT = frozenset(_PLAIN.values())
# Process variables are JSON, in which dates are texts: the functions that make dates of them.
_MADE_BY = {
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "days and time duration": "duration",
    "years and months duration": "duration",
}


Places = Mapping[tuple[type, Value], int]
"""Constants by their types, with their places in a list of allowed values."""


def plain_type(wanted: Type | None) -> type | None:
    """Give the Python type all of whose values fit the type, if there is one."""
    if wanted is None or wanted.members is not None or wanted.allows is not None:
        return None
    return _PLAIN.get(wanted.kind)


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column of conditions; `allowed` are the tests of which a value must meet one.

    `checked` says whether values are looked at, `plain` the Python type that fits at once.
    """

    id: str
    label: str
    source: str
    type_ref: str | None
    node: Node
    evaluate: Closure
    wanted: Type | None = None
    allowed: tuple[UnaryTests, ...] = ()
    plain: type | None = None
    checked: bool = False

    def fitted(self, value: Value, table: str, scope: Scope) -> Value:
        """Hold a value that is not null to the column's type and allowed values.

        Raises:
            DecisionError: The value is of another type than the column, or not allowed.
        """
        fitted = coerce(value, self.wanted, scope.run)
        if fitted is None:
            raise self._misfit(value, table)
        if self.allowed and not any(one.evaluate(fitted, scope) is True for one in self.allowed):
            raise self._not_allowed(fitted, table, scope)
        return fitted

    def _misfit(self, value: Value, table: str) -> DecisionError:
        kind = "function" if isinstance(value, Function) else kind_of(value)
        wanted = self.wanted.kind if self.wanted is not None else ""
        if kind == wanted:
            wanted = self.type_ref or wanted
        hint = ("", "")
        if kind == "string" and wanted in _MADE_BY:
            call = f"{_MADE_BY[wanted]}({self.source})"
            hint = f"；可写成 {call}", f"; write {call}"
        return DecisionError(
            f"决策表“{table}”的输入“{self.label}”应为 {wanted}，实为 {kind}{hint[0]}",
            f"the input {self.label} of the table {table} must be {wanted}, but is {kind}{hint[1]}",
        )

    def _not_allowed(self, value: Value, table: str, scope: Scope) -> DecisionError:
        shown = to_text(value, scope.run)
        return DecisionError(
            f"决策表“{table}”的输入“{self.label}”不允许取值 {shown}",
            f"the input {self.label} of the table {table} may not be {shown}",
        )


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column of results; `ranks` are its possible values, the most important first.

    `places` has the ranks when all are constants. `checked` and `plain` are as for inputs.
    """

    id: str
    name: str
    label: str
    type_ref: str | None
    ranks: tuple[UnaryTests, ...]
    default: Closure | None
    wanted: Type | None = None
    plain: type | None = None
    checked: bool = False
    places: Places | None = None

    def rank(self, value: Value, scope: Scope) -> int:
        """Give the value's place among the possible ones; behind all when it is not there."""
        if self.places is not None and type(value) in _CONSTANT:
            return self.places.get((type(value), value), len(self.ranks))
        for place, test in enumerate(self.ranks):
            if test.evaluate(value, scope) is True:
                return place
        return len(self.ranks)

    def fitted(self, value: Value, rule: Rule, table: str, scope: Scope) -> Value:
        """Hold a value that is not null to the column's type and possible values.

        Raises:
            DecisionError: It is of another type, or not among the possible values.
        """
        found = coerce(value, self.wanted, scope.run)
        if found is None or (self.ranks and self.rank(found, scope) == len(self.ranks)):
            shown = to_text(value, scope.run)
            raise DecisionError(
                f"决策表“{table}”第 {rule.number} 行的输出“{self.label}”不能是 {shown}",
                f"the output {self.label} of row {rule.number} of the table {table} "
                f"may not be {shown}",
                [rule.id],
            )
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a cell of tests for each input, and an expression for each output.

    `number` counts from 1; `label` is what its author says of it.
    """

    id: str
    number: int
    label: str
    tests: tuple[UnaryTests, ...]
    outputs: tuple[Closure, ...]
    nodes: tuple[Node, ...]

    def holds(self, values: list[Value], scope: Scope) -> bool:
        """Say whether every input meets its cell."""
        return all(
            test.evaluate(value, scope) is True
            for test, value in zip(self.tests, values, strict=True)
        )


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table of rules under a hit policy; `fired` keeps the rows that were told."""

    id: str
    name: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[Rule, ...]
    fired: dict[tuple[str, str], FiredRow] = field(default_factory=dict, compare=False, repr=False)

    def decide(self, scope: Scope) -> Outcome:
        """Find the rules that hold and let the hit policy choose.

        Raises:
            DecisionError: Rules hold together that must not, or a value does not fit its column.
        """
        values = self._values(scope)
        hits = self._hits(values, scope)
        if not hits:
            return self._default(scope)
        aggregate = AGGREGATIONS.get(self.aggregation or "")
        policy = aggregate or POLICIES[self.hit_policy]
        outcome = policy(hits, self.name, scope.run)
        if isinstance(scope.run, DecisionRun):
            self._record(hits, outcome, scope.run)
        return outcome

    def _values(self, scope: Scope) -> list[Value]:
        values = []
        for column in self.inputs:
            value = column.evaluate(scope)
            if column.checked and value is not None and type(value) is not column.plain:
                value = column.fitted(value, self.name, scope)
            values.append(value)
        return values

    def _record(self, hits: list[Hit], outcome: Outcome, run: DecisionRun) -> None:
        if len(hits) > 1:
            by_id = {hit.rule_id: hit for hit in hits}
            hits = [by_id[row] for row in outcome.rows]
        run.record([self._fired(hit, run.deciding) for hit in hits])

    def _fired(self, hit: Hit, deciding: str) -> FiredRow:
        row = self.fired.get((deciding, hit.rule_id))
        if row is None:
            row = FiredRow(deciding, self.id, self.name, hit.rule_id, hit.number, hit.label)
            self.fired[deciding, hit.rule_id] = row
        return row

    def _hits(self, values: list[Value], scope: Scope) -> list[Hit]:
        hits: list[Hit] = []
        for rule in self.rules:
            scope.run.spend()
            if rule.holds(values, scope):
                hits.append(self._hit(rule, scope))
                if self.hit_policy == "FIRST":
                    break
        return hits

    def _hit(self, rule: Rule, scope: Scope) -> Hit:
        found = []
        for column, evaluate in zip(self.outputs, rule.outputs, strict=True):
            value = evaluate(scope)
            if column.checked and value is not None and type(value) is not column.plain:
                value = column.fitted(value, rule, self.name, scope)
            found.append(value)
        ranks: tuple[int, ...] = ()
        if self.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
            pairs = zip(self.outputs, found, strict=True)
            ranks = tuple(column.rank(value, scope) for column, value in pairs)
        names = (column.name for column in self.outputs)
        outputs = dict(zip(names, found, strict=True))
        return Hit(rule.id, rule.number, rule.label, outputs, ranks)

    def _default(self, scope: Scope) -> Outcome:
        if all(column.default is None for column in self.outputs):
            return nothing(self.hit_policy, self.aggregation)
        outputs = {
            column.name: column.default(scope) if column.default is not None else None
            for column in self.outputs
        }
        hit = Hit("", 0, "", outputs, ())
        return Outcome(hit.value, outputs)
