"""Drafts as editors use them: begun from what holds in the scope, spelled in one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from engine.bundles import Member, as_member, hash_of, newest, resolve
from engine.comparison import canonical
from engine.decisions import InvalidDecisions
from engine.definitions import Definitions
from engine.draft_contents import DraftRefused, check_content
from engine.drafts import Draft, DraftMoved, drafts_of, read_draft, save_draft
from engine.errors import DiagramError, UnknownDefinition
from engine.findings import Finding
from engine.scopes import chain_of


@dataclass(frozen=True)
class Ground:
    """What a draft stands on: what holds in its scope now, and what would without its own."""

    current: Member | None
    outer: Member | None

    @property
    def own_version(self) -> int:
        """Give the scope's own version that is in force, 0 for none."""
        one = self.current
        return 0 if one is None or one is self.outer else one.version

    @property
    def derived_from(self) -> str | None:
        """Name what a draft begun now is made from."""
        if self.own_version and self.current is not None:
            return self.current.derived_from
        return None if self.outer is None else self.outer.origin


@dataclass(frozen=True)
class Editable:
    """What an editor opens: the draft, or what holds where there is none (revision 0)."""

    content: bytes
    revision: int
    removed: bool
    derived_from: str | None
    draft: Draft | None


def ground_of(db: Session, scope: str, kind: str, key: str) -> Ground:
    """Find what a draft of a definition stands on."""
    chain = chain_of([scope])
    rows = [row for row in newest(db, chain, [kind]) if row.key == key and not row.withdrawn]
    found = [as_member(row) for row in rows]
    outer = resolve(chain, [one for one in found if one.scope != scope]).get((kind, key))
    own = next((one for one in found if one.scope == scope), None)
    return Ground(own or outer, outer)


def open_definition(db: Session, scope: str, kind: str, key: str) -> Editable:
    """Give what an editor opens.

    Raises:
        UnknownDefinition: There is neither a definition nor a draft of one.
    """
    draft = read_draft(db, scope, kind, key)
    ground = ground_of(db, scope, kind, key)
    if draft is None:
        if ground.current is None:
            raise UnknownDefinition(f"{kind} {key} in {scope}")
        return Editable(ground.current.content, 0, False, ground.derived_from, None)
    content = draft.content
    if content is None:
        content = b"" if ground.outer is None else ground.outer.content
    return Editable(content, draft.revision, draft.removes, draft.derived_from, draft)


def keep_draft(
    db: Session,
    scope: str,
    kind: str,
    key: str,
    content: bytes | None,
    *,
    expected: int | None,
    actor: str,
    now: datetime,
) -> Draft | None:
    """Save what an editor has; None: it is what holds already, so that no draft is begun.

    The content is stored in one spelling, things in the order that they had before.

    Raises:
        DraftMoved, DraftHeld, DraftRefused: As `save_draft`.
    """
    known = read_draft(db, scope, kind, key)
    ground = ground_of(db, scope, kind, key)
    before = ground.current if known is None or known.content is None else None
    like = before.content if before is not None else None if known is None else known.content
    if content is not None:
        content = spelled(kind, key, content, like)
    if known is None and before is not None and content in (before.content, like):
        if expected:
            raise DraftMoved(None)
        return None
    return save_draft(
        db, scope, kind, key, content,
        expected=expected, actor=actor, now=now,
        derived_from=ground.derived_from if known is None else None,
        based_on=ground.own_version,
    )  # fmt: skip


def spelled(kind: str, key: str, content: bytes, like: bytes | None) -> bytes:
    """Write a content in the one spelling, unless it says just what `like` says.

    Raises:
        DraftRefused: It cannot be read.
    """
    check_content(kind, key, content)
    try:
        written = canonical(kind, content, like)
        same = like is not None and written == canonical(kind, like, like)
    except (DiagramError, InvalidDecisions) as error:
        name = f"{kind}/{key}"
        raise DraftRefused([replace(one, definition=name) for one in error.findings]) from error
    return like if same and like is not None else written


def check_draft(
    db: Session, definitions: Definitions, scope: str, kind: str, key: str, content: bytes
) -> list[Finding]:
    """Say what stands against publishing a content in the place of a definition."""
    chain = chain_of([scope])
    stored = [as_member(row) for row in newest(db, chain) if not row.withdrawn]
    stored = _with_other_drafts(db, scope, stored, (kind, key))
    draft = read_draft(db, scope, kind, key)
    known = ground_of(db, scope, kind, key).derived_from
    derived_from = known if draft is None else draft.derived_from
    sha256 = hash_of(content)
    changed = Member(kind, key, scope, 0, content, sha256, derived_from)
    return definitions.single_checks.check(changed, chain, stored)


def _with_other_drafts(
    db: Session, scope: str, stored: Sequence[Member], checked: tuple[str, str]
) -> list[Member]:
    """Put the other drafts of a scope in the places that they would take when published.

    Those of one scope are drawn together and published together; without them a new form would
    be unknown to the diagram that asks for it.
    """
    drafts = [one for one in drafts_of(db, scope) if (one.kind, one.key) != checked]
    changed = {(one.kind, one.key) for one in drafts}
    kept = [one for one in stored if one.scope != scope or one.name not in changed]
    return kept + [
        Member(one.kind, one.key, scope, 0, one.content, hash_of(one.content), one.derived_from)
        for one in drafts
        if one.content is not None
    ]
