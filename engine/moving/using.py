"""Whether anything that an instance can still reach differs in a new version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from engine.bundles import Name
from engine.diagrams import CompiledProcess
from engine.moving.places import Signature
from engine.moving.sides import Side, reachable
from engine.posts import NAME as POSTS
from engine.terms import NAME as TERMS

_REFERENCES = {"form_ref": "form", "decision_ref": "decision"}
# Who may do a user task, and in which words it speaks, no diagram says.
_PEOPLES = {POSTS, TERMS}
_NEVER_ASKED = ("process", "scenarios")


def is_affected(
    old: Side,
    new: Side,
    before: CompiledProcess,
    after: CompiledProcess,
    signature: Signature,
) -> bool:
    """Tell whether an element ahead of the instance, or a definition that one uses, differs."""
    changed = {
        name
        for name in old.members.keys() | new.members.keys()
        if old.members.get(name) != new.members.get(name) and name[0] not in _NEVER_ASKED
    }
    ahead = list(reachable(before, _standing(before, signature)))
    if any(_differs(old, new, after, tree, spec) for tree, spec in ahead):
        return True
    return bool(changed) and _uses(changed, [spec for _, spec in ahead], before)


def _standing(process: CompiledProcess, signature: Signature) -> dict[str, set[str]]:
    starts: dict[str, set[str]] = defaultdict(set)
    for place in signature:
        tree = process.subprocess_specs.get(place.trees[-1])
        if place.mark == "undo":
            handler = process.subprocess_specs.get(place.detail)
            if handler is not None:
                starts[place.detail].add(handler.start.name)
        elif tree is not None and place.name in tree.task_specs:
            starts[place.trees[-1]].add(place.name)
            starts[place.trees[-1]].add(f"{place.name}.BoundaryEventSplit")
    return starts


def _differs(old: Side, new: Side, after: CompiledProcess, tree: str, spec: Any) -> bool:
    there = after.subprocess_specs.get(tree)
    if there is None:
        return True
    other = there.task_specs.get(spec.name)
    if other is None:
        return True
    if other is spec:
        return False
    # The first boundary event of an element is told by what now leads to it.
    return bool(old.description(tree, spec) != new.description(tree, other))


def _uses(changed: set[Name], ahead: Iterable[Any], process: CompiledProcess) -> bool:
    """Tell whether elements use one of these; what no diagram names, service tasks may use."""
    drawn = {
        reference
        for spec in process.subprocess_specs.values()
        for one in spec.task_specs.values()
        for reference in _references(one)
    }
    calls = False
    for spec in ahead:
        if changed.intersection(_references(spec)) or (spec.manual and changed & _PEOPLES):
            return True
        calls = calls or "topic" in getattr(spec, "extensions", ())
    return calls and bool(changed - drawn)


def _references(spec: Any) -> list[Name]:
    extensions = getattr(spec, "extensions", {})
    return [(kind, str(extensions[key])) for key, kind in _REFERENCES.items() if key in extensions]


def same_diagrams(old: Side, new: Side, before: CompiledProcess, after: CompiledProcess) -> bool:
    """Tell whether a process and all it calls does the very same in both versions."""
    trees, others = before.subprocess_specs, after.subprocess_specs
    if trees.keys() != others.keys():
        return False
    return all(
        spec.task_specs.keys() == others[name].task_specs.keys()
        and not any(_differs(old, new, after, name, one) for one in spec.task_specs.values())
        for name, spec in trees.items()
    )
