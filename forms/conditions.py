"""When a component is hidden: a FEEL expression, and where it is simple also a CSS selector.

form-js hides a component when `conditional.hide` is true. Here the server decides, for every
answer. So that the page follows without any script, conditions built of comparisons between a
choice and a literal are also written as a `:has()` selector; others follow when the form is
drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


class Expression(Protocol):
    """A compiled FEEL expression."""

    def __call__(self, context: Mapping[str, object], /) -> object:
        """Evaluate it; what cannot be computed is null.

        Raises:
            RuntimeError: It went over its limits of steps or size.
        """
        ...


CompileExpression = Callable[[str], Expression]


def evaluate(expression: Expression, scope: Mapping[str, object]) -> object:
    """Evaluate an expression; one that goes over its limits is null too."""
    try:
        return expression(scope)
    except RuntimeError:
        return None


_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<op>!=|=|\(|\))|(?P<word>[^\W\d]\w*)|(?P<bad>\S))'
)
_SAFE_VALUE = re.compile(r"[\w.\-/ ]{1,100}")


@dataclass(frozen=True)
class Condition:
    """A compiled condition with its source, the words in it, and what its `or` joins."""

    source: str
    expression: Expression
    words: frozenset[str]
    parts: tuple[Condition, ...] = ()

    def holds(self, scope: Mapping[str, object]) -> bool:
        """Tell whether it is true; null and everything else count as false."""
        return evaluate(self.expression, scope) is True


def compile_condition(source: str, compile_expression: CompileExpression) -> Condition:
    """Compile the text of `conditional.hide`, with or without its leading equals sign."""
    text = source.strip().removeprefix("=").strip()
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', " ", text)
    alternatives = _alternatives(text)
    return Condition(
        text,
        compile_expression(text),
        frozenset(re.findall(r"[^\W\d]\w*", bare)),
        tuple(compile_condition(one, compile_expression) for one in alternatives)
        if len(alternatives) > 1
        else (),
    )


def _alternatives(text: str) -> list[str]:
    """Split a condition at the `or`s that stand in no brackets, unless it begins otherwise."""
    depth, start, found = 0, 0, []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[()\[\]{}]|[^\W\d]\w*', text):
        word = token.group()
        depth += (word in "([{") - (word in ")]}") if len(word) == 1 else 0
        if word in ("if", "for", "some", "every", "function", "between") and depth == 0:
            return [text]
        if word == "or" and depth == 0:
            found.append(text[start : token.start()])
            start = token.end()
    return [*found, text[start:]]


@dataclass(frozen=True)
class Selectable:
    """A choice (with its values) or a checkbox (with none) that CSS can see.

    `guard` is the selector that holds while it is itself visible.
    """

    values: Collection[object] = ()
    guard: str = ""


class NotSelectable(Exception):
    """The condition cannot be said in CSS."""


class _SelectorParser:
    """Read `a = "x" or not(b = true) and …` and write it as a selector on the form's element."""

    def __init__(self, source: str, selectable: Mapping[str, Selectable]) -> None:
        self._tokens = list(_TOKEN.finditer(source))
        self._at = 0
        self._selectable = selectable

    def selector(self) -> str:
        """Translate the whole condition."""
        found = self._either()
        if self._at != len(self._tokens):
            raise NotSelectable
        return found

    def _peek(self) -> str:
        return self._tokens[self._at].group().strip() if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        found = self._peek()
        self._at += 1
        return found

    def _either(self) -> str:
        parts = [self._both()]
        while self._peek() == "or":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else f":is({','.join(parts)})"

    def _both(self) -> str:
        parts = [self._single()]
        while self._peek() == "and":
            self._take()
            parts.append(self._single())
        return "".join(parts)

    def _single(self) -> str:
        part = self._take()
        if part == "not" and self._peek() == "(":
            return f":not({self._single()})"
        if part == "(":
            inner = self._either()
            if self._take() != ")":
                raise NotSelectable
            return inner
        return self._comparison(part)

    def _comparison(self, key: str) -> str:
        if key not in self._selectable:
            raise NotSelectable
        if self._peek() not in ("=", "!="):
            return self._chosen(self._selectable[key], key, "true")
        operator, literal = self._take(), self._take()
        chosen = self._chosen(self._selectable[key], key, literal)
        return chosen if operator == "=" else f":not({chosen})"

    def _chosen(self, part: Selectable, key: str, literal: str) -> str:
        if literal in ("true", "false") and not part.values:
            ticked = f':has([data-k="{key}"]:checked){part.guard}'
            return ticked if literal == "true" else f":not({ticked})"
        if literal == "null" and part.values:
            given = f'[data-k="{key}"]:checked,[data-k="{key}"]>option:checked:not([value=""])'
            return f":not(:has({given}){part.guard})"
        value = literal[1:-1]
        known = literal.startswith('"') and value in part.values
        if not known or not _SAFE_VALUE.fullmatch(value):
            raise NotSelectable
        return (
            f':has([data-k="{key}"][value="{value}"]:checked,'
            f'[data-k="{key}"]>option[value="{value}"]:checked){part.guard}'
        )


def selector_of(
    condition: Condition,
    selectable: Mapping[str, Selectable],
    keys: Collection[str] = (),
    scope: Mapping[str, object] | None = None,
) -> str | None:
    """Write a condition as a CSS selector for the element around the fields, or give None.

    `selectable` holds, by key, what lies within that element. What reads none of `keys`, the
    fields of the form, is settled now, in the scope: an empty selector always hides.
    """
    if not condition.words & set(keys) and scope is not None:
        return "" if condition.holds(scope) else NEVER
    try:
        return _SelectorParser(condition.source, selectable).selector()
    except NotSelectable:
        pass
    found = [selector_of(part, selectable, keys, scope) for part in condition.parts]
    if not found or None in found:
        return None
    told = [selector for selector in found if selector is not None and selector != NEVER]
    if "" in told:
        return ""
    return f":is({','.join(told)})" if told else NEVER


NEVER = ":not(*)"
"""A selector that matches nothing."""
