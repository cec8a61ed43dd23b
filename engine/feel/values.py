"""The values of FEEL and the names of their kinds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.feel.temporal import Date, DateTime, DayDuration, MonthDuration, Time

if TYPE_CHECKING:
    from engine.feel.scope import Run

# None, bool, Decimal, str, list, dict, a temporal value, Range or Function: what an
# expression works on is known only when it runs.
Value: TypeAlias = Any

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    MonthDuration: "years and months duration",
    DayDuration: "days and time duration",
}
ORDERED_KINDS = frozenset(
    {
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "years and months duration",
        "days and time duration",
    }
)


class Range:
    """An interval of ordered values.

    `start` or `end` is None where it is unbounded. `operator` is set when it was written as a
    comparison such as `(< 10)`; with "=" and "!=" the range holds, or leaves out, one value.
    """

    __slots__ = ("end", "end_included", "operator", "start", "start_included")

    def __init__(
        self,
        start: Value,
        end: Value,
        start_included: bool = True,
        end_included: bool = True,
        operator: str | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.start_included, self.end_included = start_included, end_included
        self.operator = operator

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        opening, closing = "[" if self.start_included else "(", "]" if self.end_included else ")"
        return f"{opening}{self.start!r}..{self.end!r}{closing}"

    def _parts(self) -> tuple[Value, ...]:
        return self.start, self.end, self.start_included, self.end_included, self.operator


class Function:
    """A value that can be called; the subclasses are built-in, host and designers' functions."""

    __slots__ = ("name", "parameters")

    def __init__(self, name: str, parameters: Sequence[str]) -> None:
        self.name = name
        self.parameters = tuple(parameters)

    def invoke(self, arguments: list[Value], run: Run) -> Value:
        """Call with arguments in order."""
        raise NotImplementedError

    def invoke_named(self, arguments: dict[str, Value], run: Run) -> Value:
        """Call with arguments by name; null unless they are exactly the parameters."""
        if arguments.keys() != set(self.parameters):
            return None
        return self.invoke([arguments[name] for name in self.parameters], run)


def kind_of(value: Value) -> str:
    """Name the kind of a value as FEEL does; a function's is "function"."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    return "range" if isinstance(value, Range) else "function"
