"""After a merge of diagrams: nothing points into the void, and what is there is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from engine.comparison.processes import LANES, D
from engine.comparison.tree import Record, Tree, inside
from engine.diagrams.vocabulary import FLOW, B

_ENDS = ("sourceRef", "targetRef", "attachedToRef")
_HUNG = frozenset({FLOW, B + "boundaryEvent", B + "association", B + "messageFlow"})
_OPTIONAL = ("default",)


def settle_diagram(tree: Tree, ours: Mapping[str, Record], theirs: Mapping[str, Record]) -> None:
    """Drop flows without an end and drawings of nothing; draw what lost its drawing."""
    while gone := [one.key for one in tree.values() if _hangs(tree, one)]:
        for key in gone:
            _remove(tree, key)
    for record in tree.values():
        _forget(tree, record)
    for key in [key for key in tree if _draws_nothing(tree, key)]:
        _remove(tree, key)
    for side in (ours, theirs):
        _draw(tree, side)


def _hangs(tree: Tree, record: Record) -> bool:
    ends = [record.values[name] for name in _ENDS if name in record.values]
    return record.tag in _HUNG and any(one not in tree for one in ends)


def _forget(tree: Tree, record: Record) -> None:
    """Drop mentions of what is gone."""
    for name in _OPTIONAL:
        if name in record.values and record.values[name] not in tree:
            del record.values[name]
    if LANES in record.values:
        kept = [one for one in record.values[LANES].split() if one in tree]
        record.values[LANES] = " ".join(kept)
        if not kept:
            del record.values[LANES]


def _draws_nothing(tree: Tree, key: str) -> bool:
    drawn = tree[key].values.get("bpmnElement")
    return tree[key].tag.startswith(D) and drawn is not None and drawn not in tree


def _remove(tree: Tree, key: str) -> None:
    if key not in tree:
        return
    record = tree[key]
    tree[record.parent].children.remove(key)
    for one in list(inside(tree, key)):
        del tree[one]


def _draw(tree: Tree, side: Mapping[str, Record]) -> None:
    """Take over the drawing of each element that has none."""
    drawn = {one.values.get("bpmnElement") for one in tree.values() if one.tag.startswith(D)}
    for key, record in side.items():
        element = record.values.get("bpmnElement")
        wanted = record.tag.startswith(D) and element in tree and element not in drawn
        if wanted and key not in tree and record.parent in tree:
            for one in inside(dict(side), key):
                tree[one] = side[one].copy()
            tree[record.parent].children.append(key)
