"""How instances that stand alike are moved: what becomes of each element, or why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import CallActivityMixin, SubWorkflowTaskMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from engine.diagrams import CompiledProcess
from engine.diagrams.ad_hoc import AdHocSubProcess
from engine.diagrams.boundary_events import BoundaryEvent
from engine.diagrams.joins import EndJoin, MergingJoin
from engine.diagrams.loops import MultiInstance
from engine.diagrams.specs import StartEvent
from engine.diagrams.vocabulary import PATH, SYNTHETIC
from engine.moving import reasons
from engine.moving.joining import never_joined, reached
from engine.moving.places import Place, Signature
from engine.moving.proposing import proposals_for
from engine.moving.reasons import ENDED, Question, Reason
from engine.moving.sides import Side
from engine.moving.using import is_affected, same_diagrams
from engine.workflow import READY, STARTED

SPLIT = ".BoundaryEventSplit"
CHILD = " [child]"
_BODY = f"{SYNTHETIC}body"


class EffectState(StrEnum):
    """What a new version means for an instance."""

    UNAFFECTED = "unaffected"
    CAN_MOVE = "can_move"
    NEEDS_MAPPING = "needs_mapping"
    CANNOT = "cannot"


@dataclass
class Plan:
    """What a move does with instances of one process that stand alike.

    `mapping` says which new element takes the place of an old one, by their ids.
    """

    old: CompiledProcess
    new: CompiledProcess
    mapping: Mapping[str, str] = field(default_factory=dict)
    state: EffectState = EffectState.CAN_MOVE
    reasons: list[Reason] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    same_diagrams: bool = False

    def renamed(self, old_tree: Any, new_tree: Any, name: str) -> str:
        """Tell which name an element's visits have in the new version."""
        if name == f"{old_tree.name}.EndJoin":
            return f"{new_tree.name}.EndJoin"
        for ending in (CHILD, SPLIT, ".BoundaryEventJoin"):
            if name.endswith(ending):
                stem = name.removesuffix(ending)
                return self.renamed(old_tree, new_tree, stem) + ending
        if PATH in name and name in old_tree.task_specs:
            return self._path(old_tree, new_tree, name)
        return self.follower(name)

    def _path(self, old_tree: Any, new_tree: Any, name: str) -> str:
        """Name the path of a sequential ad hoc sub-process that has the activities of another.

        Paths are numbered: one that is new before it would be taken for it.
        """
        held = {self.follower(one) for one in self._inside(self.old, old_tree, name)}
        followers = [
            other
            for other in new_tree.task_specs
            if PATH in other and held & self._inside(self.new, new_tree, other)
        ]
        return followers[0] if followers else self.follower(name)

    def _inside(self, process: CompiledProcess, tree: Any, name: str) -> set[str]:
        inner = process.subprocess_specs.get(str(getattr(tree.task_specs[name], "spec", "")))
        return {
            str(one.bpmn_id)
            for one in ([] if inner is None else inner.task_specs.values())
            if getattr(one, "bpmn_id", None) and SYNTHETIC not in one.bpmn_id
        }

    def follower(self, element_id: str) -> str:
        """Tell which element takes the place of one: what was mapped, or made for such a one."""
        drawn, made, rest = element_id.partition(SYNTHETIC)
        if element_id in self.mapping or not made:
            return self._mapped(element_id)
        return self._mapped(drawn) + made + rest

    def _mapped(self, element_id: str) -> str:
        wanted = self.mapping.get(element_id, element_id)
        return element_id if wanted == ENDED else wanted

    def inner(self, old_name: str, old_owner: Any, new_owner: Any) -> Any:
        """Find the spec of a scope in the new version, None if there is none."""
        if isinstance(old_owner, SubWorkflowTaskMixin):
            name = str(getattr(new_owner, "spec", ""))
        else:
            name = self.handler(old_name)
        return self.new.subprocess_specs.get(name)

    def handler(self, old_name: str) -> str:
        """Tell what the spec of something that undoes is called in the new version."""
        process, _, element = old_name.partition("/")
        return f"{process}/{self.follower(element)}"

    def trees(self, place: Place) -> tuple[Any, Any]:
        """Give the specs around a place in the old version and in the new one, None if gone.

        What lies in a scope lies in that scope's body where it has event sub-processes.
        """
        old, new = self.old.spec, self._body_if_new(self.old.spec, self.new.spec)
        for owner, name in zip(place.owners, place.trees[1:], strict=True):
            inside = self.old.subprocess_specs[name]
            if new is not None and not (owner == body_of(old) and loses_body(old, new)):
                follower = new.task_specs.get(self.renamed(old, new, owner))
                new = self.inner(name, old.task_specs.get(owner), follower)
                new = None if new is None else self._body_if_new(inside, new)
            old = inside
        return old, new

    def _body_if_new(self, old: Any, new: Any) -> Any:
        return self.body(new) if loses_body(new, old) else new

    def body(self, tree: Any) -> Any:
        """Give the spec of what lies in a scope that has event sub-processes."""
        return self.new.subprocess_specs[tree.task_specs[body_of(tree)].spec]

    def catches_up(self, old_tree: Any, new_tree: Any, join: str, source: str) -> Any:
        """Tell what a branch that waits at a join has to do yet: its next element, else None."""
        there = new_tree.task_specs.get(self.renamed(old_tree, new_tree, join))
        last = new_tree.task_specs.get(self.renamed(old_tree, new_tree, source))
        if there is None or last is None or last.name in there._inputs or len(last._outputs) != 1:
            return None
        if not isinstance(there, MergingJoin) or isinstance(there, EndJoin):
            return None
        following = new_tree.task_specs[last._outputs[0]]
        return following if there.name in reached(new_tree, {following.name}, None) else None


