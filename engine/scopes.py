"""Where a definition belongs: to everybody, to an industry, or to one organisation.

What an organisation has for one industry's occupations alone is a scope of its own,
`organisation:<key>~<industry>`, the innermost of the chain of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import EngineError

BASE = "base"
_SCOPE = re.compile(
    r"base|(?:industry|organisation):[\w.-]{1,80}|organisation:[\w.-]{1,40}~[\w.-]{1,40}"
)
_FOR = "~"
_ORDER = ("base", "industry", "organisation")
_FOLDERS = {"industry": "industries", "organisation": "organisations"}


class BadScope(EngineError):
    """The text names no scope, or the scopes cannot be combined."""


def is_scope(text: str) -> bool:
    """Tell whether a text names a scope."""
    return _SCOPE.fullmatch(text) is not None


def level_of(scope: str) -> str:
    """Tell base, industry or organisation.

    Raises:
        BadScope: It is none of these.
    """
    if not _SCOPE.fullmatch(scope):
        raise BadScope(scope)
    return scope.split(":", 1)[0]


def organisation_of(scope: str) -> str:
    """Give the key of the organisation that a scope belongs to, empty for none."""
    level, _, key = scope.partition(":")
    return key.partition(_FOR)[0] if level == "organisation" else ""


def industry_of(scope: str) -> str:
    """Give the key of the industry that a scope is for, empty for none."""
    level, _, key = scope.partition(":")
    return key if level == "industry" else key.partition(_FOR)[2]


def for_industry(organisation: str, industry: str) -> str:
    """Name the scope of what an organisation has for one industry alone; both are keys."""
    return f"organisation:{organisation}{_FOR}{industry}"


def is_for_industry(scope: str) -> bool:
    """Tell whether a scope is an organisation's for one industry alone."""
    return bool(organisation_of(scope) and industry_of(scope))


def depth_of(scope: str) -> tuple[int, str]:
    """Order scopes from outside in."""
    return _ORDER.index(level_of(scope)), scope


def chain_of(scopes: Iterable[str]) -> tuple[str, ...]:
    """Order scopes from outside in, base always first; one of each level at most.

    An industry and an organisation together bring the organisation's scope for that industry, and
    that scope brings both.

    Raises:
        BadScope: A scope is none, or there are two of one level.
    """
    given = {BASE, *scopes}
    for scope in [one for one in given if is_scope(one) and is_for_industry(one)]:
        given.remove(scope)
        given |= {f"industry:{industry_of(scope)}", f"organisation:{organisation_of(scope)}"}
    chain = sorted(given, key=lambda scope: _ORDER.index(level_of(scope)))
    levels = [level_of(scope) for scope in chain]
    if len(set(levels)) < len(levels):
        raise BadScope(", ".join(chain))
    if len(chain) == len(_ORDER):
        inner = for_industry(organisation_of(chain[2]), industry_of(chain[1]))
        chain += [inner] if is_scope(inner) else []
    return tuple(chain)


def folder_of(scope: str) -> str:
    """Name the folder of a scope's files: `base`, `industries/<key>`, `organisations/<key>`.

    What an organisation has for one industry lies in `organisations/<key>~<industry>`.
    """
    level = level_of(scope)
    return BASE if level == BASE else f"{_FOLDERS[level]}/{scope.split(':', 1)[1]}"


def scope_of_folder(name: str) -> str:
    """Read the scope from the path of its folder.

    Raises:
        BadScope: It names none.
    """
    group, _, key = name.partition("/")
    levels = {folder: level for level, folder in _FOLDERS.items()}
    scope = name if group not in levels else f"{levels[group]}:{key}"
    if ":" in name:
        raise BadScope(name)
    level_of(scope)
    return scope


def scope_folders(root: Path) -> Iterator[tuple[str, Path]]:
    """List the folders of scopes below a folder, with the scope of each; from outside in."""
    for name in (BASE, *_FOLDERS.values()):
        folder = root / name
        if name == BASE and folder.is_dir():
            yield BASE, folder
        elif folder.is_dir():
            for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
                if inner.name[0] not in "._":
                    yield scope_of_folder(f"{name}/{inner.name}"), inner
