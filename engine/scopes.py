"""Where a definition belongs: to everybody, to an industry, or to one organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.errors import EngineError

BASE = "base"
_SCOPE = re.compile(r"base|(?:industry|organisation):[\w.-]{1,80}")
_ORDER = ("base", "industry", "organisation")


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


def chain_of(scopes: Iterable[str]) -> tuple[str, ...]:
    """Order scopes from outside in, base always first; one of each level at most.

    Raises:
        BadScope: A scope is none, or there are two of one level.
    """
    chain = sorted({BASE, *scopes}, key=lambda scope: _ORDER.index(level_of(scope)))
    levels = [level_of(scope) for scope in chain]
    if len(set(levels)) < len(levels):
        raise BadScope(", ".join(chain))
    return tuple(chain)


def folder_of(scope: str) -> str:
    """Name the folder of a scope's files: `base`, `industry-<key>`, `organisation-<key>`."""
    level_of(scope)
    return scope.replace(":", "-", 1)


def scope_of_folder(name: str) -> str:
    """Read the scope from a folder's name.

    Raises:
        BadScope: It names none.
    """
    scope = name.replace("-", ":", 1)
    level_of(scope)
    return scope
