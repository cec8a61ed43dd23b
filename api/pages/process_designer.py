"""The page on which a process is drawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from api.pages.editing import Scope, require_design, resolved, scope_name
from api.pages.templating import draw_editor
from api.work import PageRouter, Reading
from engine.design_context import named_processes

router = PageRouter()
Key = Annotated[str, Path(max_length=100)]


@router.get("/designer/process/{key}/edit")
def edit_process(work: Reading, key: Key, scope: Scope = "") -> Response:
    """Draw the designer around the draft of a process; the editor fetches what it needs."""
    scope = scope or work.own_scope
    require_design(work, scope)
    work.require("definition.design")
    member = resolved(work, scope, "process").get(key)
    names = {one.key: one.name for one in named_processes([member] if member else [])}
    title = names.get(key, {"zh": key, "en": key})
    origin = scope if member is None else member.scope
    return draw_editor(
        work,
        "process_designer.html",
        entry="process",
        key=key,
        scope=scope,
        scope_name=scope_name(work, scope),
        origin_name=None if origin == scope else scope_name(work, origin),
        title=title["en" if work.language == "en" else "zh"],
    )
