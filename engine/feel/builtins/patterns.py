"""Functions on regular expressions, each within a limit of time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import regex

from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelLimit, NotDefined
from engine.feel.scope import Run
from engine.feel.values import Value

_FLAGS = {"s": regex.S, "m": regex.M, "i": regex.I, "x": 0}
# XPath knows neither lookaround nor these escapes of other dialects.
_FOREIGN = re.compile(r"\(\?[^:]|\\[zZAbBGQEuUxk]")
_LITERAL_PARTS = re.compile(r"\\([\\$])|\$(\d+)|\\")
_BAD_REPLACEMENT = re.compile(r"\\|\$(?!\d)")
_CLASS_OR_SPACE = re.compile(r"(\\\S|\[(?:\\.|[^\]\\])*\])|\s+", re.DOTALL)
_REFERENCE_IN_CLASS = re.compile(r"\[(?:\\[^\d\]]|[^\]\\])*\\\d")
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{(\d+)(?:,\d*)?\}|.", re.DOTALL)
_MIN_SECONDS = 0.001


@lru_cache(512)
def _compile(pattern: str, flags: str) -> regex.Pattern[str]:
    """Translate an XPath pattern and its flags.

    Source: XQuery and XPath Functions 3.1, section 5.6, which DMN names for FEEL.
    """
    # With WORD the point leaves out carriage returns as well as line feeds.
    options = regex.V1 | regex.WORD
    for flag in flags:
        if flag == "q":
            pattern = regex.escape(pattern)
        elif flag in _FLAGS:
            options |= _FLAGS[flag]
        else:
            raise NotDefined
    if "q" not in flags:
        pattern = _translate(pattern, flags)
    try:
        return regex.compile(pattern, options)
    except (regex.error, RecursionError, OverflowError):
        raise NotDefined from None


def _translate(pattern: str, flags: str) -> str:
    if "x" in flags:
        # Blanks are for reading, except inside a character class.
        pattern = _CLASS_OR_SPACE.sub(lambda match: match[1] or "", pattern)
    pattern = pattern.replace("-[", "--[")
    pattern = pattern.replace(r"\i", r"[_:A-Za-z\p{L}]").replace(r"\c", r"[-._:A-Za-z0-9\p{L}]")
    pattern = re.sub(r"\\([pP])\{Is(\w+)\}", r"\\\1{In\2}", pattern)
    if _FOREIGN.search(pattern) or _REFERENCE_IN_CLASS.search(pattern):
        raise NotDefined
    return pattern if "m" in flags else re.sub(r"(?<!\\)\$$", r"\\Z", pattern)


@lru_cache(512)
def _size(pattern: str) -> int:
    """Count the pieces that a pattern is compiled to: (ab){100} are 200, as each is written out."""
    sizes = [0]
    last = 0
    for match in _PIECE.finditer(pattern):
        if match[0] == "(":
            sizes.append(0)
        elif match[0] == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif match[1]:
            times = max(int(match[1]), 1)
            sizes[-1] += last * (times - 1)
            last *= times
        else:
            last = 1
            sizes[-1] += 1
    return sum(sizes)


def _pattern(run: Run, pattern: str, flags: str | None) -> regex.Pattern[str]:
    if len(pattern) > run.limits.pattern_length:
        raise FeelLimit("正则表达式过长", "a regular expression is too long")
    # Blanks may be no part of the pattern, and may stand within a number of repetitions.
    if _size("".join(pattern.split())) > run.limits.pattern_size:
        raise FeelLimit("正则表达式重复次数过多", "a regular expression repeats too often")
    run.spend(len(pattern))
    return _compile(pattern, flags or "")


@contextmanager
def _timed(run: Run) -> Iterator[float]:
    """Give the seconds left for matching in this evaluation, and charge what is used."""
    if run.pattern_seconds <= 0:
        raise FeelLimit("正则表达式匹配时间过长", "regular expressions take too long")
    started = time.monotonic()
    try:
        yield max(run.pattern_seconds, _MIN_SECONDS)
    except TimeoutError:
        raise FeelLimit("正则表达式匹配时间过长", "a regular expression takes too long") from None
    finally:
        run.pattern_seconds -= time.monotonic() - started


@builtin("matches", "input: string, pattern: string, flags?: string?")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    """Say whether the pattern occurs in the text."""
    compiled = _pattern(run, pattern, flags)
    with _timed(run) as seconds:
        return compiled.search(text, timeout=seconds) is not None


@builtin("split", "string: string, delimiter: string")
def split(run: Run, text: str, delimiter: str) -> Value:
    """Cut the text wherever the pattern matches."""
    compiled = _pattern(run, delimiter, None)
    pieces: list[str] = []
    position = 0
    with _timed(run) as seconds:
        for match in compiled.finditer(text, timeout=seconds):
            run.spend()
            pieces.append(text[position : match.start()])
            position = match.end()
    return [*pieces, text[position:]]


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string?")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """Replace every match; $1 stands for the first group."""
    compiled = _pattern(run, pattern, flags)
    parts = [replacement] if "q" in (flags or "") else _parts(replacement, compiled.groups)
    pieces: list[str] = []
    length = position = 0
    with _timed(run) as seconds:
        if compiled.search("", timeout=seconds):
            return None
        for match in compiled.finditer(text, timeout=seconds):
            new = [part if isinstance(part, str) else match[part] or "" for part in parts]
            pieces += [text[position : match.start()], *new]
            length += sum(map(len, new)) + match.start() - position
            run.check_text(length)
            run.spend()
            position = match.end()
    return "".join([*pieces, text[position:]])


def _parts(replacement: str, groups: int) -> list[str | int]:
    """Split a replacement into texts and numbers of groups."""
    if _BAD_REPLACEMENT.search(re.sub(r"\\[\\$]", "", replacement)):
        raise NotDefined
    parts: list[str | int] = []
    position = 0
    for match in _LITERAL_PARTS.finditer(replacement):
        parts.append(replacement[position : match.start()])
        if match[1]:
            parts.append(match[1])
        elif match[2] and int(match[2]) <= groups:
            parts.append(int(match[2]))
        position = match.end()
    return [*parts, replacement[position:]]
