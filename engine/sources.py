"""Definitions as they lie in folders, before they are published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.scopes import BASE, BadScope, scope_of_folder

KINDS = ("process", "decision", "form", "paper", "sheet", "vocabulary", "catalogue", "posts")
_BY_SUFFIX = {".bpmn": "process", ".dmn": "decision", ".typ": "paper"}


@dataclass(frozen=True, slots=True)
class Source:
    """One definition to publish.

    `derived_from` names the definition that it was made from, as `<scope>@<version>`.
    """

    kind: str
    key: str
    content: bytes
    scope: str = BASE
    derived_from: str | None = None


def load_folder(*roots: Path) -> list[Source]:
    """Gather definitions from `processes` and `forms/definitions`.

    Below each root lies a folder for each scope. Diagrams, decision tables and Typst papers go by
    their suffix. A JSON file is a form below `forms`, a score sheet in a folder `sheets`, a
    vocabulary or posts where its name says so, else a catalogue. Everything else (scenarios) is no
    definition. Order is stable.
    """
    found: list[Source] = []
    for root in roots:
        for folder in sorted(path for path in root.iterdir() if path.is_dir()):
            try:
                scope = scope_of_folder(folder.name)
            except BadScope:
                continue
            found.extend(_sources(root, folder, scope))
    return found


def _sources(root: Path, folder: Path, scope: str) -> Iterator[Source]:
    for path in sorted(folder.rglob("*")):
        kind = _kind(root, path)
        if kind is not None and path.is_file():
            yield Source(kind, path.stem, path.read_bytes(), scope)


def _kind(root: Path, path: Path) -> str | None:
    if path.suffix != ".json":
        return _BY_SUFFIX.get(path.suffix)
    if root.parts[-2:] == ("forms", "definitions"):
        return "form"
    if path.parent.name == "sheets":
        return "sheet"
    return path.stem if path.stem in ("vocabulary", "posts") else "catalogue"
