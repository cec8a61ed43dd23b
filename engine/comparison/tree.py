"""One shape for every kind of definition: records with an identity, in a tree.

Two versions are compared and three are merged record by record. A record's key says which thing
it is, not where it stands, so that moving it is one difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

ROOT = ""
TEXT = "#text"
"""The value that holds an element's own text, or a JSON value."""


@dataclass(slots=True)
class Record:
    """One thing: `values` by name, `children` by key in order. The root has the key `ROOT`."""

    key: str
    parent: str
    tag: str
    values: dict[str, str] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)

    def copy(self) -> Record:
        """Give one that may be changed."""
        return Record(self.key, self.parent, self.tag, dict(self.values), list(self.children))


Tree = dict[str, Record]


def add(tree: Tree, record: Record) -> Record:
    """Hang a record below its parent, last."""
    tree[record.key] = record
    if record.key != ROOT:
        tree[record.parent].children.append(record.key)
    return record


class Keys:
    """Gives keys that are free: the wanted one, or that with a number where it is taken."""

    def __init__(self, tree: Mapping[str, Record]) -> None:
        self._tree = tree
        # Where the numbers go on: counting from the start each time takes the square of them.
        self._numbers: dict[str, int] = {}

    def free(self, wanted: str) -> str:
        """Give a key that the tree does not have."""
        if wanted not in self._tree:
            return wanted
        number = self._numbers.get(wanted, 2)
        while f"{wanted}~{number}" in self._tree:
            number += 1
        self._numbers[wanted] = number + 1
        return f"{wanted}~{number}"


def ancestors(tree: Mapping[str, Record], key: str) -> Iterator[str]:
    """Walk from a record's parent to the root."""
    while key != ROOT and key in tree:
        key = tree[key].parent
        yield key


def inside(tree: Mapping[str, Record], key: str) -> Iterator[str]:
    """Walk a record and everything in it, in order."""
    yield key
    for child in tree[key].children:
        yield from inside(tree, child)


def order_like(tree: Tree, like: Mapping[str, Record], is_free: Callable[[Record], bool]) -> None:
    """Put children into the order that they have in another version; new ones follow a neighbour.

    Editors write the same things in another order. `is_free` tells in what that means nothing.
    """
    for record in tree.values():
        known = like.get(record.key)
        if known is not None and len(record.children) > 1 and is_free(record):
            record.children = woven(known.children, record.children)


def woven(first: list[str], second: list[str]) -> list[str]:
    """Order the second list's items like the first; others follow what stands before them."""
    present = set(second)
    return merged_order([one for one in first if one in present], second)


def merged_order(first: list[str], second: list[str]) -> list[str]:
    """Give the first list, with what only the second has behind what stands before it there."""
    known = set(first)
    behind: dict[str | None, list[str]] = {}
    before: str | None = None
    for one in dict.fromkeys(second):
        if one in known:
            before = one
        else:
            behind.setdefault(before, []).append(one)
    result = behind.get(None, [])
    for one in first:
        result.append(one)
        result += behind.get(one, [])
    return result
