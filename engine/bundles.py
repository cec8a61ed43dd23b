"""Immutable versions of definitions, and the closed sets of them that instances are pinned to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col, select

from engine.database import JsonText, UtcDateTime
from engine.scopes import BASE, is_scope, level_of
from engine.sources import BUNDLED_KINDS, KINDS, SCENARIOS

Name = tuple[str, str]
"""Kind and key of a definition."""


class Definition(SQLModel, table=True):
    """One published version of a definition in one scope; never changed.

    `withdrawn`: from this version on, the scope has none of its own, and the outer scope's holds.
    """

    __tablename__ = "engine_definition"
    __table_args__ = (
        UniqueConstraint("kind", "key", "scope", "version", name="uq_engine_definition_version"),
        Index("ix_engine_definition_scope", "scope"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    key: str = Field(max_length=100)
    scope: str = Field(max_length=100)
    version: int
    content: bytes = Field(sa_type=LargeBinary, repr=False)
    sha256: str = Field(max_length=64)
    derived_from: str | None = Field(default=None, max_length=120)
    withdrawn: bool = False
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str = Field(max_length=100)


class LoweredDiagram(SQLModel, table=True):
    """What one version of the compiler made of one diagram."""

    __tablename__ = "engine_lowered_diagram"

    sha256: str = Field(max_length=64, primary_key=True)
    compiler_version: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary, repr=False)


class Bundle(SQLModel, table=True):
    """A closed set of definitions, named by the hash of its manifest."""

    __tablename__ = "engine_bundle"

    id: str = Field(max_length=64, primary_key=True)
    compiler_version: int
    manifest: Any = Field(sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)


class BundleMember(SQLModel, table=True):
    """One definition of a bundle."""

    __tablename__ = "engine_bundle_member"

    bundle_id: str = Field(max_length=64, primary_key=True, foreign_key="engine_bundle.id")
    kind: str = Field(max_length=20, primary_key=True)
    key: str = Field(max_length=100, primary_key=True)
    definition_id: int = Field(foreign_key="engine_definition.id", index=True)


class BundleHead(SQLModel, table=True):
    """The bundle that new instances of a chain of scopes start with."""

    __tablename__ = "engine_bundle_head"

    chain: str = Field(max_length=300, primary_key=True)
    bundle_id: str = Field(max_length=64, foreign_key="engine_bundle.id")


@dataclass(frozen=True, slots=True)
class Member:
    """A definition as it stands in a bundle; `definition_id` is None before it is stored."""

    kind: str
    key: str
    scope: str
    version: int
    content: bytes
    sha256: str
    derived_from: str | None = None
    definition_id: int | None = None

    @property
    def name(self) -> Name:
        """Give kind and key."""
        return (self.kind, self.key)

    @property
    def origin(self) -> str:
        """Say what a definition made from this one is derived from."""
        return f"{self.scope}@{self.version}"


def hash_of(content: bytes) -> str:
    """Name a content."""
    return hashlib.sha256(content).hexdigest()


def newest(db: Session, scopes: Iterable[str], kinds: Sequence[str] = KINDS) -> list[Definition]:
    """Read the newest version of every definition of these scopes, withdrawn ones too."""
    newest_ids = (
        select(
            func.max(col(Definition.version)).label("version"),
            Definition.kind,
            Definition.key,
            Definition.scope,
        )
        .where(col(Definition.scope).in_(list(scopes)), col(Definition.kind).in_(kinds))
        .group_by(col(Definition.kind), col(Definition.key), col(Definition.scope))
        .subquery()
    )
    query = select(Definition).join(
        newest_ids,
        (col(Definition.kind) == newest_ids.c.kind)
        & (col(Definition.key) == newest_ids.c.key)
        & (col(Definition.scope) == newest_ids.c.scope)
        & (col(Definition.version) == newest_ids.c.version),
    )
    return list(db.scalars(query).all())


def as_member(row: Definition) -> Member:
    """Read a stored definition."""
    return Member(
        row.kind,
        row.key,
        row.scope,
        row.version,
        row.content,
        row.sha256,
        row.derived_from,
        row.id,
    )


class Scoped(Protocol):
    """A definition with the scope that it belongs to, and what it was made from."""

    @property
    def scope(self) -> str:
        """The scope."""

    @property
    def derived_from(self) -> str | None:
        """What it was made from, as `<scope>@<version>`."""

    @property
    def name(self) -> Name:
        """Kind and key."""


ScopedT = TypeVar("ScopedT", bound=Scoped)


def resolve(chain: Sequence[str], rows: Iterable[ScopedT]) -> dict[Name, ScopedT]:
    """Choose for each name the definition of the innermost scope.

    An industry's gives way only to one that was made from it: what the industry requires must not
    be lost to a change of the base's. `chain` names the scopes that count, from outside in.
    """
    chosen: dict[Name, ScopedT] = {}
    for member in sorted(rows, key=lambda one: chain.index(one.scope)):
        known = chosen.get(member.name)
        if known is None or gives_way(known, member):
            chosen[member.name] = member
    return {name: chosen[name] for name in sorted(chosen)}


def gives_way(outer: Scoped, inner: Scoped) -> bool:
    """Tell whether an inner scope's definition takes the place of an outer one's."""
    made_from = (inner.derived_from or "").rpartition("@")[0]
    same_scope = outer.scope == inner.scope
    return same_scope or level_of(outer.scope) != "industry" or made_from == outer.scope


def bundled(chain: Sequence[str], rows: Iterable[Member]) -> dict[Name, Member]:
    """Choose the members of a chain's bundle; what is no scope of the chain is left out."""
    return resolve(chain, [one for one in rows if one.scope in chain and one.kind in BUNDLED_KINDS])


