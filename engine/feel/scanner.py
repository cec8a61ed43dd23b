"""Reading the source piece by piece. FEEL needs no tokens: a name may hold spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.habits import habit_at
from engine.feel.limits import Limits

_START = r"[^\W\d]|[\U00010000-\U0010FFFF?\u200C\u200D]"
_PART = r"\w|[\U00010000-\U0010FFFF?\u200C\u200D\u0300-\u036F\u203F\u2040]"
IDENTIFIER = re.compile(rf"(?:{_START})(?:{_PART})*")
NAME_START = rf"(?:{_START})"
SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_FULL_WIDTH = dict(zip("（），。：；＝＜＞＋－＊／［］｛｝“”", '(),.:;=<>+-*/[]{}""', strict=True))


def is_identifier(name: str) -> bool:
    """Say whether the name can be read without being known."""
    return IDENTIFIER.fullmatch(name) is not None


@lru_cache(512)
def _known_names(names: frozenset[str]) -> tuple[frozenset[str], re.Pattern[str]]:
    """Give the first words of names that are no identifiers, and a pattern that finds them."""
    pieces = [
        r"\s+".join(re.escape(word) for word in name.split())
        for name in sorted(names, key=len, reverse=True)
    ]
    firsts = (IDENTIFIER.match(name) for name in names)
    words = frozenset(match[0] for match in firsts if match)
    return words, re.compile(f"(?:{'|'.join(pieces)})(?!\\w)")


def unescape(text: str) -> str:
    """Replace the escapes of a string literal."""
    if "\\" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else match[0]
        return _SIMPLE_ESCAPES.get(match[3], match[0])

    result = _ESCAPE.sub(replacement, text)
    if any(0xD800 <= ord(character) < 0xE000 for character in result):
        # Two \u escapes may be the halves of one character.
        result = result.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return result


class Scanner:
    """A position in a source, and the ways to move it."""

    def __init__(self, source: str, names: Iterable[str], limits: Limits) -> None:
        self.source = source
        self.position = 0
        self.limits = limits
        self._spaced = frozenset(name for name in names if not is_identifier(name) and name.strip())
        self._first_words, self._pattern = _known_names(self._spaced)
        if len(source) > limits.source_length:
            raise self.error(
                f"表达式超过 {limits.source_length} 个字符",
                f"an expression may have at most {limits.source_length} characters",
            )

    def error(self, message_zh: str, message_en: str) -> FeelSyntaxError:
        """Make the error for the present position.

        Where the source has what only another language has, it says what to write instead.
        """
        habit = habit_at(self.source, self.position)
        if habit is not None:
            position, message_zh, message_en = habit
            return FeelSyntaxError(message_zh, message_en, self.source, position)
        found = self.source[self.position : self.position + 1]
        if found in _FULL_WIDTH and found:
            hint = _FULL_WIDTH[found]
            message_zh += f"(这里是全角符号“{found}”，应为半角“{hint}”)"
            message_en += f" (found the full-width {found}, use {hint})"
        return FeelSyntaxError(message_zh, message_en, self.source, self.position)

    def learn(self, name: str) -> None:
        """Make a name that is no identifier readable from here on."""
        if not is_identifier(name) and name not in self._spaced:
            self._spaced |= {name}
            self._first_words, self._pattern = _known_names(self._spaced)

    def skip_space(self) -> None:
        """Move past blanks and comments."""
        match = SPACE.match(self.source, self.position)
        if match:
            self.position = match.end()

    def at(self, symbol: str) -> bool:
        """Say whether the symbol comes next."""
        self.skip_space()
        return self.source.startswith(symbol, self.position)

    def take(self, symbol: str) -> bool:
        """Move past the symbol if it comes next."""
        if self.at(symbol):
            self.position += len(symbol)
            return True
        return False

    def expect(self, symbol: str) -> None:
        """Move past the symbol; it must come next."""
        if not self.take(symbol):
            raise self.error(f"此处应为“{symbol}”", f"expected {symbol}")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move past blanks and then past the pattern, if it matches."""
        self.skip_space()
        match = pattern.match(self.source, self.position)
        if match:
            self.position = match.end()
        return match

    def word(self) -> str | None:
        """Look at the identifier that comes next."""
        self.skip_space()
        match = IDENTIFIER.match(self.source, self.position)
        return match[0] if match else None

    def take_word(self, word: str) -> bool:
        """Move past a keyword if it comes next."""
        if self.word() == word:
            self.position += len(word)
            return True
        return False

    def expect_word(self, word: str) -> None:
        """Move past a keyword; it must come next."""
        if not self.take_word(word):
            raise self.error(f"此处应为关键字 {word}", f"expected the keyword {word}")

    def known_name(self) -> str | None:
        """Look at a known name with spaces or signs, where it is longer than the identifier."""
        word = self.word()
        if word not in self._first_words:
            return None
        match = self._pattern.match(self.source, self.position)
        return match[0] if match and len(match[0]) > len(word or "") else None

    def take_name(self) -> str:
        """Move past a name: the longest known one, else an identifier."""
        found = self.known_name() or self.word()
        if found is None:
            raise self.error("此处应为名称", "expected a name")
        self.position += len(found)
        return " ".join(found.split())

    def take_string(self) -> str | None:
        """Move past a string literal if one comes next, and give its text."""
        match = self.match(STRING)
        return unescape(match[1]) if match else None

    def expect_end(self) -> None:
        """Require that nothing is left."""
        self.skip_space()
        if self.position < len(self.source):
            raise self.error("此处有多余的内容", "unexpected text")
