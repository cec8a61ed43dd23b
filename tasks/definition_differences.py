"""How much of a scope's own definitions differs from the outer ones, for lists of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlmodel import Session, col, select

from engine.bundles import Definition, Name
from engine.comparison import compare
from engine.decisions import InvalidDecisions
from engine.errors import DiagramError
from engine.sources import SCENARIOS
from tasks.definition_lists import ListedDefinition

_KEPT = 256


def count_differences(db: Session, listed: Iterable[ListedDefinition]) -> dict[Name, int]:
    """Count what differs, places in a drawing apart, where there is an own version or a draft.

    Scenarios come beside the outer ones and are not counted, nor is what cannot be read.
    """
    wanted = [one for one in listed if one.outer and _is_changed(one)]
    ids = {one.id for row in wanted for one in (row.current, row.outer) if one is not None}
    query = select(Definition.id, Definition.content).where(col(Definition.id).in_(ids))
    contents = {id_: content for id_, content in db.execute(query).all()} if ids else {}
    counted: dict[Name, int] = {}
    for one in wanted:
        assert one.outer is not None
        mine = one.draft.content if one.draft is not None else None
        if mine is None and one.current is not None:
            mine = contents[one.current.id]
        found = None if mine is None else _count(one.kind, contents[one.outer.id], mine)
        if found is not None:
            counted[one.kind, one.key] = found
    return counted


def _is_changed(one: ListedDefinition) -> bool:
    drawn = one.draft is not None and not one.draft.removes
    return one.kind != SCENARIOS and (one.is_own or drawn)


@lru_cache(maxsize=_KEPT)
def _count(kind: str, outer: bytes, mine: bytes) -> int | None:
    try:
        return sum(one.is_meant for one in compare(kind, outer, mine))
    except (DiagramError, InvalidDecisions):
        return None  # The check of the draft says what cannot be read.
