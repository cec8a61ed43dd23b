"""The rows that follow from an instance's state, kept so that they can be put back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Table, Uuid, delete, insert, select

from engine.database import UtcDateTime
from engine.incidents import INCIDENT
from engine.subscriptions import SUBSCRIPTION
from engine.timers import TIMER
from engine.user_tasks import USER_TASK, USER_TASK_GROUP, UserTaskStatus

# SQLAlchemy's names are of a class of their own.
_NAMES = orjson.OPT_NON_STR_KEYS
_OPEN = (UserTaskStatus.READY, UserTaskStatus.SUSPENDED)


def take_rows(connection: Connection, instance_id: UUID) -> dict[str, Any]:
    """Read what is open of an instance, as JSON."""
    found = {
        table.name: [
            {column.name: _written(row[column.name]) for column in table.columns}
            for row in connection.execute(query).mappings()
        ]
        for table, query in _queries(instance_id)
    }
    taken: dict[str, Any] = orjson.loads(orjson.dumps(found, option=_NAMES))
    return taken


def put_rows_back(
    connection: Connection, instance_id: UUID, rows: Mapping[str, list[dict[str, Any]]]
) -> None:
    """Put the rows of `take_rows` in the place of those that are there now."""
    queries = _queries(instance_id)
    former = [UUID(row["id"]) for row in rows[USER_TASK.name]]
    for table, query in reversed(queries):
        keys = list(table.primary_key.columns)
        where = query.whereclause
        assert where is not None
        connection.execute(delete(table).where(where))
        if table is USER_TASK and former:
            connection.execute(delete(table).where(keys[0].in_(former)))
        if table is INCIDENT and rows[INCIDENT.name]:
            ids = [UUID(row["id"]) for row in rows[INCIDENT.name]]
            connection.execute(delete(table).where(keys[0].in_(ids)))
    for table, _ in queries:
        if rows[table.name]:
            connection.execute(insert(table), [_read_back(table, one) for one in rows[table.name]])


def _queries(instance_id: UUID) -> list[tuple[Table, Any]]:
    open_ones = (USER_TASK.c.instance_id == instance_id) & USER_TASK.c.status.in_(_OPEN)
    ids = select(USER_TASK.c.id).where(USER_TASK.c.instance_id == instance_id)
    unsettled = (INCIDENT.c.instance_id == instance_id) & INCIDENT.c.resolved_at.is_(None)
    return [
        (USER_TASK, select(USER_TASK).where(open_ones)),
        (USER_TASK_GROUP, select(USER_TASK_GROUP).where(USER_TASK_GROUP.c.user_task_id.in_(ids))),
        (TIMER, select(TIMER).where(TIMER.c.instance_id == instance_id)),
        (SUBSCRIPTION, select(SUBSCRIPTION).where(SUBSCRIPTION.c.instance_id == instance_id)),
        (INCIDENT, select(INCIDENT).where(unsettled)),
    ]


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read_back(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _typed(table.c[name].type, value) for name, value in row.items()}


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Uuid):
        return UUID(value)
    return datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) else value