def body_of(tree: Any) -> str | None:
    """Name the element of a scope in which all lies but its event sub-processes."""
    name = f"{tree.name.rpartition('/')[2]}{_BODY}"
    return name if name in tree.task_specs else None


def loses_body(old: Any, new: Any) -> bool:
    """Tell whether a scope has event sub-processes, and in the other version none."""
    return body_of(old) is not None and body_of(new) is None


def make_plan(
    old: Side, new: Side, process_id: str, signature: Signature, mapping: Mapping[str, str]
) -> Plan | None:
    """Plan the move of instances that stand alike; None if the new version lacks the process."""
    before, after = old.process(process_id), new.process(process_id)
    if before is None or after is None:
        return None
    plan = Plan(before, after, mapping, same_diagrams=same_diagrams(old, new, before, after))
    affected = is_affected(old, new, before, after, signature)
    if affected:
        _look(plan, signature)
    if plan.reasons:
        plan.state = EffectState.CANNOT
    elif plan.questions:
        plan.state = EffectState.NEEDS_MAPPING
    elif not affected:
        plan.state = EffectState.UNAFFECTED
    return plan


_NOTES = ("failing", "catches_up", "handling_ends")


def _look(plan: Plan, signature: Signature) -> None:
    reasons_found: dict[Reason, None] = {}
    questions: dict[str, Question] = {}
    for place in sorted(signature):
        old_tree, new_tree = plan.trees(place)
        if new_tree is None:
            continue  # What owns the scope is a place, too, and says so.
        for found in _about(plan, signature, place, old_tree, new_tree):
            if isinstance(found, Question):
                questions[found.element_id] = found
            else:
                reasons_found[found] = None
    plan.notes = [one for one in reasons_found if one.code in _NOTES]
    plan.reasons = [one for one in reasons_found if one.code not in _NOTES]
    plan.questions = list(questions.values())
    if not plan.reasons and not plan.questions:
        plan.reasons = list(dict.fromkeys(never_joined(plan, signature)))


def _about(
    plan: Plan, signature: Signature, place: Place, old_tree: Any, new_tree: Any
) -> Iterator[Reason | Question]:
    old = old_tree.task_specs.get(place.name)
    if place.mark == "undo":
        if plan.handler(place.detail) not in plan.new.subprocess_specs:
            yield reasons.cannot_undo(old or _Named(place.name))
    elif place.mark == "token":
        following = plan.catches_up(old_tree, new_tree, place.name, place.detail)
        if following is not None:
            yield reasons.catches_up(old, following)
    elif old is not None and not _follows_others(old, place):
        may_end = _may_end(signature, place, old_tree, old)
        yield from _standing(plan, place, old_tree, new_tree, old, may_end=may_end)


