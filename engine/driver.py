"""Run what can run in an instance, until it waits or ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import StepBudgetExceeded
from engine.workflow import STARTED, InstanceTask, InstanceWorkflow

STEP_BUDGET = 10_000

OnStep = Callable[[InstanceTask], None]
OnFailure = Callable[[InstanceTask, Exception], None]


def drive(
    workflow: InstanceWorkflow,
    *,
    on_failure: OnFailure,
    on_step: OnStep | None = None,
    stopped: Callable[[], bool] = lambda: False,
    budget: int = STEP_BUDGET,
) -> int:
    """Run ready engine tasks, oldest first, and give the number of steps.

    A task that fails is held and reported; the others go on.

    Raises:
        StepBudgetExceeded: The instance did not come to rest; what is ready stays so.
    """
    steps = 0
    ready = workflow.ready
    while ready and not stopped():
        if steps >= budget:
            raise StepBudgetExceeded(f"more than {budget} steps without waiting")
        steps += 1
        task = next(iter(ready.values()))
        run_task(task, on_failure)
        if on_step is not None:
            on_step(task)
    return steps


def run_task(task: InstanceTask, on_failure: OnFailure) -> None:
    """Run one task and close its scope if that ended with it."""
    try:
        task.run()
    except Exception as error:  # the edge: whatever an element raises becomes an incident
        task.hold()
        on_failure(task, error)
        return
    close_scope(task.workflow)


def close_scope(tree: Any) -> None:
    """Let the owner of an ended scope go on if the scope did not tell it itself."""
    if not tree.completed or tree.parent_task_id is None:
        return
    owner = tree.top_workflow.find_task(tree.parent_task_id)
    if owner is not None and owner._state == STARTED:
        owner.task_spec._update(owner)
