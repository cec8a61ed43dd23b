"""What drafts and publications change, in words, with the way to both versions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from api.pages.comparisons import NOTHING
from api.work import Work
from engine.bundles import Member
from engine.comparison import Change, compare
from engine.decisions import InvalidDecisions
from engine.drafts import Draft, drafts_of
from engine.errors import DiagramError, UnknownDefinition
from engine.sources import SCENARIOS
from engine.versions import DRAFT, read_edition
from tasks.definition_drafts import Ground, ground_of
from tasks.publications import PublicationItem, PublicationRow, items_of

_MOST = 12
"""How many differences of one definition are said on these pages; the comparison has them all."""


@dataclass(frozen=True)
class Side:
    """One of the two versions that differ; `edition` is None for what no page can show."""

    content: bytes | None
    edition: str | None


@dataclass(frozen=True)
class Told:
    """What becomes of one definition of a scope."""

    scope: str
    kind: str
    key: str
    removes: bool
    before: Side
    after: Side

    @property
    def name(self) -> str:
        """Name it as `process/score`."""
        return f"{self.kind}/{self.key}"

    @property
    def is_new(self) -> bool:
        """Whether there is nothing to compare it with."""
        return self.before.content is None

    @cached_property
    def _found(self) -> tuple[tuple[Change, ...], bool]:
        try:
            return compare(self.kind, self.before.content, self.after.content), True
        except (DiagramError, InvalidDecisions):
            return (), False  # The check says what cannot be read.

    @property
    def is_readable(self) -> bool:
        """Whether the two can be compared."""
        return self._found[1]

    @cached_property
    def _meant(self) -> list[Change]:
        return [one for one in self._found[0] if one.is_meant]

    @property
    def changes(self) -> list[Change]:
        """Give the first differences in meaning."""
        return self._meant[:_MOST]

    @property
    def more(self) -> int:
        """Count the differences that are not said."""
        return len(self._meant) - len(self.changes)

    @property
    def moved(self) -> int:
        """Count what is only drawn elsewhere."""
        return len(self._found[0]) - len(self._meant)

    @property
    def address(self) -> str | None:
        """Lead to both versions side by side; None where there is nothing to show any more."""
        if self.after.edition is None or not self.is_readable:
            return None
        wanted = {"kind": self.kind, "key": self.key, "scope": self.scope}
        sides = {"from": self.before.edition or NOTHING, "to": self.after.edition}
        return f"/designer/compare?{urlencode(wanted | sides)}"


def told_of_draft(work: Work, draft: Draft) -> Told:
    """Tell what a draft changes of what holds now."""
    ground = ground_of(work.db, draft.scope, draft.kind, draft.key)
    edition = f"{draft.scope}@{DRAFT}"
    return _told(draft, draft.scope, ground, edition)


def told_of_publication(work: Work, row: PublicationRow) -> list[Told]:
    """Tell what a publication changes, or changed when it was published."""
    versions = {(one["kind"], one["key"]): one["version"] for one in row.versions or ()}
    drafts = {(one.kind, one.key): one for one in drafts_of(work.db, row.scope)}
    told = []
    for item in items_of(work.db, row):
        name = (item.kind, item.key)
        if name in versions:
            told.append(_told_of_version(work, row.scope, item, versions[name]))
            continue
        draft = drafts.get(name)
        # What was saved since is another content than what was examined.
        is_same = draft is not None and draft.revision == item.revision
        ground = ground_of(work.db, row.scope, *name)
        told.append(_told(item, row.scope, ground, f"{row.scope}@{DRAFT}" if is_same else None))
    return told


def _told(one: Draft | PublicationItem, scope: str, ground: Ground, edition: str | None) -> Told:
    now = ground.current
    if now is not None and one.kind == SCENARIOS and now.scope != scope:
        now = None  # Scenarios come beside the outer ones and do not take their place.
    after = Side(one.content, edition)
    if one.content is None:
        after = _side(None if one.kind == SCENARIOS else ground.outer)
    return Told(scope, one.kind, one.key, one.content is None, _side(now), after)


def _side(member: Member | None) -> Side:
    return Side(None, None) if member is None else Side(member.content, member.origin)


def _told_of_version(work: Work, scope: str, item: PublicationItem, version: int) -> Told:
    """Compare with the version before; the first, and one after a removal, with the outer one."""
    is_beside = item.kind == SCENARIOS
    before = _stored(work, item, f"{scope}@{version - 1}" if version > 1 else None)
    if before.content is None:
        before = _stored(work, item, None if is_beside else item.derived_from)
    if item.content is None:
        # What holds there since is what the outer scope has by now.
        outer = None if is_beside else ground_of(work.db, scope, item.kind, item.key).outer
        return Told(scope, item.kind, item.key, True, before, _side(outer))
    after = _stored(work, item, f"{scope}@{version}")
    return Told(scope, item.kind, item.key, False, before, after)


def _stored(work: Work, item: PublicationItem, edition: str | None) -> Side:
    if edition is None:
        return Side(None, None)
    try:
        found = read_edition(work.db, item.kind, item.key, edition)
    except UnknownDefinition:
        return Side(None, None)
    return Side(found.content, None if found.content is None else found.name)
