"""Compiled expressions and unary tests: immutable, and safe to share between threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType

from engine.feel.analysis import FreeNames
from engine.feel.builtins import BUILTINS
from engine.feel.closures import TestClosure, meets_any, test_closure
from engine.feel.comparison import is_member
from engine.feel.compilation import build
from engine.feel.convert import to_feel
from engine.feel.errors import FeelLimit, FeelSyntaxError
from engine.feel.explanation import NullReason, explain_null, explain_nulls, explain_tests
from engine.feel.functions import Implementation, host_functions
from engine.feel.limits import DEFAULT_LIMITS, Limits
from engine.feel.nodes import Node, Test
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.scope import Run, Scope
from engine.feel.values import Function, Value

Functions = Mapping[str, Function]
# Functions of the host as a key for the cache: pairs of name and callable.
_Lent = tuple[tuple[str, Implementation], ...]
_CACHED = 4096


def _too_deep(error: RecursionError) -> FeelLimit:
    limit = FeelLimit("计算嵌套过深", "the evaluation is nested too deeply")
    limit.__cause__ = error
    return limit


class _Compiled:
    """What expressions and tests share: a source, the functions and the limits."""

    def __init__(self, source: str, functions: Functions, limits: Limits) -> None:
        self.source = source
        self.functions = functions
        self.limits = limits

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r})"

    def _nodes(self) -> Iterable[Node | Test]:
        raise NotImplementedError

    @cached_property
    def _free(self) -> FreeNames:
        free = FreeNames(frozenset(self.functions))
        for node in self._nodes():
            free.visit(node, frozenset())
        return free

    @property
    def names(self) -> frozenset[str]:
        """The variables it needs, without functions it calls."""
        return frozenset(self._free.certain)

    @property
    def possible_names(self) -> frozenset[str]:
        """Names inside filters, which are variables unless the items have such entries."""
        return frozenset(self._free.possible)


class Expression(_Compiled):
    """A compiled expression; call it with a context to get FEEL's value.

    The context may be any mapping: a name is looked up only when it is needed, once in an
    evaluation. Values of Python are converted by `to_feel`; use `from_feel` on the result.
    """

    def __init__(self, source: str, node: Node, functions: Functions, limits: Limits) -> None:
        super().__init__(source, functions, limits)
        self.node = node
        self._evaluate = build(node)

    def __call__(self, context: Mapping[str, Value] = MappingProxyType({})) -> Value:
        """Evaluate; null on data errors.

        Raises:
            FeelLimit: The evaluation grew beyond the limits.
        """
        return self.evaluate(Run(context, self.functions, self.limits).root)

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate within the scope, and at the cost, of another evaluation."""
        try:
            return self._evaluate(scope)
        except RecursionError as error:
            raise _too_deep(error) from error

    def explain(self, context: Mapping[str, Value] = MappingProxyType({})) -> NullReason | None:
        """Say why the value is null: where in the source and for what reason.

        Gives None when the value is not null. Slower than a call.
        """
        try:
            return explain_null(self.source, self.node, Run(context, self.functions, self.limits))
        except RecursionError as error:
            raise _too_deep(error) from error

    def explain_all(
        self, context: Mapping[str, Value] = MappingProxyType({}), *, most: int = 50
    ) -> list[NullReason]:
        """Say why the value is null, or why parts of the list or context written are."""
        root = Run(context, self.functions, self.limits).root
        try:
            return explain_nulls(self.source, self.node, root, most)
        except RecursionError as error:
            raise _too_deep(error) from error

    def _nodes(self) -> Iterable[Node]:
        return (self.node,)


