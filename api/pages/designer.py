"""The list of a scope's definitions, and the page of each: whose it is, what differs, who uses it.

A page of one definition answers any `/designer/<kind>/<key>`, so its router comes after those of
the designer's other pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import File, Form, Path, Query, Response, UploadFile
from fastapi.responses import RedirectResponse
from fastapi.routing import iter_route_contexts

from api.definitions import require_change, require_read
from api.drafts import told_to_clients
from api.i18n import translate
from api.pages.names import KINDS, Names
from api.pages.pictures import Picture, picture_of, picture_words
from api.pages.staff import staff_page
from api.pages.templating import for_tools, is_built
from api.problems import Problem, problem_of
from api.scope_files import definition_named
from api.work import PageRouter, Posting, Reading, Work
from appraisal.zip_files import RefusedZip
from engine.comparison import Change, compare
from engine.decisions import InvalidDecisions
from engine.draft_leases import DraftHeld, DraftLease, lease_of
from engine.drafts import DraftMoved, discard_draft
from engine.errors import DiagramError
from engine.scopes import for_industry, industry_of, level_of
from engine.sources import SCENARIOS
from engine.version_lists import Version, versions_of
from tasks.definition_differences import count_differences
from tasks.definition_drafts import Ground, ground_of, keep_draft
from tasks.definition_layers import Resolved, resolve
from tasks.definition_lists import (
    ListedDefinition,
    ListedScope,
    find_definition,
    list_definitions,
    list_scopes,
    scope_name,
)
from tasks.definition_people import people_named
from tasks.industry_places import IndustryPlace, places_in_industries
from tasks.publications import bases_of
from tasks.scope_archives import take_file_in

router = PageRouter()

Scope = Annotated[str, Query(max_length=100, description="whose definitions; empty: one's own")]
Kind = Annotated[str, Path(max_length=20)]
Key = Annotated[str, Path(max_length=100)]

STATES = {"own": "本级自有", "inherited": "沿用上级", "draft": "有草稿", "behind": "上级已更新"}
_MOST_CHANGES = 40
# Who is stored for what came with the product.
_PRODUCT = frozenset({"migrate", "demo", "release"})


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of definitions to look at."""

    kind: str
    label: str
    count: int


