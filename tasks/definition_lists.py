"""The definitions of a scope as its designers see them: whose they are, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from appraisal.organisations import Organisation
from engine.bundles import Definition, Name
from engine.drafts import Draft, drafts_of
from engine.scopes import BASE, chain_of, depth_of, for_industry, industry_of, organisation_of
from engine.sources import KINDS
from engine.usage import count_users
from engine.version_lists import Version, latest_versions, resolve_versions
from tasks.actors import Actor
from tasks.definition_names import DefinitionName, name_in, names_of
from tasks.industries import industries, industry_name
from tasks.rights import may


@dataclass(frozen=True)
class ListedDefinition:
    """One definition as it holds in a scope.

    `current` is what the scope uses now, `outer` what it would use without its own; either may be
    missing. `derived` are inner scopes whose own definition was made from the current one's.
    """

    kind: str
    key: str
    name: DefinitionName
    scope: str
    current: Version | None
    outer: Version | None
    draft: Draft | None = field(default=None, repr=False)
    instances: int = 0
    derived: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Tell whether the scope has a definition of its own in force."""
        return self.current is not None and self.current.scope == self.scope

    @property
    def derived_from(self) -> str | None:
        """Name what the own definition, or the draft of one, was made from."""
        if self.is_own and self.current is not None:
            return self.current.derived_from
        return None if self.draft is None else self.draft.derived_from

    @property
    def is_behind(self) -> bool:
        """Tell whether the outer definition moved on since the own one was made from it."""
        made_from = self.derived_from
        if self.draft is not None and self.draft.derived_from:
            made_from = self.draft.derived_from
        return self.outer is not None and made_from not in (None, self.outer.origin)


@dataclass(frozen=True, slots=True)
class ListedScope:
    """A scope that somebody may look into."""

    scope: str
    name: DefinitionName
    may_design: bool
    may_publish: bool


def list_scopes(db: Session, actor: Actor) -> list[ListedScope]:
    """List the scopes that somebody may look into, from outside in."""
    used = {*db.scalars(select(Definition.scope).distinct()), *db.scalars(_draft_scopes())}
    own = f"organisation:{actor.tenant}"
    inner = {for_industry(actor.tenant, key) for key in industries(db)}
    scopes = {BASE, own, *used, *inner}
    return [
        ListedScope(
            scope,
            scope_name(db, scope),
            may(db, actor, "definition.design", scope),
            may(db, actor, "definition.publish", scope),
        )
        for scope in sorted(scopes, key=depth_of)
        if may(db, actor, "definition.read", scope)
    ]


def _draft_scopes() -> Any:
    return select(Draft.scope).distinct()


def scope_name(db: Session, scope: str) -> DefinitionName:
    """Name a scope as people do."""
    if scope == BASE:
        return DefinitionName("基础", "Base")
    industry, organisation = industry_of(scope), organisation_of(scope)
    if not organisation:
        return industry_name(db, industry)
    body, of = _organisation_name(db, organisation), industry_name(db, industry)
    if not industry:
        return body
    return DefinitionName(f"{body.zh}：{of.zh}", f"{body.en}: {of.en}")


def _organisation_name(db: Session, code: str) -> DefinitionName:
    organisation = db.scalars(select(Organisation).where(col(Organisation.code) == code)).first()
    if organisation is None:
        return DefinitionName(f"机构 {code}", f"Organisation {code}")
    return DefinitionName(organisation.name, organisation.name_en or organisation.name)


def list_definitions(
    db: Session, scope: str, kinds: Sequence[str] = KINDS, *, reader: Actor | None = None
) -> list[ListedDefinition]:
    """List what holds in a scope, with its drafts; by kind and key.

    A `reader` who does not keep the base sees who uses a definition in the own organisation only.
    """
    sees_all = reader is None or may(db, reader, "definition.design", BASE)
    tenant = None if sees_all or reader is None else reader.tenant
    everywhere = latest_versions(db, None, kinds)
    chain = chain_of([scope])
    current = resolve_versions(chain, everywhere)
    outer = resolve_versions(chain[:-1], everywhere) if len(chain) > 1 else {}
    drafts = {(one.kind, one.key): one for one in drafts_of(db, scope) if one.kind in kinds}
    names = names_of(db, current.values())
    users = count_users(db, [one.id for one in current.values()], tenant)
    derived = _derived(
        one for one in everywhere if sees_all or may(db, reader, "definition.read", one.scope)
    )
    listed = []
    for name in sorted({*current, *drafts}):
        version, draft = current.get(name), drafts.get(name)
        listed.append(
            ListedDefinition(
                name[0],
                name[1],
                names.get(name) or _name_of_draft(name, draft),
                scope,
                version,
                outer.get(name),
                draft,
                0 if version is None else users.get(version.id, 0),
                () if version is None else tuple(derived.get((name, version.scope), ())),
            )
        )
    return listed


def find_definition(
    db: Session, scope: str, kind: str, key: str, *, reader: Actor | None = None
) -> ListedDefinition | None:
    """Give one of the list, None if the scope knows nothing of it."""
    if kind not in KINDS:
        return None
    return next(
        (one for one in list_definitions(db, scope, [kind], reader=reader) if one.key == key), None
    )


def _name_of_draft(name: Name, draft: Draft | None) -> DefinitionName:
    content = b"" if draft is None or draft.content is None else draft.content
    return name_in(name[0], name[1], content)


def _derived(versions: Iterable[Version]) -> dict[tuple[Name, str], list[str]]:
    """List the scopes that made a definition of their own from that of another, by that."""
    found: dict[tuple[Name, str], list[str]] = {}
    for one in versions:
        if one.derived_from and not one.withdrawn:
            outer = one.derived_from.rpartition("@")[0]
            found.setdefault((one.name, outer), []).append(one.scope)
    return found
