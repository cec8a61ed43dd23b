"""Where an instance stands, read from its state without building its tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.diagrams.compensation import LOG, PLAN
from engine.diagrams.joins import JOINED_BY
from engine.workflow import CANCELLED, COMPLETED, FAILED, READY, STARTED, WAITING

ACTIVE = READY | WAITING | STARTED

Document = Mapping[str, Any]
Rows = Sequence[Sequence[Any]]


class Place(NamedTuple):
    """One element at which an instance stands, or something it remembers of one.

    `trees` are the names of the specs around it, the process first; `owners` the elements that
    opened them, one less. `mark` says what it is besides a visit: "held" by an incident, a "token"
    at a join that came from the element `detail`, or something to "undo" by the spec `detail`.
    """

    trees: tuple[str, ...]
    owners: tuple[str, ...]
    name: str
    state: int
    mark: str = ""
    detail: str = ""


Signature = frozenset[Place]


def places_of(process_id: str, document: Document) -> Signature:
    """List where an instance stands; equal for all that stand alike."""
    scopes = {number: (name, inner) for number, name, inner in document.get("s", ())}
    waiting: list[tuple[tuple[str, ...], tuple[str, ...], Document]] = [
        ((process_id,), (), document)
    ]
    found: set[Place] = set()
    while waiting:
        trees, owners, tree = waiting.pop()
        for row in tree["t"]:
            if row[0] in scopes:
                name, inner = scopes[row[0]]
                waiting.append(((*trees, name), (*owners, row[3]), inner))
        found.update(_in_tree(trees, owners, tree["t"]))
    return frozenset(found)


def _in_tree(trees: tuple[str, ...], owners: tuple[str, ...], rows: Rows) -> Iterator[Place]:
    by_number = {row[0]: row for row in rows}
    for row in rows:
        notes = row[5].get("i", {}) if len(row) > 5 else {}
        name, state = row[3], row[2]
        if state & ACTIVE:
            yield Place(trees, owners, name, state, "held" if FAILED in notes else "")
        for entry in (*notes.get(LOG, ()), *(notes.get(PLAN) or ())):
            for element, handler in _undoing(entry):
                yield Place(trees, owners, element, 0, "undo", handler)
        if is_token(row, by_number):
            yield Place(trees, owners, name, state, "token", by_number[row[1]][3])


def is_token(row: Sequence[Any], rows: Mapping[int, Sequence[Any]]) -> bool:
    """Tell whether a row, of those by their numbers, is of a branch that waits at a join."""
    notes = row[5].get("i", {}) if len(row) > 5 else {}
    if row[2] not in (WAITING, CANCELLED) or notes.get(JOINED_BY) in rows:
        return False
    source = rows.get(row[1])
    return source is not None and source[2] == COMPLETED


def _undoing(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if entry["by"]:
        yield entry["of"], entry["by"]
    for inner in entry["inner"]:
        yield from _undoing(inner)
