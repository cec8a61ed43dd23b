"""The rows of instances as the runtime reads, locks and writes them."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.codec import FORMAT
from engine.context import InstanceHead
from engine.errors import UnknownInstance
from engine.instances import INSTANCE
from engine.statements import Statement


class InstanceRow(NamedTuple):
    """What is read of an instance to run it."""

    id: UUID
    process_id: str
    bundle_id: str
    business_key: str
    tenant: str
    parent_id: UUID | None
    status: str
    version: int
    state: bytes
    scopes: str


INSTANCE_COLUMNS = [INSTANCE.c[name] for name in InstanceRow._fields]
_BY_ID = INSTANCE.c.id == bindparam("b_id")
SELECT_INSTANCE = select(*INSTANCE_COLUMNS).where(_BY_ID).with_for_update()
_NEXT_VERSION = (
    update(INSTANCE)
    .where(_BY_ID, INSTANCE.c.version == bindparam("b_version"))
    .values(version=bindparam("b_next"), state=bindparam("b_state"), codec=FORMAT)
)
# A column that is set is written anew in each index that has it, even to what it was: a save that
# leaves the status alone must not name it.
UPDATE_STATE = Statement(_NEXT_VERSION)
UPDATE_INSTANCE = Statement(
    _NEXT_VERSION.values(status=bindparam("b_status"), ended_at=bindparam("b_ended"))
)
INSERT_INSTANCE = Statement.insert(INSTANCE)


def read_head(row: Any) -> InstanceHead:
    """Read an instance's identity from its row."""
    return InstanceHead(
        row.id,
        row.process_id,
        row.bundle_id,
        row.business_key,
        row.tenant,
        row.parent_id,
        row.scopes,
    )


def read_instance(db: Session, instance_id: UUID) -> InstanceRow:
    """Read and lock an instance's row.

    Raises:
        UnknownInstance: There is none of that id.
    """
    row = db.connection().execute(SELECT_INSTANCE, {"b_id": instance_id}).one_or_none()
    if row is None:
        raise UnknownInstance(str(instance_id))
    return InstanceRow(*row)
