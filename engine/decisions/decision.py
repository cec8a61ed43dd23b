"""A decision with everything it requires, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.decisions.plan import Plan, Step
from engine.decisions.results import DecisionResult, DecisionRun, Outcome
from engine.feel import FeelLimit, Value, from_feel
from engine.feel.expression import functions_of
from engine.feel.limits import DEFAULT_LIMITS, Limits

HostFunctions = Mapping[str, Callable[..., Value]]
_NO_ROWS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """Something the decision looks at: a column of its table, or a variable it names."""

    label: str
    expression: str
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionOutput:
    """Something the decision gives."""

    name: str
    label: str
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision; immutable, shared by threads.

    `names` are the variables that its logic and what it requires need from the context.
    """

    id: str
    name: str
    inputs: tuple[DecisionInput, ...]
    outputs: tuple[DecisionOutput, ...]
    names: frozenset[str]
    step: Step
    plan: Plan
    functions: HostFunctions = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = DEFAULT_LIMITS

    def evaluate(
        self, context: Mapping[str, Value], functions: HostFunctions | None = None
    ) -> DecisionResult:
        """Decide for a context, which may be any mapping and is read only where named.

        Raises:
            DecisionError: Rules hold together that must not, an input does not fit its type,
                or a value is not among those allowed.
            FeelLimit: The evaluation grew beyond the limits.
        """
        lent = tuple((self.functions if functions is None else functions).items())
        run = DecisionRun(context, functions_of(lent), self.limits, self.id)
        try:
            outcome, required = self._decide(run)
        except RecursionError as error:
            message = "the decision is nested too deeply"
            raise FeelLimit("决策嵌套过深", message) from error
        return DecisionResult(
            value=from_feel(outcome.outputs),
            rows=outcome.rows,
            feel_value=outcome.value,
            required_rows=required,
            fired=tuple(run.fired),
        )

    def _decide(self, run: DecisionRun) -> tuple[Outcome, Mapping[str, tuple[str, ...]]]:
        """Evaluate what is required, in order, unless the context gives it; then decide."""
        if not self.plan.steps:
            return self.step.outcome(run.root), _NO_ROWS
        scopes = self.plan.scopes("", run.root, {})
        outcomes = self.plan.prepare(scopes, run.context)
        rows = {name: one.rows for name, one in outcomes.items() if one.rows}
        return self.step.outcome(scopes[""]), MappingProxyType(rows)
