"""The page on which the scenarios of a process are read, written, played and saved as a draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from api.pages.editing import Scope, editor_page
from api.work import PageRouter, Reading

router = PageRouter()
Key = Annotated[str, Path(max_length=100)]


@router.get("/designer/scenarios/{process}/edit")
def edit_scenarios(work: Reading, process: Key, scope: Scope = "") -> Response:
    """Edit a scope's scenarios of a process, beside the drawing and as YAML."""
    page = editor_page(work, "scenarios.html", entry="scenarios", key=process, scope=scope)
    # What comes next is to play them.
    work.installation.examiner.prepare()
    return page
