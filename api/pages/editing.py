"""What the pages of the editors for tables and forms have in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from api.languages import language_of
from api.pages.templating import draw_editor
from api.problems import Problem
from api.work import Work
from engine.bundles import Member, as_member, newest, resolve
from engine.scopes import BadScope, chain_of, level_of

Scope = Annotated[str, Query(max_length=100, description="whose definition is edited")]


def editor_page(work: Work, template: str, *, entry: str, key: str, scope: str) -> Response:
    """Draw the page of an editor.

    Raises:
        Problem: forbidden, or not-found.
    """
    require_design(work, scope)
    here = f"{work.request.url.path}?{work.request.url.query}"
    return draw_editor(
        work, template, entry=entry, key=key, scope=scope, scope_name=scope_name(work, scope),
        here=here,
    )  # fmt: skip


def require_design(work: Work, scope: str) -> None:
    """Refuse those who do not design, and scopes that are not theirs to see.

    Raises:
        Problem: forbidden, or not-found.
    """
    work.require("definition.design")
    try:
        level = level_of(scope)
    except BadScope as error:
        raise Problem("not-found") from error
    if level == "organisation" and scope != f"organisation:{work.actor.tenant}":
        raise Problem("not-found")


def scope_name(work: Work, scope: str) -> str:
    """Name a scope as people do."""
    english = language_of(work.request) == "en"
    level, _, key = scope.partition(":")
    if level == "base":
        return "Base" if english else "基础"
    word = {
        "industry": ("行业", "Industry"),
        "organisation": ("机构", "Organisation"),
    }[level][english]
    return f"{word} {key}"


def resolved(work: Work, scope: str, kind: str) -> dict[str, Member]:
    """Read the stored definitions of a kind as this scope sees them, by key."""
    chain = chain_of([scope])
    rows = [row for row in newest(work.db, chain) if row.kind == kind and not row.withdrawn]
    found: dict[Any, Member] = resolve(chain, [as_member(row) for row in rows])
    return {one.key: one for one in found.values()}
