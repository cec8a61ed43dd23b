"""Pages of the publish gate: choose drafts, see what stands against them, publish, look back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.definitions import require_publish
from api.pages.editing import scope_name
from api.pages.names import Names
from api.pages.publication_changes import Told, told_of_draft, told_of_publication
from api.pages.staff import staff_page
from api.pages.templating import for_tools, is_built
from api.publications import (
    Confirmation,
    confirmed,
    order_publication,
    publication_by_id,
    publications_of,
    summary_of,
    view_of,
)
from api.work import PageRouter, Posting, Reading, Work
from engine.drafts import Draft, drafts_of
from tasks.definition_names import name_in
from tasks.publications import (
    InstancesStranded,
    NothingToPublish,
    PublicationMoved,
    PublicationNotReady,
    PublicationRow,
    SamePerson,
    drawn_in,
    needs_second,
    refuse,
    stranded_in,
)

router = PageRouter()
Scope = Annotated[str, Query(max_length=100)]
# Warnings that say where a change has no effect, or what else it reaches: they are not folded away.
ELSEWHERE = frozenset(
    [
        "industry_stays",
        "industry_replaced",
        "industry_takes_over",
        "own_for_industry",
        "outer_moved",
        "left_behind",
    ]
)


async def _posted(request: Request) -> FormData:
    return await request.form(max_fields=1000)


Form = Annotated[FormData, Depends(_posted)]


@router.get("/designer/publish")
def choose_drafts(work: Reading, scope: Scope = "") -> Response:
    """Draw the drafts of a scope with what differs, to choose what is to be published."""
    scope = scope or work.own_scope
    require_publish(work, scope)
    drafts = _told_drafts(work, scope)
    if drafts:
        # What comes next is to examine them.
        work.installation.examiner.prepare()
    return _page(work, "publish.html", scope, drafts=drafts, error=None)


def _told_drafts(work: Work, scope: str) -> list[tuple[Draft, Told]]:
    return [(one, told_of_draft(work, one)) for one in drafts_of(work.db, scope)]


@router.post("/designer/publish")
def examine_drafts(work: Posting, form: Form, scope: Scope = "") -> Response:
    """Have the chosen drafts examined, and go to what comes of it."""
    scope = scope or work.own_scope
    require_publish(work, scope)
    names = [tuple(str(one).split("/", 1)) for one in form.getlist("draft")]
    chosen = [(one[0], one[1]) for one in names if len(one) == 2]
    try:
        row = order_publication(work, scope, chosen, dry=False)
    except NothingToPublish:
        drafts = _told_drafts(work, scope)
        return _page(work, "publish.html", scope, drafts=drafts, error="nothing")
    root = work.request.scope.get("root_path", "")
    return RedirectResponse(f"{root}/designer/publications/{row.id}", 303)


@router.get("/designer/publications")
def list_publications(work: Reading, scope: Scope = "") -> Response:
    """List what was published in a scope, and what was not."""
    scope = scope or work.own_scope
    require_publish(work, scope)
    rows = [summary_of(one) for one in publications_of(work, scope)]
    return _page(work, "publications.html", scope, rows=rows)


@router.get("/designer/publications/{publication_id}")
def read_publication(work: Reading, publication_id: UUID) -> Response:
    """Draw how far an examination is, or what it found."""
    return _draw(work, publication_id)


@router.post("/designer/publications/{publication_id}")
def decide_publication(work: Posting, form: Form, publication_id: UUID) -> Response:
    """Publish, ask the second person, or give it up."""
    row = publication_by_id(work, publication_id)
    basis, note = str(form.get("basis") or "")[:500], str(form.get("note") or "")[:2000]
    try:
        if form.get("action") == "refuse":
            refuse(work.db, row.id, work.actor, note)
        else:
            said = Confirmation(
                basis=basis, note=note, leaves_behind=bool(form.get("leaves_behind"))
            )
            confirmed(work, row.id, said)
    except (InstancesStranded, PublicationMoved, PublicationNotReady, SamePerson) as error:
        given = {"basis": basis, "note": note}
        return _draw(work, publication_id, error=type(error).__name__, given=given)
    root = work.request.scope.get("root_path", "")
    return RedirectResponse(f"{root}/designer/publications/{row.id}", 303)


def _draw(
    work: Work,
    publication_id: UUID,
    error: str | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    row = publication_by_id(work, publication_id)
    view = view_of(row)
    given = given or {"basis": row.basis, "note": row.note}
    report = {"findings": [], "effects": None, **(view.report or {})}
    scenarios = report.get("scenarios", [])
    chains = {
        chain: [one for one in scenarios if one["chain"] == chain]
        for chain in dict.fromkeys(one["chain"] for one in scenarios)
    }
    return _page(
        work,
        "publication.html",
        row.scope,
        publication=view,
        given=given,
        told=told_of_publication(work, row),
        report=report,
        chains=chains,
        elsewhere=[one for one in report["findings"] if one["code"] in ELSEWHERE],
        stranded=stranded_in(report),
        coverage=_coverage(work, row, report),
        same_person=row.actor == work.actor.key,
        needs_second=needs_second(work.db, row),
        moment=datetime.now(UTC),
        error=error,
    )


def _coverage(work: Work, row: PublicationRow, report: dict[str, Any]) -> list[dict[str, Any]]:
    found = report.get("coverage") or {}
    contents = drawn_in(work.db, row) if found else {}
    return [
        {
            "process": process_id,
            "name": name_in("process", process_id, contents.get(process_id, "").encode()),
            "drawn": process_id in contents and process_id in report.get("flows", {}),
            "hit": sum(one["hit"] for one in elements.values()),
            "total": len(elements),
            "elements": elements,
            "flows": report.get("flows", {}).get(process_id, {}),
        }
        for process_id, elements in found.items()
    ]


def _page(work: Work, template: str, scope: str, **values: Any) -> Response:
    page = staff_page(
        work,
        template,
        "designer",
        work.installation.clock.now(),
        scope=scope,
        scope_name=scope_name(work, scope),
        names=Names(work, scope),
        lang="en" if work.language == "en" else "zh",
        entry="coverage" if is_built("coverage") else None,
        **values,
    )
    return for_tools(page)
