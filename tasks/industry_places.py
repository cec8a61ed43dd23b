"""What holds of a definition for an organisation's occupations of each industry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from engine.scopes import BASE, chain_of, for_industry, industry_of, is_for_industry
from engine.version_lists import Version, latest_versions, resolve_versions
from tasks.definition_names import DefinitionName
from tasks.industries import industries, industry_name


@dataclass(frozen=True, slots=True)
class IndustryPlace:
    """The version that holds for one industry; `scope` is the organisation's for it alone."""

    name: DefinitionName
    scope: str
    version: Version

    @property
    def whose(self) -> str:
        """Tell whose it is: `alone` the organisation's for it, `industry`, else `everybody`."""
        if is_for_industry(self.version.scope):
            return "alone"
        return "industry" if industry_of(self.version.scope) else "everybody"


def places_in_industries(
    db: Session, organisation: str, kind: str, key: str
) -> list[IndustryPlace]:
    """List what holds for each industry, by the industry's key; `organisation` is a key."""
    known = sorted(industries(db))
    scopes = {one: for_industry(organisation, one) for one in known}
    chains = {one: chain_of([scope]) for one, scope in scopes.items()}
    wanted = {BASE, *(scope for chain in chains.values() for scope in chain)}
    rows = [one for one in latest_versions(db, wanted, [kind]) if one.key == key]
    found = {one: resolve_versions(chain, rows).get((kind, key)) for one, chain in chains.items()}
    return [
        IndustryPlace(industry_name(db, one), scopes[one], version)
        for one, version in found.items()
        if version is not None
    ]
