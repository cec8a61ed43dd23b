"""How instances begin: by a call, a message, a signal or a timer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from engine.bundles import chain_of_bundle
from engine.context import InstanceHead
from engine.diagrams.specs import choose_start
from engine.diagrams.starts import StartTrigger
from engine.diagrams.timers import schedule
from engine.errors import UnknownInstance
from engine.expressions import Facts, Names
from engine.instance_rows import read_head
from engine.instances import INSTANCE, ProcessInstance
from engine.run import InstanceRun
from engine.scopes import BASE, chain_of
from engine.statements import Row, Statement, write_all
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER
from engine.variables import checked

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

_NO_FACTS = Facts({})
_INSERT_SUBSCRIPTION, _INSERT_TIMER = Statement.insert(SUBSCRIPTION), Statement.insert(TIMER)
_FORGET = [
    Statement(
        delete(table).where(table.c.instance_id.is_(None), table.c.tenant == bindparam("b_tenant"))
    )
    for table in (SUBSCRIPTION, TIMER)
]


class Placed(NamedTuple):
    """Where an instance belongs: its bundle, and the chain of scopes whose bundle that is."""

    bundle_id: str
    scopes: str


def begin(
    engine: ProcessEngine,
    db: Session,
    process_id: str,
    *,
    business_key: str,
    variables: Mapping[str, Any],
    tenant: str,
    placed: Placed,
    actor: str | None,
    parent_id: UUID | None,
    start_event: str | None = None,
    payload: Any = None,
) -> InstanceRun:
    """Start an instance and give its run, saved."""
    process = engine.definitions.process(placed.bundle_id, process_id)
    head = InstanceHead(
        uuid4(), process_id, placed.bundle_id, business_key, tenant, parent_id, placed.scopes
    )
    with engine.working(db) as work, work.holding(head.id):
        run = InstanceRun(engine, db, work, head, process, actor=actor)
        root = run.plant()
        root.data.update(checked(variables))
        run.note_start(root.data, start_event)
        if start_event is not None:
            choose_start(run.workflow, start_event, payload)
        run.drive()
        run.save()
    return run


def place(
    engine: ProcessEngine,
    db: Session,
    *,
    bundle_id: str | None,
    parent_id: UUID | None,
    scopes: Sequence[str] | None,
    tenant: str,
) -> Placed:
    """Choose where a new instance belongs.

    The bundle is the given one, else its parent's, else the scopes' current one. The chain is that
    of the scopes if both are given, else the parent's, else one that the bundle was made for. A
    parent that has just begun is not stored yet.

    Raises:
        UnknownInstance: There is no such parent.
    """
    if bundle_id is not None and scopes is not None:
        return Placed(bundle_id, " ".join(chain_of(scopes)))
    if parent_id is not None:
        query = select(INSTANCE.c.bundle_id, INSTANCE.c.scopes).where(INSTANCE.c.id == parent_id)
        found = db.connection().execute(query).one_or_none()
        if found is not None:
            return Placed(bundle_id or found.bundle_id, found.scopes)
        if bundle_id is None:
            raise UnknownInstance(str(parent_id))
    if bundle_id is not None:
        return Placed(bundle_id, chain_of_bundle(db, bundle_id, tenant))
    chain = chain_of(scopes or [BASE])
    return Placed(engine.definitions.current_bundle(db, chain), " ".join(chain))


def register_starts(engine: ProcessEngine, db: Session, bundle_id: str, *, tenant: str) -> int:
    """Let a bundle's start events begin instances; see `ProcessEngine.register_starts`."""
    connection = db.connection()
    for forget in _FORGET:
        forget(connection, {"b_tenant": tenant})
    triggers = [one for one in engine.definitions.start_events(bundle_id) if one.kind != "none"]
    common = {"bundle_id": bundle_id, "tenant": tenant, "instance_id": None, "task_id": None}
    rows: dict[Statement, list[Row]] = {}
    for trigger in triggers:
        insert, row = _row(engine, trigger)
        rows.setdefault(insert, []).append({**common, **row})
    write_all(connection, list(rows.items()))
    return len(triggers)


