"""Migrations as records: made, worked off one instance in one transaction each, undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import Session

from engine.definitions import Definitions
from engine.effects import Effect, EffectState, Target, Weighing, assess
from engine.errors import InstanceNotRunning, UnknownInstance
from engine.instance_rows import read_instance
from engine.jobs import is_conflict
from engine.migrations import (
    Migration,
    MigrationItem,
    MigrationStatus,
    MoveOutcome,
    get_migration,
    items_of,
    next_item,
    progress_of,
)
from engine.moving.moves import Moved, Order, UndoRefused, move, rehearse, undo
from engine.moving.reasons import Reason

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

_MOVABLE = (EffectState.CAN_MOVE, EffectState.UNAFFECTED)


@dataclass(frozen=True)
class Wish:
    """Which instances are to be moved where: those of the ids, or all of process and bundle.

    `targets` has the bundle of each chain of scopes. `parts`: only these kinds of definitions are
    taken from it, the diagrams stay.
    """

    targets: Mapping[str, str]
    process_id: str = ""
    instances: Collection[UUID] = ()
    bundle_id: str = ""
    tenant: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    recompute: Collection[str] = ()
    new_forms: bool = False
    parts: Collection[str] = ()
    basis: str = ""
    actor: str = ""


def weigh(
    db: Session, definitions: Definitions, wish: Wish
) -> tuple[Mapping[str, Target], tuple[Effect, ...]]:
    """Say what the wish means for each instance that it is about."""
    sides = {one: Target.stored(db, definitions, one) for one in sorted(set(wish.targets.values()))}
    targets = {chain: sides[bundle_id] for chain, bundle_id in wish.targets.items()}
    effects = assess(
        db,
        definitions,
        targets,
        mapping=wish.mapping,
        processes=[wish.process_id] if wish.process_id else (),
        instances=wish.instances,
        bundles=[wish.bundle_id] if wish.bundle_id else (),
        tenant=wish.tenant,
        new_forms=wish.new_forms,
        parts=wish.parts,
    )
    # Who is there already is told only to those who asked for just this one, or for its forms.
    chosen = [
        one
        for one in effects
        if wish.instances or one.bundle_id != one.to_bundle or one.gives_forms or one.keeps_forms
    ]
    return targets, tuple(chosen)


def make_migration(
    engine: ProcessEngine, db: Session, definitions: Definitions, wish: Wish, *, dry_run: bool
) -> Migration:
    """Note a migration with what each instance has before it; a dry run is over with that."""
    targets, effects = weigh(db, definitions, wish)
    now = engine.clock.now()
    migration = Migration(
        tenant=wish.tenant,
        process_id=wish.process_id,
        dry_run=dry_run,
        targets=dict(wish.targets),
        mapping=dict(wish.mapping),
        recompute=sorted(wish.recompute),
        new_forms=wish.new_forms,
        parts=sorted(wish.parts),
        basis=wish.basis,
        actor=wish.actor,
        created_at=now,
    )
    if dry_run:
        migration.status, migration.finished_at = MigrationStatus.DONE, now
    db.add(migration)
    db.flush()
    weighing = _weighing(db, definitions, migration)
    weighing.read_forms([one.instance_id for one in effects])
    for position, effect in enumerate(effects):
        target = targets[effect.scopes]
        item = _item(migration, position, effect)
        if item.outcome == MoveOutcome.WAITING:
            weighing.store(weighing.aim(effect.bundle_id, target), now)
        if dry_run and item.outcome == MoveOutcome.WAITING:
            _rehearse(engine, db, migration, item, target, weighing)
        db.add(item)
    db.flush()
    return migration


def _weighing(db: Session, definitions: Definitions, migration: Migration) -> Weighing:
    return Weighing(
        db,
        definitions,
        migration.mapping,
        new_forms=migration.new_forms,
        parts=migration.parts,
    )


def _item(migration: Migration, position: int, effect: Effect) -> MigrationItem:
    item = MigrationItem(
        migration_id=migration.id,
        instance_id=effect.instance_id,
        position=position,
        process_id=effect.process_id,
        business_key=effect.business_key,
        from_bundle=effect.bundle_id,
        to_bundle=effect.to_bundle,
    )
    _note(item, effect)
    if effect.bundle_id == effect.to_bundle and not effect.gives_forms:
        item.outcome = MoveOutcome.ALREADY
    elif effect.state not in _MOVABLE:
        item.outcome = MoveOutcome.REFUSED
    return item


def _note(item: MigrationItem, effect: Effect) -> None:
    item.state = effect.state.value
    item.findings = [
        *({"kind": "reason", **asdict(one)} for one in effect.reasons),
        *({"kind": "question", **asdict(one)} for one in effect.questions),
        *({"kind": "note", **asdict(one)} for one in effect.notes),
    ]


def _rehearse(
    engine: ProcessEngine,
    db: Session,
    migration: Migration,
    item: MigrationItem,
    target: Target,
    weighing: Weighing,
) -> None:
    try:
        rehearse(engine, db, item.instance_id, target, _order(migration), weighing)
        item.outcome = MoveOutcome.WOULD_MOVE
    except Exception as error:  # the edge: one instance never stops the report of the others
        _note_failure(item, error)


def _order(migration: Migration) -> Order:
    return Order(
        migration.mapping,
        migration.recompute,
        migration.new_forms,
        migration.actor,
        migration.basis,
        migration.id,
    )


def move_next(
    engine: ProcessEngine, db: Session, definitions: Definitions, migration_id: UUID
) -> tuple[int, int]:
    """Move the next instance of a migration; gives how many are done, and of how many.

    The migration's row is locked: two workers never move the same instance.
    """
    migration = get_migration(db, migration_id, lock=True)
    item = next_item(db, migration_id)
    if item is None:
        migration.status, migration.finished_at = MigrationStatus.DONE, engine.clock.now()
    else:
        migration.status = MigrationStatus.RUNNING
        _move_item(engine, db, definitions, migration, item)
        db.add(item)
    db.add(migration)
    db.flush()
    return progress_of(db, migration_id)


def _move_item(
    engine: ProcessEngine,
    db: Session,
    definitions: Definitions,
    migration: Migration,
    item: MigrationItem,
) -> None:
    item.at = engine.clock.now()
    weighing = _weighing(db, definitions, migration)
    try:
        with db.begin_nested():
            # What it becomes with parts of a newer one goes by the bundle that it has by now.
            scopes = read_instance(db, item.instance_id).scopes
            target = weighing.side(migration.targets[scopes])
            done = move(engine, db, item.instance_id, target, _order(migration), weighing)
    except Exception as error:  # the edge: one instance never stops the others
        if is_conflict(error):
            raise
        _note_failure(item, error)
        return
    if isinstance(done, Moved):
        _note(item, done.effect)
        item.outcome = MoveOutcome.MOVED
        item.version, item.history_seq = done.version, done.history_seq
        item.goes_on, item.from_bundle = done.goes_on, done.from_bundle
        item.to_bundle = done.effect.to_bundle
        item.before, item.rows = done.before, done.rows
        return
    _note(item, done)
    already = done.bundle_id == done.to_bundle
    item.outcome = MoveOutcome.ALREADY if already else MoveOutcome.REFUSED


def _note_failure(item: MigrationItem, error: Exception) -> None:
    found = _said(error)
    item.outcome = MoveOutcome.REFUSED if found.code == "ended" else MoveOutcome.FAILED
    item.findings = [*item.findings, {"kind": "reason", **asdict(found)}]


def _said(error: Exception) -> Reason:
    if isinstance(error, InstanceNotRunning | UnknownInstance):
        return Reason(
            "ended", "", "它已经办结,不再迁移。", "It has ended; there is nothing to move any more."
        )
    name = type(error).__name__
    return Reason(
        "failed",
        "",
        f"迁移时出错({name}),它留在原来的版本,没有任何改动。请把此编号告诉管理员。",
        f"The move failed ({name}); it stays with its version, unchanged. Tell an administrator.",
    )


def undo_next(
    engine: ProcessEngine, db: Session, migration_id: UUID, after: int, actor: str
) -> tuple[int, int] | None:
    """Undo the move of the next instance; gives its position and their number, None at the end.

    One that somebody has acted on since stays moved and says so.
    """
    migration = get_migration(db, migration_id, lock=True)
    items = items_of(db, migration_id)
    item = next(
        (one for one in items if one.position > after and one.outcome == MoveOutcome.MOVED), None
    )
    if item is None:
        migration.status = MigrationStatus.UNDONE
        db.add(migration)
        db.flush()
        return None
    try:
        with db.begin_nested():
            undo(engine, db, item.instance_id, item, actor=actor, migration_id=migration_id)
        item.outcome, item.before, item.rows = MoveOutcome.UNDONE, None, None
    except (UndoRefused, UnknownInstance) as error:
        why = error.why if isinstance(error, UndoRefused) else "acted"
        kept = [one for one in item.findings if one["kind"] != "undo"]
        item.findings = [*kept, {"kind": "undo", **asdict(_REFUSALS[why])}]
    db.add(item)
    db.flush()
    return item.position, len(items)


_REFUSALS = {
    "acted": Reason(
        "acted",
        "",
        "迁移以后已有人办理,不能再撤销。需要时请反方向迁移。",
        "Somebody has acted on it since, so the move stays. If need be, move it the other way.",
    ),
    "went_on": Reason(
        "went_on",
        "",
        "迁移时流程已自行往下走,不能再撤销。",
        "It went on by itself with the move, so the move stays.",
    ),
}
