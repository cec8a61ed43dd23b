"""Reading operands: literals, lists, contexts, ranges and functions."""

from __future__ import annotations

import re

from engine.feel.nodes import (
    ComparisonRange,
    ContextLiteral,
    FunctionLiteral,
    ListLiteral,
    Literal,
    Name,
    Node,
    RangeLiteral,
)
from engine.feel.numbers import DECIMALS
from engine.feel.scanner import NAME_START
from engine.feel.temporal_text import parse_temporal
from engine.feel.type_parser import TypeParser
from engine.feel.types import Type

COMPARISON = re.compile(r"!=|<=|>=|=|<|>")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Neither may take more than linear time, whatever the source.
_KEY = re.compile(rf'({NAME_START}[^:{{}}\[\]",]*+)(?=:)')
_PARAMETER = re.compile(rf"({NAME_START}[^:,()]*+)(?=[:,)])")
_CONSTANTS = {"true": True, "false": False, "null": None}
_RESERVED = frozenset(
    [
        "then",
        "else",
        "in",
        "return",
        "satisfies",
        "and",
        "or",
        "between",
        "instance",
        "of",
        "external",
    ]
)
ADDITIVE = 40


class PrimaryParser(TypeParser):
    """The part of the grammar that reads operands."""

    # Inside the upper bound of a range a bracket closes the range, as in [1..10[.
    brackets_filter = True

    def expression(self, power: int = 0) -> Node:
        """Read an expression whose operators bind at least so strongly."""
        raise NotImplementedError

    def control(self, word: str) -> Node | None:
        """Read what begins with if, for, some or every."""
        raise NotImplementedError

    def primary(self) -> Node:
        """Read one operand without what follows it."""
        self.skip_space()
        start = self.position
        opening = self.source[start : start + 1]
        if opening == '"':
            return self._string(start)
        if opening in ("(", "[", "]", "{"):
            return self._bracketed(opening, start)
        if opening == "@":
            return self._temporal(start)
        number = self.match(_NUMBER)
        if number:
            return self._number(number[0], start)
        return self._named(start)

    def _string(self, start: int) -> Literal:
        text = self.take_string()
        if text is None:
            raise self.error("字符串没有结束的引号", "the string does not end")
        return Literal(start, self.position, text)

    def _number(self, digits: str, start: int) -> Literal:
        try:
            return Literal(start, self.position, DECIMALS.create_decimal(digits))
        except ArithmeticError:
            raise self.error("数字超出范围", "the number is out of range") from None

    def _temporal(self, start: int) -> Literal:
        self.position += 1
        text = self.take_string()
        if text is None:
            raise self.error("@ 之后应为字符串", "expected a string after @")
        # FEEL gives null for a text that is no date; it is no syntax error.
        return Literal(start, self.position, parse_temporal(text))

    def _named(self, start: int) -> Node:
        word = self.word()
        if word is not None and self.known_name() is None:
            if word in _CONSTANTS:
                self.position += len(word)
                return Literal(start, self.position, _CONSTANTS[word])
            if word == "function":
                self.position += len(word)
                return self._function(start)
            controlled = self.control(word)
            if controlled is not None:
                return controlled
            if word in _RESERVED:
                raise self.error(f"关键字 {word} 不能用在此处", f"unexpected keyword {word}")
        if word is None:
            raise self.error("此处应为一个值", "expected a value")
        name = self.take_name()
        return Name(start, self.position, name)

    def _bracketed(self, opening: str, start: int) -> Node:
        self.position += 1
        filters, self.brackets_filter = self.brackets_filter, True
        try:
            if opening == "(":
                return self._parenthesis(start)
            if opening == "[":
                return self._list(start)
            if opening == "{":
                return self._context(start)
            return self._open_range(start)
        finally:
            self.brackets_filter = filters

    def _parenthesis(self, start: int) -> Node:
        operator = self.match(COMPARISON)
        if operator:
            bound = self.expression(ADDITIVE)
            self.expect(")")
            return ComparisonRange(start, self.position, operator[0], bound)
        inner = self.expression()
        if self.take(".."):
            return self.range_end(inner, start, low_included=False)
        self.expect(")")
        return inner

    def _open_range(self, start: int) -> Node:
        low = self.expression()
        self.expect("..")
        return self.range_end(low, start, low_included=False)

    def range_end(self, low: Node, start: int, *, low_included: bool) -> RangeLiteral:
        """Read the upper bound and the bracket that closes a range."""
        filters, self.brackets_filter = self.brackets_filter, False
        high = self.expression()
        self.brackets_filter = filters
        self.skip_space()
        closing = self.source[self.position : self.position + 1]
        if closing not in ("]", ")", "["):
            raise self.error("区间没有结束的括号", "the range does not end")
        self.position += 1
        return RangeLiteral(start, self.position, low, high, low_included, closing == "]")

    def _list(self, start: int) -> Node:
        if self.take("]"):
            return ListLiteral(start, self.position, [])
        items = [self.expression()]
        if self.take(".."):
            return self.range_end(items[0], start, low_included=True)
        while self.take(","):
            items.append(self.expression())
        self.expect("]")
        return ListLiteral(start, self.position, items)

    def _context(self, start: int) -> Node:
        entries: list[tuple[str, Node]] = []
        seen: set[str] = set()
        while not self.take("}"):
            if entries:
                self.expect(",")
            self.skip_space()
            place = self.position
            key = self._key()
            if key in seen:
                self.position = place
                raise self.error(f"条目 {key} 重复", f"the entry {key} appears twice")
            seen.add(key)
            entries.append((key, self.expression()))
            self.learn(key)
        return ContextLiteral(start, self.position, entries)

    def _key(self) -> str:
        key = self.take_string()
        if key is None:
            match = self.match(_KEY)
            if match is None:
                raise self.error("此处应为条目名称", "expected the name of an entry")
            key = " ".join(match[1].split())
        self.expect(":")
        return key

    def _function(self, start: int) -> Node:
        self.expect("(")
        parameters: list[str] = []
        types: list[Type | None] = []
        while not self.take(")"):
            if parameters:
                self.expect(",")
            match = self.match(_PARAMETER)
            if match is None:
                raise self.error("此处应为参数名称", "expected the name of a parameter")
            parameters.append(" ".join(match[1].split()))
            self.learn(parameters[-1])
            types.append(self.type() if self.take(":") else None)
        external = self.take_word("external")
        body = self.expression()
        return FunctionLiteral(start, self.position, parameters, types, None if external else body)
