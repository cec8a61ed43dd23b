"""Publish definitions: check them as a closed set, store what changed, make the bundles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine.bundles import (
    BundleHead,
    Definition,
    Member,
    Name,
    as_member,
    bundled,
    hash_of,
    newest,
    store_bundle,
)
from engine.chains import chains_with, has_head, name_of
from engine.closed_sets import CheckedSet, Host, check_alone, check_set
from engine.derivation import check_derivation, check_sources, left_without
from engine.diagrams import COMPILER_VERSION
from engine.findings import Finding
from engine.scopes import BASE, chain_of, level_of
from engine.sources import BUNDLED_KINDS, Source


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A definition that a publication stored."""

    kind: str
    key: str
    scope: str
    version: int
    withdrawn: bool = False


@dataclass(frozen=True)
class PublishReport:
    """What a publication did; with an error among the findings nothing was stored.

    `bundles` are the new current bundles by chain of scopes (`base`, `base industry:gas`);
    `bundle_id` is that of the published scope alone. What was only checked, or refused, has no
    bundles, but the checked `sets` by chain, all definitions `after` it and the `changed` ones.
    """

    bundle_id: str | None
    new_versions: tuple[NewVersion, ...]
    findings: tuple[Finding, ...]
    bundles: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, CheckedSet] = field(default_factory=dict, repr=False)
    after: tuple[Member, ...] = field(default=(), repr=False)
    changed: Mapping[Name, Member] = field(default_factory=dict, repr=False)

    @property
    def refused(self) -> bool:
        """Tell whether an error stood against it."""
        return any(one.severity == "error" for one in self.findings)


