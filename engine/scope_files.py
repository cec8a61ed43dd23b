"""A scope's own definitions as files: written out for version control, and read in again as drafts.

    scope.json             which scope, and what each definition was derived from
    processes/<key>.bpmn   scenarios/<key>.yaml   decisions/<key>.dmn   forms/<key>.json
    papers/<key>.typ       sheets/<key>.json      catalogues/<key>.json
    posts/posts.json       vocabularies/vocabulary.json

Contents are copied byte for byte, so that writing and reading them changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy.orm import Session

from engine.bundles import Definition, newest
from engine.draft_contents import DraftRefused, check_content
from engine.drafts import save_draft
from engine.findings import Finding
from engine.scopes import BadScope, level_of
from engine.sources import Source

MANIFEST = "scope.json"
_FORMAT = 1
_PLACES = {
    "process": ("processes", ".bpmn"),
    "scenarios": ("scenarios", ".yaml"),
    "decision": ("decisions", ".dmn"),
    "form": ("forms", ".json"),
    "paper": ("papers", ".typ"),
    "sheet": ("sheets", ".json"),
    "catalogue": ("catalogues", ".json"),
    "posts": ("posts", ".json"),
    "vocabulary": ("vocabularies", ".json"),
}
_KINDS = {place: kind for kind, place in _PLACES.items()}

Files = Mapping[str, bytes]
"""Contents by path, with `/` between folders."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What reading files in did to one definition."""

    kind: str
    key: str
    action: Literal["new", "changed", "same", "removed"]


def write_scope(db: Session, scope: str) -> dict[str, bytes]:
    """Give the newest versions of a scope's own definitions as files."""
    level_of(scope)
    rows = sorted(_own(db, scope).values(), key=lambda row: (row.kind, row.key))
    files = {path_of(row.kind, row.key): row.content for row in rows}
    return {MANIFEST: _manifest(scope, rows), **files}


def path_of(kind: str, key: str) -> str:
    """Say where the file of a definition lies."""
    folder, suffix = _PLACES[kind]
    return f"{folder}/{key}{suffix}"


def is_place(path: str) -> bool:
    """Tell whether a definition's file could lie there."""
    return _name_of(path)[0] is not None


def _own(db: Session, scope: str) -> dict[tuple[str, str], Definition]:
    return {(row.kind, row.key): row for row in newest(db, [scope]) if not row.withdrawn}


def _manifest(scope: str, rows: list[Definition]) -> bytes:
    listed = {
        path_of(row.kind, row.key): {"derivedFrom": row.derived_from}
        for row in rows
        if row.derived_from is not None
    }
    content = {"definitions": listed, "format": _FORMAT, "scope": scope}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_scope(files: Files, scope: str) -> list[Source]:
    """Read definitions from files.

    Raises:
        DraftRefused: A file is in no known place, cannot be read, or the files are of another
            scope's manifest format; every problem is named with its path.
    """
    derived = _derived(files.get(MANIFEST), scope)
    found: list[Source] = []
    problems: list[Finding] = []
    for path, content in sorted(files.items()):
        if path == MANIFEST:
            continue
        kind, key = _name_of(path)
        if kind is None:
            problems.append(_unknown_place(path))
            continue
        try:
            check_content(kind, key, content)
        except DraftRefused as refused:
            problems += [replace(one, definition=path) for one in refused.findings]
        found.append(Source(kind, key, content, scope, derived.get(path)))
    if problems:
        raise DraftRefused(problems)
    return found


def _name_of(path: str) -> tuple[str | None, str]:
    # `a/../b` and the like are no place, and no key either.
    folder, _, name = path.partition("/")
    stem, dot, suffix = name.rpartition(".")
    return _KINDS.get((folder, dot + suffix)), stem


def _unknown_place(path: str) -> Finding:
    return Finding(
        "unknown_place",
        f"文件“{path}”不在约定的位置,例如流程放在 processes/名称.bpmn。",
        f"The file “{path}” is in no known place; a process goes to processes/<name>.bpmn.",
        definition=path,
    )


def _derived(content: bytes | None, scope: str) -> dict[str, str]:
    if content is None:
        return {}
    try:
        manifest = orjson.loads(content)
        listed = manifest["definitions"]
        if manifest["format"] != _FORMAT:
            raise ValueError
        derived = {path: _origin(facts["derivedFrom"]) for path, facts in listed.items()}
    except (ValueError, LookupError, TypeError, AttributeError, BadScope):
        raise DraftRefused(
            [
                Finding(
                    "bad_manifest",
                    f"{MANIFEST} 无法读取;请用本产品导出的文件,或删去它。",
                    f"{MANIFEST} cannot be read; use one that was exported here, or remove it.",
                    definition=MANIFEST,
                )
            ]
        ) from None
    # What another organisation derived from its industry is no origin here.
    return derived if manifest.get("scope") == scope else _outer_only(derived)


def _outer_only(derived: Mapping[str, str]) -> dict[str, str]:
    return {path: origin for path, origin in derived.items() if origin.startswith("base@")}


def _origin(text: Any) -> str:
    scope, at, version = str(text).rpartition("@")
    level_of(scope)
    if not at or not version.isdecimal():
        raise ValueError(text)
    return str(text)


def take_in(
    db: Session,
    scope: str,
    files: Files,
    *,
    actor: str,
    now: datetime,
    mirror: bool = False,
) -> list[Intake]:
    """Make drafts of what the files change in a scope; of the same content, none.

    `mirror`: what the scope has of its own and the files have not becomes a draft that removes it.

    Raises:
        DraftRefused: Something cannot be read; nothing was changed.
        DraftHeld: Somebody is editing one of the definitions; nothing was changed.
    """
    own = _own(db, scope)
    sources = read_scope(files, scope)
    done = []
    for source in sources:
        known = own.get((source.kind, source.key))
        done.append(_take_in(db, source, known, actor, now))
    if mirror:
        given = {(source.kind, source.key) for source in sources}
        done += [*_remove(db, scope, own, given, actor, now)]
    return done


def _take_in(
    db: Session, source: Source, known: Definition | None, actor: str, now: datetime
) -> Intake:
    same_origin = known is not None and source.derived_from in (None, known.derived_from)
    if known is not None and known.content == source.content and same_origin:
        return Intake(source.kind, source.key, "same")
    save_draft(
        db,
        source.scope,
        source.kind,
        source.key,
        source.content,
        expected=None,
        actor=actor,
        now=now,
        derived_from=source.derived_from or (known.derived_from if known is not None else None),
        based_on=known.version if known is not None else 0,
    )
    return Intake(source.kind, source.key, "new" if known is None else "changed")


def _remove(
    db: Session,
    scope: str,
    own: Mapping[tuple[str, str], Definition],
    given: set[tuple[str, str]],
    actor: str,
    now: datetime,
) -> Iterator[Intake]:
    for (kind, key), row in sorted(own.items()):
        if (kind, key) not in given:
            save_draft(
                db, scope, kind, key, None, expected=None, actor=actor, now=now,
                based_on=row.version,
            )  # fmt: skip
            yield Intake(kind, key, "removed")
