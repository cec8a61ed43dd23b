"""Definitions whose outer definition has moved on, and how the changes are carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.bundles import newest
from engine.comparison import Merge, merge
from engine.comparison.merging import Side
from engine.drafts import Draft, drafts_of, read_draft, save_draft
from engine.errors import EngineError, UnknownDefinition
from engine.versions import read_edition


class ConflictsOpen(EngineError):
    """Not every conflict of a rebase has been decided."""

    def __init__(self, merged: Merge) -> None:
        super().__init__(f"{len(merged.conflicts)} conflicts are open")
        self.merged = merged


@dataclass(frozen=True, slots=True)
class Rebase:
    """A definition of `scope` that is behind: it was made from `origin`, `newest` is there now.

    `on_draft`: a draft of it is being worked on, and the changes are carried into that.
    """

    scope: str
    kind: str
    key: str
    origin: str
    newest: str
    on_draft: bool = False


def open_rebases(db: Session, scope: str) -> list[Rebase]:
    """List the definitions of a scope that are behind, by kind and key."""
    return sorted(_behind(db, scope), key=lambda one: (one.kind, one.key))


def _behind(db: Session, scope: str) -> Iterator[Rebase]:
    drafts = {(one.kind, one.key): one for one in drafts_of(db, scope)}
    for row in newest(db, [scope]):
        if not row.withdrawn and (row.kind, row.key) not in drafts:
            yield from _rebase(db, scope, row.kind, row.key, row.derived_from)
    # What has never been published here falls behind from its first draft on.
    for draft in drafts.values():
        if draft.content is not None:
            yield from _rebase(db, scope, draft.kind, draft.key, draft.derived_from, on_draft=True)


def _rebase(
    db: Session, scope: str, kind: str, key: str, origin: str | None, *, on_draft: bool = False
) -> Iterator[Rebase]:
    outer, _, version = (origin or "").rpartition("@")
    if not outer or not version.isdigit():
        return
    try:
        now = read_edition(db, kind, key, outer)
    except UnknownDefinition:
        return
    if now.version is not None and now.content is not None and now.version > int(version):
        yield Rebase(scope, kind, key, origin or "", now.name, on_draft)


def rebase_of(db: Session, scope: str, kind: str, key: str) -> Rebase:
    """Give the open rebase of one definition.

    Raises:
        UnknownDefinition: It is not behind, or there is none.
    """
    for one in _behind(db, scope):
        if (one.kind, one.key) == (kind, key):
            return one
    raise UnknownDefinition(f"{kind} {key} of {scope} is not behind")


def merge_rebase(db: Session, rebase: Rebase, choices: Mapping[str, Side] | None = None) -> Merge:
    """Work out what carrying the outer changes over gives.

    Raises:
        UnknownDefinition: A version it needs is not there.
    """
    here = f"{rebase.scope}@draft" if rebase.on_draft else rebase.scope
    versions = [
        read_edition(db, rebase.kind, rebase.key, one).content
        for one in (rebase.origin, here, rebase.newest)
    ]
    base, ours, theirs = versions
    if base is None or ours is None or theirs is None:
        raise UnknownDefinition(f"{rebase.kind} {rebase.key} was withdrawn")
    return merge(rebase.kind, base, ours, theirs, choices)


def apply_rebase(
    db: Session,
    rebase: Rebase,
    choices: Mapping[str, Side],
    *,
    actor: str,
    now: datetime,
) -> Draft:
    """Save what the merge gives as the draft, derived from the outer scope's newest version.

    Raises:
        ConflictsOpen: Some conflict has no choice.
        DraftHeld: Somebody else is editing the draft.
    """
    merged = merge_rebase(db, rebase, choices)
    if merged.content is None:
        raise ConflictsOpen(merged)
    draft = read_draft(db, rebase.scope, rebase.kind, rebase.key)
    return save_draft(
        db,
        rebase.scope,
        rebase.kind,
        rebase.key,
        merged.content,
        expected=0 if draft is None else draft.revision,
        actor=actor,
        now=now,
        derived_from=rebase.newest,
        based_on=_own_version(db, rebase),
    )


def _own_version(db: Session, rebase: Rebase) -> int:
    """Give the scope's own version that a draft starts from; 0: it has published none."""
    try:
        return read_edition(db, rebase.kind, rebase.key, rebase.scope).version or 0
    except UnknownDefinition:
        return 0
