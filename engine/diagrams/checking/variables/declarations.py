"""Variables as a designer or a service task declares them: names with what they hold.

    session_id: number, outcome: passed | failed, remark: text, subjects: list, anything

A name without a kind may hold anything; `a | b` lists the only texts that it may be. What may be
left out has a question mark behind its name: `reason?: text`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from engine.feel.checking import (
    ANYTHING,
    BOOLEAN,
    DATE,
    DATE_TIME,
    NUMBER,
    STRING,
    Known,
    list_of,
    of_kind,
    one_of,
)

PROPERTY = "jc:variables"
"""On an element: the variables that it brings."""

KINDS: Mapping[str, Known] = MappingProxyType(
    {
        "text": STRING,
        "number": NUMBER,
        "boolean": BOOLEAN,
        "date": DATE,
        "moment": DATE_TIME,
        "list": list_of(),
        "texts": list_of(STRING),
        "numbers": list_of(NUMBER),
        "context": of_kind("context"),
        "any": ANYTHING,
    }
)
_NAME = re.compile(r"[^\W\d]\w*\??")


class BadDeclaration(ValueError):
    """A declaration cannot be read; `part` is the piece of it that is wrong."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@lru_cache(maxsize=4096)
def read_declaration(text: str) -> Mapping[str, Known]:
    """Read names with their kinds, separated by commas.

    Raises:
        BadDeclaration: A name is no name, or a kind is not among `KINDS`.
    """
    found: dict[str, Known] = {}
    for part in (one.strip() for one in text.split(",")):
        if not part:
            continue
        name, _, kind = (one.strip() for one in part.partition(":"))
        plain = name.removesuffix("?")
        if not _NAME.fullmatch(name) or plain in found:
            raise BadDeclaration(part)
        found[plain] = _known(part, kind)
    return MappingProxyType(found)


def required_names(text: str) -> list[str]:
    """List the names of a declaration that can be read but those that may be left out."""
    names = [part.partition(":")[0].strip() for part in text.split(",")]
    return [name for name in names if name and not name.endswith("?")]


def _known(part: str, kind: str) -> Known:
    if not kind:
        return ANYTHING
    if "|" in kind:
        choices = [one.strip() for one in kind.split("|")]
        if not all(choices):
            raise BadDeclaration(part)
        return one_of(choices)
    if kind not in KINDS:
        raise BadDeclaration(part)
    return KINDS[kind]
