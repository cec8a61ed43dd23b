"""Move one instance to another bundle in one transaction, and undo that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.codec import document_of, load_state, state_of
from engine.context import NewBundle
from engine.effects import Effect, EffectState, Target, Weighing, assess
from engine.errors import EngineError, InstanceNotRunning
from engine.history import HISTORY, HistoryKind, add_history, history_row
from engine.incidents import retry_elementless
from engine.instance_rows import InstanceRow, read_head, read_instance
from engine.instances import INSTANCE, OPEN_STATUSES
from engine.killpoints import kill_point
from engine.moving.arming import arm
from engine.moving.rebinding import rebind_rows
from engine.moving.snapshots import put_rows_back, take_rows
from engine.moving.transplanting import Transplant
from engine.outbox import Arrived
from engine.rows import Waiting, waiting_of
from engine.run import InstanceRun
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


FOLLOWERS = "followers"
"""Where the kept rows have what each follower wants back at an undo."""


class UndoRefused(EngineError):
    """A move cannot be undone: `why` is `acted` (somebody acted since) or `went_on`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Order:
    """How instances are to be moved, by whom, and on what ground.

    `new_forms` gives open user tasks the forms of the new version, too.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    recompute: Collection[str] = ()
    new_forms: bool = False
    actor: str = ""
    basis: str = ""
    migration_id: UUID | None = None


@dataclass(frozen=True)
class Moved:
    """What a move left: where the instance is now, and what it was.

    `goes_on`: it went on by itself and did something that cannot be taken back.
    """

    effect: Effect
    version: int
    history_seq: int
    goes_on: bool
    from_bundle: str
    before: bytes = field(repr=False)
    rows: dict[str, Any] = field(repr=False)


def move(
    engine: ProcessEngine,
    db: Session,
    instance_id: UUID,
    target: Target,
    order: Order,
    weighing: Weighing,
) -> Moved | Effect:
    """Move an instance to a stored bundle, or to what its own becomes with the parts of that.

    Gives its effect alone if it is not to be moved.

    Raises:
        UnknownInstance: There is none of that id.
        InstanceNotRunning: It has ended.
        StaleInstance: Somebody else changed it meanwhile: roll back and repeat.
    """
    with engine.working(db) as work, work.holding(instance_id):
        row = _open_instance(db, instance_id)
        aim = weighing.aim(row.bundle_id, target)
        effect = weighing.effect(row._asdict(), aim)
        if not _moves(effect):
            return effect
        rows = take_rows(db.connection(), instance_id)
        thrown = len(work.outbox)
        run, goes_on = _prepared(engine, db, work, row, aim, order, weighing)
        details: dict[str, Any] = {}
        if weighing.parts:
            details |= {"parts": list(weighing.parts), "of": target.bundle_id}
        if ended := effect.ended:
            details |= {"ended": ended}
        went_on = _finish(run, row, order, goes_on, details)
        # A look whether a message has come already is no effect: what it brings is an act.
        thrown_now = list(work.outbox)[thrown:]
        went_on = went_on or any(not isinstance(one, Arrived) for one in thrown_now)
        head, to = read_head(row), NewBundle(run.head.bundle_id, weighing.parts)
        rows[FOLLOWERS] = [follow(db, head, to, None) for follow in engine.followers]
        return Moved(
            effect, run.version, _last(db, instance_id), went_on, row.bundle_id, row.state, rows
        )


def rehearse(
    engine: ProcessEngine,
    db: Session,
    instance_id: UUID,
    target: Target,
    order: Order,
    weighing: Weighing,
) -> Effect:
    """Say what `move` would do, having tried everything but going on and storing."""
    with engine.working(db) as work, work.holding(instance_id):
        row = _open_instance(db, instance_id)
        aim = weighing.aim(row.bundle_id, target)
        effect = weighing.effect(row._asdict(), aim)
        if _moves(effect):
            _prepared(engine, db, work, row, aim, order, weighing)
        return effect


def _moves(effect: Effect) -> bool:
    """Tell whether there is anything to do with an instance: its bundle, or open forms."""
    movable = effect.state in (EffectState.CAN_MOVE, EffectState.UNAFFECTED)
    return movable and (effect.bundle_id != effect.to_bundle or effect.gives_forms)


def _open_instance(db: Session, instance_id: UUID) -> InstanceRow:
    row = read_instance(db, instance_id)
    if row.status not in OPEN_STATUSES:
        raise InstanceNotRunning(f"instance {instance_id} is {row.status}")
    return row


def _prepared(
    engine: ProcessEngine,
    db: Session,
    work: Any,
    row: InstanceRow,
    target: Target,
    order: Order,
    weighing: Weighing,
) -> tuple[InstanceRun, bool]:
    """Bind an instance to its new diagrams; tells besides whether it is to go on by them."""
    assert target.bundle_id is not None
    weighing.store(target, engine.clock.now())
    plan = weighing.plan(row.bundle_id, target, row.process_id, row.state)
    assert plan is not None
    head = read_head(row._replace(bundle_id=target.bundle_id))
    run = InstanceRun(
        engine, db, work, head, plan.new, actor=order.actor, version=row.version, status=row.status
    )
    run.before = _shown(run, waiting_of(load_state(row.state, plan.old)))
    if not order.recompute and plan.same_diagrams:
        run.workflow = load_state(row.state, plan.new, run.hooks)
        return run, row.id in weighing.stuck()
    transplant = Transplant(plan, order.recompute)
    state = state_of(transplant.of(document_of(row.state)))
    run.workflow = load_state(state, plan.new, run.hooks)
    arm(run, transplant.bodies, transplant.behind)
    return run, True


def _shown(run: InstanceRun, waiting: Waiting) -> Waiting:
    """Give what rows are kept of: of one on hold, no events."""
    if run.suspended:
        return Waiting(user_tasks=waiting.user_tasks, held=waiting.held)
    return waiting


def _finish(
    run: InstanceRun,
    row: InstanceRow,
    order: Order,
    goes_on: bool,
    told: Mapping[str, Any],
) -> bool:
    """Let it go on, write it; tells whether that had effects outside of it, or ended it."""
    details: dict[str, Any] = {"from": row.bundle_id, "to": run.head.bundle_id, **told}
    details |= {"basis": order.basis} if order.basis else {}
    details |= {"new_forms": True} if order.new_forms else {}
    details |= {"migration": str(order.migration_id)} if order.migration_id else {}
    run.record(HistoryKind.MOVED, **details)
    effects = run.effects
    if goes_on and not run.suspended:
        # What is wrong with the instance as a whole is told anew if it still is.
        retry_elementless(run.connection, run.head.id, run.now, run.actor)
        run.workflow.update_all_waiting()
        run.drive()
    after, working = _shown(run, waiting_of(run.workflow)), run.before.working
    rebind_rows(run, after, order.recompute, new_forms=order.new_forms)
    run.save()
    # A job that was stopped cannot be taken up again.
    went_on = run.effects != effects or run.status not in OPEN_STATUSES
    went_on = went_on or bool(working - after.working)
    kill_point("while-moving")
    connection = run.connection
    for table, key in ((INSTANCE, INSTANCE.c.id), (TIMER, None), (SUBSCRIPTION, None)):
        mine = (table.c.instance_id if key is None else key) == run.head.id
        connection.execute(update(table).where(mine).values(bundle_id=run.head.bundle_id))
    return went_on


def _last(db: Session, instance_id: UUID) -> int:
    query = select(func.max(HISTORY.c.seq)).where(HISTORY.c.instance_id == instance_id)
    return int(db.connection().execute(query).scalar_one())


def undo(
    engine: ProcessEngine,
    db: Session,
    instance_id: UUID,
    moved: Any,
    *,
    actor: str,
    migration_id: UUID | None = None,
) -> None:
    """Put an instance back to what it was before a move (`Moved`, or its stored item).

    Raises:
        UndoRefused: Somebody has acted on it since, or it went on by itself.
        UnknownInstance: There is none of that id.
    """
    with engine.working(db) as work, work.holding(instance_id):
        row = read_instance(db, instance_id)
        if moved.goes_on:
            raise UndoRefused("went_on")
        if row.version != moved.version or _last(db, instance_id) != moved.history_seq:
            raise UndoRefused("acted")
        connection = db.connection()
        connection.execute(
            update(INSTANCE)
            .where(INSTANCE.c.id == instance_id)
            .values(
                bundle_id=moved.from_bundle,
                state=moved.before,
                version=row.version + 1,
            )
        )
        kill_point("while-undoing")
        put_rows_back(connection, instance_id, moved.rows)
        details: dict[str, Any] = {
            "from": row.bundle_id,
            "to": moved.from_bundle,
            "undone": True,
        }
        details |= {"migration": str(migration_id)} if migration_id else {}
        note = history_row(
            instance_id, engine.clock.now(), HistoryKind.MOVED, actor=actor, details=details
        )
        add_history(connection, [note])
        kept = moved.rows.get(FOLLOWERS) or [None] * len(engine.followers)
        for follow, was in zip(engine.followers, kept, strict=True):
            follow(db, read_head(row), NewBundle(moved.from_bundle), was)


__all__ = ["Moved", "Order", "UndoRefused", "assess", "move", "rehearse", "undo"]
