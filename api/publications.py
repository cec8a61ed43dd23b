"""Publishing through the gate: examine, confirm or refuse, and what was published before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field
from sqlmodel import col, select

from api.definitions import require_publish
from api.resources import Resource, Wanted
from api.work import Posting, Reading, Work, WorkRouter
from tasks.publications import (
    PublicationRow,
    ask,
    confirm,
    drawn_in,
    items_of_drafts,
    refuse,
    status_of,
)

router = WorkRouter(prefix="/publications", tags=["definitions"])
MOST_LISTED = 100

Id = Annotated[UUID, Path(description="id of the publication")]
Scope = Annotated[str, Field(max_length=100)]


class DraftName(Wanted):
    """One draft."""

    kind: Annotated[str, Field(max_length=20)]
    key: Annotated[str, Field(max_length=100)]


class PublicationWanted(Wanted):
    """What to publish: drafts of a scope, all if none are named; the own scope if none is."""

    scope: Scope | None = None
    drafts: Annotated[list[DraftName], Field(max_length=500)] | None = None
    dry_run: bool = False


class Confirmation(Wanted):
    """On what basis (依据文号) it is published, and a note.

    `leavesBehind`: running instances that wait at elements which are gone stay with the version
    that they have, until a migration says what takes their place.
    """

    basis: Annotated[str, Field(max_length=500)] = ""
    note: Annotated[str, Field(max_length=2000)] = ""
    leaves_behind: bool = False


class Refusal(Wanted):
    """Why it is not published."""

    note: Annotated[str, Field(max_length=2000)] = ""


class PublicationSummary(Resource):
    """A publication and how it stands."""

    id: UUID
    scope: str
    status: Literal[
        "examining", "examined", "waiting_confirmation", "published", "refused", "failed"
    ]
    dry_run: bool
    passed: bool
    actor_name: str
    confirmed_name: str | None
    basis: str
    note: str
    progress_done: int
    progress_total: int
    created_at: datetime
    finished_at: datetime | None


class PublicationView(PublicationSummary):
    """A publication with what the gate found and what it made.

    The report has findings with their remedies, scenarios by chain of scopes, coverage by
    process and element, and the effects on running instances.
    """

    report: dict[str, Any] | None
    held: list[str]
    versions: list[dict[str, Any]]
    bundles: dict[str, str]


class DrawingView(Resource):
    """A diagram of a publication with what its scenarios reach.

    `elements` and `flows` have name and number of scenarios (`reached`) by id; `walks` the path of
    each scenario, the one that it says (`expected`) and the flows it took.
    """

    process_id: str
    content: str
    elements: dict[str, dict[str, Any]]
    flows: dict[str, dict[str, Any]]
    walks: list[dict[str, Any]]


class Drawings(Resource):
    """Diagrams of a publication; those that nothing is known of are left out."""

    items: list[DrawingView]


class Publications(Resource):
    """Publications, the newest first."""

    items: list[PublicationSummary]


@router.post("", status_code=202, response_model=PublicationView)
def ask_for_publication(work: Posting, body: PublicationWanted, request: Request) -> Response:
    """Have drafts examined by the gate; its resource tells how far that is and what it found."""
    scope = body.scope or work.own_scope
    require_publish(work, scope)
    row = order_publication(
        work,
        scope,
        None if body.drafts is None else [(one.kind, one.key) for one in body.drafts],
        dry=body.dry_run,
    )
    where = f"{request.url.path.rstrip('/')}/{row.id}"
    return work.reply(view_of(row), 202, {"Location": where})


def order_publication(
    work: Work, scope: str, names: list[tuple[str, str]] | None, *, dry: bool
) -> PublicationRow:
    """Note a publication and have it examined after the commit."""
    items = items_of_drafts(work.db, scope, names)
    row = ask(work.db, scope, items, work.actor, work.installation.clock.now(), dry=dry)
    work.installation.examiner.order(work.db, row.id)
    return row


@router.get("")
def list_publications(
    work: Reading, scope: Annotated[str | None, Query(max_length=100)] = None
) -> Publications:
    """List the publications of a scope, else of the own organisation."""
    wanted = scope or work.own_scope
    require_publish(work, wanted)
    return Publications(items=[summary_of(one) for one in publications_of(work, wanted)])


def publications_of(work: Work, scope: str) -> list[PublicationRow]:
    """Read the newest publications of a scope."""
    query = (
        select(PublicationRow)
        .where(PublicationRow.scope == scope, PublicationRow.tenant == work.actor.tenant)
        .order_by(col(PublicationRow.created_at).desc(), col(PublicationRow.id))
        .limit(MOST_LISTED)
    )
    return list(work.db.exec(query).all())


@router.get("/{publication_id}")
def read_publication(work: Reading, publication_id: Id) -> PublicationView:
    """Read a publication with its report."""
    return view_of(publication_by_id(work, publication_id))


@router.get("/{publication_id}/drawings")
def read_drawings(
    work: Reading,
    publication_id: Id,
    process: Annotated[str | None, Query(max_length=200, description="only this one")] = None,
) -> Drawings:
    """Read the diagrams of a publication, to paint on them what the scenarios reach."""
    row = publication_by_id(work, publication_id)
    report = row.report or {}
    known = [one for one in report.get("flows", {}) if process in (None, one)]
    contents = drawn_in(work.db, row) if known else {}
    return Drawings(
        items=[
            DrawingView(
                process_id=one,
                content=contents[one],
                elements=report["coverage"][one],
                flows=report["flows"][one],
                walks=[walk for walk in report["walks"] if walk["processId"] == one],
            )
            for one in known
            if one in contents
        ]
    )


@router.post("/{publication_id}/confirmation")
def confirm_publication(work: Posting, publication_id: Id, body: Confirmation) -> PublicationView:
    """Publish what was examined; where a second person confirms, first ask for that."""
    publication_by_id(work, publication_id)
    return view_of(confirmed(work, publication_id, body))


def confirmed(work: Work, publication_id: UUID, said: Confirmation) -> PublicationRow:
    """Publish, or hand on to the second person."""
    return confirm(
        work.db,
        work.installation.definitions,
        publication_id,
        work.actor,
        work.installation.register_starts,
        basis=said.basis,
        note=said.note,
        leaves_behind=said.leaves_behind,
    )


@router.post("/{publication_id}/refusal")
def refuse_publication(work: Posting, publication_id: Id, body: Refusal) -> PublicationView:
    """Give a publication up."""
    publication_by_id(work, publication_id)
    return view_of(refuse(work.db, publication_id, work.actor, body.note))


def publication_by_id(work: Work, publication_id: UUID) -> PublicationRow:
    """Read a publication that the actor may see.

    Raises:
        Problem: not-found.
    """
    row = work.db.get(PublicationRow, publication_id)
    work.require_seen("publication.read", row)
    assert row is not None
    return row


def summary_of(row: PublicationRow) -> PublicationSummary:
    """Tell how a publication stands."""
    return PublicationSummary(**_summary(row))


def view_of(row: PublicationRow) -> PublicationView:
    """Tell all of a publication."""
    return PublicationView(
        **_summary(row),
        report=row.report,
        held=row.held or [],
        versions=row.versions or [],
        bundles=row.bundles or {},
    )


def _summary(row: PublicationRow) -> dict[str, Any]:
    names = set(PublicationSummary.model_fields) - {"status", "dry_run"}
    values = {name: getattr(row, name) for name in names}
    return {**values, "status": status_of(row, datetime.now(UTC)).value, "dry_run": row.dry}
