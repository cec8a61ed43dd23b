"""Start many instances of one process at once.

Where a process does nothing that depends on the single instance before it first waits, one instance
is run and the others are made from it: its tree with another id and other variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from engine.codec import dump_state
from engine.context import InstanceHead
from engine.history import add_history
from engine.instance_rows import INSERT_INSTANCE
from engine.outbox import Work
from engine.rows import NewRows, add_rows, waiting_of
from engine.run import InstanceRun
from engine.starts import Placed, begin
from engine.variables import checked

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

Item = tuple[str, Mapping[str, Any]]


def start_many(
    engine: ProcessEngine,
    db: Session,
    process_id: str,
    items: Sequence[Item],
    *,
    placed: Placed,
    tenant: str,
    parent_id: UUID | None,
    actor: str | None,
) -> list[UUID]:
    """Start an instance for each (business key, variables); see `ProcessEngine.start_many`."""
    if not items:
        return []
    with engine.working(db) as work:
        common: dict[str, Any] = {
            "placed": placed,
            "tenant": tenant,
            "parent_id": parent_id,
            "actor": actor,
        }
        key, variables = items[0]
        first = begin(engine, db, process_id, business_key=key, variables=variables, **common)
        if not is_template(first):
            runs = (
                begin(engine, db, process_id, business_key=key, variables=variables, **common)
                for key, variables in items[1:]
            )
            ids = [run.head.id for run in runs]
        else:
            ids = _clone(engine, db, work, first, items[1:])
        return [first.head.id, *ids]


def is_template(run: InstanceRun) -> bool:
    """Tell whether other instances of the process would stand exactly where this one does."""
    if run.depends_on_data or run.status != "running" or run.workflow.subprocesses:
        return False
    given = run.workflow.task_tree.data
    return not run.after.held and all(
        not task.data or task.data == given for task in run.workflow.tasks.values()
    )


def _clone(
    engine: ProcessEngine, db: Session, work: Work, run: InstanceRun, items: Sequence[Item]
) -> list[UUID]:
    new, instances, history, ids = NewRows(), [], [], []
    holders = [task for task in run.workflow.tasks.values() if task.data]
    root = run.workflow.task_tree
    waiting = waiting_of(run.workflow)
    for business_key, variables in items:
        data = checked(variables)
        for task in holders:
            task.data = data
        root.data = data
        head = run.head
        clone = InstanceRun(
            engine,
            db,
            work,
            InstanceHead(
                uuid4(),
                head.process_id,
                head.bundle_id,
                business_key,
                head.tenant,
                head.parent_id,
                head.scopes,
            ),
            run.process,
            actor=run.actor,
        )
        clone.adopt(run.workflow)
        clone.note_start(data)
        add_rows(clone, new, waiting.user_tasks, waiting.events)
        instances.append(clone.instance_row(dump_state(clone.workflow), None))
        clone.flush_incidents()
        history.extend(clone.history)
        work.outbox.extend(clone.arrived)
        ids.append(clone.head.id)
    if instances:
        INSERT_INSTANCE(db.connection(), instances)
    new.insert(db.connection())
    add_history(db.connection(), history)
    return ids
