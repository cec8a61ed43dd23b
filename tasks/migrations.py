"""Moving an organisation's running instances to the current definitions: order, work off, undo."""

from collections.abc import Collection, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session as BareSession
from sqlmodel import Session, col, select

from appraisal.organisations import Organisation
from appraisal.sessions import AppraisalSession
from engine import Continue, ServiceTasks, TaskContext
from engine.bundles import BundleHead
from engine.context import InstanceHead, NewBundle
from engine.definitions import Definitions
from engine.instances import OPEN_STATUSES, ProcessInstance
from engine.jobs import JobQueue, add_job
from engine.migrations import Migration, MigrationStatus, get_migration, progress_of
from engine.moving.runs import Wish, make_migration, move_next, undo_next
from engine.runtime import ProcessEngine
from tasks.industries import pin_industries, take_parts

service_tasks = ServiceTasks("migrations")
TOPIC = "migrations.work_off"


def current_targets(
    db: Session, definitions: Definitions, tenant: str, *, only_stored: bool = False
) -> dict[str, str]:
    """The current bundle of each chain of scopes that an organisation's open instances have.

    `only_stored`: chains that were never combined so far are left out, and nothing is stored.
    """
    query = (
        select(ProcessInstance.scopes)
        .where(ProcessInstance.tenant == tenant)
        .where(col(ProcessInstance.status).in_(OPEN_STATUSES))
        .distinct()
    )
    chains = sorted(db.exec(query).all())
    if only_stored:
        heads = select(BundleHead).where(col(BundleHead.chain).in_(chains))
        return {head.chain: head.bundle_id for head in db.exec(heads).all()}
    return {chain: definitions.current_bundle(db, chain.split(" ")) for chain in chains}


def wish_of(
    db: Session,
    definitions: Definitions,
    tenant: str,
    actor: str,
    *,
    process_id: str = "",
    instances: Collection[UUID] = (),
    bundle_id: str = "",
    scope: str = "",
    mapping: Mapping[str, str] | None = None,
    recompute: Collection[str] = (),
    new_forms: bool = False,
    parts: Collection[str] = (),
    basis: str = "",
    only_stored: bool = False,
) -> Wish:
    """What somebody wants moved; `scope` leaves those chains that it is part of.

    Elements are mapped only where diagrams change, so not where `parts` are taken alone; open user
    tasks get new forms only if forms are taken.
    """
    targets = current_targets(db, definitions, tenant, only_stored=only_stored)
    if scope:
        targets = {chain: one for chain, one in targets.items() if scope in chain.split(" ")}
    return Wish(
        targets,
        process_id,
        tuple(instances),
        bundle_id,
        tenant,
        {} if parts else {old: new for old, new in (mapping or {}).items() if new},
        tuple(recompute),
        new_forms and (not parts or "form" in parts),
        tuple(parts),
        basis,
        actor,
    )


def is_outdated(db: Session, definitions: Definitions, migration: Migration) -> bool:
    """Whether something newer than what a migration leads to has been published since."""
    current = current_targets(db, definitions, migration.tenant, only_stored=True)
    return any(current.get(chain, one) != one for chain, one in migration.targets.items())


def order_migration(
    db: Session,
    engine: ProcessEngine,
    definitions: Definitions,
    queue: JobQueue,
    wish: Wish,
    *,
    dry_run: bool,
) -> Migration:
    """Note a migration, and unless it is a dry run let a job work it off."""
    migration = make_migration(engine, db, definitions, wish, dry_run=dry_run)
    done, total = progress_of(db, migration.id)
    if dry_run or done == total:
        migration.status = MigrationStatus.DONE
        migration.finished_at = engine.clock.now()
    else:
        migration.job_id = _job(db, queue, migration, undo=False, actor=wish.actor)
    db.add(migration)
    db.flush()
    return migration


def order_undo(db: Session, queue: JobQueue, migration: Migration, actor: str) -> Migration:
    """Let a job undo what a migration moved, as far as nobody has acted on it since."""
    migration.job_id = _job(db, queue, migration, undo=True, actor=actor)
    migration.status = MigrationStatus.RUNNING
    db.add(migration)
    db.flush()
    return migration


def _job(db: Session, queue: JobQueue, migration: Migration, *, undo: bool, actor: str) -> UUID:
    job = add_job(
        db,
        queue,
        TOPIC,
        partition=f"migration:{migration.id}",
        arguments={"migration_id": str(migration.id), "undo": undo, "actor": actor},
        tenant=migration.tenant,
    )
    return job.id


@service_tasks.register(
    run="job",
    gives="done: number, total: number",
)
def work_off(
    db: Session, context: TaskContext, *, migration_id: str, undo: bool, actor: str
) -> Mapping[str, Any] | Continue:
    """Move the instances of a migration, or move them back: one in each transaction."""
    identity, engine = UUID(migration_id), context.engine
    if undo:
        after = int(context.cursor if context.cursor is not None else -1)
        undone = undo_next(engine, db, identity, after, actor)
        done, total = progress_of(db, identity)
        if undone is None:
            return {"done": done, "total": total}
        return Continue(undone[0], (undone[0] + 1, total))
    done, total = move_next(engine, db, cast(Definitions, engine.definitions), identity)
    if get_migration(db, identity).status == MigrationStatus.DONE:
        return {"done": done, "total": total}
    return Continue(done, (done, total))


def follow_session(
    definitions: Definitions, db: BareSession, head: InstanceHead, new: NewBundle, kept: Any = None
) -> Any:
    """Let a batch's own record name the bundle that its process was moved to.

    Moved to what is current, it also takes the industries' current bundles for what it starts from
    then on, and where it took only parts of that, the same parts of theirs; gives what it had, by
    the batch's number. Moved back with that (`kept`), it has the same as before.
    """
    if head.process_id != "appraisal_session" or head.bundle_id == new.bundle_id:
        return None
    had = {}
    query = (
        select(AppraisalSession)
        .join(Organisation, col(Organisation.id) == AppraisalSession.organisation_id)
        .where(AppraisalSession.number == head.business_key, Organisation.code == head.tenant)
    )
    for session in db.scalars(query).all():
        had[session.number] = session.industries
        session.bundle_id = new.bundle_id
        db.add(session)
        if kept is not None:
            session.industries = kept.get(session.number, session.industries)
        elif new.parts:
            take_parts(db, definitions, session, new.parts)
        elif definitions.current_bundle(db, head.scopes.split(" ")) == new.bundle_id:
            assert isinstance(db, Session)
            pin_industries(db, definitions, session, head.tenant)
    return had
