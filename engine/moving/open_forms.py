"""The forms that instances' open user tasks were opened with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.instances import INSTANCE
from engine.user_tasks import USER_TASK, UserTaskStatus

if TYPE_CHECKING:
    from engine.diagrams import CompiledProcess

_OPEN = (UserTaskStatus.READY, UserTaskStatus.SUSPENDED)
_PIECE = 500


class OpenForm(NamedTuple):
    """The form of an open user task, in the version of the bundle it was opened with."""

    element_id: str
    name: str
    name_en: str
    form_ref: str | None
    bundle_id: str


def open_forms(db: Session, instances: Sequence[UUID]) -> Mapping[UUID, tuple[OpenForm, ...]]:
    """List what each of these instances has open; those that have nothing open are there, too."""
    found: dict[UUID, dict[OpenForm, None]] = {one: {} for one in instances}
    for start in range(0, len(instances), _PIECE):
        for instance_id, form in _read(db, instances[start : start + _PIECE]):
            found[instance_id][form] = None
    return {one: tuple(forms) for one, forms in found.items()}


def _read(db: Session, instances: Sequence[UUID]) -> Iterable[tuple[UUID, OpenForm]]:
    rows = USER_TASK.c
    query = (
        select(
            rows.instance_id,
            rows.element_id,
            rows.name,
            rows.name_en,
            rows.form_ref,
            rows.form_bundle_id,
            INSTANCE.c.bundle_id,
        )
        .join(INSTANCE, INSTANCE.c.id == rows.instance_id)
        .where(rows.instance_id.in_(instances), rows.status.in_(_OPEN))
        .order_by(rows.element_id)
    )
    for instance_id, element_id, name, name_en, form_ref, own, bundle_id in db.connection().execute(
        query
    ):
        yield instance_id, OpenForm(element_id, name, name_en or name, form_ref, own or bundle_id)


def forms_by_element(process: CompiledProcess) -> dict[str, str | None]:
    """Tell which form each user task of a process shows."""
    found: dict[str, str | None] = {}
    for tree in process.subprocess_specs.values():
        for spec in tree.task_specs.values():
            if spec.manual and getattr(spec, "bpmn_id", None):
                extensions: Mapping[str, Any] = getattr(spec, "extensions", {})
                found[str(spec.bpmn_id)] = extensions.get("form_ref")
    return found
