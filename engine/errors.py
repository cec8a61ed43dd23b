"""What can go wrong when a process runs. Each error names the thing it is about."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from engine.findings import Finding


class EngineError(Exception):
    """The engine refused or could not do something."""


class UnknownInstance(EngineError):
    """No process instance has this id."""


class UnknownUserTask(EngineError):
    """No user task has this id."""


class UnknownRow(EngineError):
    """No timer, job or incident has this id."""


class UnknownProcess(EngineError):
    """The bundle holds no process of this id."""


class UnknownServiceTask(EngineError):
    """No service task is registered under this name."""


class InstanceNotRunning(EngineError):
    """The instance has ended or is suspended."""


class StaleInstance(EngineError):
    """Somebody else changed the instance since it was read; the transaction must be repeated."""

    def __init__(self, instance_id: UUID) -> None:
        super().__init__(f"instance {instance_id} was changed by somebody else")
        self.instance_id = instance_id


class UserTaskNotReady(EngineError):
    """The user task cannot be answered or claimed any more."""

    def __init__(self, user_task_id: UUID, status: str, completed_by: str | None = None) -> None:
        super().__init__(f"user task {user_task_id} is {status}")
        self.user_task_id = user_task_id
        self.status = status
        self.completed_by = completed_by


class UserTaskTaken(EngineError):
    """Somebody else has claimed the user task."""

    def __init__(self, user_task_id: UUID, assignee: str | None) -> None:
        super().__init__(f"user task {user_task_id} is claimed by {assignee}")
        self.user_task_id = user_task_id
        self.assignee = assignee


class StepBudgetExceeded(EngineError):
    """An instance ran too many steps without waiting: most likely an endless loop."""


class BadState(EngineError):
    """A stored state is damaged, of an unknown format, or does not fit its bundle."""


class InvalidVariables(EngineError):
    """Process variables hold something that is not JSON."""


class IncidentAlreadyResolved(EngineError):
    """The incident was retried or skipped before."""


class MilestoneClosed(EngineError):
    """The milestone's round is over, or was never opened."""


class MilestoneAlreadyOpen(EngineError):
    """The milestone's round is open or over with other subjects."""


class BadCollection(EngineError):
    """A multi-instance activity got something that is no list, or too long a list."""


class NoFlowTaken(EngineError):
    """No condition at a gateway holds, and it has no default flow."""


class DiagramError(EngineError):
    """A definition cannot be compiled; `findings` say why, each with its element."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(one.message_en for one in findings))
        self.findings = tuple(findings)