def _may_end(signature: Signature, place: Place, tree: Any, spec: Any) -> bool:
    """Tell whether a visit is of an event sub-process beside which its scope goes on."""
    body = body_of(tree)
    return getattr(spec, "handles", None) == body and any(
        one.name == body
        and one.mark in ("", "held")
        and (one.trees, one.owners) == (place.trees, place.owners)
        for one in signature
    )


def _standing(
    plan: Plan, place: Place, old_tree: Any, new_tree: Any, old: Any, *, may_end: bool
) -> Iterator[Reason | Question]:
    goes = loses_body(old_tree, new_tree)
    if goes and place.name == body_of(old_tree):
        return
    new = None if goes else new_tree.task_specs.get(plan.renamed(old_tree, new_tree, place.name))
    if plan.mapping.get(str(old.bpmn_id)) == ENDED:
        ends = may_end and new is None
        yield reasons.handling_ends(old) if ends else reasons.cannot_end(old)
        return
    if goes and not may_end:
        yield reasons.in_handler(old)
        return
    if new is None:
        yield _missing(plan, old_tree, new_tree, old, may_end=may_end)
        return
    yield from _compared(plan, place, old, new)
    if place.mark == "held":
        yield reasons.failing(old)


def _compared(plan: Plan, place: Place, old: Any, new: Any) -> Iterator[Reason]:
    if _kind_in(plan.old, old) != _kind_in(plan.new, new):
        yield reasons.other_kind(old)
    elif isinstance(old, MultiInstance) and old.sequential != new.sequential:
        yield reasons.repeated_otherwise(old)
    elif place.state == STARTED and place.mark != "held":
        topics = [getattr(one, "extensions", {}).get("topic") for one in (old, new)]
        if topics[0] != topics[1]:
            yield reasons.other_work(old)


class _Named:
    """An element of which only the id is known."""

    def __init__(self, name: str) -> None:
        self.name = self.bpmn_id = name


def _follows_others(spec: Any, place: Place) -> bool:
    """Tell whether what becomes of a visit follows from other visits: nobody stands there."""
    if isinstance(spec, EndJoin):
        return True
    if isinstance(spec, BoundaryEvent | StartEvent):
        return place.state not in (STARTED, READY) or place.mark == "held"
    return getattr(spec, "bpmn_id", None) is None


def _missing(
    plan: Plan, old_tree: Any, new_tree: Any, old: Any, *, may_end: bool
) -> Reason | Question:
    element_id = str(old.bpmn_id)
    wanted = plan.mapping.get(element_id)
    if wanted is not None:
        return reasons.bad_mapping(element_id, wanted)
    gone = loses_body(old_tree, new_tree)
    found = () if gone else proposals_for(old, old_tree, new_tree, kind_of)
    return Question(element_id, reasons.name_of(old), reasons.name_of(old, "en"), found, may_end)


def _kind_in(process: CompiledProcess, spec: Any) -> str:
    """Tell the kind of an element: an ad hoc one with event sub-processes has it in its body."""
    inner = process.subprocess_specs.get(str(getattr(spec, "spec", "")))
    body = None if inner is None else inner.task_specs.get(body_of(inner))
    return kind_of(body if isinstance(body, AdHocSubProcess) else spec)


def kind_of(spec: Any) -> str:
    """Tell what kind of work an element is: a visit can go on as one of the same kind."""
    if spec.manual:
        return "user"
    if isinstance(spec, CallActivityMixin):
        return "call"
    if isinstance(spec, CatchingEvent) and not isinstance(spec, BoundaryEvent):
        gateway = "Gateway" in type(spec).__name__
        return "gateway of events" if gateway else "event"
    if isinstance(spec, MergingJoin):
        return type(spec).__name__
    return type(spec).__name__


__all__ = ["EffectState", "Plan", "kind_of", "make_plan"]
