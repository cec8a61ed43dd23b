"""What the names of an expression stand for while it runs."""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel.convert import to_feel
from engine.feel.lazy import LazyContext
from engine.feel.limits import DEFAULT_LIMITS, Budget, Limits
from engine.feel.values import Function, Value


class Outer:
    """A context from outside that gives single entries, each converted once at most.

    Most expressions read one entry of a large context.
    """

    __slots__ = ("_known", "given")

    def __init__(self, given: Mapping[str, object]) -> None:
        self.given = given
        self._known: dict[str, Value] = {}

    def entry(self, name: str) -> Value:
        """Give an entry; null if there is none of that name."""
        known = self._known
        if name not in known:
            known[name] = to_feel(self.given.get(name))
        return known[name]


class Scope:
    """Names bound by one construct, over those of the constructs around it."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, values: dict[str, Value], parent: Scope | None, run: Run) -> None:
        self.values = values
        self.parent = parent
        self.run = run

    def find(self, name: str) -> Value:
        """Give the value of a name: the nearest binding, the context, or a function."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return self.run.resolve(name)

    def outer(self, name: str) -> Outer | None:
        """Give the context of that name as it came from outside, unless something hides it.

        One that was read as a whole is bound already, and hides it too.
        """
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return None
            scope = scope.parent
        return self.run.outer(name)

    def has(self, name: str) -> bool:
        """Say whether the name stands for anything, be it null."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return True
            scope = scope.parent
        return name in self.run.context or name in self.run.functions

    def names(self) -> list[str]:
        """List the names that stand for something here, without functions."""
        found = dict.fromkeys(self.run.context)
        scope: Scope | None = self
        while scope is not None:
            found |= dict.fromkeys(scope.values)
            scope = scope.parent
        return list(found)

    def child(self, values: dict[str, Value]) -> Scope:
        """Bind further names over these."""
        return Scope(values, self, self.run)


class Run(Budget):
    """One evaluation: its budget, its context and the functions it may call."""

    __slots__ = ("_outer", "context", "functions", "root")

    def __init__(
        self,
        context: Mapping[str, Value],
        functions: Mapping[str, Function],
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(limits)
        self.context = context
        self.functions = functions
        self.root = Scope({}, None, self)
        self._outer: dict[str, Outer] = {}

    def resolve(self, name: str) -> Value:
        """Look a name up in the context, once, and else among the functions."""
        outer = self._outer.get(name)
        try:
            value = to_feel(self.context[name] if outer is None else outer.given)
        except KeyError:
            return self.functions.get(name)
        self.root.values[name] = value
        return value

    def outer(self, name: str) -> Outer | None:
        """Give what the context has under a name if it is a context; looked up once too."""
        if (known := self._outer.get(name)) is not None:
            return known
        try:
            found: object = self.context[name]
        except KeyError:
            return None
        if type(found) is dict or isinstance(found, LazyContext):
            outer = self._outer[name] = Outer(found)
            return outer
        self.root.values[name] = to_feel(found)
        return None
