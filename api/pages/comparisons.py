"""The pages that show what differs between versions, and what an outer version brings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.comparisons import Kind, Name, Side, changes_of, content_of, merged_rebase, rebased
from api.i18n import translate
from api.pages.editing import Scope, require_design, scope_name
from api.pages.names import KINDS, Names
from api.pages.pictures import RECORDS, Told, Versions, compared_sides, picture_words, rebased_sides
from api.pages.staff import here
from api.pages.templating import draw_editor
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from engine.comparison import Change
from engine.comparison.json_words import shown_json
from engine.scopes import BASE, chain_of, level_of
from engine.versions import Edition, editions_of

router = PageRouter()
NOTHING = "none"
"""What the first version of a definition is compared with; no edition has such a name."""


async def _posted(request: Request) -> FormData:
    return await request.form(max_fields=4000)


Posted = Annotated[FormData, Depends(_posted)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A version that can be compared."""

    name: str
    label: str


@router.get("/designer/compare")
def compare_page(
    work: Reading,
    kind: Kind = "process",
    key: Name = "",
    scope: Scope = BASE,
    before: Annotated[str | None, Query(alias="from", max_length=120)] = None,
    after: Annotated[str | None, Query(alias="to", max_length=120)] = None,
) -> Response:
    """Show two versions side by side; without a choice the newest and what it came from.

    The older may be `none`, for what is new as a whole.
    """
    require_design(work, scope)
    editions = _editions(work, kind, key, scope)
    if not editions:
        raise Problem("not-found")
    newer = after or editions[0].name
    older = before or _origin(editions, newer)
    contents = [_content(work, kind, key, one) for one in (older, newer)]
    labels = [_label(work, editions, one) for one in (older, newer)]
    changes = changes_of(kind, *contents)
    choices = [_choice(work, one) for one in editions]
    meant = [one for one in changes if one.part != "layout"]
    sides = compared_sides(Versions(kind, *contents), meant, work.language)
    return _drawn(
        work, "comparison.html", kind, key, scope,
        older_choices=[*choices, Choice(NOTHING, _label(work, editions, NOTHING))],
        choices=choices,
        older=older,
        newer=newer,
        has_older=contents[0] is not None,
        has_newer=contents[1] is not None,
        older_label=labels[0],
        newer_label=labels[1],
        changes=meant,
        sides=sides,
        links={} if sides is None else sides.links,
        lacking=[
            label
            for label, name, content in zip(labels, (older, newer), contents, strict=True)
            if content is None and name != NOTHING
        ],
        layout=[one for one in changes if one.part == "layout"],
        counts=_counts(changes),
    )  # fmt: skip


def _content(work: Work, kind: str, key: str, edition: str) -> bytes | None:
    return None if edition == NOTHING else content_of(work, kind, key, edition)


def _meant(kind: str, before: bytes | None, after: bytes | None) -> list[Change]:
    return [one for one in changes_of(kind, before, after) if one.part != "layout"]


def _drawn(
    work: Work, template: str, kind: str, key: str, scope: str, **values: object
) -> Response:
    """Draw a page with two versions of a definition on it."""
    return draw_editor(
        work, template, entry="comparison", kind=kind, key=key, scope=scope,
        kind_name=translate(KINDS[kind], work.language),
        title=Names(work, scope).title(kind, key),
        scope_name=scope_name(work, scope), here=here(work),
        **picture_words(work.language), **values,
    )  # fmt: skip


def _editions(work: Work, kind: str, key: str, scope: str) -> list[Edition]:
    """List what can be compared: the scope's own versions, then those of the scopes around it."""
    scopes = list(reversed(chain_of([scope])))
    if level_of(scope) == "organisation":
        rows = editions_of(work.db, kind, key, [scope])
        origins = {(one.derived_from or "").rpartition("@")[0] for one in rows}
        scopes[1:1] = sorted(one for one in origins if one.startswith("industry:"))
    return editions_of(work.db, kind, key, dict.fromkeys(scopes))


