"""What people call a definition, in both languages, from its content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import orjson
from lxml import etree
from sqlalchemy.orm import Session
from sqlmodel import col, select

from engine.bundles import Definition
from engine.decisions import InvalidDecisions
from engine.decisions.document import parse_document
from engine.diagrams import read_diagram
from engine.errors import DiagramError
from engine.sources import SCENARIOS
from engine.version_lists import Version
from tasks.papers import paper_kinds

_KEPT = 4096
_FIXED = {
    ("posts", "posts"): ("岗位与职责", "Posts and duties"),
    ("vocabulary", "vocabulary"): ("用语", "Terms"),
    ("catalogue", "archive_catalogue"): ("案卷目录", "Archive catalogue"),
}


@dataclass(frozen=True, slots=True)
class DefinitionName:
    """A name in Chinese and in English."""

    zh: str
    en: str

    def told(self, language: str) -> str:
        """Give the name in the reader's language."""
        return self.en if language == "en" else self.zh


_known: OrderedDict[tuple[str, str, str], DefinitionName] = OrderedDict()
_lock = Lock()


def names_of(db: Session, versions: Iterable[Version]) -> dict[tuple[str, str], DefinitionName]:
    """Name definitions; the contents of those that are new to this process are read."""
    wanted = {(one.kind, one.key, one.sha256): one for one in versions}
    with _lock:
        found = {name: _known[name] for name in wanted if name in _known}
    missing = {one.id: name for name, one in wanted.items() if name not in found}
    if missing:
        query = select(Definition.id, Definition.content).where(col(Definition.id).in_(missing))
        read = {missing[id_]: content for id_, content in db.execute(query).all()}
        found.update({name: name_in(name[0], name[1], content) for name, content in read.items()})
        _keep(found)
    names = {(kind, key): name for (kind, key, _), name in found.items()}
    return {name: _of_scenarios(name, names) for name in names}


def _keep(found: Mapping[tuple[str, str, str], DefinitionName]) -> None:
    with _lock:
        _known.update(found)
        while len(_known) > _KEPT:
            _known.popitem(last=False)


def _of_scenarios(
    name: tuple[str, str], names: Mapping[tuple[str, str], DefinitionName]
) -> DefinitionName:
    kind, key = name
    process = names.get(("process", key))
    return process if kind == SCENARIOS and process is not None else names[name]


def name_in(kind: str, key: str, content: bytes) -> DefinitionName:
    """Read the name from a content; the key stands for what is missing, also if unreadable."""
    zh, en = _FIXED.get((kind, key)) or _read(kind, key, content)
    words = key.replace("_", " ").capitalize()
    return DefinitionName(zh or words, en or words)


def _read(kind: str, key: str, content: bytes) -> tuple[str, str]:
    try:
        if kind == "process":
            return _of_process(key, read_diagram(content))
        if kind == "decision":
            return _of_decision(key, parse_document(content))
        if kind == "paper":
            paper = paper_kinds().get(key)
            return ("", "") if paper is None else (paper.title, paper.title_en)
        return ("", "") if kind == SCENARIOS else _of_json(orjson.loads(content))
    except (DiagramError, InvalidDecisions, orjson.JSONDecodeError):
        return "", ""


def _of_process(key: str, root: etree._Element) -> tuple[str, str]:
    processes = list(root.iter("{*}process"))
    chosen = next((one for one in processes if one.get("id") == key), None)
    if chosen is None:
        return "", ""
    english = ""
    for prop in chosen.iterfind("{*}extensionElements/{*}properties/{*}property"):
        if prop.get("name") == "jc:name.en":
            english = prop.get("value") or ""
    return chosen.get("name") or "", english


def _of_decision(key: str, root: Any) -> tuple[str, str]:
    decisions = list(root.iter("{*}decision"))
    chosen = next((one for one in decisions if one.get("id") == key), None)
    return ("" if chosen is None else chosen.get("name") or "", "")


def _of_json(content: Any) -> tuple[str, str]:
    if not isinstance(content, dict):
        return "", ""
    zh = content.get("jc:title") or content.get("name") or ""
    en = content.get("jc:title.en") or content.get("name_en") or ""
    return str(zh), str(en)
