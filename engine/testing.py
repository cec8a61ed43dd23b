"""Run a diagram in memory with a script of answers and events, and see what happened.

For tests and for outside suites: what they need comes from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.context import AnswerPort, FactProvider
from engine.errors import AnswerLeftOver, AnswerMissing
from engine.instances import InstanceStatus
from engine.scripted_runs import (
    MAX_TURNS,
    START_AT,
    Answer,
    Event,
    ScriptedRun,
    SentMessage,
    Trace,
    simple_service_tasks,
)
from engine.service_tasks import ServiceTasks
from engine.source_definitions import BUNDLE, SourceDefinitions
from engine.user_tasks import UserTask

__all__ = [
    "BUNDLE",
    "START_AT",
    "ScriptedRun",
    "SentMessage",
    "SourceDefinitions",
    "Trace",
    "run_diagram",
    "simple_service_tasks",
]

Answers = Mapping[str, Answer | Sequence[Answer]]


class _Script:
    """The answers that are left."""

    def __init__(self, answers: Answers) -> None:
        self.left = {
            element: [given] if isinstance(given, Mapping) else list(given)
            for element, given in answers.items()
        }

    def find(self, ready: Sequence[UserTask]) -> tuple[UserTask, Answer] | None:
        """Give the first user task that has an answer, with it."""
        for user_task in ready:
            if self.left.get(user_task.element_id):
                return user_task, self.left[user_task.element_id].pop(0)
        return None

    def unused(self) -> Iterator[str]:
        """List the elements whose answers were not used."""
        for element, left in self.left.items():
            if left:
                yield f"{element} ({len(left)})"


def run_diagram(
    sources: Path | Mapping[str, bytes],
    process_id: str,
    *,
    variables: Mapping[str, Any] | None = None,
    answers: Answers | None = None,
    events: Sequence[Event] = (),
    service_tasks: ServiceTasks | Mapping[str, Any] | None = None,
    facts: Mapping[str, FactProvider] | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    answers_port: AnswerPort | None = None,
    start_at: datetime = START_AT,
    business_key: str = "test",
    partial: bool = False,
) -> Trace:
    """Run a process by a script.

    `sources` are a folder or file, or contents by file name. `answers` go by element: one, or a
    list for repeats. Whenever nobody can answer, the next of `events` happens (see
    `ScriptedRun.happen`). With `partial` the run may stop before the end.

    Raises:
        AnswerMissing: The script is over and the instance still waits.
        AnswerLeftOver: Answers or events were not used.
        DiagramError: A diagram cannot be published.
    """
    run = ScriptedRun(
        SourceDefinitions(sources, functions),
        service_tasks=service_tasks,
        facts=facts,
        functions=functions,
        answers_port=answers_port,
        start_at=start_at,
    )
    try:
        run.start(process_id, business_key, variables or {})
        _play(run, _Script(answers or {}), list(events), partial)
        return run.trace()
    finally:
        run.database.dispose()


def _play(run: ScriptedRun, script: _Script, events: list[Event], partial: bool) -> None:
    for _ in range(MAX_TURNS):
        found = script.find(run.ready())
        if found is not None:
            run.complete(*found)
        elif events:
            run.happen(events.pop(0))
        else:
            break
    unused = list(script.unused()) + [str(event) for event in events]
    if unused:
        raise AnswerLeftOver(f"not used: {', '.join(unused)}; waits for {run.waits_for()}")
    if not partial and run.trace().status in (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED):
        raise AnswerMissing(f"still waits for {run.waits_for()}")
