"""Turn expressions of other engines into FEEL where that is plainly the same."""

from __future__ import annotations

import re

from engine.feel import FeelError, compile_expression

_WRAPPED = re.compile(r"\s*[$#]\{(?P<inside>[^{}]*)\}\s*", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"[^"\\]*"|'[^'\\"]*')
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_\u4e00-\u9fff][\w]*(?:\.[A-Za-z_\u4e00-\u9fff]\w*)*)
    | (?P<operator>===|!==|==|!=|<=|>=|&&|\|\||[<>!()+\-*/\[\],])
    )""",
    re.VERBOSE,
)
_OPERATORS = {
    "==": "=", "===": "=", "!==": "!=", "&&": "and", "||": "or",
    "eq": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
}  # fmt: skip
_WORDS = {"and": "and", "or": "or", "true": "true", "false": "false", "null": "null", "div": "/"}
_REFUSED = frozenset({"mod", "instanceof", "empty", "new", "return", "function"})
_FOREIGN_ROOTS = frozenset(
    {"execution", "task", "caseExecution", "authenticatedUserId", "loopCounter"}
)
_LONGEST = 2000


def is_foreign(text: str) -> bool:
    """Tell whether an expression is written as JUEL or the like: `${…}` or `#{…}`."""
    return "${" in text or "#{" in text


def to_feel(text: str) -> str | None:
    """Translate `${a == 'b' && c}`; None where the meaning may differ or is code.

    Calls of methods and functions, `mod`, `empty` and the conditional operator are never
    translated. What comes out compiles as FEEL.
    """
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is None or len(text) > _LONGEST:
        return None
    translated = _translated(wrapped["inside"])
    if translated is None:
        return None
    try:
        compile_expression(translated)
    except FeelError:
        return None
    return translated


def _translated(inside: str) -> str | None:
    parts: list[str] = []
    place, negated = 0, False
    while place < len(inside.rstrip()):
        match = _TOKEN.match(inside, place)
        if match is None:
            return None
        place = match.end()
        part = _part(match, parts, inside[place:])
        if part is None:
            return None
        if part == "not" and negated:
            return None
        negated = part == "not"
        parts.append(part)
    return _joined(parts) if parts else None


def _part(match: re.Match[str], before: list[str], rest: str) -> str | None:
    kind, word = str(match.lastgroup), str(match[match.lastgroup or 0])
    if kind == "string":
        return f'"{word[1:-1]}"'
    if kind == "number":
        return word
    if kind == "name":
        called = rest.lstrip().startswith("(")
        if word in _OPERATORS or word in _WORDS:
            return _OPERATORS.get(word) or _WORDS[word]
        refused = called or word in _REFUSED or word.split(".")[0] in _FOREIGN_ROOTS
        return None if refused or word == "not" else word
    if word == "!":
        return _negation(rest)
    # An index counts from 0 there and from 1 here.
    return None if word in "[]," else _OPERATORS.get(word, word)


def _negation(rest: str) -> str | None:
    """`!x` and `!(…)` become `not(…)`; the name after it is put in brackets by `_joined`."""
    following = _TOKEN.match(rest)
    if following is None:
        return None
    return "not" if following.lastgroup == "name" or following["operator"] == "(" else None


def _joined(parts: list[str]) -> str:
    text = ""
    bracket = False
    for part in parts:
        if bracket and part != "(":
            text += f"({part})"
        elif part == "(" and text.endswith("not"):
            text += "("
        else:
            tight = not text or text.endswith("(") or part == ")"
            text += part if tight else f" {part}"
        bracket = part == "not"
    return text
