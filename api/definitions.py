"""Scopes and their definitions over HTTP: lists, versions, contents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.problems import Problem
from api.resources import Resource
from api.work import Reading, Work, WorkRouter
from engine.bundles import Definition
from engine.errors import DiagramError
from engine.scopes import is_scope, level_of, organisation_of
from engine.sources import KINDS
from engine.version_lists import Version, stored_definition, versions_of
from tasks.definition_layers import resolve
from tasks.definition_lists import (
    ListedDefinition,
    find_definition,
    list_definitions,
    list_scopes,
    scope_name,
)
from tasks.definition_names import DefinitionName
from tasks.definition_people import people_named

scopes = WorkRouter(prefix="/scopes", tags=["definitions"])
definitions = WorkRouter(prefix="/definitions", tags=["definitions"])

Scope = Annotated[str, Query(max_length=100, description="whose definitions: `base`, …")]
Kind = Annotated[str, Path(max_length=20)]
Key = Annotated[str, Path(max_length=100)]


class NameView(Resource):
    """A name in both languages."""

    zh: str
    en: str


class ScopeView(Resource):
    """A scope, and what the reader may do in it."""

    scope: str
    level: str
    name: NameView
    may_design: bool
    may_publish: bool


class ScopeList(Resource):
    """Scopes, from outside in."""

    items: list[ScopeView]


class DraftNote(Resource):
    """That somebody is changing a definition."""

    revision: int
    updated_at: datetime
    updated_by: str
    removed: bool


class UsersView(Resource):
    """Who uses a definition: open instances, and inner scopes that made their own from it."""

    instances: int
    scopes: list[str]


class DefinitionSummary(Resource):
    """A definition as it holds in a scope.

    `from` is the scope that it comes from and `version` its version there; both are null for one
    that is a draft only. `behind`: the outer definition moved on since.
    """

    kind: str
    key: str
    name: NameView
    from_: Annotated[str | None, Field(alias="from")]
    version: int | None
    published_at: datetime | None
    own: bool
    derived_from: str | None
    behind: bool
    draft: DraftNote | None
    used_by: UsersView


class DefinitionList(Resource):
    """Definitions, by kind and key."""

    items: list[DefinitionSummary]


class DefinitionContent(Resource):
    """One version of a definition with its content."""

    kind: str
    key: str
    scope: str
    from_: Annotated[str, Field(alias="from")]
    version: int
    content: str
    sha256: str
    derived_from: str | None


class VersionView(Resource):
    """One version that a scope has of a definition; `withdrawn`: from then on the outer holds."""

    version: int
    sha256: str
    derived_from: str | None
    withdrawn: bool
    published_at: datetime
    published_by: str


class VersionList(Resource):
    """Versions, the newest first."""

    items: list[VersionView]


class PartView(Resource):
    """An element or a flow of a diagram, and the scope that it comes from."""

    id: str
    name: NameView
    scope: str


class ResolvedDrawing(Resource):
    """A process as it holds in a scope, its draft included, and whose each part is."""

    content: str
    scopes: dict[str, NameView]
    parts: list[PartView]


@scopes.get("")
def list_all_scopes(work: Reading) -> ScopeList:
    """List the scopes that the actor may look into."""
    work.require("definition.read")
    return ScopeList(
        items=[
            ScopeView(
                scope=one.scope,
                level=level_of(one.scope),
                name=name_view(one.name),
                may_design=one.may_design,
                may_publish=one.may_publish,
            )
            for one in list_scopes(work.db, work.actor)
        ]
    )


@definitions.get("")
def list_all_definitions(
    work: Reading, scope: Scope, kind: Annotated[str, Query(max_length=20)] = ""
) -> DefinitionList:
    """List what holds in a scope: its own definitions and those of the outer scopes."""
    require_read(work, scope)
    if kind and kind not in KINDS:
        raise Problem("not-found")
    found = list_definitions(work.db, scope, [kind] if kind else KINDS, reader=work.actor)
    people = people_named(work.db, work.actor, [one.draft.updated_by for one in found if one.draft])
    return DefinitionList(items=[_summary(one, people) for one in found])


@definitions.get("/{kind}/{key}")
def read_definition(
    work: Reading,
    kind: Kind,
    key: Key,
    scope: Scope,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    from_: Annotated[str, Query(alias="from", max_length=100)] = "",
) -> DefinitionContent:
    """Read a definition as it holds in a scope, or the `version` of it that `from` has."""
    require_read(work, scope)
    found = _stored(work, kind, key, scope, from_, version)
    return DefinitionContent(
        kind=kind,
        key=key,
        scope=scope,
        from_=found.scope,
        version=found.version,
        content=found.content.decode(errors="replace"),
        sha256=found.sha256,
        derived_from=found.derived_from,
    )


@definitions.get("/{kind}/{key}/versions")
def list_versions(work: Reading, kind: Kind, key: Key, scope: Scope) -> VersionList:
    """List the versions that a scope itself has of a definition."""
    require_read(work, scope)
    found = versions_of(work.db, scope, kind, key)
    if not found and find_definition(work.db, scope, kind, key) is None:
        raise Problem("not-found")
    people = people_named(work.db, work.actor, [one.published_by for one in found])
    return VersionList(items=[_version(one, people) for one in found])


@definitions.get("/process/{key}/drawing")
def read_drawing(work: Reading, key: Key, scope: Scope) -> ResolvedDrawing:
    """Read a process as it holds in a scope, and from which scope each part of it comes."""
    require_read(work, scope)
    try:
        found = resolve(work.db, [scope], key)
    except DiagramError as error:
        raise Problem("not-found") from error  # The check of the draft says what is wrong with it.
    if found is None:
        raise Problem("not-found")
    return ResolvedDrawing(
        content=found.content.decode(errors="replace"),
        scopes={one: name_view(scope_name(work.db, one)) for one in found.scopes()},
        parts=[
            PartView(id=one.id, name=NameView(zh=one.name[0], en=one.name[1]), scope=one.scope)
            for one in found.parts
        ],
    )


def require_read(work: Work, scope: str) -> None:
    """Refuse those who design nothing, and scopes that are not there for the actor.

    Raises:
        Problem: forbidden, or not-found.
    """
    work.require("definition.read")
    if not is_scope(scope) or not work.may("definition.read", scope):
        raise Problem("not-found")


def require_change(work: Work, scope: str) -> None:
    """Refuse those who may not change the definitions of a scope.

    Raises:
        Problem: forbidden, or not-found.
    """
    require_read(work, scope)
    work.require("definition.design", scope)


def require_publish(work: Work, scope: str) -> None:
    """Refuse those who may not publish, and scopes that are not there for the actor.

    Raises:
        Problem: forbidden, or not-found.
    """
    work.require("definition.publish")
    if not is_scope(scope) or organisation_of(scope) not in ("", work.actor.tenant):
        raise Problem("not-found")
    work.require("definition.publish", scope)


def name_view(name: DefinitionName) -> NameView:
    """Give a name as a resource."""
    return NameView(zh=name.zh, en=name.en)


def _stored(
    work: Work, kind: str, key: str, scope: str, origin: str, version: int | None
) -> Definition:
    """Find the version that is asked for.

    Raises:
        Problem: not-found.
    """
    if origin and not work.may("definition.read", origin):
        raise Problem("not-found")
    if version is None:
        listed = find_definition(work.db, origin or scope, kind, key)
        current = None if listed is None else listed.current
        if current is None:
            raise Problem("not-found")
        origin, version = current.scope, current.version
    found = stored_definition(work.db, origin or scope, kind, key, version)
    if found is None:
        raise Problem("not-found")
    return found


def _summary(one: ListedDefinition, people: dict[str, str]) -> DefinitionSummary:
    draft, current = one.draft, one.current
    return DefinitionSummary(
        kind=one.kind,
        key=one.key,
        name=name_view(one.name),
        from_=None if current is None else current.scope,
        version=None if current is None else current.version,
        published_at=None if current is None else current.published_at,
        own=one.is_own,
        derived_from=one.derived_from,
        behind=one.is_behind,
        draft=None
        if draft is None
        else DraftNote(
            revision=draft.revision,
            updated_at=draft.updated_at,
            updated_by=people[draft.updated_by],
            removed=draft.removes,
        ),
        used_by=UsersView(instances=one.instances, scopes=list(one.derived)),
    )


def _version(one: Version, people: dict[str, str]) -> VersionView:
    return VersionView(
        version=one.version,
        sha256=one.sha256,
        derived_from=one.derived_from,
        withdrawn=one.withdrawn,
        published_at=one.published_at,
        published_by=people[one.published_by],
    )


router = APIRouter()
router.include_router(scopes)
router.include_router(definitions)
