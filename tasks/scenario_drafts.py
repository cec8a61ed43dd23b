"""Scenarios of one process as a designer works on them: the scope's own, and those it inherits."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from engine.bundles import Member, Name, as_member, bundled, newest
from engine.drafts import Draft, drafts_of, read_draft
from engine.scopes import chain_of
from engine.sources import BUNDLED_KINDS, SCENARIOS
from tasks.scenario_sets import scenarios_of
from tasks.scenarios import Scenario


@dataclass(frozen=True)
class OwnScenarios:
    """The text of a scope's own scenarios of a process, and the revision of its draft."""

    text: str
    revision: int


def members_with_drafts(db: Session, scope: str) -> list[Member]:
    """Read all definitions of a scope's chain, its drafts in place of what they change."""
    drafts = {(one.kind, one.key): one for one in drafts_of(db, scope)}
    chain = chain_of([scope])
    stored = [as_member(row) for row in newest(db, chain) if not row.withdrawn]
    kept = [one for one in stored if one.scope != scope or one.name not in drafts]
    return [*kept, *(_member(one) for one in drafts.values() if one.content is not None)]


def own_scenarios(db: Session, scope: str, key: str) -> OwnScenarios:
    """Give the scope's own scenarios of a process: the draft, else what it published."""
    draft = read_draft(db, scope, SCENARIOS, key)
    revision = 0 if draft is None else draft.revision
    own = [
        one
        for one in members_with_drafts(db, scope)
        if one.name == (SCENARIOS, key) and one.scope == scope
    ]
    return OwnScenarios(own[0].content.decode() if own else "", revision)


def with_own(members: list[Member], scope: str, key: str, text: str) -> list[Member]:
    """Put a text in the place of the scope's own scenarios of a process."""
    kept = [one for one in members if one.scope != scope or one.name != (SCENARIOS, key)]
    if not text.strip():
        return kept
    return [*kept, Member(SCENARIOS, key, scope, 0, text.encode(), "")]


def scenarios_for(members: list[Member], scope: str, key: str) -> list[Scenario]:
    """Give the scenarios of a process that hold in a scope."""
    # Reading the scenarios of all processes takes a second.
    return scenarios_of(chain_of([scope]), [one for one in members if one.name == (SCENARIOS, key)])


def contents_for(members: list[Member], scope: str) -> dict[Name, bytes]:
    """Give the definitions that scenarios of a scope are played with."""
    found = bundled(chain_of([scope]), [one for one in members if one.kind in BUNDLED_KINDS])
    return {name: one.content for name, one in found.items()}


def _member(draft: Draft) -> Member:
    assert draft.content is not None
    return Member(draft.kind, draft.key, draft.scope, 0, draft.content, "", draft.derived_from)
