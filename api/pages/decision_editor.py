"""The page in which decisions are drawn and tried out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from api.pages.editing import Scope, editor_page
from api.work import PageRouter, Reading

router = PageRouter()
Key = Annotated[str, Path(max_length=100)]


@router.get("/designer/decision/{key}/edit")
def edit_decision(work: Reading, key: Key, scope: Scope = "") -> Response:
    """Edit the decisions of a file in a scope."""
    return editor_page(work, "decision_editor.html", entry="decision", key=key, scope=scope)
