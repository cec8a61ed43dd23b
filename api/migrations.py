"""Migrations over HTTP: what a new version means for what runs, and moving it there."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import Field
from sqlmodel import col, select

from api.problems import Problem
from api.resources import Resource, Wanted
from api.work import Posting, Reading, Work, WorkRouter
from engine.migrations import Migration, MigrationItem, MigrationStatus, items_of, progress_of
from tasks.migrations import order_migration, order_undo, wish_of

router = WorkRouter(prefix="/migrations", tags=["migrations"])

MigrationId = Annotated[UUID, Path(description="id of the migration")]
Part = Literal["form", "decision"]
_ElementId = Annotated[str, Field(max_length=200)]
_LISTED = 100


class MigrationOrder(Wanted):
    """What is to be moved, and how.

    All instances of `processId` (and `bundleId`, `scope`), or those of the ids. `mapping` says
    which new element takes the place of an old one (`-`: an event sub-process is ended, where the
    report says that it may be); `recompute` lists elements whose timers and
    due dates are computed anew, `*` all. Open user tasks keep their forms unless `newForms`.
    `parts`: the instances take only these of the newer version and keep their diagrams, so that
    nothing has to be mapped. A dry run changes nothing.
    """

    process_id: Annotated[str, Field(min_length=1, max_length=200)]
    instances: Annotated[list[UUID], Field(max_length=5000)] = Field(default_factory=list)
    bundle_id: Annotated[str, Field(max_length=64)] = ""
    scope: Annotated[str, Field(max_length=100)] = ""
    mapping: Annotated[dict[_ElementId, _ElementId], Field(max_length=500)] = Field(
        default_factory=dict
    )
    recompute: Annotated[list[_ElementId], Field(max_length=500)] = Field(default_factory=list)
    new_forms: bool = False
    parts: Annotated[list[Part], Field(max_length=2)] = Field(default_factory=list)
    basis: Annotated[str, Field(max_length=400)] = ""
    dry_run: bool = True


class ProposalView(Resource):
    """An element that may take the place of one that is gone."""

    element_id: str
    name: str


class FindingView(Resource):
    """Why an instance cannot be moved, what has to be mapped, or what to know.

    `mayEnd`: mapped to `-`, what goes on in this event sub-process is cancelled with the move.
    """

    kind: Literal["reason", "question", "note", "undo"]
    code: str
    element_id: str
    message: str
    proposals: list[ProposalView]
    may_end: bool = False


class MovedView(Resource):
    """What became of one instance; `toBundle` is empty if the parts do not fit its diagram."""

    instance_id: UUID
    process_id: str
    business_key: str
    from_bundle: str
    to_bundle: str
    state: Literal["", "unaffected", "can_move", "needs_mapping", "cannot"]
    outcome: Literal["waiting", "would_move", "moved", "already", "refused", "failed", "undone"]
    at: datetime | None
    findings: list[FindingView]


class MigrationView(Resource):
    """A migration and how far it is; `operationId` is the job that works it off."""

    id: UUID
    process_id: str
    dry_run: bool
    status: Literal["waiting", "running", "done", "undone"]
    basis: str
    mapping: dict[str, str]
    recompute: list[str]
    new_forms: bool
    parts: list[Part]
    operation_id: UUID | None
    progress_done: int
    progress_total: int
    created_at: datetime
    finished_at: datetime | None


class MigrationReport(MigrationView):
    """A migration with what became of each instance."""

    items: list[MovedView]


class MigrationList(Resource):
    """Migrations, the newest first."""

    items: list[MigrationView]


@router.get("")
def list_migrations(work: Reading) -> MigrationList:
    """List the organisation's migrations and rehearsals, the newest first."""
    work.require("migration.rehearse")
    return MigrationList(items=[view_of(work, one) for one in recent(work)])


def recent(work: Work) -> list[Migration]:
    """Read the newest migrations of the actor's organisation."""
    query = (
        select(Migration)
        .where(Migration.tenant == work.actor.tenant)
        .order_by(col(Migration.created_at).desc(), col(Migration.id))
        .limit(_LISTED)
    )
    return list(work.db.exec(query).all())


@router.post("", status_code=202, response_model=MigrationView)
def create_migration(work: Posting, body: MigrationOrder, request: Request) -> Response:
    """Move running instances to the current definitions, or say what that would do."""
    migration = begin_migration(work, body)
    where = f"{request.url.path.rstrip('/')}/{migration.id}"
    return work.reply(view_of(work, migration), 202, {"Location": where})


