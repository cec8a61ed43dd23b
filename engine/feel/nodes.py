"""The parts of a parsed expression. Each knows where it stands in the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.feel.types import Type
from engine.feel.values import Value


@dataclass(slots=True)
class Literal:
    """A constant."""

    start: int
    end: int
    value: Value


@dataclass(slots=True)
class Name:
    """A variable, an entry of the item that is filtered, or a function."""

    start: int
    end: int
    name: str


@dataclass(slots=True)
class Negation:
    """The sign before an operand."""

    start: int
    end: int
    operand: Node


@dataclass(slots=True)
class Arithmetic:
    """A chain of operators that bind equally, applied from left to right."""

    start: int
    end: int
    first: Node
    rest: list[tuple[str, Node]]


@dataclass(slots=True)
class Logic:
    """A conjunction or a disjunction of several conditions."""

    start: int
    end: int
    operator: str
    operands: list[Node]


@dataclass(slots=True)
class Comparison:
    """One of = != < <= > >=."""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Between:
    """Whether a value lies between two others, both included."""

    start: int
    end: int
    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class Test:
    """One unary test: a comparison with the value, or a value or range to be met."""

    start: int
    end: int
    operator: str | None
    operand: Node


@dataclass(slots=True)
class Membership:
    """Whether a value meets one of the tests after `in`."""

    start: int
    end: int
    value: Node
    tests: list[Test]


@dataclass(slots=True)
class InstanceOf:
    """Whether a value is of a type."""

    start: int
    end: int
    value: Node
    type: Type


@dataclass(slots=True)
class Path:
    """An entry or property of a value."""

    start: int
    end: int
    target: Node
    name: str


@dataclass(slots=True)
class Filter:
    """The items of a list that meet a condition, or the one at a position."""

    start: int
    end: int
    target: Node
    condition: Node


@dataclass(slots=True)
class Call:
    """A function call; `names` when the arguments are named."""

    start: int
    end: int
    callee: Node
    arguments: list[Node]
    names: list[str] | None


@dataclass(slots=True)
class If:
    """One of two values."""

    start: int
    end: int
    condition: Node
    then: Node
    otherwise: Node


@dataclass(slots=True)
class Iterator:
    """A name that takes the items of a list, or the values from one bound to another."""

    name: str
    source: Node
    last: Node | None


@dataclass(slots=True)
class For:
    """A list made of one value for each item."""

    start: int
    end: int
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class Quantified:
    """Whether every item, or some item, meets a condition."""

    start: int
    end: int
    every: bool
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class ContextLiteral:
    """Entries, each of which sees those before it."""

    start: int
    end: int
    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class ListLiteral:
    """Items in brackets."""

    start: int
    end: int
    items: list[Node]


@dataclass(slots=True)
class RangeLiteral:
    """An interval with two bounds."""

    start: int
    end: int
    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(slots=True)
class ComparisonRange:
    """An interval written as a comparison, such as (< 10)."""

    start: int
    end: int
    operator: str
    bound: Node


@dataclass(slots=True)
class FunctionLiteral:
    """A function that a designer writes; without body when it is external, which is refused."""

    start: int
    end: int
    parameters: list[str]
    types: list[Type | None]
    body: Node | None


@dataclass(slots=True)
class Embedded:
    """Logic that is no text, such as a decision table inside a context.

    `closure` gives its value within a scope; `parts` are the expressions it is made of.
    """

    start: int
    end: int
    closure: Callable[[Any], Value]
    parts: list[Node | Test]


Node: TypeAlias = (
    Literal
    | Name
    | Negation
    | Arithmetic
    | Logic
    | Comparison
    | Between
    | Test
    | Membership
    | InstanceOf
    | Path
    | Filter
    | Call
    | If
    | For
    | Quantified
    | ContextLiteral
    | ListLiteral
    | RangeLiteral
    | ComparisonRange
    | FunctionLiteral
    | Embedded
)
