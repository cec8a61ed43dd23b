"""Service tasks that give what a scenario says they gave, instead of doing their work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from engine.context import TaskContext
from engine.service_tasks import BpmnError, ServiceTask, ServiceTasks

THROWS = "throws"
"""The only member of a result that stands for an error: its code."""


def results_of(content: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Read what a scenario says that service tasks give, by element, in order."""
    return {
        str(name): list(one) if isinstance(one, list) else [one]
        for name, one in (content.get("results") or {}).items()
    }


def giving(real: ServiceTasks, results: Mapping[str, Sequence[Any]]) -> ServiceTasks:
    """Let the elements named give their results one after the other, the last one ever again.

    All other elements call the real service tasks.
    """
    if not results:
        return real
    calls: Counter[str] = Counter()

    def change(task: ServiceTask) -> ServiceTask:
        return replace(task, function=_giving(task, results, calls), wants_context=True)

    return real.changed(change)


def _giving(
    task: ServiceTask, results: Mapping[str, Sequence[Any]], calls: Counter[str]
) -> Callable[..., Any]:
    def call(db: Session, context: TaskContext, **inputs: Any) -> Any:
        given = results.get(context.element_id)
        if not given:
            before = (db, context) if task.wants_context else (db,)
            return task.function(*before, **inputs)
        number = calls[context.element_id]
        calls[context.element_id] += 1
        return _result(given[min(number, len(given) - 1)])

    return call


def _result(given: Any) -> Any:
    if isinstance(given, Mapping) and set(given) == {THROWS}:
        raise BpmnError(str(given[THROWS]))
    return given