def _origin(editions: list[Edition], newer: str) -> str:
    """Choose what to compare a version with: the one before it, else what it was made from."""
    names = [one.name for one in editions]
    found = next((one for one in editions if one.name == newer), None)
    if found is None:
        return newer
    before = [one for one in editions[names.index(newer) + 1 :] if one.scope == found.scope]
    if before:
        return before[0].name
    if found.derived_from in names:
        return found.derived_from
    return NOTHING if names[-1] == newer else names[-1]


def _choice(work: Work, edition: Edition) -> Choice:
    label = translate("草稿", work.language)
    if edition.version is not None:
        label = translate("第 %(number)s 版", work.language) % {"number": edition.version}
    return Choice(edition.name, f"{scope_name(work, edition.scope)} {label}")


def _label(work: Work, editions: list[Edition], name: str) -> str:
    if name == NOTHING:
        return translate("（还没有）", work.language)
    found = next((one for one in editions if one.name == name), None)
    return name if found is None else _choice(work, found).label


def _counts(changes: Iterable[Change]) -> dict[str, int]:
    counts = dict.fromkeys(("added", "removed", "changed"), 0)
    for one in changes:
        if one.part != "layout":
            counts[one.kind if one.kind in counts else "changed"] += 1
    return counts


@router.get("/designer/rebase/{kind}/{key}")
def rebase_page(work: Reading, kind: Kind, key: Name, scope: Scope) -> Response:
    """Show what an outer version brings, and ask where both sides changed the same."""
    return _rebase(work, kind, key, scope, {})


def _rebase(
    work: Work, kind: str, key: str, scope: str, choices: dict[str, Side], *, refused: bool = False
) -> Response:
    rebase, merged = merged_rebase(work, scope, kind, key, {})
    editions = _editions(work, kind, key, scope)
    mine = f"{scope}@draft" if rebase.on_draft else scope
    taken = [one for one in merged.taken if one.part != "layout"]
    origin, ours, theirs = (
        content_of(work, kind, key, one) for one in (rebase.origin, mine, rebase.newest)
    )
    told = Told(_meant(kind, origin, ours), _meant(kind, origin, theirs), merged.conflicts, taken)
    sides = rebased_sides(Versions(kind, ours, theirs, origin), told, work.language)
    return _drawn(
        work, "rebase.html", kind, key, scope,
        rebase=rebase,
        mine=mine,
        origin_label=_label(work, editions, rebase.origin),
        newest_label=_label(work, editions, rebase.newest),
        conflicts=merged.conflicts,
        taken=taken,
        told_ours=told.ours,
        told_theirs=told.theirs,
        sides=sides,
        links={} if sides is None else sides.links,
        layout=[one for one in merged.taken if one.part == "layout"],
        choices=choices,
        plain=partial(_plain, kind=kind, language=work.language),
        refused=refused,
    )  # fmt: skip


def _plain(value: str, kind: str, language: str) -> str:
    """Write what is kept as JSON as people read it; the words of other kinds are as they are."""
    if kind != "form" and kind not in RECORDS:
        return value
    try:
        read = json.loads(value)
    except ValueError:
        return value
    if isinstance(read, str):
        return read
    shown = shown_json(value)
    return shown.en if language == "en" else shown.zh


@router.post("/designer/rebase/{kind}/{key}")
def save_rebase_page(
    work: Posting,
    kind: Kind,
    key: Name,
    scope: Scope,
    posted: Posted,
) -> Response:
    """Save the result as a draft; each conflict is sent as `<side> <id>`."""
    choices: dict[str, Side] = {}
    for field, one in posted.multi_items():
        if not field.startswith("conflict-") or not isinstance(one, str):
            continue
        side, _, name = one.partition(" ")
        if side == "ours":
            choices[name] = "ours"
        elif side == "theirs":
            choices[name] = "theirs"
    try:
        rebased(work, scope, kind, key, choices)
    except Problem as problem:
        if problem.name != "conflicts-open":
            raise
        page = _rebase(work, kind, key, scope, choices, refused=True)
        page.status_code = 409
        return page
    root = work.request.scope.get("root_path", "")
    target = f"{root}/designer/compare?kind={kind}&key={key}&scope={scope}&to={scope}@draft"
    return RedirectResponse(target, 303)
