"""Service tasks that run as jobs: results, pieces, failures, and instances that went on without."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from engine import (
    BpmnError,
    Continue,
    Incident,
    Job,
    JobOutcome,
    ServiceTasks,
    TaskContext,
    Timer,
    UserTask,
)
from engine.jobs import add_job

NOW = datetime(2026, 1, 1, tzinfo=UTC)
group = ServiceTasks("papers")
calls: list[Any] = []


@group.register(run="job", attempts=2)
def make(db: Session, context: TaskContext, *, count: int = 0, code: str = "") -> Any:
    calls.append(context.cursor)
    if code == "bad":
        raise ValueError("printer on fire")
    if code:
        raise BpmnError(code, "refused")
    done = (context.cursor or 0) + 1
    if done < count:
        return Continue(done, (done, count))
    return {"made": done}


@group.register(run="job")
def effect(db: Session) -> None:
    """Writes something that must go again if nobody waits for it any more."""
    db.add(Incident(instance_id=UUID(int=1), kind="effect", message="", created_at=NOW))


def printing(draw: Any, topic: str = "papers.make") -> dict[str, bytes]:
    inputs = draw.extensions({"count": "= count", "code": "= code"} if "make" in topic else {})
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.service("print", topic, inputs)
            + draw.event("boundaryEvent", "b", "error late", attachedToRef="print")
            + draw.event("boundaryEvent", "t", "timer duration P1D", attachedToRef="print")
            + draw.user("after") + draw.user("repair"),
            "s>print print>after after>e b>repair t>repair repair>e",
        )
    )  # fmt: skip
    return sources


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


def test_job_runs_after_the_commit(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(printing(draw), group)

    instance = played.start({"count": 3, "code": ""})

    job = played.rows(Job)[0]
    assert (job.topic, job.instance_id, job.element_id, job.partition, job.max_attempts) == (
        "papers.make", instance, "print", str(instance), 2,
    )  # fmt: skip
    assert (job.arguments, calls, played.ready()) == ({"count": 3, "code": ""}, [], {})

    assert played.run_jobs() == 1

    assert calls == [None, 1, 2]
    assert list(played.ready()) == ["after"]
    assert played.data(instance)["made"] == 3
    job = played.rows(Job)[0]
    assert (job.status, job.progress_done, job.progress_total) == ("done", 3, 3)
    assert played.rows(Timer) == []


def test_failing_job_becomes_an_incident_and_is_retried(
    stage: Callable[..., Any], draw: Any
) -> None:
    played = stage(printing(draw), group)
    instance = played.start({"count": 1, "code": "bad"})

    played.run_jobs()

    incident = played.rows(Incident)[0]
    assert (incident.kind, incident.element_id, incident.job_id) == (
        "ValueError", "print", played.rows(Job)[0].id,
    )  # fmt: skip
    assert "printer on fire" in incident.message
    assert (len(calls), played.status(instance)) == (2, "running")

    played.do("retry_incident", incident.id, actor="op")
    played.run_jobs()

    assert len(calls) == 4
    assert [one.resolution for one in played.rows(Incident)] == ["retried", None]


def test_failing_job_is_skipped_with_a_reason(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(printing(draw), group)
    instance = played.start({"count": 1, "code": "bad"})
    played.run_jobs()

    played.do(
        "skip_incident", played.rows(Incident)[0].id,
        actor="op", reason="printed by hand", variables={"made": 1},
    )  # fmt: skip

    incident = played.rows(Incident)[0]
    assert (incident.resolution, incident.reason, incident.resolved_by) == (
        "skipped", "printed by hand", "op",
    )  # fmt: skip
    assert list(played.ready()) == ["after"]
    assert played.data(instance)["made"] == 1


def test_bpmn_error_of_a_job_leaves_by_the_boundary_event(
    stage: Callable[..., Any], draw: Any
) -> None:
    played = stage(printing(draw), group)
    played.start({"count": 1, "code": "late"})

    played.run_jobs()

    assert list(played.ready()) == ["repair"]
    assert (played.rows(Incident), played.rows(Job)[0].status) == ([], "done")


def test_job_of_an_interrupted_element_is_cancelled(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(printing(draw, "papers.effect"), group)
    played.start()
    job = played.rows(Job)[0].id

    played.do("fire_timer", played.rows(Timer)[0].id, force=True)

    assert played.rows(Job)[0].status == "cancelled"
    assert played.do("run_job", job) is JobOutcome.GONE
    assert played.rows(Incident) == []
    assert [row.element_id for row in played.rows(UserTask)] == ["repair"]


def test_job_of_a_suspended_instance_waits(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(printing(draw), group)
    instance = played.start({"count": 1, "code": ""})
    played.do("suspend", instance, actor="op")
    assert played.run_jobs() == 0

    played.do("resume", instance, actor="op")

    assert played.run_jobs() == 1
    assert list(played.ready()) == ["after"]


def test_job_without_an_instance(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(printing(draw), group)
    with played.database.transaction() as db:
        add_job(db, played.queue, "papers.make", partition="", arguments={"count": 2})

    played.run_jobs()

    assert calls == [None, 1]
    assert [one.status for one in played.rows(Job)] == ["done"]
