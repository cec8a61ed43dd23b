"""The process engine: what the other packages may do with instances.

Every method works in the caller's transaction and commits nothing. A method that raises
`StaleInstance` was overtaken by somebody else: roll back and repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import (
    answering,
    bulk,
    job_calls,
    messages,
    milestones,
    openings,
    operations,
    rebuild,
    rescheduling,
    signals,
    starts,
    timers,
)
from engine.clock import Clock
from engine.context import AnswerPort, DefinitionSource, FactProvider, Follower, Observer
from engine.diagrams.starts import StartTrigger
from engine.driver import STEP_BUDGET
from engine.expressions import Expressions, clocked_expressions
from engine.instance_rows import InstanceRow
from engine.instances import InstanceStatus, ProcessInstance
from engine.jobs import JobOutcome, JobQueue
from engine.live import LiveTrees
from engine.messages import Correlation
from engine.outbox import DEFAULT_TTL, ThrownMessage, ThrownSignal, Work
from engine.run import InstanceRun
from engine.service_tasks import ServiceTasks
from engine.user_tasks import UserTask
from engine.variables import read_variables


class ProcessEngine:
    """Starts, advances and ends process instances.

    `expressions` may be shared by engines of one clock; then `functions` are not read.
    """

    def __init__(
        self,
        definitions: DefinitionSource,
        service_tasks: ServiceTasks,
        *,
        clock: Clock,
        jobs: JobQueue,
        facts: Mapping[str, FactProvider] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        answers: AnswerPort | None = None,
        observer: Observer | None = None,
        step_budget: int = STEP_BUDGET,
        live_instances: int = 200,
        expressions: Expressions | None = None,
    ) -> None:
        self.definitions = definitions
        self.service_tasks = service_tasks
        self.clock = clock
        self.jobs = jobs
        self.facts = dict(facts or {})
        self.expressions = expressions or clocked_expressions(clock, functions)
        self.answers = answers
        self.observer = observer
        self.step_budget = step_budget
        self.live = LiveTrees(live_instances)
        self.followers: list[Follower] = []
        self.start_triggers: dict[str, Sequence[StartTrigger]] = {}

    def working(self, db: Session) -> AbstractContextManager[Work]:
        """Open the transaction's work; the outermost delivers what was thrown meanwhile."""
        return openings.working(self, db)

    def opened(
        self,
        db: Session,
        instance_id: UUID,
        *,
        actor: str | None = None,
        statuses: Sequence[str] = (InstanceStatus.RUNNING,),
        row: InstanceRow | None = None,
    ) -> AbstractContextManager[InstanceRun]:
        """Open an instance for a change; at the end it is driven on and saved.

        `row`: what was read of it, and locked, already.

        Raises:
            UnknownInstance: There is none of that id.
            InstanceNotRunning: It has another status.
            InstanceBusy: It is open further up in this transaction.
        """
        return openings.opened(self, db, instance_id, actor=actor, statuses=statuses, row=row)

    def post(self, db: Session, message: ThrownMessage) -> None:
        """Send a message when the instances open in this transaction are saved."""
        with self.working(db) as work:
            work.outbox.append(message)

    # Starting

    def start(
        self,
        db: Session,
        process_id: str,
        *,
        business_key: str,
        variables: Mapping[str, Any] | None = None,
        tenant: str = "",
        scopes: Sequence[str] | None = None,
        bundle_id: str | None = None,
        actor: str | None = None,
        parent_id: UUID | None = None,
        start_event: str | None = None,
        payload: Any = None,
    ) -> ProcessInstance:
        """Start an instance and run it until it waits.

        It is pinned to `bundle_id`, else to its parent's bundle, else to the current one of the
        scopes (the base's if none are given), and notes whose bundle that is.
        `start_event` begins with that start event, `payload` is what came with it.
        """
        run = starts.begin(
            self,
            db,
            process_id,
            business_key=business_key,
            variables=variables or {},
            tenant=tenant,
            placed=starts.place(
                self, db, bundle_id=bundle_id, parent_id=parent_id, scopes=scopes, tenant=tenant
            ),
            actor=actor,
            parent_id=parent_id,
            start_event=start_event,
            payload=payload,
        )
        return ProcessInstance(**run.instance_row(b"", run.ended_at))

    def start_many(
        self,
        db: Session,
        process_id: str,
        items: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        bundle_id: str | None = None,
        tenant: str = "",
        scopes: Sequence[str] | None = None,
        parent_id: UUID | None = None,
        actor: str | None = None,
    ) -> list[UUID]:
        """Start an instance for each (business key, variables) and give their ids in that order.

        All in the caller's transaction: keep to some 500 at a time. The bundle is as for `start`.
        """
        return bulk.start_many(
            self,
            db,
            process_id,
            items,
            placed=starts.place(
                self, db, bundle_id=bundle_id, parent_id=parent_id, scopes=scopes, tenant=tenant
            ),
            tenant=tenant,
            parent_id=parent_id,
            actor=actor,
        )

    def register_starts(self, db: Session, bundle_id: str, *, tenant: str = "") -> int:
        """Let a bundle's message, signal and timer start events begin instances for a tenant.

        They replace those of the tenant's bundle before; its timers begin to run anew. Gives the
        number of start events.
        """
        return starts.register_starts(self, db, bundle_id, tenant=tenant)

    def read_variables(self, db: Session, instance_id: UUID) -> dict[str, Any]:
        """Read an instance's variables as its last step left them; for people, not for rules."""
        return read_variables(self.definitions, db, instance_id)

    # User tasks

    def complete(
        self,
        db: Session,
        user_task_id: UUID,
        *,
        actor: str,
        variables: Mapping[str, Any] | None = None,
        digests: Mapping[str, Any] | None = None,
        held: answering.HeldUserTask | None = None,
    ) -> UserTask:
        """Answer a user task: its variables join the instance's, which then goes on.

        `digests` go to the history in place of the answer. `held` is the user task with its
        instance as this transaction has read and locked them, if it has.

        Raises:
            UnknownUserTask: There is none of that id.
            UserTaskNotReady: It was completed, by `completed_by`, or is gone.
            InstanceNotRunning: Its instance is suspended.
            StaleInstance: Somebody else changed the instance meanwhile.
        """
        return answering.complete(
            self,
            db,
            user_task_id,
            actor=actor,
            variables=variables or {},
            digests=digests or {},
            held=held,
        )

    def claim(self, db: Session, user_task_id: UUID, *, actor: str) -> UserTask:
        """Take a user task.

        Raises:
            UserTaskNotReady: It was completed or is gone.
            UserTaskTaken: Somebody else has it.
            OperationNotAllowed: Its diagram does not let people take it.
        """
        return answering.assign(self, db, user_task_id, actor=actor, assignee=actor)

    def unclaim(self, db: Session, user_task_id: UUID, *, actor: str) -> UserTask:
        """Give a user task back to its groups; raises as `claim`."""
        return answering.assign(self, db, user_task_id, actor=actor, assignee=None)

    def take_back(self, db: Session, user_task_id: UUID, *, actor: str) -> UserTask:
        """Give a user task back to its groups in the stead of whoever has it and cannot act.

        What its diagram says of unclaiming is about its holder, so it is not asked.

        Raises:
            UserTaskNotReady: It was completed or is gone.
        """
        return answering.take_back(self, db, user_task_id, actor=actor)

    # Messages, signals, milestones

    def correlate(
        self,
        db: Session,
        name: str,
        key: str,
        payload: Mapping[str, Any] | None = None,
        *,
        ttl: timedelta = DEFAULT_TTL,
        message_id: str | None = None,
    ) -> Correlation:
        """Bring a message to the one task that has waited longest for this name and key.

        If nobody waits it starts a process with such a start event, else it is kept for `ttl`.
        With a `message_id`, repeats do nothing.
        """
        message = ThrownMessage(name, key, dict(payload or {}), ttl, message_id)
        with self.working(db):
            return messages.correlate(self, db, message)

    def signal(
        self,
        db: Session,
        name: str,
        payload: Mapping[str, Any] | None = None,
        *,
        tenant: str | None = None,
    ) -> int:
        """Bring a signal to all who wait for it, of one tenant or of all; gives their number."""
        with self.working(db):
            return signals.broadcast(self, db, ThrownSignal(name, dict(payload or {}), tenant))

    def expire_messages(self, db: Session, now: datetime | None = None) -> int:
        """Drop kept messages whose time to live is over; gives their number."""
        return messages.expire_messages(db, now or self.clock.now())

    def open_milestone(
        self,
        db: Session,
        group: str,
        name: str,
        *,
        round: int = 1,
        subjects: Sequence[str] | None = None,
        expected: int | None = None,
        message_key: str | None = None,
    ) -> bool:
        """Say who must reach a milestone in a round: these subjects, or so many.

        When the last one has, the message `milestone.<name>` goes out with `message_key` (the
        group if absent) and `{round}`. Earlier rounds are closed, and their message is dropped if
        nobody took it. True if nobody is missing already.

        Raises:
            MilestoneAlreadyOpen: The round was reached or closed before.
        """
        return milestones.open_milestone(
            self,
            db,
            group,
            name,
            round=round,
            subjects=subjects,
            expected=expected,
            message_key=message_key,
        )

    def reach_milestone(
        self, db: Session, group: str, name: str, *, round: int = 1, subject: str
    ) -> bool:
        """Count a subject, once; before the milestone is opened too. True if it was the last."""
        return milestones.reach_milestone(self, db, group, name, round=round, subject=subject)

    def close_milestone(self, db: Session, group: str, name: str, *, round: int = 1) -> None:
        """Drop what still arrives for a round."""
        milestones.close_milestone(db, group, name, round=round)

    # Timers

    def due_timers(
        self, db: Session, now: datetime | None = None, *, limit: int = 100
    ) -> list[UUID]:
        """List timers whose time has come, the earliest first."""
        return timers.due_timers(db, now or self.clock.now(), limit=limit)

    def fire_timer(self, db: Session, timer_id: UUID, *, force: bool = False) -> bool:
        """Fire exactly this timer; False if it is gone, or not due and not forced."""
        return timers.fire_timer(self, db, timer_id, force=force)

    def reschedule_timers(self, db: Session, which: UUID | str) -> int:
        """Evaluate date timers and due dates again, of an instance or of all of a business key.

        For when a fact they name has changed. Durations and cycles run on, and what counts from
        today counts from the day it began. Gives how many moved.
        """
        return rescheduling.reschedule_timers(self, db, which)

    # Jobs

    def run_job(self, db: Session, job_id: UUID) -> JobOutcome:
        """Call a job's service task; on its result the instance goes on.

        What the service task raises goes up to the job runner, except a caught `BpmnError`.
        """
        return job_calls.run_job(self, db, job_id)

    def fail_job(self, db: Session, job_id: UUID, error: BaseException) -> None:
        """Give a job up: its element waits with an incident."""
        job_calls.fail_job(self, db, job_id, error)

    # Operation

    def retry_incident(
        self,
        db: Session,
        incident_id: UUID,
        *,
        actor: str,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Try again what failed, with corrected variables if given.

        Raises:
            IncidentAlreadyResolved: It was settled before.
            InstanceNotRunning: The instance has ended.
        """
        operations.retry_incident(self, db, incident_id, actor=actor, variables=variables or {})

    def skip_incident(
        self,
        db: Session,
        incident_id: UUID,
        *,
        actor: str,
        reason: str,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Go on behind the failed element as if it had done its work and given these variables.

        Raises:
            IncidentAlreadyResolved: It was settled before.
            NotSkippable: The element is a gateway that decides where to go on.
        """
        operations.skip_incident(
            self, db, incident_id, actor=actor, reason=reason, variables=variables or {}
        )

    def cancel(self, db: Session, instance_id: UUID, *, actor: str | None, reason: str) -> None:
        """End an instance for good, with all that is open in it."""
        operations.cancel(self, db, instance_id, actor=actor, reason=reason)

    def suspend(self, db: Session, instance_id: UUID, *, actor: str, reason: str = "") -> None:
        """Put an instance on hold: nothing in it goes on; messages to it are kept."""
        operations.suspend(self, db, instance_id, actor=actor, reason=reason)

    def resume(self, db: Session, instance_id: UUID, *, actor: str) -> None:
        """Go on with an instance that is on hold."""
        operations.resume(self, db, instance_id, actor=actor)

    def rebuild_rows(self, db: Session, instance_id: UUID | None = None) -> int:
        """Make the derived rows what the states say; gives the number of rows changed."""
        return rebuild.rebuild_rows(self, db, instance_id)
