"""Three versions of one thing: take what only one side changed, say where both did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.comparison.json_tree import LIST, OBJECT, VALUE
from engine.comparison.tree import ROOT, Record, Tree, ancestors, inside, merged_order

Side = Literal["ours", "theirs"]
What = Literal["tag", "parent", "value", "removed", "order"]


@dataclass(frozen=True, slots=True)
class Clash:
    """Where both sides changed one thing differently; None as a value: it is not there."""

    key: str
    what: What
    name: str
    base: str | None
    ours: str | None
    theirs: str | None

    @property
    def id(self) -> str:
        """Name it, for choosing a side."""
        return f"{self.what}:{self.key}:{self.name}"


_WHOLE = frozenset({OBJECT, LIST, VALUE})
Choose = Callable[[Clash], Side | None]
"""Decides a clash; None leaves it open."""


class TreeMerge:
    """The merge of three trees. `references` are the values that name another record.

    Read `tree` and `clashes` after `run`; where a clash is open our side stands, and nothing goes.
    """

    def __init__(
        self,
        base: Tree,
        ours: Tree,
        theirs: Tree,
        *,
        choose: Choose = lambda clash: None,
        references: frozenset[str] = frozenset(),
    ) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.choose = choose
        self.references = references
        self.tree: Tree = {}
        self.clashes: dict[str, Clash] = {}
        self._forced: dict[str, Side] = {}
        self._gone: set[str] = set()
        self._named: dict[int, set[str]] = {}

    def run(self) -> TreeMerge:
        """Merge."""
        kept = self._kept()
        for key in kept:
            self.tree[key] = self._record(key)
        self._drop_orphans()
        self._order()
        return self

    def _side(self, clash: Clash) -> Side:
        side = self.choose(clash)
        if side is None:
            self.clashes[clash.id] = clash
        return side or "ours"

    def _kept(self) -> list[str]:
        """Decide which records there are."""
        gone: set[str] = set()
        for here, there, mine in (
            (self.ours, self.theirs, True),
            (self.theirs, self.ours, False),
        ):
            kept: set[str] = set()
            for key in self._removed_tops(here, there):
                if not self._touched(key, here, there):
                    gone.update(self._with_insides(key, here, there))
                    continue
                was, stays = "removed", "changed"
                clash = Clash(key, "removed", "", None, *((was, stays) if mine else (stays, was)))
                names = set(self._with_insides(key, here, there))
                if self._is_removed(clash):
                    gone |= names
                else:
                    kept |= names
            self._keep_referring(kept, there, "theirs" if mine else "ours")
        gone -= self._forced.keys()
        self._gone = gone
        order = dict.fromkeys([*inside(self.ours, ROOT), *inside(self.theirs, ROOT)])
        return [key for key in order if key not in gone]

    def _is_removed(self, clash: Clash) -> bool:
        """Decide whether something goes; it stays while that is open, so that nothing is lost."""
        side = self.choose(clash)
        if side is None:
            self.clashes[clash.id] = clash
            return False
        return (clash.ours if side == "ours" else clash.theirs) == "removed"

    def _keep_referring(self, names: set[str], there: Tree, side: Side) -> None:
        """Keep what names something that is kept, such as the flows of an element."""
        for record in there.values():
            told = [record.values[name] for name in self.references & record.values.keys()]
            if names.intersection(told):
                self._forced[record.key] = side

    def _removed_tops(self, here: Tree, there: Tree) -> list[str]:
        """List what one side removed, without what lies in something removed."""
        removed = [key for key in self.base if key not in here and key in there]
        known = set(removed)
        return [key for key in removed if self.base[key].parent not in known]

    def _with_insides(self, key: str, here: Tree, there: Tree) -> Iterator[str]:
        """Walk what goes with a removed record: not what the remover moved elsewhere."""
        return (one for one in inside(there, key) if one not in here)

    def _touched(self, key: str, here: Tree, there: Tree) -> bool:
        """Tell whether the other side changed something in what was removed, or refers to it."""
        names = set(self._with_insides(key, here, there))
        if any(one not in self.base or _differ(self.base[one], there[one]) for one in names):
            return True
        return not names.isdisjoint(self._newly_named(here, there))

    def _newly_named(self, here: Tree, there: Tree) -> set[str]:
        """Gather what one side's records name that they did not name before."""
        known = self._named.get(id(there))
        if known is None:
            known = self._named[id(there)] = {
                name for record in there.values() for name in self._new_names(record, here)
            }
        return known

    def _new_names(self, record: Record, here: Tree) -> Iterator[str]:
        old = self.base.get(record.key)
        if old is not None and record.key not in here:
            return  # It was removed together with what it names.
        for name in self.references & record.values.keys():
            named = record.values[name]
            if old is None or old.values.get(name) != named:
                yield from named.split()

    def _record(self, key: str) -> Record:
        ours, theirs, base = self.ours.get(key), self.theirs.get(key), self.base.get(key)
        if ours is None or theirs is None:
            found = ours or theirs
            assert found is not None
            return found.copy()
        if {ours.tag, theirs.tag} & _WHOLE and ours.tag != theirs.tag:
            return self._whole(ours, theirs)
        merged = Record(key, "", "")
        old = base or Record(key, "", "")
        tags = (old.tag if base else None, ours.tag, theirs.tag)
        parents = (old.parent if base else None, ours.parent, theirs.parent)
        merged.tag = self._one(key, "tag", "", *tags) or ""
        merged.parent = self._one(key, "parent", "", *parents) or ROOT
        for name in dict.fromkeys([*ours.values, *theirs.values]):
            values = (old.values.get(name), ours.values.get(name), theirs.values.get(name))
            value = self._one(key, "value", name, *values)
            if value is not None:
                merged.values[name] = value
        return merged

    def _whole(self, ours: Record, theirs: Record) -> Record:
        """Take a JSON value from one side: what it holds depends on what it is."""
        base = self.base.get(ours.key)
        if base is not None and not _differ(base, theirs):
            return ours.copy()
        if base is not None and not _differ(base, ours):
            return theirs.copy()
        was = base.tag if base is not None else None
        clash = Clash(ours.key, "tag", "", was, ours.tag, theirs.tag)
        return (ours if self._side(clash) == "ours" else theirs).copy()

    def _one(
        self,
        key: str,
        what: What,
        name: str,
        base: str | None,
        ours: str | None,
        theirs: str | None,
    ) -> str | None:
        if name in self.references and (key in self._forced or self._gone & {ours, theirs}):
            mine = self._forced.get(key) == "ours" or theirs in self._gone
            return ours if mine else theirs
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        clash = Clash(key, what, name, base, ours, theirs)
        return ours if self._side(clash) == "ours" else theirs

    def _drop_orphans(self) -> None:
        """Leave out what lies in something that is gone."""
        for key in list(self.tree):
            chain = [key, *ancestors(self.tree, key)]
            if any(one not in self.tree for one in chain):
                del self.tree[key]

    def _order(self) -> None:
        for record in self.tree.values():
            record.children = []
        inner: dict[str, set[str]] = {}
        for key, record in self.tree.items():
            if key != ROOT:
                inner.setdefault(record.parent, set()).add(key)
        for key, present in inner.items():
            self.tree[key].children = self._ordered(key, present)

    def _ordered(self, key: str, present: set[str]) -> list[str]:
        ours, theirs, base = (
            [one for one in (tree[key].children if key in tree else []) if one in present]
            for tree in (self.ours, self.theirs, self.base)
        )
        first, second = ours, theirs
        if self._moved(base, theirs) and ours:
            if not self._moved(base, ours):
                first, second = theirs, ours
            elif self._moved(ours, theirs):
                clash = Clash(key, "order", "", None, " ".join(ours), " ".join(theirs))
                if self._side(clash) == "theirs":
                    first, second = theirs, ours
        stray = sorted(present - {*first, *second})
        return merged_order(first, [*second, *stray])

    @staticmethod
    def _moved(one: list[str], other: list[str]) -> bool:
        """Tell whether what two orders have in common stands differently in them."""
        here, there = set(one), set(other)
        return [key for key in one if key in there] != [key for key in other if key in here]


def _differ(one: Record, other: Record) -> bool:
    return (one.tag, one.parent, one.values) != (other.tag, other.parent, other.values)


def side_of(choices: Mapping[str, Side]) -> Choose:
    """Choose as a table of clashes' ids says."""
    return lambda clash: choices.get(clash.id)
