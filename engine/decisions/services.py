"""Decision services: decisions that are called like one function, closed to what is around them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.decisions.plan import Plan
from engine.feel import Value
from engine.feel.scope import Run, Scope
from engine.feel.types import Type, coerce
from engine.feel.values import Function


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What a service is made of.

    `parameters` are the input data and then the input decisions with their types; `hidden`
    are inputs that its decisions name but the service does not take, null to them; `result` is
    the type that the service's own type, a function, says it gives.
    Source: DMN 1.5, section 10.4.
    """

    name: str
    parameters: tuple[tuple[str, Type | None], ...]
    outputs: tuple[str, ...]
    hidden: tuple[str, ...]
    plan: Plan
    home: str = ""
    result: Type | None = None


class ServiceFunction(Function):
    """A decision service as a value of FEEL."""

    __slots__ = ("parts", "types")

    def __init__(self, parts: ServiceParts) -> None:
        super().__init__(parts.name, [name for name, _ in parts.parameters])
        self.parts = parts
        self.types = tuple(wanted for _, wanted in parts.parameters)

    def invoke(self, arguments: list[Value], run: Run) -> Value:
        """Decide; the bare value of a single output. An argument that does not fit is null."""
        if len(arguments) != len(self.parameters):
            return None
        pairs = zip(arguments, self.types, strict=True)
        fitted = [coerce(argument, wanted, run) for argument, wanted in pairs]
        run.enter()
        try:
            decided = self._decide(dict(zip(self.parameters, fitted, strict=True)), run)
            return coerce(decided, self.parts.result, run)
        finally:
            run.leave()

    def _decide(self, given: dict[str, Value], run: Run) -> Value:
        values: dict[str, Value] = {**dict.fromkeys(self.parts.hidden), **given}
        parts = self.parts
        scopes = parts.plan.scopes(parts.home, Scope({}, None, run), values)
        parts.plan.prepare(scopes, given, parts.home)
        found = {name: values.get(name) for name in parts.outputs}
        return next(iter(found.values())) if len(found) == 1 else found
