"""Terms: the words that an organisation or an industry says instead of the product's.

A vocabulary is a definition like others: a batch keeps that of its bundle. What people entered and
papers already stored are data and stay as they are; so does everything inside 《》 and 「」, since
titles and names are quoted, and what the vocabulary itself says to keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from engine.errors import EngineError
from engine.findings import Finding

NAME = ("vocabulary", "vocabulary")
"""Kind and key: a scope has one such definition."""

MAX_ROWS, MAX_LENGTH = 200, 100
_CACHED_TEXTS = 4096
# Titles, also when cut off, and the expressions that form texts have between braces.
_QUOTED = r"《[^》]*(?:》|$)|「[^」]*(?:」|$)|\{\{.*?\}\}"
_COLUMNS = ("zh", "zh_as", "en", "en_as")


class InvalidTerms(EngineError):
    """The vocabulary cannot be read; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(one.message_en for one in findings))
        self.findings = findings


@dataclass(frozen=True)
class Terms:
    """What to say instead: pairs of old and new words in each language, and what stays."""

    zh: tuple[tuple[str, str], ...] = ()
    en: tuple[tuple[str, str], ...] = ()
    keep: tuple[str, ...] = ()
    _texts: dict[tuple[str, bool], str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def are_plain(self) -> bool:
        """Whether nothing is said otherwise."""
        return not (self.zh or self.en)

    def put(self, text: str, language: str = "zh-CN") -> str:
        """Say a text in these terms.

        The longest word wins, and what has been replaced is not looked at again. English words
        are replaced as whole words, and keep their capital.

        >>> Terms(zh=(("鉴定", "认定"),)).put("实施鉴定,见《职业技能鉴定规程》")
        '实施认定,见《职业技能鉴定规程》'
        >>> Terms(en=(("appraisal", "recognition"),)).put("Appraisal plan", "en")
        'Recognition plan'
        """
        chinese = language.startswith("zh")
        if not (self.zh if chinese else self.en) or not text:
            return text
        known = self._texts.get((text, chinese))
        if known is None:
            known = self._zh_put(text) if chinese else self._en_put(text)
            if len(self._texts) < _CACHED_TEXTS:
                self._texts[text, chinese] = known
        return known

    def _zh_put(self, text: str) -> str:
        instead = dict(self.zh)
        return self._zh_pattern.sub(lambda found: instead.get(found[0], found[0]), text)

    def _en_put(self, text: str) -> str:
        instead = {old.lower(): new for old, new in self.en}

        def say(found: re.Match[str]) -> str:
            new = instead.get(found[0].lower())
            return found[0] if new is None else _as_capital(found[0], new)

        return self._en_pattern.sub(say, text)

    @cached_property
    def _zh_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join([_QUOTED, *_longest(self.keep), *_longest(dict(self.zh))]))

    @cached_property
    def _en_pattern(self) -> re.Pattern[str]:
        words = [rf"\b{word}\b" for word in _longest(dict(self.en))]
        return re.compile("|".join([_QUOTED, *_longest(self.keep), *words]), re.IGNORECASE)


def _longest(words: Iterable[str]) -> list[str]:
    return [re.escape(word) for word in sorted(words, key=len, reverse=True)]


def _as_capital(old: str, new: str) -> str:
    if len(old) > 1 and old.isupper():
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new


PLAIN = Terms()


def parse_terms(content: bytes) -> Terms:
    """Read a vocabulary.

    Raises:
        InvalidTerms: Something stands against it.
    """
    findings = list(lint_terms(content))
    if findings:
        raise InvalidTerms(findings)
    read = orjson.loads(content)
    rows = read["terms"]
    return Terms(
        tuple((row["zh"], row["zh_as"]) for row in rows if row.get("zh")),
        tuple((row["en"], row["en_as"]) for row in rows if row.get("en")),
        tuple(read.get("keep", ())),
    )


def read_terms(content: bytes) -> Terms:
    """Read a published vocabulary; one from before they were checked may say nothing."""
    try:
        return parse_terms(content)
    except InvalidTerms:
        return PLAIN


def lint_terms(content: bytes) -> Iterator[Finding]:
    """Report what is wrong; `element_id` is the place as a JSON pointer."""
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        yield Finding("not_json", f"不是正确的 JSON:{error}", f"Not valid JSON: {error}")
        return
    terms, keep = (
        (read.get("terms"), read.get("keep", [])) if isinstance(read, dict) else (None, None)
    )
    if not isinstance(terms, list) or not isinstance(keep, list):
        yield _bad("", "用语表须有 terms 和 keep 两个列表", "A vocabulary has terms and keep")
        return
    yield from _lint_keep(keep)
    if len(terms) > MAX_ROWS:
        yield _bad("/terms", f"最多 {MAX_ROWS} 行", f"No more than {MAX_ROWS} rows")
        return
    seen: set[str] = set()
    for no, row in enumerate(terms):
        yield from _lint_row(f"/terms/{no}", row, seen)


def _lint_keep(keep: list[Any]) -> Iterator[Finding]:
    for no, one in enumerate(keep):
        if not isinstance(one, str) or not one.strip() or len(one) > MAX_LENGTH:
            yield _bad(f"/keep/{no}", *_length())


def _lint_row(place: str, row: Any, seen: set[str]) -> Iterator[Finding]:
    if not isinstance(row, dict) or not all(isinstance(row.get(one, ""), str) for one in _COLUMNS):
        yield _bad(place, "这一行的写法不对", "This row is not written as it should be")
        return
    if not (row.get("zh") or row.get("en")):
        yield _bad(f"{place}/zh", "请填写原来的词", "Please fill in the word to replace")
    for old, new in (("zh", "zh_as"), ("en", "en_as")):
        said, instead = row.get(old, ""), row.get(new, "")
        if bool(said.strip()) != bool(instead.strip()):
            missing = new if said.strip() else old
            yield _bad(f"{place}/{missing}", "两格都要填写", "Both cells are needed")
        for name, text in ((old, said), (new, instead)):
            if len(text) > MAX_LENGTH:
                yield _bad(f"{place}/{name}", *_length())
        if said and said.lower() in seen:
            yield _bad(f"{place}/{old}", f"“{said}”写了两次", f"“{said}” is there twice")
        seen.add(said.lower())


def _length() -> tuple[str, str]:
    return f"须是 1 至 {MAX_LENGTH} 个字符", f"It has 1 to {MAX_LENGTH} characters"


def _bad(place: str, zh: str, en: str) -> Finding:
    return Finding("bad_vocabulary", f"{zh}。", f"{en}.", element_id=place)


def check_terms(_: str, content: bytes) -> list[Finding]:
    """What stands against publishing a vocabulary."""
    return list(lint_terms(content))
