"""User tasks are claimed, released and completed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.driver import run_task
from engine.errors import OperationNotAllowed, UnknownUserTask, UserTaskNotReady, UserTaskTaken
from engine.history import HistoryKind, add_history, history_row
from engine.instance_rows import INSTANCE_COLUMNS, InstanceRow
from engine.instances import INSTANCE
from engine.statements import Statement
from engine.user_tasks import USER_TASK, UserTask, UserTaskStatus, as_user_task
from engine.variables import checked
from engine.work_operations import Operation
from engine.workflow import READY

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

SELECT_HELD = (
    select(USER_TASK, *(column.label(f"i_{column.name}") for column in INSTANCE_COLUMNS))
    .join(INSTANCE, INSTANCE.c.id == USER_TASK.c.instance_id)
    .where(USER_TASK.c.id == bindparam("b_id"))
    .with_for_update(of=INSTANCE)
)
"""A user task `b_id` and, under its lock, the instance; a host may add columns behind."""

_HELD = Statement(SELECT_HELD)
_SELECT = select(USER_TASK).where(USER_TASK.c.id == bindparam("b_id"))
_NAMES = tuple(USER_TASK.c.keys())
_FIRST, HELD_COLUMNS = len(_NAMES), len(_NAMES) + len(INSTANCE_COLUMNS)
_ASSIGN = (
    update(USER_TASK)
    .where(USER_TASK.c.id == bindparam("b_id"))
    .values(assignee=bindparam("b_assignee"))
)


class HeldUserTask(NamedTuple):
    """A user task as it was read, and its instance, which nobody else can change meanwhile."""

    row: dict[str, Any]
    instance: InstanceRow


def read_held(values: Sequence[Any]) -> HeldUserTask:
    """Take what `SELECT_HELD` gives from the beginning of a row."""
    return HeldUserTask(
        dict(zip(_NAMES, values, strict=False)), InstanceRow(*values[_FIRST:HELD_COLUMNS])
    )


def complete(
    engine: ProcessEngine,
    db: Session,
    user_task_id: UUID,
    *,
    actor: str,
    variables: Mapping[str, Any],
    digests: Mapping[str, Any],
    held: HeldUserTask | None,
) -> UserTask:
    """Answer a user task and let its instance go on; see `ProcessEngine.complete`."""
    row, instance = held or _hold(db, user_task_id)
    if row["status"] != UserTaskStatus.READY:
        raise _not_ready(user_task_id, row)
    values = checked(variables)
    with engine.opened(db, row["instance_id"], actor=actor, row=instance) as run:
        task = run.task(user_task_id)
        if task is None or task._state != READY:
            # Somebody else was faster: PostgreSQL waited for his commit and then gave the
            # instance as it is now beside the user task as it was.
            raise _not_ready(user_task_id, _read_row(db, user_task_id))
        task.data.update(values)
        run.guarded(task, lambda: run.hooks.apply_outputs(task))
        run.answered.add(task.id)
        details = {"digests": dict(digests)} if digests else {}
        run.record(HistoryKind.COMPLETED, task, **details)
        run_task(task, run.on_failure)
        run.on_step(task)
    done = {
        "status": UserTaskStatus.COMPLETED.value,
        "completed_at": run.now,
        "completed_by": actor,
    }
    return as_user_task({**row, **done})


def assign(
    engine: ProcessEngine, db: Session, user_task_id: UUID, *, actor: str, assignee: str | None
) -> UserTask:
    """Give a ready user task to somebody, or back to its groups."""
    row = _ready_row(db, user_task_id, lock=True)
    if row["assignee"] not in (None, actor):
        raise UserTaskTaken(user_task_id, row["assignee"])
    operation = Operation.UNCLAIM if assignee is None else Operation.CLAIM
    if not as_user_task(row).may(operation):
        raise OperationNotAllowed(user_task_id, operation)
    return _assigned(engine, db, row, actor=actor, assignee=assignee)


def take_back(engine: ProcessEngine, db: Session, user_task_id: UUID, *, actor: str) -> UserTask:
    """Give a ready user task back to its groups, whoever has it; see `ProcessEngine.take_back`."""
    row = _ready_row(db, user_task_id, lock=True)
    return _assigned(engine, db, row, actor=actor, assignee=None)


def _assigned(
    engine: ProcessEngine, db: Session, row: dict[str, Any], *, actor: str, assignee: str | None
) -> UserTask:
    user_task_id = row["id"]
    db.connection().execute(_ASSIGN, {"b_id": user_task_id, "b_assignee": assignee})
    kind = HistoryKind.UNCLAIMED if assignee is None else HistoryKind.CLAIMED
    note = history_row(
        row["instance_id"],
        engine.clock.now(),
        kind,
        actor=actor,
        element_id=row["element_id"],
        task_id=user_task_id,
    )
    add_history(db.connection(), [note])
    return as_user_task({**row, "assignee": assignee})


def _hold(db: Session, user_task_id: UUID) -> HeldUserTask:
    found = _HELD.rows(db.connection(), {"b_id": user_task_id})
    if not found:
        raise UnknownUserTask(str(user_task_id))
    return read_held(found[0])


def _read_row(db: Session, user_task_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    query = _SELECT.with_for_update() if lock else _SELECT
    row = db.connection().execute(query, {"b_id": user_task_id}).mappings().one_or_none()
    if row is None:
        raise UnknownUserTask(str(user_task_id))
    return dict(row)


def _ready_row(db: Session, user_task_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    row = _read_row(db, user_task_id, lock=lock)
    if row["status"] != UserTaskStatus.READY:
        raise _not_ready(user_task_id, row)
    return row


def _not_ready(user_task_id: UUID, row: Mapping[str, Any]) -> UserTaskNotReady:
    return UserTaskNotReady(
        user_task_id, row["status"], row["completed_by"], row.get("completed_at")
    )
