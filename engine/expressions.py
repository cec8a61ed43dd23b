"""Expressions as instances evaluate them: on variables, facts and the host's functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from engine.clock import LOCAL_ZONE, Clock
from engine.diagrams.loops import COUNTER, round_of
from engine.diagrams.timers import schedule
from engine.feel import Expression, Value, compile_expression, from_feel, is_timer_literal

MAX_CACHED = 20_000
_AS_OF: ContextVar[datetime | None] = ContextVar("as_of", default=None)


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Let `now()` and `today()` tell the time of a moment: of when something began to wait."""
    before = _AS_OF.set(moment)
    try:
        yield
    finally:
        _AS_OF.reset(before)


class Names(Mapping[str, Any]):
    """What an expression can name: extra names, then variables, then facts, looked up when read.

    `task`: the element it stands at, which knows the round of a repeated activity that it is in.
    """

    __slots__ = ("extra", "facts", "task", "variables")

    def __init__(
        self,
        variables: Mapping[str, Any],
        facts: Facts,
        extra: Mapping[str, Any] | None = None,
        task: Any = None,
    ) -> None:
        self.variables = variables
        self.facts = facts
        self.extra = extra
        self.task = task

    def __getitem__(self, name: str) -> Any:
        if self.extra is not None and name in self.extra:
            return self.extra[name]
        if name in self.variables:
            return self.variables[name]
        if name == COUNTER and (number := round_of(self.task)) is not None:
            return number
        return self.facts.read(name, self.variables)

    def __contains__(self, name: object) -> bool:
        return (
            (self.extra is not None and name in self.extra)
            or name in self.variables
            or name in self.facts
            or (name == COUNTER and round_of(self.task) is not None)
        )

    def __iter__(self) -> Iterator[str]:
        yield from {**dict.fromkeys(self.variables), **dict.fromkeys(self.extra or ())}

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Facts:
    """Facts of one instance, each looked up once at most."""

    __slots__ = ("_known", "_providers")

    def __init__(self, providers: Mapping[str, Callable[[Mapping[str, Any]], Any]]) -> None:
        self._providers = providers
        self._known: dict[str, Any] = {}

    def read(self, name: str, variables: Mapping[str, Any]) -> Any:
        """Give a fact.

        Raises:
            KeyError: There is no such fact.
        """
        if name not in self._known:
            self._known[name] = self._providers[name](variables)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._providers

    def forget(self) -> None:
        """Look everything up again when asked: something was written."""
        self._known.clear()


class Expressions:
    """Compiled expressions, with the functions that the host adds to FEEL's own."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self.functions = functions
        self._compiled: dict[str, Expression] = {}

    def get(self, source: str) -> Expression:
        """Compile, or give what was compiled before."""
        found = self._compiled.get(source)
        if found is None:
            if len(self._compiled) >= MAX_CACHED:
                self._compiled.clear()
            found = compile_expression(source, functions=self.functions)
            self._compiled[source] = found
        return found

    def value(self, source: str, names: Mapping[str, Any]) -> Value:
        """Give FEEL's own value; a bare ISO 8601 literal is itself."""
        return source if is_timer_literal(source) else self.get(source)(names)

    def evaluate(self, source: str, names: Mapping[str, Any]) -> Any:
        """Give the value as JSON; dates, times and durations as ISO 8601 text."""
        return from_feel(self.get(source)(names))

    def moment(self, source: str, names: Mapping[str, Any], now: datetime) -> datetime | None:
        """Tell when something is due: ISO 8601 text or an expression; None if it gives null."""
        value = self.value(source, names)
        return None if value is None else schedule("date", value, now).due


def clocked_expressions(
    clock: Clock, functions: Mapping[str, Callable[..., Any]] | None = None
) -> Expressions:
    """Expressions that know this clock's time, and the functions that the host adds."""

    def now() -> datetime:
        return (_AS_OF.get() or clock.now()).astimezone(LOCAL_ZONE)

    def today() -> date:
        return clock.today() if _AS_OF.get() is None else now().date()

    return Expressions({"now": now, "today": today, **(functions or {})})
