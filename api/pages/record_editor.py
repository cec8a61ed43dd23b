"""The pages in which posts, score sheets and archive catalogues are edited as tables."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from api.pages.editing import Scope, editor_page
from api.pages.names import Names
from api.work import PageRouter, Reading, Work

router = PageRouter()
Key = Annotated[str, Path(max_length=100)]


@router.get("/designer/posts/{key}/edit")
def edit_posts(work: Reading, key: Key, scope: Scope = "") -> Response:
    """Edit the posts, duties and exclusions of a scope."""
    return _page(work, "posts", key, scope)


@router.get("/designer/sheet/{key}/edit")
def edit_sheet(work: Reading, key: Key, scope: Scope = "") -> Response:
    """Edit a score sheet."""
    return _page(work, "sheet", key, scope)


@router.get("/designer/catalogue/{key}/edit")
def edit_catalogue(work: Reading, key: Key, scope: Scope = "") -> Response:
    """Edit a catalogue of an archive's volumes."""
    return _page(work, "catalogue", key, scope)


def _page(work: Work, kind: str, key: str, scope: str) -> Response:
    scope = scope or work.own_scope
    name = Names(work, scope).title(kind, key)
    return editor_page(
        work, "record_editor.html", entry="records", key=key, scope=scope, kind=kind, name=name
    )
