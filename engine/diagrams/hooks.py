"""What a running instance must offer to the task specs that this package builds.

SpiffWorkflow hands one object to every spec, `task.workflow.script_engine`. The runtime sets it to
something with these methods; SpiffWorkflow's own script engine is never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal, Protocol

Throwable = Literal["message", "signal", "error", "escalation"]


class EngineHooks(Protocol):
    """The runtime as seen from a task spec."""

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Evaluate FEEL (without a leading `=`) on `task.data`.

        Names in `external_context` win over process variables. Gives JSON, or for timers also
        `date`, `datetime` and `timedelta`.
        """

    def run_service_task(self, task: Any) -> bool | None:
        """Do what `task.task_spec.extensions["topic"]` names.

        True: done, results are in `task.data`. None: started; the runtime calls `task.complete()`
        when the job is done. When a BPMN error was caught (`events.raise_in_scope(..., own=True)`
        gave True) return True: the task is cancelled already and goes no further.
        An exception leaves the task in ERROR and reaches the driver.
        """

    def run_decision(self, task: Any) -> bool | None:
        """Decide `extensions["decision_ref"]` and write the result into `task.data`; as above."""

    def run_script(self, task: Any) -> bool | None:
        """Evaluate `task.task_spec.script`, a FEEL context, and merge it into `task.data`."""

    def throw(self, task: Any, kind: Throwable, name: str) -> None:
        """Let something leave the instance.

        Messages and signals always come here (the runtime correlates in SQL and fans out, to this
        instance too). Errors and escalations only when nothing that encloses the thrower catches
        them: an error must then fail the instance. `name` is the message or signal name, or the
        error or escalation code.
        """

    def fail(self, task: Any, error: Exception) -> None:
        """Take note that an element could not even start waiting (a timer or a collection is bad).

        The task is in ERROR; the rest of the instance goes on. Make an incident of it; to retry,
        `task.reset_branch(data)` and drive.
        """

    def now(self) -> datetime:
        """Tell the business time, aware UTC."""

    def at(self, moment: datetime) -> AbstractContextManager[None]:
        """Let it be that moment for what is evaluated meanwhile, in expressions, too."""
