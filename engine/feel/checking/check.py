"""The check of a source against the names that are known where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.feel.analysis import FreeNames
from engine.feel.checking.findings import Finding
from engine.feel.checking.inference import Inference
from engine.feel.checking.known import ANYTHING, Known, names_in
from engine.feel.checking.names import Names
from engine.feel.checking.notes import Notes
from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import functions_of, without_equals
from engine.feel.kinds import KINDS_ZH, name_kinds
from engine.feel.limits import DEFAULT_LIMITS
from engine.feel.nodes import Node, Test
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.values import Value

_NO_FUNCTIONS: Mapping[str, Callable[..., Value]] = MappingProxyType({})


def check_expression(
    source: str,
    known: Mapping[str, Known],
    *,
    functions: Mapping[str, Callable[..., Value]] = _NO_FUNCTIONS,
    complete: bool = True,
    expects: str | None = None,
) -> list[Finding]:
    """Find what is wrong with an expression, in the order of the source.

    `known` are the names that can be used, with what is known of each; unless they are
    `complete`, other names are taken for variables that nothing is known of. `functions` are
    those of the host. `expects` is the kind the value must be of, such as "boolean" for the
    condition of a flow. A source that cannot be parsed gives the one finding "syntax".
    """
    text = without_equals(source)
    notes = Notes(source, len(source) - len(text))
    every = functions_of(tuple(functions.items()))
    try:
        node = parse_expression(text, every.keys() | names_in(known), DEFAULT_LIMITS)
    except FeelSyntaxError as error:
        return [_syntax(notes, error)]
    value = Inference(notes, every).infer(node, Names(known, complete=complete))
    if expects is not None:
        _expect(notes, node, value, expects)
    return _ordered(notes)


def known_of_expression(
    source: str,
    known: Mapping[str, Known],
    *,
    functions: Mapping[str, Callable[..., Value]] = _NO_FUNCTIONS,
) -> Known:
    """Tell what is known of the value an expression gives; nothing if it cannot be parsed."""
    text = without_equals(source)
    every = functions_of(tuple(functions.items()))
    try:
        node = parse_expression(text, every.keys() | names_in(known), DEFAULT_LIMITS)
    except FeelSyntaxError:
        return ANYTHING
    return Inference(Notes(source, 0), every).infer(node, Names(known, complete=False))


def check_unary_tests(
    source: str,
    known: Mapping[str, Known],
    *,
    tested: Known = ANYTHING,
    functions: Mapping[str, Callable[..., Value]] = _NO_FUNCTIONS,
    complete: bool = True,
) -> list[Finding]:
    """Find what is wrong with the cell of a decision table whose input is `tested`."""
    if source.strip() in ("", "-"):
        return []
    notes = Notes(source, 0)
    every = functions_of(tuple(functions.items()))
    try:
        tests, _ = parse_tests(source, every.keys() | names_in(known), DEFAULT_LIMITS)
    except FeelSyntaxError as error:
        return [_syntax(notes, error)]
    inference = Inference(notes, every)
    names = Names(known, complete=complete).within({"?": tested})
    for test in tests:
        if _decides_alone(test):
            inference.condition(test.operand, names)
        else:
            inference.tested(test, tested, names, in_cell=True)
    return _ordered(notes)


def _decides_alone(test: Test) -> bool:
    """Say whether a test is an expression about ? rather than a value to be met."""
    free = FreeNames(frozenset())
    free.visit(test.operand, frozenset())
    return test.operator is None and "?" in free.certain | free.possible


def _expect(notes: Notes, node: Node, value: Known, expects: str) -> None:
    if value.kinds is None or value.may_be(expects, "null"):
        return
    kind_zh, kind = name_kinds(value.kinds)
    code = "never_boolean" if expects == "boolean" else "wrong_result"
    words = {"wanted": expects, "wanted_zh": KINDS_ZH[expects]}
    notes.report(node, code, kind=kind, kind_zh=kind_zh, **words)


def _syntax(notes: Notes, error: FeelSyntaxError) -> Finding:
    position = error.position + notes.shift
    return Finding(
        code="syntax",
        line=notes.source.count("\n", 0, position) + 1,
        column=position - notes.source.rfind("\n", 0, position),
        source=notes.source[position:].partition("\n")[0].strip(),
        message_zh=error.message_zh,
        message_en=error.message_en,
    )


def _ordered(notes: Notes) -> list[Finding]:
    return sorted(notes.findings, key=lambda one: (one.line, one.column))
