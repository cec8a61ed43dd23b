"""Which industry's definitions hold for an occupation, pinned when a batch starts.

A scope `industry:<key>` says in its catalogue `industry` for which occupations it is. A batch keeps
the bundles of all industries as they were when it started: what it starts later for an occupation
uses them, whatever is published meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlmodel import Session, col, select

from appraisal.sessions import AppraisalSession
from engine.bundles import Definition, newest
from engine.context import DefinitionSource, TaskContext
from engine.errors import DiagramError, UnknownDefinition

CATALOGUE = "industry"
_LEVEL = "industry:"


@dataclass(frozen=True)
class Place:
    """The bundle that an instance starts with, and the scopes that it comes from."""

    bundle_id: str
    scopes: Sequence[str]


def industries(db: Session) -> dict[str, list[str]]:
    """The occupation codes of every industry by its key."""
    query = select(Definition.scope).where(
        col(Definition.kind) == "catalogue", col(Definition.key) == CATALOGUE
    )
    scopes = {scope for scope in db.exec(query).all() if scope.startswith(_LEVEL)}
    found = [
        row
        for row in newest(db, sorted(scopes))
        if (row.kind, row.key) == ("catalogue", CATALOGUE) and not row.withdrawn
    ]
    return {row.scope.removeprefix(_LEVEL): _occupations(row.content) for row in found}


def _occupations(content: bytes) -> list[str]:
    catalogue = orjson.loads(content)
    listed = catalogue.get("occupations") if isinstance(catalogue, dict) else None
    return [str(code) for code in listed] if isinstance(listed, list) else []


def pin_industries(
    db: Session, definitions: DefinitionSource, session: AppraisalSession, organisation: str
) -> None:
    """Keep for a batch the bundle of each industry, with the occupations it is for.

    An industry whose definitions do not fit the organisation's is kept without a bundle: its
    occupations cannot be offered (`unfit`), since nothing may stand in for what it requires. A
    batch that had one keeps that.
    """
    pinned: dict[str, Any] = {}
    for key, occupations in sorted(industries(db).items()):
        scopes = ["base", f"{_LEVEL}{key}", f"organisation:{organisation}"]
        try:
            bundle_id = definitions.current_bundle(db, scopes)
        except DiagramError:
            bundle_id = session.industries.get(key, {}).get("bundle", "")
        pinned[key] = {"bundle": bundle_id, "scopes": scopes, "occupations": occupations}
    session.industries = pinned
    db.add(session)


def place_for(context: TaskContext, session: AppraisalSession, occupations: Iterable[str]) -> Place:
    """Where an instance for these occupations starts: with their industry if they share one."""
    shared = {_industry_of(session.industries, code) for code in occupations}
    key = shared.pop() if len(shared) == 1 else None
    unpinned = key is None or not session.industries[key]["bundle"]
    if key is None or unpinned or f"{_LEVEL}{key}" in context.scopes:
        return Place(context.bundle_id, context.scopes)
    return Place(session.industries[key]["bundle"], session.industries[key]["scopes"])


def default_sheets(db: Session, context: TaskContext, place: Place) -> dict[str, str]:
    """The score sheets that a place's industry marks subjects on, by subject."""
    find = context.engine.definitions.content
    try:
        catalogue = orjson.loads(find(db, place.bundle_id, "catalogue", CATALOGUE))
    except UnknownDefinition:
        return {}
    listed = catalogue.get("sheets") if isinstance(catalogue, dict) else None
    found = listed if isinstance(listed, dict) else {}
    return {str(subject): str(key) for subject, key in found.items()}


def unfit(session: AppraisalSession, occupations: Iterable[str]) -> list[str]:
    """The occupations whose industry has no definitions that fit the batch's organisation."""
    return sorted(
        code
        for code in set(occupations)
        if (key := _industry_of(session.industries, code)) and not session.industries[key]["bundle"]
    )


def _industry_of(pinned: Mapping[str, Any], occupation: str) -> str | None:
    return next((key for key, one in pinned.items() if occupation in one["occupations"]), None)


def strangers(db: Session, industry: str, occupations: Iterable[str]) -> list[str]:
    """The occupations that do not belong to an industry, which a batch of it cannot hold."""
    known = industries(db).get(industry, [])
    return sorted({code for code in occupations if code not in known})