def begin_migration(work: Work, body: MigrationOrder) -> Migration:
    """Order a migration as the page and the API do.

    Raises:
        Problem: forbidden.
    """
    work.require("migration.rehearse" if body.dry_run else "migration.run")
    installation = work.installation
    wish = wish_of(
        work.db,
        installation.definitions,
        work.actor.tenant,
        work.actor.key,
        process_id=body.process_id,
        instances=body.instances,
        bundle_id=body.bundle_id,
        scope=body.scope,
        mapping=body.mapping,
        recompute=body.recompute,
        new_forms=body.new_forms,
        parts=body.parts,
        basis=body.basis,
    )
    return order_migration(
        work.db,
        installation.engine,
        installation.definitions,
        installation.queue,
        wish,
        dry_run=body.dry_run,
    )


@router.get("/{migration_id}")
def read_migration(work: Reading, migration_id: MigrationId) -> MigrationReport:
    """Read a migration, with a report for each instance."""
    migration = found(work, migration_id)
    items = [moved_view(one, work.language) for one in items_of(work.db, migration_id)]
    return MigrationReport(**view_of(work, migration).model_dump(), items=items)


@router.post("/{migration_id}/undo", status_code=202, response_model=MigrationView)
def undo_migration(work: Posting, migration_id: MigrationId, request: Request) -> Response:
    """Move back whatever nobody has acted on since."""
    migration = begin_undo(work, migration_id)
    where = request.url.path.rstrip("/").removesuffix("/undo")
    return work.reply(view_of(work, migration), 202, {"Location": where})


def begin_undo(work: Work, migration_id: UUID) -> Migration:
    """Order the undoing of a migration that is done.

    Raises:
        Problem: not-found, forbidden, or migration-not-done (or a rehearsal).
    """
    migration = found(work, migration_id)
    work.require("migration.run", migration)
    if migration.dry_run or migration.status not in (
        MigrationStatus.DONE,
        MigrationStatus.UNDONE,
    ):
        raise Problem("migration-not-done")
    return order_undo(work.db, work.installation.queue, migration, work.actor.key)


def found(work: Work, migration_id: UUID) -> Migration:
    """Read a migration that the actor may see.

    Raises:
        Problem: not-found, or forbidden.
    """
    migration = work.db.get(Migration, migration_id)
    work.require_seen("migration.read", migration)
    assert migration is not None
    return migration


def view_of(work: Work, migration: Migration) -> MigrationView:
    """A migration as clients see it."""
    done, total = progress_of(work.db, migration.id)
    known = {
        **migration.model_dump(),
        "operation_id": migration.job_id,
        "progress_done": done,
        "progress_total": total,
    }
    return MigrationView(**{name: known[name] for name in MigrationView.model_fields})


def moved_view(item: MigrationItem, language: str) -> MovedView:
    """What became of an instance, in the reader's language."""
    names = MovedView.model_fields.keys() - {"findings"}
    return MovedView(
        **{name: getattr(item, name) for name in names},
        findings=[finding_view(one, language) for one in item.findings],
    )


def finding_view(finding: dict[str, Any], language: str) -> FindingView:
    """A finding in the reader's language."""
    english = language == "en"
    if finding["kind"] == "question":
        # Reports from before names were kept in both languages have the Chinese one only.
        name = finding.get("name_en" if english else "name") or finding["name"]
        message = _asked(name, english=english, may_end=finding.get("may_end", False))
        proposals = [
            ProposalView(
                element_id=one["element_id"],
                name=(english and one.get("name_en")) or one["name"],
            )
            for one in finding["proposals"]
        ]
        return FindingView(
            kind="question",
            code="gone",
            element_id=finding["element_id"],
            message=message,
            proposals=proposals,
            may_end=finding.get("may_end", False),
        )
    return FindingView(
        kind=finding["kind"],
        code=finding["code"],
        element_id=finding["element_id"],
        message=finding["en" if english else "zh"],
        proposals=[],
    )


def _asked(name: str, *, english: bool, may_end: bool) -> str:
    if english:
        end = ", or end it" if may_end else ""
        where = f"It is at “{name}”, which the new version does not have."
        return f"{where} Say what takes its place{end}."
    end = ",或终止它" if may_end else ""
    return f"它正停在“{name}”,新版本里没有这一环节。请指明由哪个环节接替{end}。"