@dataclass
class Publication:
    """One publication in one scope.

    `complete`: the sources are all that the scope has; what it had besides is withdrawn.
    `removals` are withdrawn in any case: the outer scope's definitions hold again.
    Chains that are `held` keep the bundle that they have.
    """

    db: Session
    host: Host
    scope: str
    actor: str
    now: datetime
    complete: bool = False
    removals: Collection[Name] = ()
    held: Collection[str] = ()

    def run(self, sources: Sequence[Source], *, dry: bool = False) -> PublishReport:
        """Check, and unless it is refused or `dry`, store."""
        level_of(self.scope)
        found = list(check_sources(sources))
        if any(one.severity == "error" for one in found):
            return PublishReport(None, (), tuple(found))
        chains = chains_with(self.db, self.scope)
        # An organisation's definition may replace that of any industry it works with.
        scopes = sorted({scope for chain in chains for scope in chain} | {self.scope})
        stored = [row for row in newest(self.db, scopes) if not row.withdrawn]
        before = [as_member(row) for row in stored]
        changed, gone = self._changes(sources, before)
        after = self._after(before, changed, gone)
        own = self._own_chain()
        findings: dict[Finding, None] = dict.fromkeys(found)
        for chain in chains:
            findings.update(dict.fromkeys(check_derivation(changed, chain, before)))
        if self.host.across is not None:
            findings.update(dict.fromkeys(self.host.across(self.db, self.scope, changed)))
        for member in changed.values():
            if member.kind not in BUNDLED_KINDS:
                findings.update(dict.fromkeys(check_alone(member, self.host)))
        sets = {name_of(chain): self._check(chain, after, changed) for chain in chains}
        findings.update(dict.fromkeys(sets[name_of(own)].findings))
        refused = any(one.severity == "error" for one in findings)
        findings.update(dict.fromkeys(self._elsewhere(chains, own, sets)))
        if refused or dry:
            return PublishReport(
                None, (), tuple(findings), sets=sets, after=tuple(after), changed=changed
            )
        self._keep_heads(before, sets)
        return self._store(changed, gone, after, sets, tuple(findings))

    def _own_chain(self) -> tuple[str, ...]:
        return chain_of([self.scope])

    def _changes(
        self, sources: Sequence[Source], stored: Sequence[Member]
    ) -> tuple[dict[Name, Member], list[Member]]:
        own = {one.name: one for one in stored if one.scope == self.scope}
        changed: dict[Name, Member] = {}
        for source in sources:
            sha256 = hash_of(source.content)
            known = own.get((source.kind, source.key))
            if (
                known is not None
                and known.sha256 == sha256
                and (source.derived_from in (None, known.derived_from))
            ):
                continue
            member = Member(
                source.kind,
                source.key,
                self.scope,
                0,
                source.content,
                sha256,
                source.derived_from or self._origin(source, known, stored),
            )
            changed[member.name] = member
        given = {(source.kind, source.key) for source in sources}
        gone = [
            one
            for name, one in own.items()
            if name not in given and (self.complete or name in self.removals)
        ]
        return changed, gone

    def _origin(self, source: Source, known: Member | None, stored: Sequence[Member]) -> str | None:
        """Say what a definition was made from that does not tell.

        A pack comes with the base that it was made for.
        """
        if self.complete and level_of(self.scope) == "industry":
            name = (source.kind, source.key)
            outer = [one for one in stored if one.scope == BASE and one.name == name]
            return outer[0].origin if outer else None
        return None if known is None else known.derived_from

    def _after(
        self, before: Sequence[Member], changed: Mapping[Name, Member], gone: Sequence[Member]
    ) -> list[Member]:
        replaced = {*changed, *(one.name for one in gone)}
        kept = [one for one in before if one.scope != self.scope or one.name not in replaced]
        return [*kept, *changed.values()]

    def _check(
        self,
        chain: Sequence[str],
        members: Sequence[Member],
        changed: Mapping[Name, Member] | None = None,
    ) -> CheckedSet:
        checked = check_set(bundled(chain, members), self.host)
        lost = left_without(changed or {}, chain, members)
        return replace(checked, findings=(*checked.findings, *lost)) if lost else checked

    def _elsewhere(
        self,
        chains: Sequence[tuple[str, ...]],
        own: tuple[str, ...],
        sets: Mapping[str, CheckedSet],
    ) -> Iterable[Finding]:
        """Warn of chains that would break; they stay with the bundle they have."""
        for chain in chains:
            errors = [one for one in sets[name_of(chain)].findings if one.severity == "error"]
            if chain != own and errors:
                inner = chain[-1]
                why = errors[0]
                yield Finding(
                    "left_behind",
                    f"“{inner}”的定义与新版本不合,暂留在原来的版本:{why.message_zh}",
                    f"The definitions of “{inner}” do not fit; it stays with what it has:"
                    f" {why.message_en}",
                    severity="warning",
                    definition=inner,
                )

    def _keep_heads(self, before: Sequence[Member], sets: Mapping[str, CheckedSet]) -> None:
        """Give chains that stay behind, and had no bundle yet, one of what holds until now."""
        for name, checked in sets.items():
            if not (checked.refused or name in self.held) or has_head(self.db, name):
                continue
            chain = name.split(" ")
            until_now = self._check(chain, before)
            if not until_now.refused:
                move_head(self.db, chain, bundled(chain, before), until_now, self.now)

    def _store(
        self,
        changed: Mapping[Name, Member],
        gone: Sequence[Member],
        after: Sequence[Member],
        sets: Mapping[str, CheckedSet],
        findings: tuple[Finding, ...],
    ) -> PublishReport:
        last = self._last_versions()
        rows = [self._row(one, last, withdrawn=False) for one in changed.values()]
        rows += [self._row(one, last, withdrawn=True) for one in gone]
        self.db.add_all(rows)
        self.db.flush()
        kept = [one for one in after if one.definition_id is not None]
        members = [*kept, *(as_member(row) for row in rows if not row.withdrawn)]
        bundles = {
            name: self._move_head(name, members, checked)
            for name, checked in sets.items()
            if not checked.refused and name not in self.held
        }
        versions = [
            NewVersion(row.kind, row.key, row.scope, row.version, row.withdrawn) for row in rows
        ]
        own = bundles[name_of(self._own_chain())]
        return PublishReport(own, tuple(versions), findings, bundles)

    def _last_versions(self) -> dict[Name, int]:
        return {(row.kind, row.key): row.version for row in newest(self.db, [self.scope])}

    def _row(self, member: Member, last: Mapping[Name, int], *, withdrawn: bool) -> Definition:
        return Definition(
            kind=member.kind,
            key=member.key,
            scope=self.scope,
            version=last.get(member.name, 0) + 1,
            content=member.content,
            sha256=member.sha256,
            derived_from=member.derived_from,
            withdrawn=withdrawn,
            published_at=self.now,
            published_by=self.actor,
        )

    def _move_head(self, name: str, members: Iterable[Member], checked: CheckedSet) -> str:
        chain = name.split(" ")
        return move_head(self.db, chain, bundled(chain, members), checked, self.now)


def move_head(
    db: Session,
    chain: Sequence[str],
    members: Mapping[Name, Member],
    checked: CheckedSet,
    now: datetime,
) -> str:
    """Store the bundle of a chain and make it the current one."""
    bundle_id = store_bundle(db, members, checked.lowered, COMPILER_VERSION, now)
    head = db.get(BundleHead, name_of(chain))
    if head is None:
        db.add(BundleHead(chain=name_of(chain), bundle_id=bundle_id))
    else:
        head.bundle_id = bundle_id
    db.flush()
    return bundle_id
