"""A bundle as instances are moved from or to it: its processes, and what they use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from SpiffWorkflow.bpmn.specs.mixins import SubWorkflowTaskMixin
from sqlalchemy.orm import Session

from engine.bundles import Bundle, Member, Name, manifest_of
from engine.definitions import Definitions
from engine.diagrams import COMPILER_VERSION, CompiledProcess, compile_diagram, link
from engine.errors import UnknownBundle, UnknownProcess
from engine.moving.descriptions import described
from engine.moving.reasons import Reason

Spot = tuple[str, str]
"""Name of a spec and of an element in it."""


_KEPT_BUNDLES = 8
# A stored bundle never changes: what was read and described of it is good for other sessions.
_KEPT: WeakKeyDictionary[Definitions, OrderedDict[str, Side]] = WeakKeyDictionary()


@dataclass
class Side:
    """One bundle: stored, or what a publication would make.

    `diagrams_of` is a stored bundle that has the very same diagrams. `against` says why nothing can
    be moved there.
    """

    members: Mapping[Name, str]
    """The hash of each definition."""
    bundle_id: str | None = None
    definitions: Definitions | None = None
    diagrams_of: str | None = None
    against: tuple[Reason, ...] = ()
    lowered: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    _processes: dict[str, CompiledProcess | None] = field(default_factory=dict, repr=False)
    _described: dict[Spot, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def stored(cls, db: Session, definitions: Definitions, bundle_id: str) -> Side:
        """Take a bundle that is stored.

        Raises:
            UnknownBundle: There is none of that id.
        """
        kept = _KEPT.setdefault(definitions, OrderedDict())
        found = kept.get(bundle_id)
        if found is None:
            bundle = db.get(Bundle, bundle_id)
            if bundle is None:
                raise UnknownBundle(bundle_id)
            rows = bundle.manifest["members"]
            members = {(one["kind"], one["key"]): one["sha256"] for one in rows}
            found = kept[bundle_id] = cls(members, bundle_id, definitions)
            while len(kept) > _KEPT_BUNDLES:
                kept.popitem(last=False)
        definitions.load(db, bundle_id)
        return found

    @classmethod
    def draft(cls, members: Mapping[Name, Member], lowered: Mapping[str, bytes]) -> Side:
        """Take what `closed_sets.check_set` was given, and the lowered diagrams that it gave."""
        rows = manifest_of(members, COMPILER_VERSION)["members"]
        return cls({(one["kind"], one["key"]): one["sha256"] for one in rows}, lowered=lowered)

    def process(self, process_id: str) -> CompiledProcess | None:
        """Give a process with all that it calls, None if the bundle has no such process."""
        if process_id not in self._processes:
            self._processes[process_id] = self._linked(process_id)
        return self._processes[process_id]

    def _linked(self, process_id: str) -> CompiledProcess | None:
        try:
            stored = self.diagrams_of or self.bundle_id
            if self.definitions is not None and stored is not None:
                return self.definitions.process(stored, process_id)
            compiled = [compile_diagram(content) for content in self.lowered.values()]
            return link(process_id, {key: one for one in compiled for key in one.elements})
        except UnknownProcess:
            return None

    def description(self, tree: str, spec: Any) -> Any:
        """Say what an element does, to compare it; the same for the same."""
        key = (tree, spec.name)
        if key not in self._described:
            self._described[key] = described(spec)
        return self._described[key]


def reachable(
    process: CompiledProcess, starts: Mapping[str, set[str]]
) -> Iterator[tuple[str, Any]]:
    """Give every element that can still be passed from some, with what they call and contain."""
    specs = process.subprocess_specs
    seen: set[Spot] = set()
    waiting: list[Spot] = [(tree, name) for tree, names in starts.items() for name in names]
    while waiting:
        spot = waiting.pop()
        tree, name = spot
        if spot in seen or tree not in specs or name not in specs[tree].task_specs:
            continue
        seen.add(spot)
        spec = specs[tree].task_specs[name]
        yield tree, spec
        waiting.extend((tree, following) for following in spec._outputs)
        waiting.extend(_inside(specs, tree, spec))


def _inside(specs: Mapping[str, Any], tree: str, spec: Any) -> Iterator[Spot]:
    child = getattr(spec, "task_spec", None)
    if isinstance(child, str) and child:
        yield tree, child
    entered = [getattr(spec, "compensated_by", None)]
    if isinstance(spec, SubWorkflowTaskMixin):
        entered += [spec.spec, specs[tree].compensation]
    for one in entered:
        if one and one in specs:
            yield one, specs[one].start.name


__all__ = ["Side", "Spot", "reachable"]
