"""Service tasks of those who leave early: withdrawal, cancelled batch, postponed offer, deadline.

They work on the enrolment whose number is the instance's business key.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from appraisal.enrolments import ENDED_STATES, Enrolment, enrolment_by_number
from engine import BpmnError, ServiceTasks, TaskContext
from engine.instances import find_instances
from tasks.enrolments import count as count_enrolment
from tasks.enrolments import end_early

service_tasks = ServiceTasks("leavings")

# Once the exam began there is nothing to give up any more.
_TOO_LATE = ("sat", "published", "certified", "failed", "resit")


@service_tasks.register(gives="")
def withdraw(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """Give up the enrolment at the candidate's wish.

    Raises:
        BpmnError: `too_late`, when the exam was sat or the enrolment has ended.
    """
    enrolment = _enrolment(db, context)
    if enrolment.state in (*_TOO_LATE, *ENDED_STATES):
        raise BpmnError("too_late", enrolment.state)
    end_early(db, context, enrolment, "withdrawn", "withdrawn")
    return {}


@service_tasks.register(gives="")
def cancel(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """End because the batch was cancelled."""
    return _end(db, context, "cancelled", "session_cancelled")


@service_tasks.register(gives="")
def postpone(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """End because the offer was put off to a later batch."""
    return _end(db, context, "cancelled", "postponed")


@service_tasks.register(gives="")
def expire(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """End because the review was not decided by the deadline."""
    return _end(db, context, "rejected", "review_deadline")


@service_tasks.register(gives="")
def stop(db: Session, context: TaskContext) -> Mapping[str, Any]:
    """End the enrolment's process, if it still runs."""
    reason = _enrolment(db, context).reason
    number = context.business_key
    for instance in find_instances(db, number, process_id="enrolment", only_open=True):
        context.engine.cancel(db, instance.id, actor=context.actor, reason=reason)
    return {}


@service_tasks.register(gives="")
def count(db: Session, context: TaskContext, *, milestone: str) -> Mapping[str, Any]:
    """Count the enrolment in the milestones: who left counts as well."""
    count_enrolment(db, context, _enrolment(db, context), milestone)
    return {}


def _end(db: Session, context: TaskContext, state: str, reason: str) -> Mapping[str, Any]:
    enrolment = _enrolment(db, context)
    if enrolment.state not in ENDED_STATES:
        end_early(db, context, enrolment, state, reason)
    return {}


def _enrolment(db: Session, context: TaskContext) -> Enrolment:
    return enrolment_by_number(db, context.business_key)
