"""The chains of scopes that instances start with: those in use, and those that can come."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from sqlmodel import select

from engine.bundles import BundleHead, Definition
from engine.scopes import chain_of, level_of, organisation_of

_NOBODY = "organisation:"


def name_of(chain: Sequence[str]) -> str:
    """Write a chain of scopes as the key of its current bundle."""
    return " ".join(chain)


def has_head(db: Session, name: str) -> bool:
    """Tell whether a chain has a current bundle."""
    return db.get(BundleHead, name) is not None


def chains_with(db: Session, scope: str) -> list[tuple[str, ...]]:
    """List the chains that a scope is part of: its own, those in use, and those to come.

    Whoever has definitions of its own may begin with any industry.
    """
    heads = db.connection().execute(select(BundleHead.chain)).scalars()
    stored = db.connection().execute(select(Definition.scope).distinct()).scalars()
    scopes = sorted({*stored, scope})
    industries = [one for one in scopes if level_of(one) == "industry"]
    bodies = sorted({f"organisation:{organisation_of(one)}" for one in scopes} - {_NOBODY})
    possible = [chain_of([one]) for one in scopes]
    possible += [chain_of([one, body]) for body in bodies for one in industries]
    used = sorted(tuple(name.split(" ")) for name in heads)
    found = dict.fromkeys([chain_of([scope]), *used, *possible])
    return [chain for chain in found if scope in chain]
