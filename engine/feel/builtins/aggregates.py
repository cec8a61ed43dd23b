"""Functions that make one value of many, given as a list or as arguments."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.arithmetic import calculate, total
from engine.feel.builtins.arguments import numbers
from engine.feel.builtins.registry import BUILTINS, builtin
from engine.feel.comparison import all_true, any_true, order
from engine.feel.functions import Implementation
from engine.feel.numbers import DECIMALS, ONE, ZERO
from engine.feel.scope import Run
from engine.feel.values import ORDERED_KINDS, Value, kind_of


def _aggregate(name: str, *, argument: str = "n", least: int = 0) -> None:
    """Let a function registered for one list take the items as arguments as well."""
    call = BUILTINS[name].signatures[0].call

    def spread(run: Run, *values: Value) -> Value:
        return call(run, list(values)) if len(values) >= least else None

    builtin(name, f"{argument}...: any")(spread)


def _extreme(values: list[Value], sign: int, run: Run) -> Value:
    if not values or kind_of(values[0]) not in ORDERED_KINDS:
        return None
    best = values[0]
    for value in values[1:]:
        run.spend()
        compared = order(value, best)
        if compared is None:
            return None
        if compared * sign > 0:
            best = value
    return best


@builtin("min", "list: list")
def least(run: Run, values: list[Value]) -> Value:
    """Give the least; null for none or when they have no order."""
    return _extreme(values, -1, run)


@builtin("max", "list: list")
def greatest(run: Run, values: list[Value]) -> Value:
    """Give the greatest; null for none or when they have no order."""
    return _extreme(values, 1, run)


@builtin("sum", "list: list")
def add_up(run: Run, values: list[Value]) -> Value:
    """Add numbers or durations; null for none."""
    run.spend(len(values))
    return total(values, run) if values else None


@builtin("mean", "list: list")
def mean(run: Run, values: list[Value]) -> Value:
    """Give the arithmetic mean; null for none."""
    if not values:
        return None
    run.spend(len(values))
    return calculate("/", total(values, run), Decimal(len(values)), run)


@builtin("product", "list: list")
def product(run: Run, values: list[Value]) -> Value:
    """Multiply numbers; null for none."""
    if not values:
        return None
    run.spend(len(values))
    result = ONE
    for value in numbers(values):
        result = DECIMALS.multiply(result, value)
    return result


@builtin("median", "list: list")
def median(run: Run, values: list[Value]) -> Value:
    """Give the middle number, or the mean of the middle two; null for none."""
    if not values:
        return None
    run.spend(len(values))
    ordered = sorted(numbers(values))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMALS.divide(DECIMALS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev", "list: list")
def standard_deviation(run: Run, values: list[Value]) -> Value:
    """Give the standard deviation of a sample; null for fewer than two numbers."""
    if len(values) < 2:
        return None
    run.spend(len(values) * 2)
    average = DECIMALS.divide(total(numbers(values), run), Decimal(len(values)))
    squares = ZERO
    for value in values:
        difference = DECIMALS.subtract(value, average)
        squares = DECIMALS.add(squares, DECIMALS.multiply(difference, difference))
    return DECIMALS.sqrt(DECIMALS.divide(squares, Decimal(len(values) - 1)))


@builtin("mode", "list: list")
def mode(run: Run, values: list[Value]) -> Value:
    """Give the most frequent numbers in ascending order."""
    run.spend(len(values))
    frequency: dict[Decimal, int] = {}
    for value in numbers(values):
        frequency[value] = frequency.get(value, 0) + 1
    most = max(frequency.values(), default=0)
    return sorted(value for value, times in frequency.items() if times == most)


def every(run: Run, values: list[Value]) -> Value:
    """Say whether all are true."""
    return all_true(values)


def some(run: Run, values: list[Value]) -> Value:
    """Say whether one is true."""
    return any_true(values)


def _register_logic(name: str, call: Implementation) -> None:
    builtin(name, "list: list")(call)
    _aggregate(name, argument="b", least=2)


for _name in ("min", "max"):
    _aggregate(_name, argument="c", least=2)
for _name in ("sum", "mean", "product", "median", "stddev", "mode"):
    _aggregate(_name, least=2)
for _name in ("all", "and"):
    _register_logic(_name, every)
for _name in ("any", "or"):
    _register_logic(_name, some)
