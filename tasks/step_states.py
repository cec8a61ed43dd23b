"""How far the fourteen steps of a session are: from history, open user tasks and milestones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from appraisal.sessions import AppraisalSession
from engine.history import HistoryKind, HistoryRow
from engine.instances import ProcessInstance
from engine.milestones import Milestone
from engine.user_tasks import UserTask, UserTaskStatus
from tasks.steps import STEPS, Step
from tasks.worklists import of_session

SESSION_PROCESS = "appraisal_session"
# Which milestone tells how far a step is.
STEP_MILESTONES = {3: "decided", 4: "seated", 8: "checked_in", 9: "sat", 10: "marked", 14: "closed"}


@dataclass(frozen=True)
class StepState:
    """How far one step is: done, current, late, waiting or skipped."""

    step: Step
    state: str
    open: int = 0
    late: int = 0
    share: int = 0


@dataclass(frozen=True)
class MilestoneCount:
    """How many of the expected have reached a milestone."""

    name: str
    round: int
    expected: int
    reached: int
    status: str

    @property
    def share(self) -> int:
        """Percent of the expected."""
        return 100 * self.reached // self.expected if self.expected else 0


def instance_of(db: Session, number: str) -> ProcessInstance | None:
    """Find the process instance that runs a session."""
    return db.scalars(
        select(ProcessInstance)
        .where(
            col(ProcessInstance.business_key) == number,
            col(ProcessInstance.process_id) == SESSION_PROCESS,
        )
        .order_by(col(ProcessInstance.started_at).desc())
        .limit(1)
    ).first()


def open_by_step(db: Session, number: str, now: datetime) -> dict[int | None, tuple[int, int]]:
    """Count what is open, and what of it is late, by step."""
    late = func.sum(case((col(UserTask.due_at) < now, 1), else_=0))
    query = (
        select(col(UserTask.step), func.count(), late)
        .where(col(UserTask.status) == UserTaskStatus.READY.value, of_session(number))
        .group_by(col(UserTask.step))
    )
    return {step: (count, int(overdue or 0)) for step, count, overdue in db.execute(query)}


def step_states(
    db: Session,
    instance: ProcessInstance | None,
    by_step: dict[int | None, tuple[int, int]],
    milestones: list[MilestoneCount],
) -> list[StepState]:
    """Tell how far each of the fourteen steps is."""
    entered, left = _passed_elements(db, instance)
    shares = {count.name: count.share for count in milestones}
    return [_step(step, by_step, entered, left, shares) for step in STEPS]


def _step(
    step: Step,
    by_step: dict[int | None, tuple[int, int]],
    entered: set[str],
    left: set[str],
    shares: dict[str, int],
) -> StepState:
    count, late = by_step.get(step.number, (0, 0))
    share = shares.get(STEP_MILESTONES.get(step.number, ""), 0)
    if step.process_id in entered - left or count:
        return StepState(step, "late" if late else "current", count, late, share)
    if step.process_id in left:
        return StepState(step, "done", share=100)
    later = any(s.process_id in entered for s in STEPS if s.number > step.number + 2)
    return StepState(step, "skipped" if not step.stages and later else "waiting")


def _passed_elements(db: Session, instance: ProcessInstance | None) -> tuple[set[str], set[str]]:
    """Find which call activities the session has entered and left, by the step they run."""
    if instance is None:
        return set(), set()
    query = select(col(HistoryRow.element_id), col(HistoryRow.kind)).where(
        col(HistoryRow.instance_id) == instance.id,
        col(HistoryRow.kind).in_([HistoryKind.ENTERED.value, HistoryKind.LEFT.value]),
    )
    entered: set[str] = set()
    left: set[str] = set()
    for element, kind in db.execute(query.order_by(col(HistoryRow.seq))):
        name = step_process(element or "")
        if name and kind == HistoryKind.ENTERED.value:
            entered.add(name)
            left.discard(name)
        elif name:
            left.add(name)
    return entered, left


def step_process(element_id: str) -> str:
    """Tell which step a call activity of the session runs: `step_7`, or an id that ends so."""
    for step in STEPS:
        if element_id == f"step_{step.number}" or f"_{element_id}".endswith(f"_{step.process_id}"):
            return step.process_id
    return ""


def milestones_of(db: Session, session: AppraisalSession) -> list[MilestoneCount]:
    """Count what the session's milestones expect and have, in the order of the steps."""
    query = select(Milestone).where(
        col(Milestone.group_key) == session.number, col(Milestone.round) == session.round
    )
    order = [*STEP_MILESTONES.values()]
    found = [
        MilestoneCount(row.name, row.round, row.expected or 0, row.reached, row.status)
        for row in db.scalars(query)
        if row.expected
    ]
    return sorted(found, key=lambda m: order.index(m.name) if m.name in order else len(order))
