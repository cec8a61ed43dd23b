"""Bring packaged definitions up to date without undoing what people published in their place.

What nobody changed follows the package. What people changed stays as they left it; when the
package moves on, its changes come to them as a draft.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from engine.bundles import Name, hash_of
from engine.comparison import merge
from engine.decisions import InvalidDecisions
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld
from engine.drafts import read_draft, revisions_of, save_draft
from engine.errors import DiagramError
from engine.findings import Finding
from engine.sources import Source
from engine.version_lists import Version, latest_versions, stored_definition, versions_of

PACKAGERS = frozenset({"migrate", "demo", "bench"})
"""Who publishes packaged definitions; everybody else changes them."""


@dataclass
class PackagedChanges:
    """What a package brings to a scope: to publish, to withdraw, and what was left to people."""

    sources: list[Source] = field(default_factory=list)
    removals: list[Name] = field(default_factory=list)
    kept: list[Finding] = field(default_factory=list)


def packaged_changes(
    db: Session, scope: str, sources: Sequence[Source], *, actor: str, now: datetime
) -> PackagedChanges:
    """Say what of a package is to be published in a scope.

    Where people changed a definition and the package did too, a draft is begun that carries the
    package's changes into theirs; where both changed the same, theirs stays.
    """
    packagers = PACKAGERS | {actor}
    newest = {one.name: one for one in latest_versions(db, [scope])}
    changes = PackagedChanges()
    for source in sources:
        known = newest.get((source.kind, source.key))
        if known is None or known.published_by in packagers or _is_same(known, source):
            changes.sources.append(source)
        else:
            finding = _left_to_people(db, known, source, packagers, actor, now)
            changes.kept += [finding] if finding is not None else []
    given = {(source.kind, source.key) for source in sources}
    changes.removals = [
        name
        for name, one in newest.items()
        if name not in given and one.published_by in packagers and not one.withdrawn
    ]
    return changes


def _is_same(known: Version, source: Source) -> bool:
    return not known.withdrawn and known.sha256 == hash_of(source.content)


def _left_to_people(
    db: Session,
    known: Version,
    source: Source,
    packagers: Collection[str],
    actor: str,
    now: datetime,
) -> Finding | None:
    """Leave a definition as people have it; None if the package brings nothing new."""
    versions = versions_of(db, known.scope, known.kind, known.key)
    packaged = next((one for one in versions if one.published_by in packagers), None)
    if packaged is not None and packaged.sha256 == hash_of(source.content):
        return None
    drafted = packaged is not None and _offer(db, packaged, known, source, actor, now)
    zh = "已另存为草稿,请核对后发布。" if drafted else "请比较后自行修改。"
    en = "they wait as a draft." if drafted else "compare and change it yourselves."
    return Finding(
        "package_moved",
        f"这个定义已在本级修改,没有被产品的新版本覆盖;新版本的改动{zh}",
        "The definition was changed here and is not replaced by the product's new version; "
        f"the changes of that: {en}",
        severity="warning",
        definition=f"{known.kind}/{known.key}",
    )


def _offer(
    db: Session,
    packaged: Version,
    known: Version,
    source: Source,
    actor: str,
    now: datetime,
) -> bool:
    """Begin a draft of what people have with the package's changes; False if there is none."""
    place = (known.scope, known.kind, known.key)
    if known.withdrawn or read_draft(db, *place) is not None:
        return False
    base = stored_definition(db, *place, packaged.version)
    ours = stored_definition(db, *place, known.version)
    if base is None or ours is None:
        return False
    try:
        content = _merged(known.kind, base.content, ours.content, source.content)
        if content in (None, ours.content) or _was_offered(db, place, content, actor):
            return False
        save_draft(
            db, *place, content,
            expected=0, actor=actor, now=now,
            derived_from=known.derived_from, based_on=known.version,
        )  # fmt: skip
    except (DiagramError, InvalidDecisions, DraftRefused, DraftHeld):
        return False
    return True


def _merged(kind: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    found = merge(kind, base, ours, theirs)
    if found.conflicts:
        choices = {one.id: "ours" for one in found.conflicts}
        found = merge(kind, base, ours, theirs, choices)  # type: ignore[arg-type]
    return found.content


def _was_offered(
    db: Session, place: tuple[str, str, str], content: bytes | None, actor: str
) -> bool:
    """Tell whether the same draft was begun before: then somebody threw it away."""
    known = revisions_of(db, *place)
    return any(one.saved_by == actor and one.content == content for one in known)
