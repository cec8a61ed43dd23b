"""What can go wrong with an expression before and while it is evaluated."""

from __future__ import annotations


class FeelError(Exception):
    """An expression cannot be used."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_zh = message_zh
        self.message_en = message_en


class FeelSyntaxError(FeelError, ValueError):
    """The text is not a FEEL expression; says where, counting from 1."""

    def __init__(self, message_zh: str, message_en: str, source: str, position: int) -> None:
        super().__init__(message_zh, message_en)
        self.source = source
        self.position = position
        self.line = source.count("\n", 0, position) + 1
        self.column = position - (source.rfind("\n", 0, position) + 1) + 1

    def __str__(self) -> str:
        return f"{self.message_en} (line {self.line}, column {self.column})"


class FeelLimit(FeelError, RuntimeError):
    """The evaluation was stopped because it grew beyond a limit."""


class NotDefined(Exception):
    """A built-in function has no value for its arguments; its call is null."""