@router.get("/designer")
def definitions_page(
    work: Reading,
    scope: Scope = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """List the definitions of a scope by kind."""
    return _listed(work, scope or work.own_scope, kind, state, q)


def _listed(
    work: Work,
    scope: str,
    kind: str = "",
    state: str = "",
    q: str = "",
    *,
    refused: Sequence[str] = (),
    status: int = 200,
) -> Response:
    require_read(work, scope)
    every = list_definitions(work.db, scope, reader=work.actor)
    wanted = [one for one in every if _matches(one, q) and (not state or _is_in(one, state))]
    counts = Counter(one.kind for one in wanted)
    tabs = [Tab(one, translate(name, work.language), counts[one]) for one, name in KINDS.items()]
    first = next((tab.kind for tab in tabs if tab.count), "process")
    kind = kind if kind in KINDS and (counts[kind] or not counts) else first
    # What is the scope's own work comes first.
    rows = sorted(
        (one for one in wanted if one.kind == kind),
        key=lambda one: (one.draft is None, not one.is_own),
    )
    chosen = _scope(work, scope)
    return staff_page(
        work, "designer.html", "designer", work.installation.clock.now(),
        rows=rows, tabs=tabs, kind=kind, state=state, q=q,
        states={one: translate(name, work.language) for one, name in STATES.items()},
        scopes=list_scopes(work.db, work.actor), chosen=chosen,
        draft_count=sum(one.draft is not None for one in every),
        behind_count=sum(one.is_behind for one in every),
        people=_people(work, rows), scope_names=_scope_names(work, rows),
        differences=count_differences(work.db, rows),
        publish_page=_has(work, "/designer/publish"), moves=work.may("migration.rehearse"),
        refused=refused, status=status,
        files_route=_has(work, "/api/v1/scopes/{scope}/files"),
        edit_address=lambda one: _edit_address(work, one, chosen),
    )  # fmt: skip


@router.post("/designer/import")
def take_files(
    work: Posting,
    scope: Scope = "",
    file: Annotated[UploadFile | None, File()] = None,
    into: Annotated[str, Form(max_length=121)] = "",
) -> Response:
    """Make drafts of an uploaded file, and show them; or say why it cannot be taken.

    A single file is taken as what it says it is, or as the definition that `into` names.
    """
    require_change(work, scope)
    place = definition_named(work, scope, into)
    name = "" if file is None else file.filename or ""
    try:
        # Of a file that is refused nothing is kept, and the page is still drawn.
        with told_to_clients(work), work.db.begin_nested():
            content = b"" if file is None else file.file.read()
            take_file_in(
                work.db, scope, name, content,
                actor=work.actor.key, now=work.installation.clock.now(), into=place,
            )  # fmt: skip
    except (Problem, RefusedZip) as error:
        told = problem_of(error, work.language) if isinstance(error, RefusedZip) else error
        return _listed(work, scope, refused=_reasons(told, work.language), status=422)
    root = work.request.scope.get("root_path", "")
    target = f"/{into}?scope={scope}" if place else f"?scope={scope}&state=draft"
    return RedirectResponse(f"{root}/designer{target}", 303)


def _reasons(problem: Problem, language: str) -> list[str]:
    """Say in words why a file was not taken."""
    if problem.name == "draft-held":
        return [translate("他人正在编辑其中的定义，请稍后再试。", language)]
    english = "message_en" if language == "en" else "message"
    return [one.get(english) or one.get("message", "") for one in problem.errors[:10]]


@router.get("/designer/{kind}/{key}")
def definition_page(work: Reading, kind: Kind, key: Key, scope: Scope = "") -> Response:
    """Show one definition as it holds in a scope."""
    scope = scope or work.own_scope
    require_read(work, scope)
    one = find_definition(work.db, scope, kind, key, reader=work.actor)
    if one is None:
        raise Problem("not-found")
    ground = ground_of(work.db, scope, kind, key)
    found = _changes(one, ground)
    changes = None if found is None else [change for change in found if change.is_meant]
    versions = versions_of(work.db, scope, kind, key)
    outer = [] if one.outer is None else versions_of(work.db, one.outer.scope, kind, key)
    held = lease_of(work.db, scope, kind, key)
    chosen = _scope(work, scope)
    resolved = _resolved(work, one)
    page = staff_page(
        work, "definition.html", "designer", work.installation.clock.now(),
        one=one, chosen=chosen, kind_name=translate(KINDS[kind], work.language),
        changes=None if changes is None else changes[:_MOST_CHANGES],
        change_count=len(changes or ()),
        moved_count=len(found or ()) - len(changes or ()),
        picture=_picture(work, one, ground), **picture_words(work.language),
        resolved=resolved, viewer="resolved" if resolved and is_built("resolved") else None,
        versions=versions, outer_versions=outer, held=held,
        held_by_me=held is not None and held.holder == work.actor.key,
        people=_people(work, [one], [*versions, *outer], held),
        scope_names=_scope_names(work, [one], resolved.scopes() if resolved else ()),
        own_scope=work.own_scope,
        bases=_bases(work, one),
        moves=kind == "process" and work.may("migration.rehearse"),
        edit=_edit_address(work, one, chosen),
        customise=_customise(work, one), places=_places(work, one),
        names=Names(work, scope),
        compares=_has(work, "/designer/compare"),
        rebases=_has(work, "/designer/rebase/{kind}/{key}"),
        publish_page=_has(work, "/designer/publish"),
        scenarios=kind == "process"
        and work.may("definition.design")
        and _has(work, "/designer/scenarios/{process}/edit"),
    )  # fmt: skip
    return for_tools(page) if resolved else page


@router.post("/designer/{kind}/{key}/outer")
def return_to_outer(work: Posting, kind: Kind, key: Key, scope: Scope = "") -> Response:
    """Draft that the scope gives up its own definition, for the outer one to hold again."""
    one = _changeable(work, scope, kind, key)
    if not one.is_own:
        raise Problem("not-found")
    now = work.installation.clock.now()
    try:
        keep_draft(work.db, scope, kind, key, None, expected=None, actor=work.actor.key, now=now)
    except DraftHeld as held:
        raise Problem("draft-held") from held
    return _back(work, kind, key, scope)


@router.post("/designer/{kind}/{key}/discard")
def discard(work: Posting, kind: Kind, key: Key, scope: Scope = "") -> Response:
    """Throw the draft of a definition away; what was saved stays in its history."""
    one = _changeable(work, scope, kind, key)
    try:
        discard_draft(work.db, scope, kind, key, expected=None, actor=work.actor.key)
    except (DraftHeld, DraftMoved) as error:
        raise Problem("draft-held") from error
    if one.current is None:
        root = work.request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/designer?scope={scope}&kind={kind}", 303)
    return _back(work, kind, key, scope)


def _changeable(work: Work, scope: str, kind: str, key: str) -> ListedDefinition:
    require_change(work, scope)
    one = find_definition(work.db, scope, kind, key, reader=work.actor)
    if one is None:
        raise Problem("not-found")
    return one


def _back(work: Work, kind: str, key: str, scope: str) -> Response:
    root = work.request.scope.get("root_path", "")
    return RedirectResponse(f"{root}/designer/{kind}/{key}?scope={scope}", 303)


def _matches(one: ListedDefinition, text: str) -> bool:
    wanted = text.strip().lower()
    return any(wanted in told.lower() for told in (one.key, one.name.zh, one.name.en))


def _is_in(one: ListedDefinition, state: str) -> bool:
    return {
        "own": one.is_own,
        "inherited": one.current is not None and not one.is_own,
        "draft": one.draft is not None,
        "behind": one.is_behind,
    }.get(state, True)


def _scope(work: Work, scope: str) -> ListedScope:
    """Say what the reader may do in a scope, also in one that has nothing yet."""
    return ListedScope(
        scope,
        scope_name(work.db, scope),
        work.may("definition.design", scope),
        work.may("definition.publish", scope),
    )


def _people(
    work: Work,
    rows: Sequence[ListedDefinition],
    versions: Sequence[Version] = (),
    held: DraftLease | None = None,
) -> dict[str, str]:
    keys = [one.draft.updated_by for one in rows if one.draft is not None]
    keys += [one.published_by for one in versions]
    named = people_named(work.db, work.actor, [*keys, *([held.holder] if held else [])])
    return named | dict.fromkeys(_PRODUCT & named.keys(), translate("随产品提供", work.language))


def _scope_names(
    work: Work, rows: Sequence[ListedDefinition], more: Sequence[str] = ()
) -> dict[str, str]:
    """Name the scopes that rows speak of; other organisations are counted, never named."""
    found = {*more}
    found |= {one.current.scope for one in rows if one.current is not None}
    found |= {one.outer.scope for one in rows if one.outer is not None}
    found |= {scope for one in rows for scope in one.derived}
    return {
        scope: scope_name(work.db, scope).told(work.language)
        for scope in found
        if work.may("definition.read", scope)
    }


def _changes(one: ListedDefinition, ground: Ground) -> list[Change] | None:
    """Say how the draft or the own definition differs from the outer one; None: it is that."""
    mine = ground.current.content if one.is_own and ground.current is not None else None
    if one.draft is not None and one.draft.content is not None:
        mine = one.draft.content
    if mine is None or ground.outer is None:
        return None
    # Scenarios come beside the outer ones and do not take their place.
    outer = None if one.kind == SCENARIOS else ground.outer.content
    try:
        return list(compare(one.kind, outer, mine))
    except (DiagramError, InvalidDecisions):
        return None  # The check of the draft says what cannot be read.


def _bases(work: Work, one: ListedDefinition) -> dict[tuple[str, int], str]:
    """Say on what basis versions were published, by scope and version."""
    scopes = {one.scope, *([one.outer.scope] if one.outer is not None else [])}
    return {
        (scope, version): basis
        for scope in scopes
        for version, basis in bases_of(work.db, scope, one.kind, one.key).items()
    }


def _picture(work: Work, one: ListedDefinition, ground: Ground) -> Picture | None:
    """Draw what is in force, and of what never was the draft."""
    content = None if ground.current is None else ground.current.content
    if one.current is None and one.draft is not None:
        content = one.draft.content
    return picture_of(one.kind, content, work.language)


def _resolved(work: Work, one: ListedDefinition) -> Resolved | None:
    """Say whose the parts of a process are; None for what has none, or cannot be read."""
    if one.kind != "process":
        return None
    try:
        return resolve(work.db, [one.scope], one.key)
    except DiagramError:
        return None


def _has(work: Work, path: str) -> bool:
    """Tell whether the application has a page."""
    return any(route.path == path for route in iter_route_contexts(work.request.app.routes))


def _edit_address(work: Work, one: ListedDefinition, chosen: ListedScope) -> str:
    """Give the address of the editor of a definition; empty if there is none for the reader."""
    if not chosen.may_design:
        return ""
    if one.kind == "scenarios":
        path = "/designer/scenarios/{process}/edit"
        place = f"/designer/scenarios/{one.key}/edit"
    else:
        path = f"/designer/{one.kind}/{{key}}/edit"
        place = f"/designer/{one.kind}/{one.key}/edit"
    generic = one.kind != "paper" and _has(work, "/designer/{kind}/{key}/edit")
    return f"{place}?scope={chosen.scope}" if generic or _has(work, path) else ""


def _customise(work: Work, one: ListedDefinition) -> str:
    """Give the address at which the reader's own organisation makes it its own."""
    if level_of(one.scope) == "organisation" or one.current is None:
        return ""
    industry = industry_of(one.scope)
    own = work.own_scope
    scope = for_industry(work.actor.tenant, industry) if industry else own
    return _edit_address(work, replace(one, scope=scope), _scope(work, scope))


def _places(work: Work, one: ListedDefinition) -> list[IndustryPlace]:
    """Say what holds for the industries beside what the organisation has for everybody."""
    if one.scope != work.own_scope or one.kind == SCENARIOS:
        return []
    return places_in_industries(work.db, work.actor.tenant, one.kind, one.key)
