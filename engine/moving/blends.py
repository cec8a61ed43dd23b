"""Bundles with the forms or decision tables of a newer one, while the diagrams stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from engine.bundles import Bundle, Member, Name, bundle_id_of, manifest_of, members_of, store_bundle
from engine.closed_sets import check_set
from engine.definitions import Definitions
from engine.findings import Finding
from engine.moving import reasons
from engine.moving.reasons import Reason
from engine.moving.sides import Side
from engine.sources import BUNDLED_KINDS

PARTS: Final = ("form", "decision")
"""Kinds of definitions that instances can take of a newer bundle by themselves."""

_TOLD = 3


class Blend:
    """What a bundle becomes with some `parts` of a newer one.

    What the newer one has of these kinds takes the place of what was there. What it has no more
    stays: the diagrams may need it. Diagrams and all else are those of the old bundle, as they were
    compiled for it. It is checked like any other set; `side.against` says why it does not fit.
    """

    def __init__(
        self, db: Session, definitions: Definitions, old: str, newer: str, parts: Collection[str]
    ) -> None:
        self.definitions = definitions
        before = _members(db, old, BUNDLED_KINDS)
        self.members = dict(sorted({**before, **_members(db, newer, parts)}.items()))
        bundle = db.get_one(Bundle, old)
        self.compiler_version = bundle.compiler_version
        manifest = manifest_of(self.members, self.compiler_version)
        rows = {(one["kind"], one["key"]): one["sha256"] for one in manifest["members"]}
        self.bundle_id = bundle_id_of(manifest)
        self.is_new = db.get(Bundle, self.bundle_id) is None
        against = self._against(before) if self.is_new else ()
        self.side = Side(rows, self.bundle_id, definitions, diagrams_of=old, against=against)

    def _against(self, before: Mapping[Name, Member]) -> tuple[Reason, ...]:
        host = self.definitions.host
        found = _errors(check_set(self.members, host).findings)
        if found:
            # What a newer check has against the old set stands in nobody's way: that runs already.
            known = set(_errors(check_set(before, host).findings))
            found = [one for one in found if one not in known]
        return tuple(
            reasons.does_not_fit(
                one.element_id, one.element_name or one.definition, one.message_zh, one.message_en
            )
            for one in found[:_TOLD]
        )

    def store(self, db: Session, now: datetime) -> None:
        """Store it as a bundle, unless it is one already."""
        if self.is_new and not self.side.against:
            store_bundle(db, self.members, {}, self.compiler_version, now)
            self.is_new = False
        self.definitions.load(db, self.bundle_id)


def _members(db: Session, bundle_id: str, kinds: Collection[str]) -> dict[Name, Member]:
    return {one.name: one for one in members_of(db, bundle_id, sorted(kinds))}


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.severity == "error"]