def _row(engine: ProcessEngine, trigger: StartTrigger) -> tuple[Statement, dict[str, Any]]:
    now = engine.clock.now()
    row: dict[str, Any] = {
        "id": uuid4(),
        "element_id": trigger.element_id,
        "event_id": trigger.element_id,
        "process_id": trigger.process_id,
    }
    if trigger.kind == "timer":
        value = engine.expressions.value(trigger.expression, Names({}, _NO_FACTS))
        planned = schedule(trigger.form, value, now)
        row |= {"kind": trigger.form, "due_at": planned.due, "schedule": planned.as_json()}
        return _INSERT_TIMER, row
    row |= {"kind": trigger.kind, "name": trigger.name, "correlation_key": "", "created_at": now}
    return _INSERT_SUBSCRIPTION, row


def start_by_event(
    engine: ProcessEngine,
    db: Session,
    kind: str,
    name: str,
    *,
    business_key: str,
    payload: dict[str, Any],
    origin: InstanceHead | None,
    only_first: bool,
) -> list[ProcessInstance]:
    """Start the processes that a message or signal begins.

    What an instance throws begins processes of its own bundle, if that has any for it; else those
    that are registered for its tenant or for all.
    """
    found = [] if origin is None else _own(engine, origin, kind, name)
    found = found or _registered(db, kind, name, origin)
    return [
        engine.start(
            db,
            process_id,
            business_key=business_key,
            tenant=tenant,
            bundle_id=bundle_id,
            parent_id=None if origin is None else origin.id,
            start_event=element_id,
            payload=payload,
        )
        for bundle_id, process_id, element_id, tenant in (found[:1] if only_first else found)
    ]


_Start = tuple[str, str, str, str]


def bearer_of(db: Session, business_key: str) -> InstanceHead | None:
    """Find the instance that first bore a business key.

    A message with that key from outside belongs to its tenant and to its bundle.
    """
    query = (
        select(INSTANCE)
        .where(INSTANCE.c.business_key == business_key)
        .order_by(INSTANCE.c.started_at, INSTANCE.c.id)
        .limit(1)
    )
    row = db.connection().execute(query).one_or_none()
    return None if row is None else read_head(row)


def _own(engine: ProcessEngine, origin: InstanceHead, kind: str, name: str) -> list[_Start]:
    return [
        (origin.bundle_id, one.process_id, one.element_id, origin.tenant)
        for one in starts_of(engine, origin.bundle_id)
        if one.kind == kind and one.name == name
    ]


def starts_of(engine: ProcessEngine, bundle_id: str) -> Sequence[StartTrigger]:
    """List a bundle's start events, read once in this process."""
    known = engine.start_triggers.get(bundle_id)
    if known is None:
        if len(engine.start_triggers) >= 64:
            engine.start_triggers.clear()
        known = engine.start_triggers[bundle_id] = list(engine.definitions.start_events(bundle_id))
    return known


def _registered(db: Session, kind: str, name: str, origin: InstanceHead | None) -> list[_Start]:
    query = (
        select(SUBSCRIPTION)
        .where(SUBSCRIPTION.c.kind == kind, SUBSCRIPTION.c.name == name)
        .where(SUBSCRIPTION.c.correlation_key == "", SUBSCRIPTION.c.instance_id.is_(None))
        .order_by(SUBSCRIPTION.c.created_at, SUBSCRIPTION.c.id)
    )
    if origin is not None:
        query = query.where(SUBSCRIPTION.c.tenant.in_(("", origin.tenant)))
    rows = db.connection().execute(query).all()
    if origin is not None:
        rows = sorted(rows, key=lambda row: row.tenant != origin.tenant)
    return [
        (
            row.bundle_id,
            row.process_id,
            row.event_id,
            row.tenant or (origin.tenant if origin else ""),
        )
        for row in rows
    ]
