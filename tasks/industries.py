"""Which industry's definitions hold for an occupation, pinned when a batch starts.

A scope `industry:<key>` says in its catalogue `industry` for which occupations it is. A batch keeps
the bundles of all industries as they were when it started: what it starts later for an occupation
uses them, whatever is published meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session, col, select

from appraisal.sessions import AppraisalSession
from engine.bundles import Definition, Member, Name, newest
from engine.context import DefinitionSource, TaskContext
from engine.definitions import Definitions
from engine.errors import DiagramError, UnknownDefinition
from engine.findings import Finding
from engine.moving.blends import Blend
from engine.scopes import chain_of
from tasks.definition_names import DefinitionName, name_in

CATALOGUE = "industry"
_LEVEL = "industry:"


@dataclass(frozen=True)
class Place:
    """The bundle that an instance starts with, and the scopes that it comes from."""

    bundle_id: str
    scopes: Sequence[str]


def industries(db: AnySession) -> dict[str, list[str]]:
    """The occupation codes of every industry by its key."""
    query = select(Definition.scope).where(
        col(Definition.kind) == "catalogue", col(Definition.key) == CATALOGUE
    )
    scopes = {scope for scope in db.scalars(query).all() if scope.startswith(_LEVEL)}
    found = [
        row
        for row in newest(db, sorted(scopes))
        if (row.kind, row.key) == ("catalogue", CATALOGUE) and not row.withdrawn
    ]
    return {row.scope.removeprefix(_LEVEL): _occupations(row.content) for row in found}


def industry_name(db: AnySession, key: str) -> DefinitionName:
    """Name an industry as its catalogue does."""
    scope = f"{_LEVEL}{key}"
    rows = newest(db, [scope], ["catalogue"])
    content = next((row.content for row in rows if row.key == CATALOGUE and not row.withdrawn), b"")
    name = name_in("catalogue", key, content)
    return DefinitionName(f"行业 {key}", f"Industry {key}") if name.zh == key else name


def _occupations(content: bytes) -> list[str]:
    try:
        catalogue = orjson.loads(content)
    except orjson.JSONDecodeError:
        return []  # The check of the catalogue itself says so.
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
        scopes = list(chain_of([f"{_LEVEL}{key}", f"organisation:{organisation}"]))
        try:
            bundle_id = definitions.current_bundle(db, scopes)
        except DiagramError:
            bundle_id = session.industries.get(key, {}).get("bundle", "")
        pinned[key] = {"bundle": bundle_id, "scopes": scopes, "occupations": occupations}
    session.industries = pinned
    db.add(session)


def take_parts(
    db: AnySession, definitions: Definitions, session: AppraisalSession, parts: Collection[str]
) -> None:
    """Let a batch use these parts of each industry's current definitions; the rest stays pinned.

    An industry whose pinned diagrams they do not fit keeps what it has.
    """
    pinned = {key: dict(pin) for key, pin in session.industries.items()}
    for pin in pinned.values():
        if not pin["bundle"]:
            continue
        try:
            current = definitions.current_bundle(db, pin["scopes"])
        except DiagramError:
            continue
        blend = Blend(db, definitions, pin["bundle"], current, parts)
        if not blend.side.against:
            blend.store(db, definitions.now())
            pin["bundle"] = blend.bundle_id
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


def check_claims(db: AnySession, scope: str, changed: Mapping[Name, Member]) -> Iterable[Finding]:
    """Refuse a catalogue that claims occupations of another industry."""
    member = changed.get(("catalogue", CATALOGUE))
    if member is None or not scope.startswith(_LEVEL):
        return
    claimed = set(_occupations(member.content))
    for key, occupations in sorted(industries(db).items()):
        if f"{_LEVEL}{key}" != scope:
            for code in sorted(claimed & set(occupations)):
                yield claimed_twice(code, f"{_LEVEL}{key}")


def claimed_twice(code: str, other: str) -> Finding:
    """Say that an occupation belongs to another industry already."""
    return Finding(
        "occupation_claimed",
        f"职业 {code} 已归“{other}”,一个职业只能归一个行业。",
        f"The occupation {code} belongs to “{other}”; it can belong to one industry only.",
        element_name=code,
        definition=f"catalogue/{CATALOGUE}",
    )
