"""A Pratt parser: operators by how strongly they bind, written by hand for exact messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from engine.feel.limits import DEFAULT_LIMITS, Limits
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Filter,
    For,
    If,
    InstanceOf,
    Iterator,
    Logic,
    Membership,
    Negation,
    Node,
    Path,
    Quantified,
    RangeLiteral,
    Test,
)
from engine.feel.primary_parser import ADDITIVE, COMPARISON, PrimaryParser
from engine.feel.scanner import NAME_START
from engine.feel.types import Type

_INFIX = re.compile(r"\*\*|!=|<=|>=|[=<>+\-*/]|(?:and|or|between|in|instance)(?![\w?\u200C\u200D])")
_POWERS = {"or": 10, "and": 20, "+": ADDITIVE, "-": ADDITIVE, "*": 50, "/": 50, "**": 60}
_COMPARING = 30
# None of these may take more than linear time, whatever the source.
_IN_NAME = r'[^\s,()\[\]{}":]'
_ARGUMENT = re.compile(rf"\s*({NAME_START}[\w\s?'\-+*/.]*+):(?!:)")
# A group is never repeated possessively: CPython before 3.11.5, Debian 12's among them, matches
# those wrongly (python/cpython#100061).
_ITERATOR = re.compile(rf"({NAME_START}{_IN_NAME}*+(?:\s++(?!in(?!\w)){_IN_NAME}++)*)\s++in(?!\w)")
_PROPERTY = re.compile(r"(start\s+included|end\s+included|time\s+offset)(?!\w)")
_NOT = re.compile(r"not\s*\(")


class Parser(PrimaryParser):
    """The whole grammar."""

    def expression(self, power: int = 0) -> Node:
        """Read an expression whose operators bind at least so strongly."""
        self.nest()
        depth = self.depth
        self.skip_space()
        start = self.position
        left = self._operand()
        while True:
            self.skip_space()
            match = _INFIX.match(self.source, self.position)
            if match is None:
                break
            operator = match[0]
            binding = _POWERS.get(operator, _COMPARING)
            if binding < power:
                break
            self.position = match.end()
            if binding == _COMPARING:
                # Each further comparison holds the one before it.
                self.nest()
            left = self._infix(operator, binding, left, start)
        self.depth = depth - 1
        return left

    def _infix(self, operator: str, binding: int, left: Node, start: int) -> Node:
        if operator in ("and", "or"):
            return self._logic(operator, binding, left, start)
        if binding != _COMPARING:
            return self._arithmetic(operator, binding, left, start)
        if operator == "between":
            low = self.expression(ADDITIVE)
            self.expect_word("and")
            high = self.expression(ADDITIVE)
            return Between(start, self.position, left, low, high)
        if operator == "in":
            return self._membership(left, start)
        if operator == "instance":
            self.expect_word("of")
            wanted = self.type()
            return InstanceOf(start, self.position, left, wanted)
        right = self.expression(ADDITIVE)
        return Comparison(start, self.position, operator, left, right)

    def _logic(self, operator: str, binding: int, left: Node, start: int) -> Logic:
        right = self.expression(binding + 1)
        if isinstance(left, Logic) and left.operator == operator:
            # A long chain is one node: it must not nest as deeply as it is long.
            left.operands.append(right)
            left.end = self.position
            return left
        return Logic(start, self.position, operator, [left, right])

    def _arithmetic(self, operator: str, binding: int, left: Node, start: int) -> Arithmetic:
        right = self.expression(binding + 1)
        if isinstance(left, Arithmetic) and _POWERS[left.rest[0][0]] == binding:
            left.rest.append((operator, right))
            left.end = self.position
            return left
        return Arithmetic(start, self.position, left, [(operator, right)])

    def _membership(self, value: Node, start: int) -> Membership:
        tests: list[Test] = []
        self.skip_space()
        opening = self.position
        if not self.take("("):
            tests.append(self.test(ADDITIVE))
            return Membership(start, self.position, value, tests)
        filters, self.brackets_filter = self.brackets_filter, True
        tests.append(self.test())
        if tests[0].operator is None and self.take(".."):
            span = self.range_end(tests[0].operand, opening, low_included=False)
            tests = [Test(opening, self.position, None, span)]
        else:
            while self.take(","):
                tests.append(self.test())
            self.expect(")")
        self.brackets_filter = filters
        return Membership(start, self.position, value, tests)

    def test(self, power: int = 0) -> Test:
        """Read one unary test."""
        self.skip_space()
        start = self.position
        operator = self.match(COMPARISON)
        if operator:
            operand = self.expression(ADDITIVE)
            return Test(start, self.position, operator[0], operand)
        operand = self.expression(power)
        return Test(start, self.position, None, operand)

    def unary_tests(self) -> tuple[list[Test], bool]:
        """Read the tests of a decision table's cell, and whether they are negated."""
        if self.match(_NOT):
            tests = self._tests()
            if self.take(")") and self._ended():
                return tests, True
            # It was no negated list but a call, as in `not(a) and b`.
            self.position = 0
        tests = self._tests()
        if self.word() in ("and", "or") and tests[-1].operator is not None:
            raise self.error(
                "单元格里的条件写作 ? > 5 and ? < 9，或写成区间 (5..9)",
                "write ? > 5 and ? < 9 in a cell, or a range such as (5..9)",
            )
        self.expect_end()
        return tests, False

    def _tests(self) -> list[Test]:
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        return tests

    def _ended(self) -> bool:
        self.skip_space()
        return self.position == len(self.source)

    def _operand(self) -> Node:
        self.skip_space()
        start = self.position
        signs = 0
        while self.take("-"):
            signs += 1
        operand = self._postfix()
        return Negation(start, self.position, operand) if signs % 2 else operand

    def _postfix(self) -> Node:
        self.skip_space()
        start = self.position
        node = self.primary()
        depth = self.depth
        while True:
            following = self._follow(node, start)
            if following is None:
                break
            self.nest()
            node = following
        self.depth = depth
        return node

    def _follow(self, node: Node, start: int) -> Node | None:
        """Read a path, filter or call after a node, if one follows."""
        self.skip_space()
        mark = self.source[self.position : self.position + 1]
        if mark == "." and not self.at(".."):
            self.position += 1
            spaced = self.match(_PROPERTY)
            name = " ".join(spaced[1].split()) if spaced else self.take_name()
            return Path(start, self.position, node, name)
        if mark == "[" and self.brackets_filter:
            self.position += 1
            condition = self.expression()
            self.expect("]")
            return Filter(start, self.position, node, condition)
        if mark == "(" and not isinstance(node, RangeLiteral):
            self.position += 1
            return self._call(node, start)
        return None

    def _call(self, callee: Node, start: int) -> Call:
        filters, self.brackets_filter = self.brackets_filter, True
        named = _ARGUMENT.match(self.source, self.position) is not None
        names: list[str] = []
        arguments: list[Node] = []
        while not self.take(")"):
            if arguments:
                self.expect(",")
            if named:
                names.append(self._argument_name())
            arguments.append(self.expression())
        self.brackets_filter = filters
        return Call(start, self.position, callee, arguments, names if named else None)

    def _argument_name(self) -> str:
        match = self.match(_ARGUMENT)
        if match is None:
            raise self.error("此处应为参数名称和冒号", "expected the name of a parameter")
        return " ".join(match[1].split())

    def control(self, word: str) -> Node | None:
        """Read what begins with if, for, some or every."""
        start = self.position
        if word == "if":
            return self._if(start)
        if word not in ("for", "some", "every"):
            return None
        self.position += len(word)
        iterators = self._iterators()
        self.expect_word("return" if word == "for" else "satisfies")
        body = self.expression()
        if word == "for":
            return For(start, self.position, iterators, body)
        return Quantified(start, self.position, word == "every", iterators, body)

    def _if(self, start: int) -> If:
        self.position += len("if")
        condition = self.expression()
        self.expect_word("then")
        then = self.expression()
        self.expect_word("else")
        otherwise = self.expression()
        return If(start, self.position, condition, then, otherwise)

    def _iterators(self) -> list[Iterator]:
        iterators: list[Iterator] = []
        while not iterators or self.take(","):
            match = self.match(_ITERATOR)
            if match is None:
                raise self.error("此处应为“名称 in 列表”", "expected: name in list")
            name = " ".join(match[1].split())
            self.learn(name)
            source = self.expression()
            last = self.expression() if self.take("..") else None
            iterators.append(Iterator(name, source, last))
        return iterators


def parse_expression(
    source: str,
    names: Iterable[str],
    limits: Limits = DEFAULT_LIMITS,
    types: Mapping[str, Type] = MappingProxyType({}),
) -> Node:
    """Parse a whole expression; `names` are those that are no identifiers.

    `types` are those that the expression may name beside FEEL's own.
    """
    parser = Parser(source, names, limits)
    parser.types = types
    try:
        node = parser.expression()
        parser.expect_end()
    except RecursionError:
        raise parser.error("表达式嵌套过深", "the expression is nested too deeply") from None
    return node


def parse_tests(
    source: str, names: Iterable[str], limits: Limits = DEFAULT_LIMITS
) -> tuple[list[Test], bool]:
    """Parse unary tests; gives them and whether they are negated."""
    parser = Parser(source, names, limits)
    try:
        return parser.unary_tests()
    except RecursionError:
        raise parser.error("表达式嵌套过深", "the expression is nested too deeply") from None
