"""Event definitions: what an event waits for or throws, and how the runtime lets it happen.

SpiffWorkflow broadcasts an event to every task that compares equal to it: wrong for scoped errors,
for correlated messages and across instances. Nothing here takes part in that. The runtime asks
`waiting_events`, writes rows for them, and calls `trigger` for exactly one task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.diagrams.timers import Schedule, schedule
from engine.feel import is_timer_literal

_SINCE = "since"
"""Beside a schedule that follows dates: when it was computed first."""


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """One thing that a waiting task waits for.

    `event_id` goes to `trigger`; it is the id of the drawn event (with `#2` and so on behind it
    where one event has several definitions). `correlation_key` is FEEL, None for the default.
    """

    kind: str
    name: str
    event_id: str
    due_at: datetime | None = None
    correlation_key: str | None = None


class Event(EventDefinition):
    """What all our event definitions share: they fire when told to, never by broadcast."""

    kind: ClassVar[str] = ""
    at_once: ClassVar[bool] = False
    """Whether it can happen again before what it has begun has gone a step."""

    def __init__(self, name: str, *, event_id: str, extensions: Mapping[str, Any]) -> None:
        super().__init__(name, self.kind)
        self.event_id = event_id
        self.correlation_key: str | None = extensions.get("correlation_key")
        self.result_variable: str | None = extensions.get("result_variable")

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def catches(self, my_task: Any, event: Any) -> bool:
        """Stay out of SpiffWorkflow's broadcast."""
        return False

    def waiting(self, my_task: Any) -> Sequence[WaitingEvent]:
        """List what the task waits for."""
        return [WaitingEvent(self.kind, self.name, self.event_id, None, self.correlation_key)]

    def arrive(self, my_task: Any, event_id: str, payload: Any) -> None:
        """Take note that it happened."""
        arrived = my_task.internal_data.get("arrived", [])
        my_task.internal_data["arrived"] = [*arrived, [event_id, payload]]

    def has_fired(self, my_task: Any) -> bool:
        """Tell whether the task may go on."""
        return bool(my_task.internal_data.get("arrived"))

    def update_task_data(self, my_task: Any) -> None:
        """Write what came with the event into the process variables."""
        for event_id, payload in my_task.internal_data.pop("arrived", []):
            self.absorb(my_task, event_id, payload)

    def absorb(self, my_task: Any, event_id: str, payload: Any) -> None:
        """Store a payload under the result variable, or merge it when none is named."""
        if self.result_variable:
            my_task.data[self.result_variable] = payload
        elif isinstance(payload, Mapping):
            my_task.data.update(payload)

    def rearm(self, my_task: Any) -> dict[str, Any] | None:
        """Give the internal data of the next task that waits, None when there is none.

        Asked when a non-interrupting boundary event has fired: it must be able to fire again.
        """
        return {}

    def reset(self, my_task: Any) -> None:
        """Keep nothing: each visit of an element is a new task."""

    def throw(self, my_task: Any) -> None:
        """Let it happen."""
        my_task.workflow.script_engine.throw(my_task, self.kind, self.name)


class MessageEvent(Event):
    """A message; the runtime finds its receiver by name and correlation key."""

    kind = "message"
    at_once = True


class SignalEvent(Event):
    """A signal; the runtime fans it out, to the thrower's own instance too."""

    kind = "signal"
    at_once = True


class ScopedEvent(Event):
    """An error, an escalation or a transaction's cancellation: for enclosing handlers only."""

    at_once = True

    def __init__(
        self, kind: str, code: str | None, *, event_id: str, extensions: Mapping[str, Any]
    ) -> None:
        super().__init__(code or "", event_id=event_id, extensions=extensions)
        self.scoped_kind = kind
        self.code = code

    def waiting(self, my_task: Any) -> Sequence[WaitingEvent]:
        """List nothing: no row is needed, `raise_in_scope` walks the instance."""
        return []

    def absorb(self, my_task: Any, event_id: str, payload: Any) -> None:
        """Store code and message, only where a result variable asks for them."""
        if self.result_variable:
            my_task.data[self.result_variable] = payload

    def throw(self, my_task: Any, *, own: bool = False) -> None:
        """Raise it to the nearest enclosing handler; the runtime hears of it when there is none.

        `own`: the task's own boundary events come first.
        """
        if raise_in_scope(my_task, self.scoped_kind, self.code or "", own=own):
            return
        if self.scoped_kind != "cancel":
            hooks = my_task.workflow.script_engine
            hooks.throw(my_task, self.scoped_kind, self.code or "")


