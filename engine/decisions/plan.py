"""What has to be evaluated for a decision, in order, and the scopes it is evaluated in.

Every file has a scope of its own, named by its namespace; that of the file which was asked is
named by the empty text. An import makes the values of one file an entry of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.decisions.errors import DecisionError
from engine.decisions.results import DecisionRun, Outcome
from engine.decisions.tables import DecisionTable
from engine.feel import Value, to_feel
from engine.feel.closures import Closure
from engine.feel.functions import DesignerFunction
from engine.feel.scope import Run, Scope
from engine.feel.types import Type, coerce
from engine.feel.values import Function, kind_of


@dataclass(frozen=True, slots=True)
class Step:
    """One element of the requirement graph: its name, its logic and the type of its value.

    `kind` is decision, function or input; an input has no logic. `home` names the file's scope.
    """

    id: str
    name: str
    logic: DecisionTable | Closure
    type: Type | None
    kind: str
    home: str = ""

    @property
    def is_decision(self) -> bool:
        """Say whether it is a decision."""
        return self.kind == "decision"

    def evaluate(self, scope: Scope) -> Outcome:
        """Evaluate within the scope; a decision's value that does not fit the type is null.

        Raises:
            DecisionError: An input does not fit its type, or a table finds no answer.
        """
        if self.kind == "input":
            return self._input(scope)
        run = scope.run
        before = run.deciding if isinstance(run, DecisionRun) else ""
        if self.is_decision and isinstance(run, DecisionRun):
            run.deciding = self.id
        outcome = self.outcome(scope)
        if isinstance(run, DecisionRun):
            run.deciding = before
        return outcome

    def outcome(self, scope: Scope) -> Outcome:
        """Evaluate what is no input, for the decision that the run is about."""
        if isinstance(self.logic, DecisionTable):
            outcome = self.logic.decide(scope)
            if self.type is None:
                return outcome
            fitted = coerce(outcome.value, self.type, scope.run)
            return Outcome(fitted, outcome.outputs, outcome.rows)
        value = self.logic(scope)
        if isinstance(value, DesignerFunction):
            return Outcome(value, value)
        fitted = coerce(value, self.type, scope.run)
        return Outcome(fitted, fitted)

    def _input(self, scope: Scope) -> Outcome:
        value = scope.find(self.name)
        if isinstance(value, Function):
            # The context gives nothing of this name, but a built-in function is called so.
            value = None
        fitted = coerce(value, self.type, scope.run)
        if value is not None and fitted is None and self.type is not None:
            raise misfit(self.name, value, self.type)
        return Outcome(fitted, fitted)


def misfit(name: str, value: Value, wanted: Type) -> DecisionError:
    """Make the error of an input that does not fit its type."""
    kind = kind_of(value)
    if kind == wanted.kind:
        return DecisionError(
            f"输入“{name}”的值不在允许范围内", f"the value of the input {name} is not allowed"
        )
    return DecisionError(
        f"输入“{name}”应为 {wanted.kind}，实为 {kind}",
        f"the input {name} must be {wanted.kind}, but is {kind}",
    )


@dataclass(frozen=True, slots=True)
class Link:
    """An import: the file of `home` sees that of `target` under a name, or without one."""

    home: str
    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps, each after those it needs, and the imports between their files."""

    steps: tuple[Step, ...]
    links: tuple[Link, ...] = ()

    def scopes(self, home: str, top: Scope, values: dict[str, Value]) -> dict[str, Scope]:
        """Make a scope for each file; `values` are those of the file of `home`."""
        run = top.run
        scopes = {home: Scope(values, top, run)}
        for link in self.links:
            if link.target not in scopes:
                scopes[link.target] = Scope({}, top, run)
        for link in self.links:
            if link.name:
                self._link(link, scopes, run)
        return scopes

    def _link(self, link: Link, scopes: dict[str, Scope], run: Run) -> None:
        """Show a file's values under the import's name, with those that the caller gives there."""
        target, importing = scopes[link.target].values, scopes[link.home].values
        given = run.context.get(link.name) if link.home == "" else importing.get(link.name)
        if isinstance(given, Mapping):
            target.update({name: to_feel(value) for name, value in given.items()})
        importing[link.name] = target

    def prepare(
        self, scopes: dict[str, Scope], given: Mapping[str, Value], home: str = ""
    ) -> dict[str, Outcome]:
        """Evaluate the steps but those of the file of `home` whose values are given.

        Gives the outcomes of decisions, by id.
        """
        outcomes: dict[str, Outcome] = {}
        for step in self.steps:
            scope = scopes[step.home]
            if step.is_decision and (
                step.name in given if step.home == home else step.name in scope.values
            ):
                continue
            outcome = step.evaluate(scope)
            scope.values[step.name] = outcome.value
            if self.links:
                self._show(step, outcome.value, scopes)
            if step.is_decision:
                outcomes[step.id] = outcome
        return outcomes

    def _show(self, step: Step, value: Value, scopes: dict[str, Scope]) -> None:
        for link in self.links:
            if link.target == step.home and not link.name:
                scopes[link.home].values.setdefault(step.name, value)
