"""What a new version means for running processes, and moving them there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import Query, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlmodel import col, func, select
from starlette.datastructures import FormData

from api.migrations import (
    MigrationId,
    MigrationOrder,
    MovedView,
    Part,
    begin_migration,
    begin_undo,
    found,
    moved_view,
    recent,
    view_of,
)
from api.pages.posted import Posted
from api.pages.staff import staff_page
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from engine.bundles import BundleHead
from engine.effects import Effect, EffectState, Question
from engine.errors import EngineError
from engine.instances import OPEN_STATUSES, ProcessInstance
from engine.migrations import (
    Migration,
    MigrationStatus,
    MoveOutcome,
    items_of,
    undoable_of,
)
from engine.moving.runs import weigh
from engine.scopes import is_scope, organisation_of
from tasks.migrations import current_targets, is_outdated, wish_of

router = PageRouter()
ORDER = (
    EffectState.CAN_MOVE,
    EffectState.UNAFFECTED,
    EffectState.NEEDS_MAPPING,
    EffectState.CANNOT,
)
SHOWN = 200
MAPPED = "map:"


Chosen = Annotated[str, Query(max_length=200)]
ScopeText = Annotated[str, Query(max_length=100)]
NoneText = Annotated[str, Query(max_length=1)]
PartsText = Annotated[str, Query(pattern="^(form|decision|form,decision|)$")]


@dataclass(frozen=True)
class RunningProcess:
    """A process with open instances: how many, and how many of them run on an older version."""

    id: str
    name: str
    count: int
    behind: int


@dataclass
class Group:
    """The instances for which a new version means the same."""

    state: EffectState
    rows: list[Effect] = field(default_factory=list)


@router.get("/designer/migrations")
def read_migrations(
    work: Reading,
    process: Chosen = "",
    scope: ScopeText = "",
    parts: PartsText = "",
    none: NoneText = "",
) -> Response:
    """Show for one process what its current version means for those that run on older ones.

    `parts`: only forms, decision tables or both are to be taken of it. `none`: nothing was chosen,
    and that is said.
    """
    work.require("migration.rehearse")
    if scope and not _is_own(work, scope):
        raise Problem("not-found")
    installation = work.installation
    running = running_processes(work)
    chosen = process or next((one.id for one in running if one.behind), "")
    groups: list[Group] = []
    questions: list[Question] = []
    if chosen:
        wish = wish_of(
            work.db,
            installation.definitions,
            work.actor.tenant,
            work.actor.key,
            process_id=chosen,
            scope=scope,
            parts=_parts(parts),
            only_stored=True,
        )
        _, effects = weigh(work.db, installation.definitions, wish)
        groups = _grouped(effects)
        questions = _asked(effects)
    return staff_page(
        work,
        "migrations.html",
        "designer",
        installation.clock.now(),
        processes=running,
        chosen=chosen,
        scope=scope,
        only=parts,
        groups=groups,
        questions=questions,
        shown=SHOWN,
        truncated=any(len(group.rows) > SHOWN for group in groups),
        none_chosen=bool(none),
        weighed=sum(len(group.rows) for group in groups),
        migrates=work.may("migration.run"),
        recent=[(one, view_of(work, one)) for one in recent(work)[:10]],
        process_name=lambda process_id: _name(running, process_id),
    )


def _is_own(work: Work, scope: str) -> bool:
    """Whether a scope may be looked at from here: all but those of other organisations."""
    return is_scope(scope) and organisation_of(scope) in ("", work.actor.tenant)


def running_processes(work: Work) -> list[RunningProcess]:
    """List the processes of the organisation that have open instances, those behind first."""
    definitions = work.installation.definitions
    targets = current_targets(work.db, definitions, work.actor.tenant, only_stored=True)
    query = (
        select(
            ProcessInstance.process_id,
            ProcessInstance.scopes,
            ProcessInstance.bundle_id,
            func.count(),
        )
        .where(ProcessInstance.tenant == work.actor.tenant)
        .where(col(ProcessInstance.status).in_(OPEN_STATUSES))
        .group_by(
            col(ProcessInstance.process_id),
            col(ProcessInstance.scopes),
            col(ProcessInstance.bundle_id),
        )
    )
    counts: Counter[str] = Counter()
    behind: Counter[str] = Counter()
    bundles: dict[str, str] = {}
    for process_id, scopes, bundle_id, count in work.db.exec(query).all():
        counts[process_id] += count
        behind[process_id] += count if targets.get(scopes, bundle_id) != bundle_id else 0
        bundles[process_id] = bundle_id
    return sorted(
        (
            RunningProcess(one, _title(work, bundles[one], one), count, behind[one])
            for one, count in counts.items()
        ),
        key=lambda one: (-bool(one.behind), one.id),
    )


def _title(work: Work, bundle_id: str, process_id: str) -> str:
    try:
        spec = work.installation.definitions.process(bundle_id, process_id).spec
    except EngineError:
        return process_id
    return str(spec.description or process_id)


def _name(running: list[RunningProcess], process_id: str) -> str:
    return next((one.name for one in running if one.id == process_id), process_id)


def _grouped(effects: tuple[Effect, ...]) -> list[Group]:
    groups = {state: Group(state) for state in ORDER}
    for effect in effects:
        groups[effect.state].rows.append(effect)
    return [group for group in groups.values() if group.rows]


def _asked(effects: tuple[Effect, ...]) -> list[Question]:
    asked: dict[str, Question] = {}
    for effect in effects:
        for question in effect.questions:
            known = asked.setdefault(question.element_id, question)
            if question.may_end and not known.may_end:
                asked[question.element_id] = question
    return list(asked.values())


@router.post("/designer/migrations")
def order_migrations(work: Posting, posted: Posted) -> Response:
    """Try a migration out, or begin it, for the chosen instances."""
    work.require("migration.rehearse")
    if not posted.getlist("instance") and not posted.get("all"):
        keys = ("process", "scope", "parts")
        chosen = urlencode({key: str(posted.get(key) or "") for key in keys})
        return RedirectResponse(f"{_root(work)}/designer/migrations?{chosen}&none=1", 303)
    order = _order(posted)
    if not order.dry_run:
        work.require("migration.run")
    migration = begin_migration(work, order)
    return RedirectResponse(f"{_root(work)}/designer/migrations/{migration.id}", 303)


def _parts(text: str) -> list[str]:
    return [one for one in text.split(",") if one]


def _order(posted: Mapping[str, Any] | FormData) -> MigrationOrder:
    assert isinstance(posted, FormData)
    mapping = {
        key.removeprefix(MAPPED): str(value).strip()
        for key, value in posted.items()
        if key.startswith(MAPPED) and str(value).strip()
    }
    try:
        return MigrationOrder.model_validate(
            {
                "processId": str(posted.get("process") or ""),
                "scope": str(posted.get("scope") or ""),
                "instances": []
                if posted.get("all")
                else [str(one) for one in posted.getlist("instance")],
                "mapping": mapping,
                "recompute": ["*"] if posted.get("recompute") else [],
                "newForms": bool(posted.get("new_forms")),
                "parts": _parts(str(posted.get("parts") or "")),
                "basis": str(posted.get("basis") or "").strip(),
                "dryRun": posted.get("action") != "run",
            }
        )
    except ValidationError as error:
        raise Problem("malformed") from error


@router.get("/designer/migrations/{migration_id}")
def read_migration_report(work: Reading, migration_id: MigrationId) -> Response:
    """Show how far a migration is, and what became of each instance."""
    migration = found(work, migration_id)
    items = [moved_view(one, work.language) for one in items_of(work.db, migration_id)]
    view = view_of(work, migration)
    return staff_page(
        work,
        "migration.html",
        "designer",
        work.installation.clock.now(),
        migration=migration,
        view=view,
        items=items,
        process_name=_title(work, items[0].from_bundle if items else "", migration.process_id),
        element_names=_element_names(work, migration, items),
        outcomes=Counter(one.outcome for one in items),
        **_state(work, migration, view.status, [one.outcome for one in items]),
        share=100 * view.progress_done // max(view.progress_total, 1),
    )


def _element_names(work: Work, migration: Migration, items: list[MovedView]) -> dict[str, str]:
    """Give the names of mapped elements, as the versions have them."""
    names: dict[str, str] = {}
    for bundle_id in {one.to_bundle for one in items} | {one.from_bundle for one in items}:
        try:
            process = work.installation.definitions.process(bundle_id, migration.process_id)
        except EngineError:
            continue
        english = work.language == "en"
        names.update(
            {key: (english and one.name_en) or one.name for key, one in process.elements.items()}
        )
    return names


def _state(work: Work, migration: Migration, status: str, outcomes: list[str]) -> dict[str, Any]:
    """Tell what can be done with a migration, and what is going on with it."""
    running = status in (MigrationStatus.WAITING, MigrationStatus.RUNNING)
    may_undo = _may_undo(work, migration, outcomes)
    tried = migration.dry_run and MoveOutcome.WOULD_MOVE in outcomes
    outdated = tried and is_outdated(work.db, work.installation.definitions, migration)
    return {
        "running": running,
        "undoing": running and MoveOutcome.WAITING not in outcomes and bool(outcomes),
        "may_run": _may_run(work, migration, outcomes) and not outdated,
        "outdated": outdated,
        "may_undo": may_undo,
        "undoable": undoable_of(work.db, migration.id) if may_undo else 0,
    }


def _may_run(work: Work, migration: Migration, outcomes: list[str]) -> bool:
    ready = migration.dry_run and MoveOutcome.WOULD_MOVE in outcomes
    return ready and work.may("migration.run", migration)


def _may_undo(work: Work, migration: Migration, outcomes: list[str]) -> bool:
    moved = not migration.dry_run and MoveOutcome.MOVED in outcomes
    done = migration.status in (MigrationStatus.DONE, MigrationStatus.UNDONE)
    return moved and done and work.may("migration.run", migration)


@router.post("/designer/migrations/{migration_id}/run")
def run_migration(work: Posting, migration_id: MigrationId) -> Response:
    """Do what was tried out."""
    tried = found(work, migration_id)
    work.require("migration.run", tried)
    chosen = [
        one.instance_id
        for one in items_of(work.db, migration_id)
        if one.outcome == MoveOutcome.WOULD_MOVE
    ]
    if not chosen:
        raise Problem("migration-not-done")
    if is_outdated(work.db, work.installation.definitions, tried):
        raise Problem("migration-outdated")
    order = MigrationOrder(
        process_id=tried.process_id,
        instances=chosen,
        mapping=tried.mapping,
        recompute=tried.recompute,
        new_forms=tried.new_forms,
        parts=cast(list[Part], tried.parts),
        basis=tried.basis,
        dry_run=False,
    )
    migration = begin_migration(work, order)
    return RedirectResponse(f"{_root(work)}/designer/migrations/{migration.id}", 303)


@router.post("/designer/migrations/{migration_id}/undo")
def undo_page_migration(work: Posting, migration_id: MigrationId) -> Response:
    """Move back whatever nobody has acted on since."""
    migration = begin_undo(work, migration_id)
    return RedirectResponse(f"{_root(work)}/designer/migrations/{migration.id}", 303)


def _root(work: Work) -> str:
    return str(work.request.scope.get("root_path", ""))


def newer_version(work: Work, instance: ProcessInstance | None) -> bool:
    """Whether a newer version than an instance's is there."""
    if instance is None or instance.status not in OPEN_STATUSES:
        return False
    head = work.db.get(BundleHead, instance.scopes)
    return head is not None and head.bundle_id != instance.bundle_id


__all__ = ["newer_version", "router", "running_processes"]