class TimerEvent(Event):
    """A timer. Its schedule lies in the task's `internal_data["timers"]`, by event id.

    It never fires by itself: the runtime calls `trigger` when the row is due, one by one in order.
    """

    kind = "timer"

    def __init__(
        self, form: str, expression: str, *, event_id: str, extensions: Mapping[str, Any]
    ) -> None:
        super().__init__(form, event_id=event_id, extensions=extensions)
        self.expression = expression
        self.is_literal = is_timer_literal(expression)

    def schedule_of(self, my_task: Any) -> Schedule | None:
        """Read the schedule, None when it is exhausted or not computed yet."""
        stored = my_task.internal_data.get("timers", {}).get(self.event_id)
        return Schedule.from_json(stored) if stored else None

    def waiting(self, my_task: Any) -> Sequence[WaitingEvent]:
        """List the next due time."""
        upcoming = self.schedule_of(my_task)
        if upcoming is None:
            return []
        return [WaitingEvent("timer", self.name, self.event_id, upcoming.due)]

    def compute(self, my_task: Any) -> Schedule:
        """Evaluate the expression now.

        Raises:
            InvalidTimer: It gives no date, duration or cycle.
        """
        hooks = my_task.workflow.script_engine
        value = self.expression if self.is_literal else hooks.evaluate(my_task, self.expression)
        return schedule(self.name, value, hooks.now())

    def update_task(self, my_task: Any) -> None:
        """Compute the schedule when the task starts to wait."""
        timers = my_task.internal_data.setdefault("timers", {})
        if self.event_id not in timers:
            computed = timers[self.event_id] = self.compute(my_task).as_json()
            if self._follows_dates:
                computed[_SINCE] = my_task.workflow.script_engine.now().isoformat()

    def absorb(self, my_task: Any, event_id: str, payload: Any) -> None:
        """Carry no payload."""

    def rearm(self, my_task: Any) -> dict[str, Any] | None:
        """Wait for the next round of a cycle."""
        current = self.schedule_of(my_task)
        following = current.next() if current is not None else None
        return {"timers": {self.event_id: following.as_json()}} if following else None

    def reschedule(self, my_task: Any) -> bool:
        """Evaluate a date expression again, as of when it began; True if it moved.

        Durations and cycles run on, and so does what counts from today.
        """
        if not self._follows_dates or self.schedule_of(my_task) is None:
            return False
        hooks, timers = my_task.workflow.script_engine, my_task.internal_data["timers"]
        kept = timers[self.event_id]
        since = kept.get(_SINCE) or hooks.now().isoformat()
        with hooks.at(datetime.fromisoformat(since)):
            fresh = {**self.compute(my_task).as_json(), _SINCE: since}
        timers[self.event_id] = fresh
        return bool(kept["due"] != fresh["due"])

    @property
    def _follows_dates(self) -> bool:
        return self.name == "date" and not self.is_literal


