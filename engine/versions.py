"""Find a version of a definition: published in some scope, or the draft that will be the next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlmodel import col, select

from engine.bundles import Definition
from engine.drafts import read_draft
from engine.errors import UnknownDefinition
from engine.scopes import BadScope, level_of

DRAFT = "draft"
_EDITION = re.compile(r"(?P<scope>[^@]+?)(?:@(?P<version>\d{1,9}|draft))?")


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a definition; `version` is None for the draft, `content` for a removal."""

    kind: str
    key: str
    scope: str
    version: int | None
    content: bytes | None
    derived_from: str | None = None
    at: datetime | None = None
    by: str = ""

    @property
    def name(self) -> str:
        """Name it as `read_edition` reads it, such as `base@3` or `organisation:x@draft`."""
        return f"{self.scope}@{DRAFT if self.version is None else self.version}"


def split_edition(text: str) -> tuple[str, str | None]:
    """Read `base@3`, `organisation:x@draft` or a bare scope, which means its newest version.

    Raises:
        BadScope: It is none of these.
    """
    match = _EDITION.fullmatch(text)
    if match is None:
        raise BadScope(text)
    level_of(match["scope"])
    return match["scope"], match["version"]


def read_edition(db: Session, kind: str, key: str, text: str) -> Edition:
    """Read the version that a text names.

    Raises:
        UnknownDefinition: There is no such version.
        BadScope: The text names none.
    """
    scope, version = split_edition(text)
    if version == DRAFT:
        found = _draft(db, kind, key, scope)
    else:
        found = _published(db, kind, key, scope, None if version is None else int(version))
    if found is None:
        raise UnknownDefinition(f"{kind} {key} of {text}")
    return found


def _draft(db: Session, kind: str, key: str, scope: str) -> Edition | None:
    draft = read_draft(db, scope, kind, key)
    if draft is None:
        return None
    return Edition(
        kind,
        key,
        scope,
        None,
        draft.content,
        draft.derived_from,
        draft.updated_at,
        draft.updated_by,
    )


def _published(db: Session, kind: str, key: str, scope: str, version: int | None) -> Edition | None:
    query = (
        select(Definition)
        .where(
            col(Definition.kind) == kind,
            col(Definition.key) == key,
            col(Definition.scope) == scope,
        )
        .order_by(col(Definition.version).desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(col(Definition.version) == version)
    row = db.scalars(query).first()
    return None if row is None else _edition(row)


def _edition(row: Definition) -> Edition:
    return Edition(
        row.kind,
        row.key,
        row.scope,
        row.version,
        None if row.withdrawn else row.content,
        row.derived_from,
        row.published_at,
        row.published_by,
    )


def editions_of(db: Session, kind: str, key: str, scopes: Iterable[str]) -> list[Edition]:
    """List the versions of a definition in these scopes, the newest first, a draft before all."""
    found: list[Edition] = []
    for scope in scopes:
        draft = _draft(db, kind, key, scope)
        query = (
            select(Definition)
            .where(
                col(Definition.kind) == kind,
                col(Definition.key) == key,
                col(Definition.scope) == scope,
            )
            .order_by(col(Definition.version).desc())
        )
        found += [draft] if draft is not None else []
        found += [_edition(row) for row in db.scalars(query).all()]
    return found
