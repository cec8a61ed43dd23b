"""What can go wrong when a process runs. Each error names the thing it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from engine.findings import Finding
from engine.work_operations import Operation


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

    def __init__(
        self,
        user_task_id: UUID,
        status: str,
        completed_by: str | None = None,
        completed_at: datetime | None = None,
    ) -> None:
        super().__init__(f"user task {user_task_id} is {status}")
        self.user_task_id = user_task_id
        self.status = status
        self.completed_by = completed_by
        self.completed_at = completed_at


class UserTaskTaken(EngineError):
    """Somebody else has claimed the user task."""

    def __init__(self, user_task_id: UUID, assignee: str | None) -> None:
        super().__init__(f"user task {user_task_id} is claimed by {assignee}")
        self.user_task_id = user_task_id
        self.assignee = assignee


class OperationNotAllowed(EngineError):
    """The diagram does not let people do this with the user task."""

    def __init__(self, user_task_id: UUID, operation: Operation) -> None:
        super().__init__(f"user task {user_task_id} does not allow {operation}")
        self.user_task_id = user_task_id
        self.operation = operation


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


class InstanceBusy(EngineError):
    """The instance is being run further up in this very transaction."""


class TooManyMessages(EngineError):
    """Instances keep sending one another messages without end."""


class AnswerMissing(EngineError):
    """A scripted run waits for an answer or an event that the script does not have."""


class AnswerLeftOver(EngineError):
    """A scripted run ended before an answer or an event of the script was used."""


def describe_error(error: BaseException) -> str:
    """Say what went wrong in one line for incidents and logs, without data of persons.

    A database's own messages quote the row, so of those only the first line is kept; and those
    of Python and of libraries quote the value, which is left out unless it is a name of code.
    """
    if isinstance(error, DBAPIError):
        first_line = str(error.orig).partition("\n")[0]
        return f"{type(error.orig).__name__}: {_without_values(first_line)}"[:1000]
    text = str(error) if isinstance(error, EngineError) else _without_values(str(error))
    return f"{type(error).__name__}: {text}"[:1000]


_QUOTED = re.compile(r"""(['"])((?:(?!\1).)*)\1""", re.DOTALL)
_CODE = re.compile(r"[A-Za-z_][\w.\-/ ]*", re.ASCII)
# ID and mobile phone numbers, whoever wrote them into a message.
_NUMBER = re.compile(r"(?<!\d)(?:1\d{10}|\d{15}|\d{17}[\dXx])(?!\d)")


def _without_values(text: str) -> str:
    def kept(found: re.Match[str]) -> str:
        quote, inner = found.groups()
        return found[0] if _CODE.fullmatch(inner) or not inner else f"{quote}…{quote}"

    return _NUMBER.sub("…", _QUOTED.sub(kept, text[:10_000]))


class NotWaiting(EngineError):
    """The task does not wait for that event any more."""


class NotSkippable(EngineError):
    """The element decides where to go on; it can be retried but not skipped."""


class UnknownBundle(EngineError):
    """No bundle has this id."""


class UnknownDefinition(EngineError):
    """The bundle holds no definition of this kind and key."""