class SeveralEvents(Event):
    """Several definitions in one event: the first one is enough, or all are needed."""

    kind = "several"

    def __init__(self, events: Sequence[Event], *, event_id: str, parallel: bool = False) -> None:
        super().__init__("", event_id=event_id, extensions={})
        self.events = list(events)
        self.parallel = parallel

    def _arrived(self, my_task: Any) -> set[str]:
        return {event_id for event_id, _ in my_task.internal_data.get("arrived", [])}

    def waiting(self, my_task: Any) -> Sequence[WaitingEvent]:
        """List what has not happened yet."""
        arrived = self._arrived(my_task)
        every = [one for event in self.events for one in event.waiting(my_task)]
        return [one for one in every if one.event_id not in arrived]

    def has_fired(self, my_task: Any) -> bool:
        """Tell whether enough of them happened."""
        arrived = self._arrived(my_task)
        if self.parallel:
            return {event.event_id for event in self.events} <= arrived
        return bool(arrived)

    def update_task(self, my_task: Any) -> None:
        """Compute the schedules of the timers among them."""
        for event in self.events:
            event.update_task(my_task)

    def absorb(self, my_task: Any, event_id: str, payload: Any) -> None:
        """Let the definition that happened store its payload."""
        for event in self.events:
            if event.event_id == event_id:
                event.absorb(my_task, event_id, payload)

    def rearm(self, my_task: Any) -> dict[str, Any] | None:
        """Wait again for all of them; timers that have run out stay out."""
        timers = dict.fromkeys(my_task.internal_data.get("timers", {}))
        for event in self.events:
            again = event.rearm(my_task) or {}
            timers.update(again.get("timers", {}))
        return {"timers": timers}

    def throw(self, my_task: Any) -> None:
        """Throw every one."""
        for event in self.events:
            event.throw(my_task)


class TerminateEvent(TerminateEventDefinition):
    """End the scope. Stock code also leaves an event in the workflow's list for the outside."""

    def throw(self, my_task: Any) -> None:
        """Throw nothing: the end event itself cancels what runs."""


def events_of(task: Any) -> list[Event]:
    """List the single event definitions of a task, those of an event-based gateway too."""
    definition = getattr(task.task_spec, "event_definition", None)
    if isinstance(definition, SeveralEvents):
        return list(definition.events)
    return [definition] if isinstance(definition, Event) else []


def waiting_events(task: Any) -> Sequence[WaitingEvent]:
    """List what a task waits for: message, signal and timer; nothing unless it is WAITING."""
    definition = getattr(task.task_spec, "event_definition", None)
    if task.state != TaskState.WAITING or not isinstance(definition, Event):
        return []
    return definition.waiting(task)


def trigger(task: Any, event_id: str, payload: Any = None) -> None:
    """Let one waiting event happen; the task is READY afterwards (or waits for the others).

    An interrupting boundary event stops its activity at once.

    Raises:
        ValueError: The task does not wait for that event.
    """
    definition = getattr(task.task_spec, "event_definition", None)
    if (
        not isinstance(definition, Event)
        or task.state != TaskState.WAITING
        or event_id not in {event.event_id for event in events_of(task)}
    ):
        raise ValueError(f"task {task.id} does not wait for {event_id}")
    definition.arrive(task, event_id, payload)
    task.task_spec._update(task)


def reschedule(task: Any) -> bool:
    """Evaluate the date timers of a waiting task again; True if one moved."""
    if task.state != TaskState.WAITING:
        return False
    timers = [event for event in events_of(task) if isinstance(event, TimerEvent)]
    return any([event.reschedule(task) for event in timers])


def raise_in_scope(
    task: Any, kind: str, code: str, payload: Any = None, *, own: bool = False
) -> bool:
    """Bring an error, escalation or cancellation to the nearest enclosing handler.

    `own`: boundary events of the task itself count too (a service task that fails). A handler for
    the very code goes before one for any code, at each level. False when nothing catches it.
    """
    for activity in _enclosing(task, own):
        handlers = [
            (event.code != code, handler, event)
            for handler in _attached(activity)
            for event in events_of(handler)
            if isinstance(event, ScopedEvent)
            and event.scoped_kind == kind
            and event.code in (None, code)
        ]
        if handlers:
            _, handler, event = min(handlers, key=lambda found: found[0])
            trigger(handler, event.event_id, payload)
            return True
    return False


def _parent_activity(workflow: Any) -> Any:
    parent_id = workflow.parent_task_id
    return None if parent_id is None else workflow.top_workflow.get_task_from_id(parent_id)


def _enclosing(task: Any, own: bool) -> Iterator[Any]:
    current = task if own else _parent_activity(task.workflow)
    while current is not None:
        yield current
        if current.parent is not None and isinstance(current.parent.task_spec, LoopTask):
            yield current.parent
        current = _parent_activity(current.workflow)


def _attached(activity: Any) -> list[Any]:
    split = activity.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return []
    return [
        sibling
        for sibling in split.children
        if sibling is not activity and sibling.state == TaskState.WAITING
    ]
