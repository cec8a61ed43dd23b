"""Which running instances use which version of a definition."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy.orm import Session
from sqlmodel import col, select

from engine.bundles import BundleMember
from engine.instances import OPEN_STATUSES, ProcessInstance


def count_users(
    db: Session, definition_ids: Collection[int], tenant: str | None = None
) -> dict[int, int]:
    """Count the open instances of each definition, of one tenant or of all.

    Those of a process are its own; of a form, a table and the like all that are pinned to a bundle
    with it.
    """
    counts = _open_instances(db, tenant)
    if not counts or not definition_ids:
        return {}
    query = select(
        BundleMember.bundle_id, BundleMember.kind, BundleMember.key, BundleMember.definition_id
    ).where(
        col(BundleMember.bundle_id).in_(list(counts)),
        col(BundleMember.definition_id).in_(list(definition_ids)),
    )
    found: dict[int, int] = {}
    for bundle_id, kind, key, definition_id in db.execute(query).all():
        of_bundle = counts[bundle_id]
        users = of_bundle.get(key, 0) if kind == "process" else sum(of_bundle.values())
        found[definition_id] = found.get(definition_id, 0) + users
    return found


def _open_instances(db: Session, tenant: str | None) -> dict[str, dict[str, int]]:
    """Count the open instances by bundle and process."""
    query = (
        select(ProcessInstance.bundle_id, ProcessInstance.process_id, func.count())
        .where(col(ProcessInstance.status).in_(OPEN_STATUSES))
        .group_by(col(ProcessInstance.bundle_id), col(ProcessInstance.process_id))
    )
    if tenant is not None:
        query = query.where(col(ProcessInstance.tenant) == tenant)
    found: dict[str, dict[str, int]] = {}
    for bundle_id, process_id, count in db.execute(query).all():
        found.setdefault(bundle_id, {})[process_id] = count
    return found
