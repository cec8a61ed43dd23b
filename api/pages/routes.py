"""All pages, their static files, and errors drawn for browsers."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.pages import (
    candidates,
    comparisons,
    decision_editor,
    designer,
    enrolments,
    form_editor,
    inbox,
    incidents,
    migrations,
    new_definitions,
    people,
    person,
    process_designer,
    publications,
    record_editor,
    recordings,
    scenario_editor,
    sessions,
    sign_in,
    starting,
    stored_files,
    verification,
    vocabulary_editor,
)
from api.pages.errors import error_page, wants_page

ROUTERS = (
    # Before the pages of definitions, whose addresses have places for any word.
    publications.router,
    scenario_editor.router,
    recordings.router,
    sign_in.router,
    inbox.router,
    sessions.router,
    starting.router,
    enrolments.router,
    candidates.router,
    incidents.router,
    migrations.router,
    people.router,
    person.router,
    stored_files.router,
    comparisons.router,
    verification.router,
    decision_editor.router,
    form_editor.router,
    new_definitions.router,
    record_editor.router,
    process_designer.router,
    vocabulary_editor.router,
    # Last: its page of one definition would take the addresses of the others for kinds.
    designer.router,
)


class KeptFiles(StaticFiles):
    """Static files that browsers may keep for good: their address names their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file."""
        response = await super().get_response(path, scope)
        named = b"v=" in scope.get("query_string", b"") or "/chunk-" in f"/{path}"
        if response.status_code == 200 and named:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def add_pages(app: FastAPI) -> None:
    """Add the pages to an application."""
    for router in ROUTERS:
        app.include_router(router)
    static = Path(str(files("api").joinpath("static")))
    app.mount("/static", KeptFiles(directory=static), name="static")
    app.state.error_page = _error_page


def _error_page(request: Request, status: int, title: str, detail: str) -> Response | None:
    """Draw an error if a browser asked for a page; None leaves it to the API's own way."""
    return error_page(request, status, title, detail) if wants_page(request) else None
