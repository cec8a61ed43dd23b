"""Operators repair, skip, cancel, suspend and resume instances."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import (
    Delivery,
    HistoryRow,
    Incident,
    IncidentAlreadyResolved,
    InstanceNotRunning,
    NotSkippable,
    Subscription,
    Timer,
    UserTask,
    UserTaskGroup,
    UserTaskNotReady,
)


def open_process(draw: Any) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.user("a")
            + draw.event("intermediateCatchEvent", "fee", "message paid")
            + draw.event("intermediateCatchEvent", "over", "timer duration P1D"),
            "s>g g>a g>fee g>over a>e fee>e over>e",
        )
    )
    return sources


def test_cancel_ends_everything(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(open_process(draw))
    instance = played.start()

    played.do("cancel", instance, actor="op", reason="wrong level")

    assert played.status(instance) == "cancelled"
    assert [row.status for row in played.rows(UserTask)] == ["cancelled"]
    assert played.rows(UserTaskGroup) + played.rows(Timer) + played.rows(Subscription) == []
    last = played.rows(HistoryRow)[-1]
    assert (last.kind, last.actor, last.details) == ("cancelled", "op", {"reason": "wrong level"})
    with pytest.raises(InstanceNotRunning):
        played.do("cancel", instance, actor="op", reason="again")


def test_cancel_settles_incidents(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(draw.process(draw.service("t", "a.b"), "s>t t>e"))
    played = sqlite_stage(sources, {"a.b": lambda: 1 / 0})
    instance = played.start()

    played.do("cancel", instance, actor="op", reason="")

    assert [one.resolution for one in played.rows(Incident)] == ["ended"]


def test_incident_about_a_row_ends_with_its_instance(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(draw.process(draw.user("a", camunda_assignee="= room"), "s>a a>e"))

    def broken(db: Any, head: Any, variables: Any) -> Any:
        raise LookupError("no such room")

    played = stage(sources, facts={"room": broken})
    instance = played.start()
    assert [one.kind for one in played.rows(Incident)] == ["LookupError"]

    played.complete("a")

    assert played.status(instance) == "completed"
    assert [one.resolution for one in played.rows(Incident)] == ["ended"]


def test_suspended_instance_rests_and_goes_on(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(open_process(draw))
    instance = played.start()
    task = played.ready()["a"]
    due = played.rows(Timer)[0].due_at
    played.do("claim", task, actor="li")

    played.do("suspend", instance, actor="op", reason="appeal")

    assert (played.status(instance), played.ready()) == ("suspended", {})
    assert played.rows(UserTaskGroup) + played.rows(Timer) + played.rows(Subscription) == []
    with pytest.raises(UserTaskNotReady):
        played.do("complete", task, actor="li")
    assert played.do("correlate", "paid", "k").delivery is Delivery.BUFFERED
    with pytest.raises(InstanceNotRunning):
        played.do("suspend", instance, actor="op")

    played.do("resume", instance, actor="op")

    assert played.ready() == {"a": task}
    assert played.rows(UserTask)[0].assignee == "li"
    assert [row.group_key for row in played.rows(UserTaskGroup)] == ["reviewer"]
    assert [row.due_at for row in played.rows(Timer)] == [due]
    assert played.rows(Subscription) == []
    played.complete("a")
    played.do("fire_timer", played.rows(Timer)[0].id, force=True)
    assert played.status(instance) == "completed"
    assert [row.kind for row in played.rows(HistoryRow)] == [
        "started", "claimed", "suspended", "resumed", "message", "completed", "timer", "ended",
    ]  # fmt: skip


def test_suspended_instance_can_be_cancelled(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(open_process(draw))
    instance = played.start()
    played.do("suspend", instance, actor="op")

    played.do("cancel", instance, actor="op", reason="")

    assert played.status(instance) == "cancelled"
    assert [row.status for row in played.rows(UserTask)] == ["cancelled"]


def failing(draw: Any) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.service("t", "a.b", draw.extensions({"x": "= x"})) + draw.user("a"),
            "s>t t>a a>e",
        )
    )
    return sources


def half(x: int) -> dict[str, Any]:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return {"half": x // 2}


def test_retry_fails_again_and_then_works(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(failing(draw), {"a.b": half})
    instance = played.start({"x": 3})

    played.do("retry_incident", played.rows(Incident)[0].id, actor="op", variables={"x": 5})
    first, second = sorted(played.rows(Incident), key=lambda one: one.resolved_at is None)
    with pytest.raises(IncidentAlreadyResolved):
        played.do("retry_incident", first.id, actor="op")
    played.do("retry_incident", second.id, actor="op", variables={"x": 6})

    assert list(played.ready()) == ["a"]
    assert played.data(instance) == {"x": 6, "half": 3}
    kinds = [row.kind for row in played.rows(HistoryRow)]
    assert kinds == ["started", "incident", "retried", "incident", "retried", "called"]


def test_skip_goes_on_with_given_variables(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(failing(draw), {"a.b": half})
    instance = played.start({"x": 3})

    played.do(
        "skip_incident", played.rows(Incident)[0].id,
        actor="op", reason="by hand", variables={"half": 1},
    )  # fmt: skip

    assert played.data(instance) == {"x": 3, "half": 1}
    row = played.rows(HistoryRow)[-1]
    assert (row.kind, row.actor, row.element_id) == ("skipped", "op", "t")
    assert row.details is not None
    assert row.details["reason"] == "by hand"


def test_gateway_without_a_way_is_retried_but_not_skipped(
    stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.node("exclusiveGateway", "g") + draw.user("a") + draw.user("b"),
            "s>g g>a[x = 1] g>b[x = 2] a>e b>e",
        )
    )
    played = stage(sources)
    played.start({"x": 3})
    incident = played.rows(Incident)[0]
    assert incident.element_id == "g"

    with pytest.raises(NotSkippable):
        played.do("skip_incident", incident.id, actor="op", reason="")
    played.do("retry_incident", incident.id, actor="op", variables={"x": 2})

    assert list(played.ready()) == ["b"]


def test_bad_assignee_leaves_the_task_and_an_incident(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    def broken(db: Any, head: Any, variables: Any) -> Any:
        if not known:
            raise LookupError("no such room")
        return known

    known: dict[str, Any] = {}
    sources = draw.document(
        draw.process(draw.user("a", camunda_assignee="= room.chief"), "s>a a>e")
    )
    played = sqlite_stage(sources, facts={"room": broken})
    played.start()
    assert [(row.element_id, row.assignee) for row in played.rows(UserTask)] == [("a", None)]

    known["chief"] = 7
    played.do("retry_incident", played.rows(Incident)[0].id, actor="op")

    assert [(row.element_id, row.assignee) for row in played.rows(UserTask)] == [("a", "7")]
