"""The page on which the scenarios of a process are read, written, played and saved as a draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.definitions import require_read
from api.pages.editing import scope_name
from api.pages.staff import staff_page
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld
from engine.drafts import DraftMoved
from engine.findings import Finding
from engine.remedies import remedy_of
from engine.sources import SCENARIOS
from tasks.definition_drafts import keep_draft
from tasks.scenario_drafts import (
    adopt_path,
    contents_for,
    members_with_drafts,
    own_scenarios,
    scenarios_for,
    with_own,
)
from tasks.scenario_outcomes import Outcome
from tasks.scenario_sets import check_scenarios

router = PageRouter()
MOST_TEXT = 1_000_000
Key = Annotated[str, Path(max_length=100)]
Scope = Annotated[str, Query(max_length=100)]


async def _posted(request: Request) -> FormData:
    return await request.form(max_fields=20, max_part_size=MOST_TEXT)


Form = Annotated[FormData, Depends(_posted)]


@router.get("/designer/scenarios/{process}/edit")
def edit_scenarios(work: Reading, process: Key, scope: Scope = "base") -> Response:
    """Draw the scenarios of a process: those that hold in a scope, and its own to change."""
    require_read(work, scope)
    own = own_scenarios(work.db, scope, process)
    return _draw(work, process, scope, own.text, own.revision)


@router.post("/designer/scenarios/{process}/edit")
def save_scenarios(work: Posting, process: Key, form: Form, scope: Scope = "base") -> Response:
    """Check what was written, and save it as a draft."""
    require_read(work, scope)
    text, revision = _written(form)
    findings = check_scenarios(process, text.encode()) if text.strip() else []
    if findings:
        return _draw(work, process, scope, text, revision, findings=findings)
    work.require("definition.design", scope)
    try:
        keep_draft(
            work.db,
            scope,
            SCENARIOS,
            process,
            text.encode() if text.strip() else None,
            expected=revision,
            actor=work.actor.key,
            now=work.installation.clock.now(),
        )
    except DraftRefused as error:
        return _draw(work, process, scope, text, revision, findings=list(error.findings))
    except (DraftMoved, DraftHeld) as error:
        return _draw(work, process, scope, text, revision, error=type(error).__name__)
    return _back(work, f"/designer/scenarios/{process}/edit?scope={scope}&saved=1")


@router.post("/designer/scenarios/{process}/play")
def play_scenarios(work: Reading, process: Key, form: Form, scope: Scope = "base") -> Response:
    """Check what was written and play it; nothing is stored, and nobody waits to write."""
    require_read(work, scope)
    text, revision = _written(form)
    findings = check_scenarios(process, text.encode()) if text.strip() else []
    played = None if findings else _play(work, process, scope, text)
    return _draw(work, process, scope, text, revision, findings=findings, played=played)


@router.post("/designer/scenarios/{process}/adoption")
def adopt_scenario(work: Posting, process: Key, form: Form, scope: Scope = "base") -> Response:
    """Let a scenario take the way that it took, as a draft."""
    require_read(work, scope)
    work.require("definition.design", scope)
    path = [one for one in str(form.get("path") or "").split(",") if one]
    try:
        draft = adopt_path(
            work.db,
            scope,
            process,
            str(form.get("name") or ""),
            path,
            actor=work.actor.key,
            now=work.installation.clock.now(),
        )
    except (DraftMoved, DraftHeld) as error:
        own = own_scenarios(work.db, scope, process)
        return _draw(work, process, scope, own.text, own.revision, error=type(error).__name__)
    if draft is None:
        raise Problem("not-found")
    return _back(work, f"/designer/scenarios/{process}/edit?scope={scope}&saved=1")


def _written(form: FormData) -> tuple[str, int]:
    text = str(form.get("text") or "").replace("\r\n", "\n")
    revision = str(form.get("revision") or "0")
    return text, int(revision) if revision.isdigit() and len(revision) < 10 else 0


def _play(work: Work, process: str, scope: str, text: str) -> list[Outcome]:
    members = with_own(members_with_drafts(work.db, scope), scope, process, text)
    wanted = scenarios_for(members, scope, process)
    return work.installation.examiner.play(contents_for(members, scope), wanted)


def _back(work: Work, place: str) -> Response:
    return RedirectResponse(f"{work.request.scope.get('root_path', '')}{place}", 303)


def _draw(
    work: Work,
    process: str,
    scope: str,
    text: str,
    revision: int,
    *,
    findings: list[Finding] | None = None,
    played: list[Outcome] | None = None,
    error: str | None = None,
) -> Response:
    members = members_with_drafts(work.db, scope)
    english = work.language == "en"
    return staff_page(
        work,
        "scenarios.html",
        "designer",
        work.installation.clock.now(),
        process=process,
        scope=scope,
        scope_name=scope_name(work, scope),
        text=text,
        revision=revision,
        scenarios=scenarios_for(members, scope, process),
        own_folder=scope.replace(":", "/"),
        findings=[
            (one.message_en if english else one.message_zh, remedy_of(one)[english])
            for one in findings or []
        ],
        played=played,
        problems=[one.problem_en if english else one.problem for one in played or []],
        error=error,
        saved=work.request.query_params.get("saved") == "1",
        may_design=work.may("definition.design", scope),
    )