class UnaryTests(_Compiled):
    """Compiled tests of a decision table's cell; call them with a value and a context."""

    def __init__(
        self, source: str, tests: list[Test], negated: bool, functions: Functions, limits: Limits
    ) -> None:
        super().__init__(source, functions, limits)
        self.tests = tuple(tests)
        self.negated = negated
        self._closures = [_cell_test(test) for test in tests]

    def __call__(
        self, value: Value, context: Mapping[str, Value] = MappingProxyType({})
    ) -> bool | None:
        """Say whether the value meets the tests; null when that is unknown."""
        run = Run(context, self.functions, self.limits)
        try:
            return self.evaluate(to_feel(value), run.root)
        except RecursionError as error:
            raise _too_deep(error) from error

    def evaluate(self, value: Value, scope: Scope) -> bool | None:
        """Test within the scope, and at the cost, of another evaluation."""
        if not self._closures:
            return True
        try:
            met = meets_any(value, self._closures, scope.child({"?": value}))
        except RecursionError as error:
            raise _too_deep(error) from error
        return met if met is None or not self.negated else not met

    def explain(
        self, value: Value, context: Mapping[str, Value] = MappingProxyType({})
    ) -> NullReason | None:
        """Say why it is unknown whether the value meets the tests; None when it is known."""
        if self(value, context) is not None:
            return None
        scope = Run(context, self.functions, self.limits).root.child({"?": to_feel(value)})
        try:
            return explain_tests(self.source, self.tests, scope)
        except RecursionError as error:
            raise _too_deep(error) from error

    @property
    def names(self) -> frozenset[str]:
        """The variables the tests need; ? is the tested value."""
        return super().names - {"?"}

    @property
    def is_any(self) -> bool:
        """Say whether every value meets the tests."""
        return not self.tests

    def _nodes(self) -> Iterable[Test]:
        return self.tests


def _cell_test(test: Test) -> TestClosure:
    """Build a test in which an expression about ? decides by itself.

    Source: DMN 1.5, section 7.3.3: a unary test that is an expression holds when it gives
    true with ? standing for the value, or when the value equals or lies in its result.
    """
    if test.operator is not None:
        return test_closure(test, build)
    free = FreeNames(frozenset())
    free.visit(test.operand, frozenset())
    operand = build(test.operand)
    if "?" in free.certain | free.possible:
        return lambda value, scope: operand(scope)

    def met(value: Value, scope: Scope) -> Value:
        result = operand(scope)
        if isinstance(result, bool) and value is not None and not isinstance(value, bool | list):
            return result
        return is_member(value, result, scope.run)

    return met


@lru_cache(256)
def functions_of(lent: _Lent) -> Functions:
    """Give the built-in functions with those of the host, which win."""
    return MappingProxyType({**BUILTINS, **host_functions(dict(lent))})


@lru_cache(_CACHED)
def _compile_expression(
    source: str, names: frozenset[str], lent: _Lent, limits: Limits
) -> Expression:
    functions = functions_of(lent)
    node = parse_expression(source, names.union(functions), limits)
    return Expression(source, node, functions, limits)


@lru_cache(_CACHED)
def _compile_tests(source: str, names: frozenset[str], lent: _Lent, limits: Limits) -> UnaryTests:
    functions = functions_of(lent)
    if source.strip() in ("", "-"):
        return UnaryTests(source, [], False, functions, limits)
    tests, negated = parse_tests(source, names.union(functions), limits)
    return UnaryTests(source, tests, negated, functions, limits)


def without_equals(source: str) -> str:
    """Drop the sign by which form-js and Zeebe mark an expression."""
    stripped = source.lstrip()
    return stripped[1:] if stripped.startswith("=") and not stripped.startswith("==") else source


def compile_expression(
    source: str,
    *,
    names: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Value]] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Expression:
    """Compile an expression; the same source is compiled once.

    `names` are the variables and entries whose names are no identifiers, such as
    "exam date"; others need not be listed. `functions` are lent by the host, by their names
    in FEEL: they receive FEEL's values. One sign "=" before the expression is dropped.

    Raises:
        FeelSyntaxError: The text is no expression.
    """
    lent = tuple((functions or {}).items())
    text = without_equals(source)
    try:
        return _compile_expression(text, frozenset(names), lent, limits)
    except FeelSyntaxError as error:
        if text == source:
            raise
        position = error.position + len(source) - len(text)
        raise FeelSyntaxError(error.message_zh, error.message_en, source, position) from None


def compile_unary_tests(
    source: str,
    *,
    names: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Value]] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> UnaryTests:
    """Compile the cell of a decision table; an empty cell and "-" hold for every value.

    Raises:
        FeelSyntaxError: The text is no unary test.
    """
    lent = tuple((functions or {}).items())
    return _compile_tests(source, frozenset(names), lent, limits)
