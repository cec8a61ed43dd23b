"""One instance, opened in one transaction: its tree, and what happens to it until it is saved."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.specs.mixins import CallActivityMixin, SubWorkflowTaskMixin
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from engine.codec import FORMAT, dump_state, load_state
from engine.conditions import fire_conditions
from engine.context import InstanceHead
from engine.diagrams.compensation import PLAN
from engine.diagrams.compile import CompiledProcess
from engine.diagrams.events import trigger, waiting_events
from engine.driver import drive
from engine.errors import NotWaiting, StaleInstance, StepBudgetExceeded
from engine.expressions import Facts
from engine.history import INSERT_HISTORY, HistoryKind, history_row
from engine.incidents import INCIDENT, is_stuck
from engine.instance_rows import INSERT_INSTANCE, UPDATE_INSTANCE, UPDATE_STATE
from engine.instances import InstanceStatus
from engine.jobs import is_conflict
from engine.outbox import Arrived, Work
from engine.rows import Waiting, note_difference, waiting_of
from engine.script_engine import Hooks
from engine.statements import Row, Statement, write_all
from engine.workflow import STARTED, InstanceTask, InstanceWorkflow, task_id_of, task_number_of

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

T = TypeVar("T")
TRACE_LENGTH = 8000


_END_INCIDENTS = Statement(
    update(INCIDENT)
    .where(INCIDENT.c.instance_id == bindparam("b_id"), INCIDENT.c.resolved_at.is_(None))
    .values(resolved_at=bindparam("b_at"), resolved_by=bindparam("b_by"), resolution="ended")
)
_INSERT_INCIDENT = Statement.insert(
    INCIDENT, without=("resolved_at", "resolved_by", "resolution", "reason")
)


class InstanceRun:
    """What is done with one instance in one transaction.

    Change its tasks, `drive`, then `save`. `evaluations` and `effects` count what depended on the
    instance's data and what touched the world; an instance started without either is a template.
    """

    def __init__(
        self,
        engine: ProcessEngine,
        db: Session,
        work: Work,
        head: InstanceHead,
        process: CompiledProcess,
        *,
        actor: str | None,
        version: int = 0,
        status: str = InstanceStatus.RUNNING,
    ) -> None:
        self.engine, self.db, self.work = engine, db, work
        self.connection = db.connection()
        self.head, self.process, self.actor = head, process, actor
        self.version, self.status, self._saved_status = version, status, status
        self.now: datetime = engine.clock.now()
        self.hooks = Hooks(self)
        self.workflow: InstanceWorkflow
        self.before = Waiting()
        self.after = Waiting()
        self.answered: set[int] = set()
        self.arrived: list[Arrived] = []
        self.history: list[dict[str, Any]] = []
        self.writes: list[tuple[Statement, Sequence[Row]]] = []
        self.incidents: list[dict[str, Any]] = []
        self.uncaught: tuple[Any, str] | None = None
        self.state = b""
        self.ended_at: datetime | None = None
        self.evaluations = 0
        self.effects = 0
        self.depends_on_data = False

    @cached_property
    def facts(self) -> Facts:
        """What the host knows of the instance."""
        providers = self.engine.facts
        return Facts({name: partial(providers[name], self.db, self.head) for name in providers})

    def plant(self) -> InstanceTask:
        """Begin a new instance and give its root task."""
        self.workflow = InstanceWorkflow(
            self.process.spec, self.process.subprocess_specs, self.hooks
        )
        self.workflow.plant()
        return self.workflow.task_tree

    def adopt(self, workflow: InstanceWorkflow) -> None:
        """Use a tree that stands where this instance would, to write the instance's rows."""
        self.workflow = workflow
        workflow.script_engine = self.hooks

    def note_start(self, variables: Mapping[str, Any], start_event: str | None = None) -> None:
        """Write the first row of the history."""
        details: dict[str, Any] = {"variables": dict(variables)}
        if start_event is not None:
            details["start_event"] = start_event
        self.record(HistoryKind.STARTED, **details)

    def load(self, state: bytes, live: InstanceWorkflow | None = None) -> None:
        """Take up a stored instance; `live` is its tree, if this process has it still."""
        if live is None:
            self.workflow = load_state(state, self.process, self.hooks)
        else:
            self.adopt(live)
        self.before = waiting_of(self.workflow)

    def task_id(self, task: InstanceTask) -> UUID:
        """Give the outside id of a task."""
        return task_id_of(self.head.id, task.id)

    def task(self, task_id: UUID) -> InstanceTask | None:
        """Find a task by its outside id, None if its scope is gone."""
        found = self.workflow.find_task(task_number_of(task_id))
        return found if found is not None and self.task_id(found) == task_id else None

    def happen(
        self, task_id: UUID, event_id: str, kind: HistoryKind, name: str, payload: Any = None
    ) -> None:
        """Let something happen that a task waits for.

        Raises:
            NotWaiting: It does not wait for it any more.
        """
        task = self.task(task_id)
        if task is None or event_id not in {e.event_id for e in waiting_events(task)}:
            raise NotWaiting(f"task {task_id} does not wait for {event_id}")
        self.record(kind, task, name=name)
        trigger(task, event_id, payload)

    def record(self, kind: HistoryKind, task: InstanceTask | None = None, **details: Any) -> None:
        """Note something for the history."""
        self.history.append(
            history_row(
                self.head.id,
                self.now,
                kind,
                actor=self.actor,
                element_id=None if task is None else task.task_spec.bpmn_id,
                task_id=None if task is None else self.task_id(task),
                details=details,
            )
        )

    def guarded(self, task: InstanceTask, evaluate: Callable[[], T]) -> T | None:
        """Evaluate what a row shows; a failure is an incident, and the row lacks the value."""
        try:
            return evaluate()
        except Exception as error:  # the edge: an expression of the designer
            self.on_failure(task, error)
            return None

    def on_failure(self, task: InstanceTask, error: Exception, *, hold: bool = False) -> None:
        """Make an incident of a failure; what only says "try again" goes up to the edge."""
        if is_conflict(error):
            raise error
        if hold:
            task.hold()
        self.add_incident(task, type(error).__name__, error)

    def add_incident(
        self,
        task: InstanceTask | None,
        kind: str,
        error: BaseException | str,
        *,
        job_id: UUID | None = None,
    ) -> UUID:
        """Note an incident with its cause."""
        shown, trace = error, ""
        if isinstance(error, BaseException):
            cause = error.__cause__ or error
            shown = f"{type(cause).__name__}: {cause}"
            trace = "".join(traceback.format_exception(error))[-TRACE_LENGTH:]
        incident_id = uuid4()
        self.incidents.append(
            {
                "id": incident_id,
                "instance_id": self.head.id,
                "task_id": None if task is None else self.task_id(task),
                "job_id": job_id,
                "tenant": self.head.tenant,
                "element_id": None if task is None else task.task_spec.bpmn_id,
                "kind": kind[:30],
                "message": str(shown),
                "trace": trace,
                "created_at": self.now,
            }
        )
        self.record(HistoryKind.INCIDENT, task, cause=kind, incident=str(incident_id))
        return incident_id

    def drive(self) -> None:
        """Run what can run."""
        self._note_scopes()
        if self.process.has_conditions:
            fire_conditions(self)
        try:
            drive(
                self.workflow,
                on_failure=self.on_failure,
                on_step=self.on_step,
                stopped=lambda: self.uncaught is not None,
                budget=self.engine.step_budget,
            )
        except StepBudgetExceeded as error:
            self.add_incident(None, "StepBudgetExceeded", error)
        self.depends_on_data = bool(self.evaluations or self.effects)

    def on_step(self, task: InstanceTask) -> None:
        """Note what a step did that people may want to know."""
        self._note_scopes()
        if self.process.has_conditions:
            fire_conditions(self)
        if task.failed or (task._state == STARTED and PLAN in task.internal_data):
            return
        spec = task.task_spec
        if isinstance(spec, SubWorkflowTaskMixin) and isinstance(spec, CallActivityMixin):
            self.record(HistoryKind.LEFT, task)
        if self.engine.observer is not None:
            self.engine.observer(self.head, task)

    def _note_scopes(self) -> None:
        opened = self.workflow.opened
        while opened:
            scope, owner = opened.pop(0)
            # The snapshot from which a return re-enters the scope after its tree is pruned.
            self.record(HistoryKind.ENTERED, owner, variables=scope.task_tree.data)

    def save(self) -> None:
        """Write the instance, the rows that follow from it, and its history.

        Raises:
            StaleInstance: Somebody else changed it meanwhile.
        """
        self._settle()
        self.after = self._waiting()
        self._note_instance()
        note_difference(self, self.before, self.after)
        self._report_stuck()
        if self.status in (InstanceStatus.COMPLETED, InstanceStatus.CANCELLED):
            ended = {"b_id": self.head.id, "b_at": self.now, "b_by": self.actor}
            self.writes.append((_END_INCIDENTS, [ended]))
        if self.incidents:
            self.writes.append((_INSERT_INCIDENT, self.incidents))
        if self.history:
            self.writes.append((INSERT_HISTORY, self.history))
        self._write()
        self.work.outbox.extend(self.arrived)
        self.before = self.after
        self.history, self.incidents, self.arrived = [], [], []

    def _write(self) -> None:
        instance, *_ = write_all(self.connection, self.writes)
        if instance.rowcount == 0:
            raise StaleInstance(self.head.id)
        self.version += 1
        self._saved_status = self.status
        self.writes = []

    def flush_incidents(self) -> None:
        """Write the incidents."""
        if self.incidents:
            _INSERT_INCIDENT(self.connection, self.incidents)
            self.incidents = []

    def _waiting(self) -> Waiting:
        if self.suspended:
            return Waiting(user_tasks=self.before.user_tasks, held=self.before.held)
        return waiting_of(self.workflow)

    @property
    def suspended(self) -> bool:
        """Whether it is put on hold as a whole."""
        return self.status == InstanceStatus.SUSPENDED

    def _settle(self) -> None:
        """Find out whether the instance has ended."""
        if self.status != InstanceStatus.RUNNING:
            return
        if self.uncaught is not None:
            task, code = self.uncaught
            self.workflow.cancel()
            self.status = InstanceStatus.FAILED
            self.add_incident(task, "UncaughtError", f"no handler for error {code}")
            self.record(HistoryKind.FAILED, task, code=code)
        elif self.workflow.completed:
            self.status = InstanceStatus.COMPLETED
            self.record(HistoryKind.ENDED)
        self.workflow.prune()

    def _note_instance(self) -> None:
        state = self.state = dump_state(self.workflow)
        ended = self.ended_at = None if self.status in _OPEN else self.now
        if self.version == 0:
            self.writes.append((INSERT_INSTANCE, [self.instance_row(state, ended)]))
            return
        values = {
            "b_id": self.head.id,
            "b_version": self.version,
            "b_next": self.version + 1,
            "b_state": state,
        }
        if self.status == self._saved_status:
            self.writes.append((UPDATE_STATE, [values]))
        else:
            values |= {"b_status": self.status, "b_ended": ended}
            self.writes.append((UPDATE_INSTANCE, [values]))

    def instance_row(self, state: bytes, ended: datetime | None) -> dict[str, Any]:
        """Give the row of a new instance."""
        head = self.head
        return {
            "id": head.id,
            "process_id": head.process_id,
            "bundle_id": head.bundle_id,
            "business_key": head.business_key,
            "tenant": head.tenant,
            "parent_id": head.parent_id,
            "scopes": head.scopes,
            "status": self.status,
            "version": 1,
            "state": state,
            "codec": FORMAT,
            "started_at": self.now,
            "ended_at": ended,
        }

    def _report_stuck(self) -> None:
        rests = not self.after and not self.workflow.ready
        if not rests or self.status != InstanceStatus.RUNNING or self.incidents:
            return
        if not is_stuck(self.connection, self.head.id):
            self.add_incident(None, "Stuck", "nothing is left that could happen")


_OPEN = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
