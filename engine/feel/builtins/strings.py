"""Functions on strings."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.builtins.arguments import texts
from engine.feel.builtins.registry import builtin
from engine.feel.scope import Run
from engine.feel.values import Value


@builtin("substring", "string: string, start position: number, length?: number?")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> Value:
    """Cut out a part; positions count from 1, or from -1 backwards."""
    position = int(start)
    if position == 0 or abs(position) > len(text):
        return None
    first = position - 1 if position > 0 else len(text) + position
    if length is None:
        return text[first:]
    return text[first : first + int(length)] if int(length) >= 1 else None


@builtin("string length", "string: string")
def string_length(run: Run, text: str) -> Value:
    """Count the characters."""
    return len(text)


@builtin("upper case", "string: string")
def upper_case(run: Run, text: str) -> Value:
    """Write in capitals."""
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(run: Run, text: str) -> Value:
    """Write in small letters."""
    return text.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Run, text: str, match: str) -> Value:
    """Give what stands before the first match; empty without one."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Run, text: str, match: str) -> Value:
    """Give what stands after the first match; empty without one."""
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string, match: string")
def contains(run: Run, text: str, match: str) -> Value:
    """Say whether the match occurs."""
    return match in text


@builtin("starts with", "string: string, match: string")
def starts_with(run: Run, text: str, match: str) -> Value:
    """Say whether the text begins so."""
    return text.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(run: Run, text: str, match: str) -> Value:
    """Say whether the text ends so."""
    return text.endswith(match)


@builtin("string join", "list: list, delimiter?: string?, prefix?: string?, suffix?: string?")
def string_join(
    run: Run,
    values: list[Value],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> Value:
    """Join strings, leaving out null."""
    pieces = texts(values)
    between = delimiter or ""
    run.check_text(sum(map(len, pieces)) + len(between) * len(pieces))
    return (prefix or "") + between.join(pieces) + (suffix or "")
