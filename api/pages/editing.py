"""What the pages of the editors for tables and forms have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from api.definitions import require_read
from api.pages.templating import draw_editor
from api.work import Work
from engine.bundles import Member, as_member, newest, resolve
from engine.scopes import chain_of
from tasks.definition_lists import scope_name as named_scope

Scope = Annotated[str, Query(max_length=100, description="whose definition is edited")]
"""Empty for the scope of the actor's organisation, as everywhere in the designer."""


def editor_page(
    work: Work, template: str, *, entry: str, key: str, scope: str, **values: str
) -> Response:
    """Draw the page of an editor.

    Raises:
        Problem: forbidden, or not-found.
    """
    scope = scope or work.own_scope
    require_read(work, scope)
    work.require("definition.design")
    here = f"{work.request.url.path}?{work.request.url.query}"
    return draw_editor(
        work, template, entry=entry, key=key, scope=scope,
        scope_name=scope_name(work, scope), here=here, **values,
    )  # fmt: skip


def require_design(work: Work, scope: str) -> None:
    """Refuse those who do not design, and scopes that are not theirs to see.

    Raises:
        Problem: forbidden, or not-found.
    """
    require_read(work, scope)


def scope_name(work: Work, scope: str) -> str:
    """Name a scope in the reader's language."""
    name = named_scope(work.db, scope)
    return name.en if work.language == "en" else name.zh


def resolved(work: Work, scope: str, kind: str) -> dict[str, Member]:
    """Read the stored definitions of a kind as this scope sees them, by key."""
    chain = chain_of([scope])
    rows = [row for row in newest(work.db, chain) if row.kind == kind and not row.withdrawn]
    return {one.key: one for one in resolve(chain, [as_member(row) for row in rows]).values()}
