"""Compare, merge and spell definitions of every kind, by the things that are in them."""

from __future__ import annotations

from dataclasses import replace

from engine.comparison.change import Change
from engine.comparison.json_tree import LIST
from engine.comparison.kinds import notation_of
from engine.comparison.merge import Conflict, Merge, merge
from engine.comparison.tree import ROOT, Record, Tree, add

__all__ = ["Change", "Conflict", "Merge", "canonical", "compare", "merge"]


def compare(kind: str, before: bytes | None, after: bytes | None) -> tuple[Change, ...]:
    """Say in words what differs; None: there is none, and all of the other is added or removed.

    Raises:
        DiagramError: A version cannot be read.
        InvalidDecisions: A version cannot be read, and is a decision.
    """
    notation = notation_of(kind)
    if before == after:
        return ()
    read = [None if one is None else notation.read(one) for one in (before, after)]
    old, new = (_or_empty(one, read) for one in read)
    return notation.words().changes(old, new)


def _or_empty(tree: Tree | None, both: list[Tree | None]) -> Tree:
    """Give an empty tree of the other's kind where there is none.

    It has the other's lists, without anything in them: what comes or goes is each thing of a list
    and not a list.
    """
    if tree is not None:
        return tree
    other = next(one for one in both if one is not None)
    empty = {ROOT: Record(ROOT, ROOT, other[ROOT].tag, dict(other[ROOT].values))}
    for key in other[ROOT].children:
        if other[key].tag == LIST:
            add(empty, replace(other[key], children=[]))
    return empty


def canonical(kind: str, content: bytes, like: bytes | None = None) -> bytes:
    """Write a definition in one fixed spelling; it means the same as before.

    `like` is the version it was made from: what both have stands in that one's order, so that a
    comparison line by line shows what people changed and not what an editor wrote in another
    place.

    Raises:
        DiagramError: It cannot be read.
        InvalidDecisions: It cannot be read, and is a decision.
    """
    notation = notation_of(kind)
    tree = notation.read(content)
    return notation.write(tree, None if like is None else notation.read(like))
