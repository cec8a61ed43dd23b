"""The words that definitions themselves use: what a recording may keep of a text.

A text of an instance that its definitions name as well (an option, an outcome, the id of a row) is
needed to go the same way, and tells nothing about anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from appraisal.applications import NO_FACTS
from appraisal.eligibility import DIPLOMAS, RECOGNISED_PERMITS, TITLES
from appraisal.enrolments import STATE_NAMES
from appraisal.sessions import SESSION_KINDS
from engine.bundles import Name
from engine.decisions import InvalidDecisions
from engine.decisions.document import parse_document
from engine.diagrams import read_diagram
from engine.errors import EngineError

LONGEST = 100
# Outcomes and the like that facts and service tasks give, whether a definition names them or not.
_OWN = (
    *RECOGNISED_PERMITS, *DIPLOMAS, *TITLES, *STATE_NAMES, *SESSION_KINDS,
    *(one for one in NO_FACTS.values() if isinstance(one, str)),
    *("promotion", "resit", "passed", "failed", "absent", "void", "partly"),
    *("due", "paid", "deferred", "none", "overdue", "refunded"),
)  # fmt: skip
_DRAWN = ("process", "decision")
_WRITTEN = ("form", "sheet", "posts", "vocabulary", "catalogue")
_NAME = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r'"([^"\n]{1,100})"')
# Neither numbers of people nor addresses count as words, wherever they are written.
_NEVER = re.compile(r"[0-9]{7}|@|^\$")


def names_in(contents: Mapping[Name, bytes], key: str, kinds: Iterable[str]) -> frozenset[str]:
    """Collect the names that a process mentions, and what it refers to of these kinds."""
    found: set[str] = set()
    wanted: list[Name] = [("process", key)]
    seen: set[Name] = set()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in contents:
            continue
        seen.add(name)
        names = set(_NAME.findall(contents[name].decode(errors="replace")))
        found |= names
        wanted += [(kind, one) for kind in kinds for one in names]
    return frozenset(found)


def words_of(contents: Mapping[Name, bytes]) -> frozenset[str]:
    """Collect every text that diagrams, tables and forms hold as a value of their own."""
    found = set(_OWN)
    for (kind, _), content in contents.items():
        if kind in _DRAWN:
            found.update(_drawn(kind, content))
        elif kind in _WRITTEN:
            found.update(_written(content))
    return frozenset(one for one in found if 0 < len(one) <= LONGEST and not _NEVER.search(one))


def _drawn(kind: str, content: bytes) -> Iterator[str]:
    try:
        root = read_diagram(content) if kind == "process" else parse_document(content)
    except (EngineError, InvalidDecisions):
        # What cannot be read has no words; playing it will tell.
        return
    for element in root.iter(etree.Element):
        for text in (element.text, *element.attrib.values()):
            if text:
                stripped = str(text).strip()
                yield stripped
                yield from _QUOTED.findall(stripped)


def _written(content: bytes) -> Iterator[str]:
    try:
        yield from _texts(json.loads(content))
    except (ValueError, RecursionError):
        return


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from _QUOTED.findall(value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
