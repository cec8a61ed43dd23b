"""The stored versions of definitions without their contents, for lists and histories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func
from sqlalchemy.orm import Session
from sqlmodel import col, select

from engine.bundles import Definition, Name, resolve
from engine.sources import KINDS

_COLUMNS = (
    Definition.id,
    Definition.kind,
    Definition.key,
    Definition.scope,
    Definition.version,
    Definition.sha256,
    Definition.derived_from,
    Definition.withdrawn,
    Definition.published_at,
    Definition.published_by,
)


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of one published version of a definition in one scope."""

    id: int
    kind: str
    key: str
    scope: str
    version: int
    sha256: str
    derived_from: str | None
    withdrawn: bool
    published_at: datetime
    published_by: str

    @property
    def name(self) -> Name:
        """Give kind and key."""
        return (self.kind, self.key)

    @property
    def origin(self) -> str:
        """Say what a definition made from this one is derived from."""
        return f"{self.scope}@{self.version}"


def latest_versions(
    db: Session, scopes: Iterable[str] | None = None, kinds: Sequence[str] = KINDS
) -> list[Version]:
    """List the newest version of each definition of these scopes, or of all, withdrawn too."""
    newest_ones = (
        select(
            func.max(col(Definition.version)).label("version"),
            Definition.kind,
            Definition.key,
            Definition.scope,
        )
        .where(col(Definition.kind).in_(kinds))
        .group_by(col(Definition.kind), col(Definition.key), col(Definition.scope))
    )
    if scopes is not None:
        newest_ones = newest_ones.where(col(Definition.scope).in_(list(scopes)))
    inner = newest_ones.subquery()
    query = _versions().join(
        inner,
        (col(Definition.kind) == inner.c.kind)
        & (col(Definition.key) == inner.c.key)
        & (col(Definition.scope) == inner.c.scope)
        & (col(Definition.version) == inner.c.version),
    )
    return [_read(row) for row in db.execute(query).all()]


def versions_of(db: Session, scope: str, kind: str, key: str) -> list[Version]:
    """List all versions that a scope has of a definition, the newest first."""
    query = _versions().where(
        col(Definition.scope) == scope, col(Definition.kind) == kind, col(Definition.key) == key
    )
    rows = db.execute(query.order_by(col(Definition.version).desc())).all()
    return [_read(row) for row in rows]


def resolve_versions(chain: Sequence[str], rows: Iterable[Version]) -> dict[Name, Version]:
    """Choose for each name the version that holds, of the scopes that have not withdrawn theirs."""
    counted = [one for one in rows if not one.withdrawn and one.scope in chain]
    return resolve(chain, counted)


def stored_definition(
    db: Session, scope: str, kind: str, key: str, version: int
) -> Definition | None:
    """Read one version with its content."""
    query = select(Definition).where(
        col(Definition.scope) == scope,
        col(Definition.kind) == kind,
        col(Definition.key) == key,
        col(Definition.version) == version,
    )
    return db.scalars(query).first()


def _versions() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS)  # type: ignore[call-overload, no-any-return]


def _read(row: Row[tuple[object, ...]]) -> Version:
    return Version(*row)  # type: ignore[arg-type, call-arg]
