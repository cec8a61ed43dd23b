"""Functions: built-in with signatures, given by the host, or written by a designer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from engine.feel.convert import to_feel
from engine.feel.errors import NotDefined
from engine.feel.types import Type, coerce
from engine.feel.values import Function, Value, kind_of

if TYPE_CHECKING:
    from engine.feel.scope import Run, Scope

Implementation: TypeAlias = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a built-in function.

    `kind` is a kind of value, or "any"; `optional` may be left out, `nullable` may be null.
    """

    name: str
    kind: str
    optional: bool
    nullable: bool
    variadic: bool

    def fits(self, value: Value) -> bool:
        """Say whether the function takes this value here."""
        if value is None:
            return self.nullable or self.kind == "any"
        return self.kind in ("any", "list") or kind_of(value) == self.kind


def _parameter(text: str) -> Parameter:
    """Read `name: kind`; `name?` may be left out, `kind?` may be null, `name...` repeats."""
    name, _, kind = (part.strip() for part in text.partition(":"))
    variadic, optional = name.endswith("..."), name.endswith("?")
    bare = name.removesuffix("...").removesuffix("?")
    return Parameter(bare, kind.removesuffix("?"), optional, kind.endswith("?"), variadic)


class Signature:
    """One way to call a built-in function, and what it does."""

    __slots__ = ("call", "least", "parameters")

    def __init__(self, text: str, call: Implementation) -> None:
        parts = text.split(",") if text else []
        self.parameters = tuple(_parameter(part) for part in parts)
        self.least = sum(not (p.optional or p.variadic) for p in self.parameters)
        self.call = call

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def variadic(self) -> bool:
        """Say whether the last parameter repeats."""
        return bool(self.parameters) and self.parameters[-1].variadic

    def takes(self, count: int) -> bool:
        """Say whether it can be called with so many arguments."""
        return count >= self.least and (count <= len(self.parameters) or self.variadic)

    def accepts(self, arguments: list[Value]) -> bool:
        """Say whether the number and kinds of the arguments fit."""
        if not self.takes(len(arguments)):
            return False
        last = len(self.parameters) - 1
        return all(
            self.parameters[min(position, last)].fits(argument)
            for position, argument in enumerate(arguments)
        )

    def adapt(self, arguments: list[Value]) -> list[Value]:
        """Make a list of a single value where a list is wanted."""
        last = len(self.parameters) - 1
        return [
            [argument]
            if self.parameters[min(position, last)].kind == "list"
            and argument is not None
            and not isinstance(argument, list)
            else argument
            for position, argument in enumerate(arguments)
        ]

    def order(self, named: dict[str, Value]) -> list[Value] | None:
        """Put named arguments in order; None when they are not this signature's."""
        names = self.names
        required = {p.name for p in self.parameters if not p.optional}
        if not named.keys() <= set(names) or not required <= named.keys():
            return None
        last = max((names.index(name) for name in named), default=-1)
        return [named.get(name) for name in names[: last + 1]]


class BuiltinFunction(Function):
    """A function of the language, with one or several signatures."""

    __slots__ = ("signatures",)

    def __init__(self, name: str, signatures: list[Signature]) -> None:
        super().__init__(name, [p.name for p in signatures[0].parameters])
        self.signatures = signatures

    def invoke(self, arguments: list[Value], run: Run) -> Value:
        """Call the first signature that takes the arguments; null when none does."""
        run.spend()
        for argument in arguments:
            run.spend_on(argument)
        for signature in self.signatures:
            if signature.accepts(arguments):
                return self._call(signature, arguments, run)
        # Source: DMN 1.5, section 10.3.2.9.4: a list of one item stands for the item.
        single = [a[0] if isinstance(a, list) and len(a) == 1 else a for a in arguments]
        for signature in self.signatures:
            if signature.accepts(single):
                return self._call(signature, single, run)
        return None

    def invoke_named(self, arguments: dict[str, Value], run: Run) -> Value:
        """Call the first signature that has these names and takes the values.

        One whose names are in the order of the call comes first: before(range, point) and
        before(point, range) have the same names.
        """
        given = tuple(arguments)
        for signature in sorted(self.signatures, key=lambda one: one.names != given):
            ordered = signature.order(arguments)
            if ordered is not None and signature.accepts(ordered):
                return self._call(signature, ordered, run)
        return None

    def _call(self, signature: Signature, arguments: list[Value], run: Run) -> Value:
        try:
            result = signature.call(run, *signature.adapt(arguments))
        except (NotDefined, ValueError, ArithmeticError):
            return None
        if type(result) is int:
            return Decimal(result)
        run.spend_on(result)
        return result


class HostFunction(Function):
    """A function the host lends: it receives FEEL's values and may return Python's.

    ValueError, ArithmeticError and LookupError of the function are data errors: null.
    """

    __slots__ = ("call", "least", "most")

    def __init__(self, name: str, call: Implementation) -> None:
        accepted = [
            parameter
            for parameter in inspect.signature(call).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        super().__init__(name, [parameter.name.replace("_", " ") for parameter in accepted])
        self.call = call
        self.most = len(accepted)
        self.least = sum(parameter.default is parameter.empty for parameter in accepted)

    def invoke(self, arguments: list[Value], run: Run) -> Value:
        """Call the host; null for a wrong number of arguments."""
        run.spend()
        if not self.least <= len(arguments) <= self.most:
            return None
        try:
            result = to_feel(self.call(*arguments))
        except (ValueError, ArithmeticError, LookupError):
            return None
        run.spend_on(result)
        return result

    def invoke_named(self, arguments: dict[str, Value], run: Run) -> Value:
        """Call the host by names, written with spaces or underscores."""
        named = {name.replace("_", " "): value for name, value in arguments.items()}
        order = [name for name in self.parameters if name in named]
        if len(order) != len(named) or tuple(order) != self.parameters[: len(order)]:
            return None
        return self.invoke([named[name] for name in order], run)


class DesignerFunction(Function):
    """A function written in an expression; it sees the names around it."""

    __slots__ = ("body", "result", "scope", "types")

    def __init__(
        self,
        parameters: list[str],
        types: list[Type | None],
        body: Callable[[Scope], Value] | None,
        scope: Scope,
        name: str = "",
    ) -> None:
        super().__init__(name, parameters)
        self.types = tuple(types)
        self.body = body
        self.scope = scope

    def invoke(self, arguments: list[Value], run: Run) -> Value:
        """Evaluate the body; null when their number is wrong, or the body is external.

        An argument that does not fit its type is null in the body.
        Source: DMN 1.5, section 10.3.2.9.4; TCK 0082, decision_bkm_002.
        """
        if len(arguments) != len(self.parameters) or self.body is None:
            return None
        fitted = [
            coerce(argument, wanted, run)
            for argument, wanted in zip(arguments, self.types, strict=True)
        ]
        run.enter()
        try:
            return self.body(self.scope.child(dict(zip(self.parameters, fitted, strict=True))))
        finally:
            run.leave()


def host_functions(functions: Mapping[str, Implementation] | None) -> dict[str, Function]:
    """Wrap what the host lends, by name."""
    return {name: HostFunction(name, call) for name, call in (functions or {}).items()}
