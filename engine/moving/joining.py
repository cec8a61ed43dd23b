"""Joins of a new version that would wait for branches which an instance has passed already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from engine.diagrams.joins import MergingJoin, ParallelGateway
from engine.moving import reasons
from engine.moving.places import Place, Signature
from engine.moving.reasons import Reason

if TYPE_CHECKING:
    from engine.moving.plan import Plan

_Tree = tuple[tuple[str, ...], tuple[str, ...]]


def never_joined(plan: Plan, signature: Signature) -> Iterator[Reason]:
    """Find the joins that would never fire, in each scope that is open."""
    by_tree: dict[_Tree, list[Place]] = defaultdict(list)
    for place in signature:
        by_tree[place.trees, place.owners].append(place)
    for places in by_tree.values():
        old_tree, new_tree = plan.trees(places[0])
        if new_tree is None or old_tree is new_tree:
            continue
        tokens, standing = _tokens(plan, places, old_tree, new_tree)
        for join, missing in _short_of(new_tree, tokens, standing):
            yield reasons.never_joined(join, missing)


def _tokens(
    plan: Plan, places: Iterable[Place], old_tree: Any, new_tree: Any
) -> tuple[set[tuple[str, str]], set[str]]:
    tokens, standing = set(), set()
    for place in places:
        name = plan.renamed(old_tree, new_tree, place.name)
        if place.mark == "token" and isinstance(new_tree.task_specs.get(name), MergingJoin):
            following = plan.catches_up(old_tree, new_tree, place.name, place.detail)
            if following is not None:
                standing.add(following.name)
                continue
            tokens.add((name, plan.renamed(old_tree, new_tree, place.detail)))
        elif not place.mark or place.mark == "held":
            standing.add(name)
    return tokens, standing


def _short_of(
    tree: Any, tokens: set[tuple[str, str]], standing: set[str]
) -> Iterator[tuple[Any, Any]]:
    joins = [
        spec
        for spec in tree.task_specs.values()
        if isinstance(spec, ParallelGateway) and len(spec._inputs) > 1
    ]
    waiting = {join for join, _ in tokens}
    ahead = reached(tree, standing, None)
    for join in joins:
        if join.name not in ahead and join.name not in waiting:
            continue
        coming = reached(tree, standing - {join.name}, join.name)
        behind = reached(tree, set(join._outputs), None) | set(join._outputs)
        for source in join._inputs:
            came = (join.name, source) in tokens
            # A flow that only a later round brings is not waited for in the first.
            again = source in behind and source not in coming and join.name in behind
            if not came and source not in coming and not again:
                yield join, tree.task_specs[source]


def reached(tree: Any, names: set[str], without: str | None) -> set[str]:
    """List what can be passed from some elements, themselves included, but not through one."""
    seen: set[str] = set()
    waiting = [name for name in names if name in tree.task_specs]
    while waiting:
        name = waiting.pop()
        if name == without or name in seen:
            continue
        seen.add(name)
        waiting.extend(tree.task_specs[name]._outputs)
    return seen
