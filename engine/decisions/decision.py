"""A decision with everything it requires, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.decisions.results import DecisionResult, Outcome
from engine.decisions.tables import DecisionTable
from engine.feel import FeelLimit, Value, from_feel
from engine.feel.closures import Closure
from engine.feel.expression import functions_of
from engine.feel.functions import DesignerFunction
from engine.feel.limits import DEFAULT_LIMITS, Limits
from engine.feel.scope import Run, Scope
from engine.feel.types import Type, coerce

HostFunctions = Mapping[str, Callable[..., Value]]


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
class Step:
    """One element of the requirement graph: its name, its logic and the type of its value."""

    id: str
    name: str
    logic: DecisionTable | Closure
    type: Type | None
    is_decision: bool

    def evaluate(self, scope: Scope) -> Outcome:
        """Evaluate within the scope; a value that does not fit the type is null."""
        if isinstance(self.logic, DecisionTable):
            outcome = self.logic.decide(scope)
            fitted = coerce(outcome.value, self.type, scope.run)
            return Outcome(fitted, outcome.outputs, outcome.rows)
        value = self.logic(scope)
        if isinstance(value, DesignerFunction):
            return Outcome(value, value)
        fitted = coerce(value, self.type, scope.run)
        return Outcome(fitted, fitted)


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
    required: tuple[Step, ...]
    functions: HostFunctions = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = DEFAULT_LIMITS

    def evaluate(
        self, context: Mapping[str, Value], functions: HostFunctions | None = None
    ) -> DecisionResult:
        """Decide for a context, which may be any mapping and is read only where named.

        Raises:
            DecisionError: Rules hold together that must not.
            FeelLimit: The evaluation grew beyond the limits.
        """
        lent = tuple((self.functions if functions is None else functions).items())
        run = Run(context, functions_of(lent), self.limits)
        try:
            outcome, required_rows = self._decide(run)
        except RecursionError as error:
            message = "the decision is nested too deeply"
            raise FeelLimit("决策嵌套过深", message) from error
        value = from_feel(outcome.outputs)
        return DecisionResult(value, outcome.rows, outcome.value, MappingProxyType(required_rows))

    def _decide(self, run: Run) -> tuple[Outcome, dict[str, tuple[str, ...]]]:
        """Evaluate what is required, in order, unless the context gives it; then decide."""
        values: dict[str, Value] = {}
        scope = run.root.child(values)
        rows: dict[str, tuple[str, ...]] = {}
        for step in self.required:
            if step.is_decision and step.name in run.context:
                continue
            outcome = step.evaluate(scope)
            values[step.name] = outcome.value
            if outcome.rows:
                rows[step.id] = outcome.rows
        return self.step.evaluate(scope), rows
