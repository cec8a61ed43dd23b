"""Milestones: the last subject raises the message, once, in whatever order they come."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import (
    BufferedMessage,
    Milestone,
    MilestoneAlreadyOpen,
    ServiceTasks,
    TaskContext,
    count_milestone,
)
from engine.testing import BUNDLE


def session(draw: Any) -> dict[str, bytes]:
    """A session that starts enrolments and waits until all are decided."""
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.service("begin", "enrolments.begin", draw.extensions({"size": "= count"}))
            + draw.node(
                "receiveTask", "wait", messageRef="decided", camunda_resultVariable="decided"
            )
            + draw.user("after"),
            "s>begin begin>wait wait>after after>e",
        )
    )
    text = sources["main.bpmn"].decode()
    message = '<bpmn:message id="decided" name="milestone.decided"/>'
    sources["main.bpmn"] = text.replace("<bpmn:signal", message + "<bpmn:signal", 1).encode()
    sources["enrolment.bpmn"] = draw.document(
        draw.process(
            draw.node("startEvent", "es") + draw.user("decide")
            + draw.service("reach", "enrolments.reach") + draw.node("endEvent", "ee"),
            "es>decide decide>reach reach>ee", "enrolment",
        )
    )["main.bpmn"]  # fmt: skip
    return sources


group = ServiceTasks("enrolments")


@group.register
def begin(db: Any, context: TaskContext, *, size: int) -> dict[str, Any]:
    numbers = [f"{context.business_key}-{n}" for n in range(size)]
    context.engine.open_milestone(db, context.business_key, "decided", subjects=numbers)
    context.engine.start_many(
        db, "enrolment", [(number, {"session": context.business_key}) for number in numbers],
        bundle_id=BUNDLE, parent_id=context.instance_id,
    )  # fmt: skip
    return {}


@group.register
def reach(db: Any, context: TaskContext) -> dict[str, Any]:
    last = context.engine.reach_milestone(
        db, context.variables["session"], "decided", subject=context.business_key
    )
    return {"last": last}


@pytest.mark.parametrize("size", [0, 1, 3])
def test_session_waits_for_all(stage: Callable[..., Any], draw: Any, size: int) -> None:
    played = stage(session(draw), group)
    instance = played.start({"count": size}, key="S")

    for left in range(size, 0, -1):
        assert played.ready(instance) == {}
        assert sum(1 for _ in played.ready()) == min(left, 1)
        played.complete("decide")

    assert list(played.ready(instance)) == ["after"]
    assert played.data(instance) == {"count": size, "decided": {"round": 1}}


def test_all_at_once_raise_one_message(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(session(draw), group)
    played.start({"count": 6}, key="S")
    from engine import UserTask

    tasks = [row.id for row in played.rows(UserTask, element_id="decide")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda task: played.do("complete", task, actor="li"), tasks))

    assert list(played.ready()) == ["after"]
    assert played.rows(BufferedMessage) == []


def test_counts_by_number(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(session(draw), group)

    opened = played.do("open_milestone", "S", "seated", expected=2, message_key="other")
    results = [
        played.do("reach_milestone", "S", "seated", subject=one) for one in ("a", "a", "b", "c")
    ]

    assert (opened, results) == (False, [False, False, True, False])
    kept = played.rows(BufferedMessage)
    assert [(one.name, one.correlation_key, one.payload) for one in kept] == [
        ("milestone.seated", "other", {"round": 1})
    ]
    with played.database.reading() as db:
        assert count_milestone(db, "S", "seated", round=1) == (2, 2)
        assert count_milestone(db, "S", "unknown", round=1) == (0, None)


def test_a_new_round_closes_the_old(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(session(draw), group)
    played.do("open_milestone", "S", "seated", round=1, subjects=["a"])
    assert played.do("reach_milestone", "S", "seated", round=1, subject="a") is True

    played.do("open_milestone", "S", "seated", round=2, subjects=["a", "b"])

    assert played.do("reach_milestone", "S", "seated", round=1, subject="b") is False
    assert [one.status for one in played.rows(BufferedMessage)] == ["discarded"]
    assert played.do("reach_milestone", "S", "seated", round=2, subject="a") is False
    assert played.do("reach_milestone", "S", "seated", round=2, subject="b") is True
    assert {row.round: row.status for row in played.rows(Milestone)} == {1: "closed", 2: "reached"}
    with pytest.raises(MilestoneAlreadyOpen):
        played.do("open_milestone", "S", "seated", round=2, expected=1)
    with pytest.raises(MilestoneAlreadyOpen):
        played.do("open_milestone", "S", "seated", round=1, expected=1)


def test_late_round_that_was_never_opened_is_dropped(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    played = sqlite_stage(session(draw), group)
    played.do("open_milestone", "S", "seated", round=3, expected=1)

    assert played.do("reach_milestone", "S", "seated", round=2, subject="a") is False
    assert {row.round: row.status for row in played.rows(Milestone)} == {2: "closed", 3: "open"}


def test_closed_round_takes_nothing(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(session(draw), group)
    played.do("open_milestone", "S", "seated", expected=1)

    played.do("close_milestone", "S", "seated")

    assert played.do("reach_milestone", "S", "seated", subject="a") is False
    assert played.rows(BufferedMessage) == []


@pytest.fixture
def rehearsal(memory_stage: Callable[..., Any]) -> Iterator[tuple[Any, Any]]:
    """One database for all examples, and numbers to keep them apart."""
    played = memory_stage({}, group)
    yield played, count()
    played.database.dispose()


STEPS = st.lists(
    st.tuples(st.sampled_from(["reach", "open"]), st.integers(1, 3), st.sampled_from("abcd")),
    max_size=16,
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS, st.booleans())
def test_order_does_not_matter(
    rehearsal: tuple[Any, Any], steps: list[tuple[str, int, str]], by_name: bool
) -> None:
    """The message comes exactly when all three wanted are there, however they came."""
    played, key = rehearsal[0], f"S{next(rehearsal[1])}"
    wanted = {"a", "b", "c"}
    reached: dict[int, set[str]] = {1: set(), 2: set(), 3: set()}
    latest, sent = 0, set()
    for act, number, subject in steps:
        if act == "open":
            if number <= latest:
                continue
            latest = number
            how: dict[str, Any] = {"subjects": sorted(wanted)} if by_name else {"expected": 3}
            raised = played.do("open_milestone", key, "done", round=number, **how)
        else:
            if number >= latest and number not in sent:
                reached[number].add(subject)
            raised = played.do("reach_milestone", key, "done", round=number, subject=subject)
        there = reached.get(latest, set())
        complete = there >= wanted if by_name else len(there) >= 3
        expected = bool(latest and complete and latest not in sent)
        assert raised is expected
        if raised:
            sent.add(latest)
    rounds = [one.payload["round"] for one in played.rows(BufferedMessage, correlation_key=key)]
    assert sorted(rounds) == sorted(sent)
