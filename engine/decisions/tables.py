"""Decision tables, compiled: a table is immutable and shared by threads."""

from __future__ import annotations

from dataclasses import dataclass

from engine.decisions.hit_policies import AGGREGATIONS, POLICIES, Hit, nothing
from engine.decisions.results import Outcome
from engine.feel import UnaryTests, Value
from engine.feel.closures import Closure
from engine.feel.nodes import Node
from engine.feel.scope import Scope


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column of conditions."""

    id: str
    label: str
    source: str
    type_ref: str | None
    node: Node
    evaluate: Closure


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column of results; `ranks` are its possible values, the most important first."""

    id: str
    name: str
    label: str
    type_ref: str | None
    ranks: tuple[UnaryTests, ...]
    default: Closure | None

    def rank(self, value: Value, scope: Scope) -> int:
        """Give the value's place among the possible ones; behind all when it is not there."""
        for place, test in enumerate(self.ranks):
            if test.evaluate(value, scope) is True:
                return place
        return len(self.ranks)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a cell of tests for each input, and an expression for each output."""

    id: str
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
    """A table of rules under a hit policy."""

    id: str
    name: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[Rule, ...]

    def decide(self, scope: Scope) -> Outcome:
        """Find the rules that hold and let the hit policy choose.

        Raises:
            DecisionError: Rules hold together that must not.
        """
        values = [column.evaluate(scope) for column in self.inputs]
        hits = self._hits(values, scope)
        if not hits:
            return self._default(scope)
        aggregate = AGGREGATIONS.get(self.aggregation or "")
        policy = aggregate or POLICIES[self.hit_policy]
        return policy(hits, self.name, scope.run)

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
        found = [evaluate(scope) for evaluate in rule.outputs]
        ranks: tuple[int, ...] = ()
        if self.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
            pairs = zip(self.outputs, found, strict=True)
            ranks = tuple(column.rank(value, scope) for column, value in pairs)
        names = (column.name for column in self.outputs)
        return Hit(rule.id, dict(zip(names, found, strict=True)), ranks)

    def _default(self, scope: Scope) -> Outcome:
        if all(column.default is None for column in self.outputs):
            return nothing(self.hit_policy, self.aggregation)
        outputs = {
            column.name: column.default(scope) if column.default is not None else None
            for column in self.outputs
        }
        hit = Hit("", outputs, ())
        return Outcome(hit.value, outputs)
