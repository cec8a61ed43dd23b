"""Turning a parsed expression into nested Python functions, which is what makes it fast."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel.arithmetic import calculate, negate
from engine.feel.comparison import compare, equal, is_member, order
from engine.feel.functions import DesignerFunction
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ComparisonRange,
    ContextLiteral,
    Embedded,
    FunctionLiteral,
    If,
    InstanceOf,
    ListLiteral,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    Node,
    Path,
    RangeLiteral,
    Test,
)
from engine.feel.numbers import DECIMALS
from engine.feel.properties import property_of
from engine.feel.scope import Scope
from engine.feel.types import is_instance
from engine.feel.values import ORDERED_KINDS, Function, Range, Value, kind_of

Closure: TypeAlias = Callable[[Scope], Value]
TestClosure: TypeAlias = Callable[[Value, Scope], Value]
Build: TypeAlias = Callable[[Node], Closure]
# Gives the closure of a node, with the function that builds the closures of its parts.
Builder: TypeAlias = Callable[[Any, Build], Closure]


def _literal(node: Literal, build: Build) -> Closure:
    value = node.value
    return lambda scope: value


def _name(node: Name, build: Build) -> Closure:
    name = node.name
    return lambda scope: scope.find(name)


def _negation(node: Negation, build: Build) -> Closure:
    operand = build(node.operand)
    return lambda scope: negate(operand(scope))


def _arithmetic(node: Arithmetic, build: Build) -> Closure:
    first = build(node.first)
    if len(node.rest) == 1:
        operator, right = node.rest[0]
        return _operation(operator, first, build(right))
    rest = [(operator, build(operand)) for operator, operand in node.rest]

    def chain(scope: Scope) -> Value:
        result = first(scope)
        for operator, operand in rest:
            result = calculate(operator, result, operand(scope), scope.run)
        return result

    return chain


def _operation(operator: str, left: Closure, right: Closure) -> Closure:
    if operator in ("+", "-"):
        exact = DECIMALS.add if operator == "+" else DECIMALS.subtract

        def sum_up(scope: Scope) -> Value:
            one, other = left(scope), right(scope)
            # Numbers are nearly all there is.
            if type(one) is Decimal and type(other) is Decimal:
                try:
                    return exact(one, other)
                except ArithmeticError:
                    return None
            return calculate(operator, one, other, scope.run)

        return sum_up
    return lambda scope: calculate(operator, left(scope), right(scope), scope.run)


def _logic(node: Logic, build: Build) -> Closure:
    operands = [build(operand) for operand in node.operands]
    # `and` is decided by the first false, `or` by the first true.
    deciding = node.operator == "or"
    other = not deciding

    def logic(scope: Scope) -> Value:
        result: bool | None = other
        for operand in operands:
            value = operand(scope)
            if value is deciding:
                return deciding
            if value is not other:
                result = None
        return result

    return logic


def _comparison(node: Comparison, build: Build) -> Closure:
    operator, left, right = node.operator, build(node.left), build(node.right)
    if operator == "=":

        def same(scope: Scope) -> Value:
            one, other = left(scope), right(scope)
            if type(one) is str and type(other) is str:
                return one == other
            return equal(one, other, scope.run)

        return same
    return lambda scope: compare(operator, left(scope), right(scope), scope.run)


def _between(node: Between, build: Build) -> Closure:
    subject, low, high = build(node.value), build(node.low), build(node.high)

    def between(scope: Scope) -> Value:
        value = subject(scope)
        above, below = order(value, low(scope)), order(value, high(scope))
        return None if above is None or below is None else above >= 0 and below <= 0

    return between


def test_closure(node: Test, build: Build) -> TestClosure:
    """Build a unary test: a function of the value and the scope."""
    operand = build(node.operand)
    operator = node.operator
    if operator is not None:
        return lambda value, scope: compare(operator, value, operand(scope), scope.run)
    return lambda value, scope: is_member(value, operand(scope), scope.run)


def meets_any(value: Value, tests: list[TestClosure], scope: Scope) -> bool | None:
    """Say whether the value meets one of the tests."""
    result: bool | None = False
    for test in tests:
        met = test(value, scope)
        if met is True:
            return True
        if met is None:
            result = None
    return result


def _membership(node: Membership, build: Build) -> Closure:
    subject = build(node.value)
    tests = [test_closure(test, build) for test in node.tests]
    return lambda scope: meets_any(subject(scope), tests, scope)


def _instance_of(node: InstanceOf, build: Build) -> Closure:
    subject, wanted = build(node.value), node.type
    return lambda scope: is_instance(subject(scope), wanted, scope.run)


def _path(node: Path, build: Build) -> Closure:
    target, name = build(node.target), node.name
    if isinstance(node.target, Name):
        return _entry_of(node.target.name, target, name)

    def path(scope: Scope) -> Value:
        value = target(scope)
        return value.get(name) if type(value) is dict else property_of(value, name, scope.run)

    return path


def _entry_of(context_name: str, target: Closure, name: str) -> Closure:
    def entry(scope: Scope) -> Value:
        outer = scope.outer(context_name)
        if outer is not None:
            return outer.entry(name)
        value = target(scope)
        return value.get(name) if type(value) is dict else property_of(value, name, scope.run)

    return entry


def _call(node: Call, build: Build) -> Closure:
    callee = _callee(node.callee, build)
    arguments = [build(argument) for argument in node.arguments]
    if node.names is not None:
        pairs = list(zip(node.names, arguments, strict=True))

        def call_named(scope: Scope) -> Value:
            function = callee(scope)
            if not isinstance(function, Function):
                return None
            values = {name: argument(scope) for name, argument in pairs}
            return function.invoke_named(values, scope.run)

        return call_named

    def call(scope: Scope) -> Value:
        function = callee(scope)
        if not isinstance(function, Function):
            return None
        return function.invoke([argument(scope) for argument in arguments], scope.run)

    return call


def _callee(node: Node, build: Build) -> Closure:
    """Find the function; a variable that is none does not hide a function of its name."""
    if not isinstance(node, Name):
        return build(node)
    name = node.name

    def callee(scope: Scope) -> Value:
        value = scope.find(name)
        return value if isinstance(value, Function) else scope.run.functions.get(name)

    return callee


def _if(node: If, build: Build) -> Closure:
    condition, then, otherwise = build(node.condition), build(node.then), build(node.otherwise)

    def choose(scope: Scope) -> Value:
        value = condition(scope)
        if value is True:
            return then(scope)
        return otherwise(scope) if value is False or value is None else None

    return choose


def _context(node: ContextLiteral, build: Build) -> Closure:
    entries = [(name, build(value)) for name, value in node.entries]
    cost = len(entries)

    def context(scope: Scope) -> Value:
        values: dict[str, Value] = {}
        scope.run.spend(cost)
        inner = scope.child(values)
        for name, value in entries:
            values[name] = value(inner)
        return values

    return context


def _list(node: ListLiteral, build: Build) -> Closure:
    items = [build(item) for item in node.items]
    cost = len(items)

    def make(scope: Scope) -> Value:
        scope.run.spend(cost)
        return [item(scope) for item in items]

    return make


def _range(node: RangeLiteral, build: Build) -> Closure:
    low, high = build(node.low), build(node.high)
    low_included, high_included = node.low_included, node.high_included

    def span(scope: Scope) -> Value:
        start, end = low(scope), high(scope)
        if start is not None and end is not None:
            sign = order(start, end)
            if sign is None or sign > 0:
                return None
        return Range(start, end, low_included, high_included)

    return span


def _comparison_range(node: ComparisonRange, build: Build) -> Closure:
    operator, bound = node.operator, build(node.bound)

    def span(scope: Scope) -> Value:
        value = bound(scope)
        if value is None:
            return None
        if operator in ("=", "!="):
            return Range(value, value, operator=operator)
        if kind_of(value) not in ORDERED_KINDS:
            return None
        included = operator in ("<=", ">=")
        if operator.startswith("<"):
            return Range(None, value, False, included, operator)
        return Range(value, None, included, False, operator)

    return span


def _function(node: FunctionLiteral, build: Build) -> Closure:
    parameters, types = node.parameters, node.types
    body = build(node.body) if node.body is not None else None
    return lambda scope: DesignerFunction(parameters, types, body, scope)


def _embedded(node: Embedded, build: Build) -> Closure:
    return node.closure


BASIC_BUILDERS: dict[type, Builder] = {
    Literal: _literal,
    Name: _name,
    Negation: _negation,
    Arithmetic: _arithmetic,
    Logic: _logic,
    Comparison: _comparison,
    Between: _between,
    Membership: _membership,
    InstanceOf: _instance_of,
    Path: _path,
    Call: _call,
    If: _if,
    ContextLiteral: _context,
    ListLiteral: _list,
    RangeLiteral: _range,
    ComparisonRange: _comparison_range,
    FunctionLiteral: _function,
    Embedded: _embedded,
}
