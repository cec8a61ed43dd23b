"""Definitions as they lie in folders, before they are published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.scopes import BASE, scope_folders

BUNDLED_KINDS = (
    "process",
    "decision",
    "form",
    "paper",
    "sheet",
    "vocabulary",
    "catalogue",
    "posts",
)
SCENARIOS = "scenarios"
KINDS = (*BUNDLED_KINDS, SCENARIOS)
"""Scenarios are kept and resolved like the others, but an instance never needs them."""

_SCENARIO_FILE = "scenarios.yaml"
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

    Below each root lies a folder for each scope (`scopes.folder_of`). Diagrams, decision tables and
    Typst papers go by their suffix. A JSON file is a form below `forms`, a score sheet in a folder
    `sheets`, posts or a vocabulary where its name says so, else a catalogue. `scenarios.yaml`
    belongs to the process that its folder is named after. Everything else is no definition. Order
    is stable.
    """
    found: list[Source] = []
    for root in roots:
        for scope, folder in scope_folders(root):
            found.extend(_sources(root, folder, scope))
    return found


def _sources(root: Path, folder: Path, scope: str) -> Iterator[Source]:
    for path in sorted(folder.rglob("*")):
        kind = _kind(root, path)
        if kind is not None and path.is_file():
            key = path.parent.name if kind == SCENARIOS else path.stem
            yield Source(kind, key, path.read_bytes(), scope)


def _kind(root: Path, path: Path) -> str | None:
    if path.name == _SCENARIO_FILE:
        return SCENARIOS
    if path.suffix != ".json":
        return _BY_SUFFIX.get(path.suffix)
    if root.parts[-2:] == ("forms", "definitions"):
        return "form"
    if path.parent.name == "sheets":
        return "sheet"
    return path.stem if path.stem in ("vocabulary", "posts") else "catalogue"
