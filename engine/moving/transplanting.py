"""Rewrite a state for the diagrams of another bundle: what is done stays, what waits is bound anew.

What was only predicted is left out, so is what nobody waits for any more; `arming` makes the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask

from engine.diagrams.boundary_events import BoundaryEvent
from engine.diagrams.compensation import INTERRUPTED, LOG, PLAN
from engine.diagrams.events import SeveralEvents, TimerEvent
from engine.diagrams.specs import START_EVENT
from engine.moving.places import is_token
from engine.moving.plan import CHILD, SPLIT, Plan, body_of, loses_body
from engine.workflow import COMPLETED, FAILED, FINISHED, STARTED

EVERYTHING = "*"
_AHEAD = 7  # FUTURE, LIKELY, MAYBE
_LEFT = " [gone]"

Row = Sequence[Any]


class Transplant:
    """Rewrites one state by a plan.

    `recompute` names elements whose timers are computed anew, `*` all of them. Afterwards `bodies`
    has each body that was put around something, with the owner of its scope, and `behind` the
    elements that branches have to do before a join at which they waited, with what each did last.
    """

    def __init__(self, plan: Plan, recompute: Collection[str] = ()) -> None:
        self.plan = plan
        self.recompute = recompute
        self.numbers = 0
        self.ticks = 0
        self.scopes: dict[int, tuple[str, Mapping[str, Any]]] = {}
        self.pairs: dict[int, tuple[Any, Any]] = {}
        self.inner: list[list[Any]] = []
        self.bodies: dict[int, int | None] = {}
        self.behind: list[tuple[int, str]] = []

    def of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Give the new plain form of a state."""
        self.numbers, self.ticks = document["n"], document["k"]
        self.scopes = {number: (name, inner) for number, name, inner in document.get("s", ())}
        made = self._scope(None, document, self.plan.old.spec, self.plan.new.spec)
        for number, (_, tree) in self.scopes.items():
            if number in self.pairs:
                old, new = self.pairs[number]
                # An owner comes before what lies in it: a body is put behind its scope.
                entry = [number, new.name, None]
                self.inner.append(entry)
                entry[2] = self._scope(number, tree, old, new)
        made.pop("s", None)
        if self.inner:
            made["s"] = self.inner
        made["n"], made["k"] = self.numbers, self.ticks
        return made

    def _scope(
        self, owner: int | None, tree: Mapping[str, Any], old: Any, new: Any
    ) -> dict[str, Any]:
        """Rewrite the tree of a scope that may have got or lost its event sub-processes."""
        if loses_body(new, old):
            return self._wrapped(owner, tree, old, new)
        if loses_body(old, new):
            number = next(row[0] for row in tree["t"] if row[3] == body_of(old))
            name, inner = self.scopes[number]
            return self._tree(inner, self.plan.old.subprocess_specs[name], new)
        return self._tree(tree, old, new)

    def _wrapped(
        self, owner: int | None, tree: Mapping[str, Any], old: Any, new: Any
    ) -> dict[str, Any]:
        """Put all that lies in a scope into its body, as if it had been entered so."""
        inner, body = self.plan.body(new), body_of(new)
        root = tree["t"][0]
        entered = next(row for row in tree["t"] if row[1] == root[0] and row[2] == COMPLETED)
        rows: list[Row] = [self._done(None, new.start.name, root)]
        name = self.plan.renamed(old, new, entered[3])
        rows.append(self._done(rows[-1][0], name, entered))
        if _guards(new, str(body)):
            rows.append(self._split(rows[-1][0], str(body)))
        parent = rows[-1][0]
        rows.append([*self._done(parent, str(body), None)[:2], STARTED, body, self.ticks])
        number = rows[-1][0]
        self.bodies[number] = owner
        self.inner.append([number, inner.name, self._tree(tree, old, inner)])
        return {"t": rows}

    def _done(self, parent: int | None, name: str, like: Row | None) -> Row:
        """Make a visit that is over, with the variables of another."""
        self.numbers += 1
        self.ticks += 1
        more = like[5] if like is not None and len(like) > 5 else {}
        data = [{key: more[key] for key in ("u", "x", "e") if key in more}] if more else []
        return [self.numbers, parent, COMPLETED, name, self.ticks, *data]

    def _tree(self, tree: Mapping[str, Any], old: Any, new: Any) -> dict[str, Any]:
        names: dict[int, str] = {}
        before = {row[0]: row for row in tree["t"]}
        rows: list[Row] = []
        for row in tree["t"]:
            parent = row[1]
            if row[2] & _AHEAD or (parent is not None and parent not in names):
                continue
            if not row[2] & FINISHED and _is_held(before.get(parent), old):
                continue
            name = self._name(row, before.get(parent), old, new)
            if name is None or self._goes_back(row, before, old, new):
                continue
            names[row[0]] = name
            if not row[2] & FINISHED and _guards(new, name) and names.get(parent) != name + SPLIT:
                split = self._split(parent, name)
                rows.append(split)
                parent = split[0]
            rows.append([row[0], parent, row[2], name, row[4], *self._notes(row, name, new)])
            self._pair(row[0], row[3], name, old, new)
        return {**tree, "t": rows}

    def _name(self, row: Row, parent: Row | None, old: Any, new: Any) -> str | None:
        """Name the element of a visit in the new version; None if it ends here."""
        name = self.plan.renamed(old, new, row[3])
        spec, former = new.task_specs.get(name), old.task_specs.get(row[3])
        if row[2] & FINISHED:
            if spec is not None and former is not None and type(spec) is type(former):
                return name
            left = str(row[3])
            return left + _LEFT if left in new.task_specs else left
        if isinstance(former, BoundaryEvent) and parent is not None:
            split = new.task_specs.get(self.plan.renamed(old, new, parent[3]))
            return name if split is not None and name in split._outputs else None
        return name if spec is not None else None

    def _goes_back(self, row: Row, rows: Mapping[int, Row], old: Any, new: Any) -> bool:
        """Tell whether a branch that waits at a join has to do something before that yet."""
        source = rows.get(row[1])
        if source is None or not is_token(row, rows):
            return False
        following = self.plan.catches_up(old, new, row[3], source[3])
        if following is not None:
            self.behind.append((source[0], following.name))
        return following is not None

    def _split(self, parent: int | None, name: str) -> Row:
        self.numbers += 1
        self.ticks += 1
        return [self.numbers, parent, COMPLETED, name + SPLIT, self.ticks]

    def _pair(self, number: int, old_name: str, name: str, old: Any, new: Any) -> None:
        if number not in self.scopes:
            return
        inner = self.scopes[number][0]
        follower = self.plan.inner(inner, old.task_specs.get(old_name), new.task_specs.get(name))
        if follower is not None:
            self.pairs[number] = (self.plan.old.subprocess_specs[inner], follower)

    def _notes(self, row: Row, name: str, new: Any) -> list[dict[str, Any]]:
        if len(row) < 6:
            return []
        more = dict(row[5])
        if "i" in more:
            notes = self._renamed_notes(dict(more["i"]))
            if not row[2] & FINISHED:
                self._fit_events(notes, new.task_specs[name])
            more["i"] = notes
        return [more]

    def _renamed_notes(self, notes: dict[str, Any]) -> dict[str, Any]:
        for key in (LOG, PLAN):
            if notes.get(key):
                notes[key] = [self._entry(entry) for entry in notes[key]]
        if INTERRUPTED in notes:
            notes[INTERRUPTED] = {
                self.plan.follower(element): [self._entry(entry) for entry in entries]
                for element, entries in notes[INTERRUPTED].items()
            }
        if notes.get(START_EVENT):
            notes[START_EVENT] = self.plan.follower(notes[START_EVENT])
        return notes

    def _entry(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        by = entry["by"]
        return {
            **entry,
            "of": self.plan.follower(entry["of"]),
            "by": self.plan.handler(by) if by else by,
            "inner": [self._entry(inner) for inner in entry["inner"]],
        }

    def _fit_events(self, notes: dict[str, Any], spec: Any) -> None:
        """Keep what is noted of events that are still waited for, under their new ids."""
        definition = getattr(spec, "event_definition", None)
        events: list[Any] = (
            definition.events if isinstance(definition, SeveralEvents) else [definition]
        )
        there = {one.event_id for one in events if hasattr(one, "event_id")}
        timed = {one.event_id for one in events if isinstance(one, TimerEvent)}
        if self.recompute and (EVERYTHING in self.recompute or spec.bpmn_id in self.recompute):
            timed = set()
        if "timers" in notes:
            kept = {self._event(key): value for key, value in notes["timers"].items()}
            notes["timers"] = {key: value for key, value in kept.items() if key in timed}
        if "arrived" in notes:
            arrived = [[self._event(key), payload] for key, payload in notes["arrived"]]
            notes["arrived"] = [pair for pair in arrived if pair[0] in there]

    def _event(self, event_id: str) -> str:
        element, hash_, number = event_id.partition("#")
        return self.plan.follower(element) + hash_ + number


def _is_held(row: Row | None, tree: Any) -> bool:
    """Tell whether an incident holds a visit, so that what it led to begins anew with the next try.

    It may have begun already: what fails while the next element is entered holds the one before.
    """
    if row is None or len(row) < 6 or FAILED not in row[5].get("i", {}):
        return False
    return not isinstance(tree.task_specs.get(row[3]), LoopTask)


def _guards(tree: Any, name: str) -> bool:
    """Tell whether there are events at the edge of an activity."""
    return not name.endswith(CHILD) and name + SPLIT in tree.task_specs