def scenario_members(db: Session, chain: Sequence[str]) -> dict[str, Member]:
    """Give the scenarios that hold for a chain of scopes now, by process."""
    rows = newest(db, chain, [SCENARIOS])
    found = resolve(chain, [as_member(row) for row in rows if not row.withdrawn])
    return {member.key: member for member in found.values()}


def manifest_of(members: Mapping[Name, Member], compiler_version: int) -> dict[str, Any]:
    """Write what a bundle consists of."""
    rows = [
        {"kind": one.kind, "key": one.key, "sha256": one.sha256}
        for _, one in sorted(members.items())
    ]
    return {"compiler": compiler_version, "members": rows}


def bundle_id_of(manifest: Mapping[str, Any]) -> str:
    """Name a bundle."""
    return hash_of(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS))


def store_bundle(
    db: Session,
    members: Mapping[Name, Member],
    lowered: Mapping[str, bytes],
    compiler_version: int,
    now: datetime,
) -> str:
    """Store a bundle unless it is there; `lowered` holds the diagrams by key."""
    manifest = manifest_of(members, compiler_version)
    bundle_id = bundle_id_of(manifest)
    if db.get(Bundle, bundle_id) is not None:
        return bundle_id
    for key, content in lowered.items():
        sha256 = members["process", key].sha256
        if db.get(LoweredDiagram, (sha256, compiler_version)) is None:
            row = LoweredDiagram(sha256=sha256, compiler_version=compiler_version, content=content)
            db.add(row)
    bundle = Bundle(
        id=bundle_id, compiler_version=compiler_version, manifest=manifest, created_at=now
    )
    db.add(bundle)
    db.flush()
    for member in members.values():
        if member.definition_id is None:
            raise ValueError(f"{member.kind} {member.key} is not stored")
        db.add(
            BundleMember(
                bundle_id=bundle_id,
                kind=member.kind,
                key=member.key,
                definition_id=member.definition_id,
            )
        )
    db.flush()
    return bundle_id


def members_of(db: Session, bundle_id: str, kinds: Sequence[str]) -> list[Member]:
    """Read the members of a bundle that are of these kinds."""
    query = (
        select(Definition)
        .join(BundleMember, col(BundleMember.definition_id) == col(Definition.id))
        .where(col(BundleMember.bundle_id) == bundle_id, col(BundleMember.kind).in_(kinds))
    )
    return [as_member(row) for row in db.scalars(query).all()]


def member_of(db: Session, bundle_id: str, kind: str, key: str) -> Member | None:
    """Read one member of a bundle."""
    query = (
        select(Definition)
        .join(BundleMember, col(BundleMember.definition_id) == col(Definition.id))
        .where(
            col(BundleMember.bundle_id) == bundle_id,
            col(BundleMember.kind) == kind,
            col(BundleMember.key) == key,
        )
    )
    row = db.scalars(query).first()
    return None if row is None else as_member(row)


def lowered_of(db: Session, bundle: Bundle, hashes: Iterable[str]) -> dict[str, bytes]:
    """Read the lowered diagrams of a bundle, by the hash of their source."""
    query = select(LoweredDiagram).where(
        col(LoweredDiagram.compiler_version) == bundle.compiler_version,
        col(LoweredDiagram.sha256).in_(list(hashes)),
    )
    return {row.sha256: row.content for row in db.scalars(query).all()}


def chain_of_bundle(db: Session, bundle_id: str, tenant: str = "") -> str:
    """Tell for which chain of scopes a bundle is the current one, a tenant's own chain first.

    Several chains may share a bundle. One that is nobody's any more is taken for the tenant's, and
    without a tenant for the base's.
    """
    own = f"organisation:{tenant}"
    heads = db.connection().execute(
        select(BundleHead.chain).where(col(BundleHead.bundle_id) == bundle_id)
    )
    chains = sorted(
        (chain.split(" ") for chain in heads.scalars()),
        key=lambda chain: (own not in chain, len(chain), chain),
    )
    if chains and (own in chains[0] or not tenant):
        return " ".join(chains[0])
    return f"{BASE} {own}" if tenant and is_scope(own) else BASE
