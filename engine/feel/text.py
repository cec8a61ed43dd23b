"""Writing values as text, as the function string() does."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel.limits import Budget
from engine.feel.numbers import number_text
from engine.feel.temporal import Temporal
from engine.feel.values import Function, Range, Value

_PLAIN_KEY = re.compile(r"[^\W\d][\w ]*")


class _Writer:
    """Collects pieces of text and stops before they grow beyond the limit."""

    def __init__(self, budget: Budget) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.budget = budget

    def put(self, piece: str) -> None:
        self.length += len(piece)
        self.budget.spend()
        if self.length > self.budget.limits.text_length:
            self.budget.check_text(self.length)
        self.pieces.append(piece)

    def literal(self, value: Value) -> None:
        """Write a value as it stands inside a list or a context."""
        if value is None:
            self.put("null")
        elif isinstance(value, str):
            self.put(quoted(value))
        elif isinstance(value, Temporal):
            self.put(f'@"{value}"')
        else:
            self.plain(value)

    def plain(self, value: Value) -> None:
        """Write a value as it stands alone."""
        if isinstance(value, list):
            self.items(value)
        elif isinstance(value, dict):
            self.entries(value)
        elif isinstance(value, Range):
            self.span(value)
        else:
            self.put(_scalar_text(value))

    def items(self, values: list[Value]) -> None:
        self.put("[")
        for position, value in enumerate(values):
            if position:
                self.put(", ")
            self.literal(value)
        self.put("]")

    def entries(self, values: dict[str, Value]) -> None:
        self.put("{")
        for position, (name, value) in enumerate(values.items()):
            key = name if _PLAIN_KEY.fullmatch(name) else quoted(name)
            self.put(f"{', ' if position else ''}{key}: ")
            self.literal(value)
        self.put("}")

    def span(self, value: Range) -> None:
        self.put("[" if value.start_included else "(")
        self.literal(value.start)
        self.put("..")
        self.literal(value.end)
        self.put("]" if value.end_included else ")")


def _scalar_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    return "function" if isinstance(value, Function) else str(value)


def quoted(text: str) -> str:
    """Write a string literal that reads back as the same text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped + '"'


def to_text(value: Value, budget: Budget) -> str | None:
    """Write a value; a string stays itself and null stays null."""
    if value is None or isinstance(value, str):
        return value
    writer = _Writer(budget)
    writer.plain(value)
    return "".join(writer.pieces)
