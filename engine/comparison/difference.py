"""What differs between two trees, record by record, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.comparison.tree import ROOT, Record, Tree, inside

What = Literal["added", "removed", "tag", "parent", "value", "order"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference of the record `key`; `name` says which value it is where `what` is value."""

    key: str
    what: What
    name: str = ""
    before: str | None = None
    after: str | None = None


def differences(before: Tree, after: Tree) -> Iterator[Difference]:
    """List what differs: what was removed in its place, the rest in the order of the newer one.

    What lies in something added or removed is not listed of its own.
    """
    for key in inside(before, ROOT):
        if key not in after and before[key].parent in after:
            yield Difference(key, "removed")
    for key in inside(after, ROOT):
        record = after[key]
        if key in before:
            yield from _of_record(before[key], record, before, after)
        elif record.parent in before:
            yield Difference(key, "added")


def _of_record(
    before: Record, after: Record, old: Mapping[str, Record], new: Mapping[str, Record]
) -> Iterator[Difference]:
    if before.tag != after.tag:
        yield Difference(after.key, "tag", "", before.tag, after.tag)
    if before.parent != after.parent:
        yield Difference(after.key, "parent", "", before.parent, after.parent)
    for name in dict.fromkeys([*before.values, *after.values]):
        was, now = before.values.get(name), after.values.get(name)
        if was != now:
            yield Difference(after.key, "value", name, was, now)
    common = [one for one in before.children if one in new and new[one].parent == after.key]
    if common != [one for one in after.children if one in old and old[one].parent == before.key]:
        yield Difference(after.key, "order")
