"""Whose each part of a diagram is: the scope that drew it, or that changed it last."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.comparison import compare
from engine.diagrams.naming import Words, said_flows, said_names
from engine.diagrams.read import read_diagram


def origins_of(layers: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """The scope that each element and flow of the innermost diagram comes from.

    `layers` are the scopes that have the diagram with what they have, from outside in. A part that
    was only drawn elsewhere on the sheet stays the outer scope's.

    Raises:
        DiagramError: A diagram cannot be read.
    """
    scope, content = layers[0]
    found = dict.fromkeys(_parts(content), scope)
    for (_, outer), (scope, inner) in pairwise(layers):
        changed = {one.element_id for one in compare("process", outer, inner) if one.is_meant}
        found = {
            part: scope if part in changed or part not in found else found[part]
            for part in _parts(inner)
        }
    return found


def part_names(content: bytes) -> dict[str, Words]:
    """What each element and flow of a diagram is called, in Chinese and English.

    Raises:
        DiagramError: It cannot be read.
    """
    root = read_diagram(content)
    names = said_names(root)
    return {**names, **said_flows(root, names)}


def _parts(content: bytes) -> list[str]:
    return list(part_names(content))
