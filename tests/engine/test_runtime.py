"""Instances run: answers, guards, failures of service tasks, and what happens to two at once."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session

from engine import (
    BpmnError,
    HistoryKind,
    HistoryRow,
    Incident,
    InstanceNotRunning,
    InvalidVariables,
    OperationNotAllowed,
    ProcessInstance,
    ServiceTasks,
    StaleInstance,
    TaskContext,
    UnknownInstance,
    UnknownUserTask,
    UserTask,
    UserTaskGroup,
    UserTaskNotReady,
    UserTaskTaken,
)


def two_tasks(draw: Any) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(draw.user("apply") + draw.user("review"), "s>apply apply>review review>e")
    )
    return sources


def test_complete_goes_on_to_the_next(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(two_tasks(draw))
    instance = played.start({"level": 3})

    done = played.complete("apply", actor="li", passed=True)

    assert (done.element_id, done.status, done.completed_by) == ("apply", "completed", "li")
    assert list(played.ready()) == ["review"]
    assert played.status(instance) == "running"

    played.complete("review", actor="wang")

    assert played.status(instance) == "completed"
    assert played.data(instance) == {"level": 3, "passed": True}
    assert played.rows(UserTaskGroup) == []


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("7, 8", ["7", "8"]),
        ("= panel", ["3", "5"]),
        ("= panel[1]", ["3"]),
        ("= nobody", []),
    ],
)
def test_candidate_users_stand_beside_the_groups(
    sqlite_stage: Callable[..., Any], draw: Any, written: str, people: list[str]
) -> None:
    user = draw.user("mark", camunda_candidateGroups="assessor", camunda_candidateUsers=written)
    played = sqlite_stage(draw.document(draw.process(user, "s>mark mark>e")))
    played.start({"panel": [3, 5]})

    (row,) = played.rows(UserTask)

    assert (row.groups(), row.people()) == (["assessor"], people)
    assert {one.group_key for one in played.rows(UserTaskGroup)} == {
        "assessor",
        *(f"person:{one}" for one in people),
    }


def test_history_says_who_did_what(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(two_tasks(draw))
    played.start()
    task = played.ready()["apply"]
    played.do("claim", task, actor="li")
    played.do("complete", task, actor="li", variables={"x": 1}, digests={"name": "d1"})

    rows = [(row.kind, row.actor, row.element_id, row.details) for row in played.rows(HistoryRow)]

    assert rows == [
        ("started", None, None, {"variables": {}}),
        ("claimed", "li", "apply", None),
        ("completed", "li", "apply", {"digests": {"name": "d1"}}),
    ]


def test_second_answer_is_refused(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(two_tasks(draw))
    played.start()
    task = played.ready()["apply"]
    played.do("complete", task, actor="li")

    with pytest.raises(UserTaskNotReady) as refused:
        played.do("complete", task, actor="wang")

    assert (refused.value.status, refused.value.completed_by) == ("completed", "li")
    assert list(played.ready()) == ["review"]


def test_unknown_user_task_is_refused(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(two_tasks(draw))
    instance = played.start()

    with pytest.raises(UnknownUserTask):
        played.do("complete", instance, actor="li")
    with pytest.raises(UnknownInstance):
        played.do("cancel", played.ready()["apply"], actor="li", reason="")


def test_two_people_at_once_one_wins(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(two_tasks(draw))
    played.start()
    task = played.ready()["apply"]
    barrier = Barrier(2)
    outcomes: list[Any] = []

    def answer(actor: str) -> None:
        barrier.wait()
        try:
            played.do("complete", task, actor=actor)
            outcomes.append(actor)
        except UserTaskNotReady as error:
            outcomes.append(error)

    threads = [Thread(target=answer, args=(actor,)) for actor in ("li", "wang")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [one for one in outcomes if isinstance(one, str)]
    losers = [one for one in outcomes if not isinstance(one, str)]
    assert len(winners) == len(losers) == 1
    assert losers[0].completed_by == winners[0]
    assert list(played.ready()) == ["review"]


def test_stale_instance_is_refused(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(two_tasks(draw))
    instance = played.start()

    with (
        pytest.raises(StaleInstance) as stale,
        played.database.transaction() as db,
        played.engine.opened(db, instance),
    ):
        row = db.get(ProcessInstance, instance)
        row.version += 1
        db.flush()

    assert stale.value.instance_id == instance
    assert list(played.ready()) == ["apply"]


@pytest.mark.parametrize(
    "bad", [{"d": {1: 2}}, {"x": object()}, {"x": (1, 2)}, {"x": float("nan")}, {"x": 2**63}]
)
def test_variables_must_be_json(
    sqlite_stage: Callable[..., Any], draw: Any, bad: dict[str, Any]
) -> None:
    played = sqlite_stage(two_tasks(draw))
    played.start()

    with pytest.raises(InvalidVariables):
        played.complete("apply", **bad)

    assert list(played.ready()) == ["apply"]


def test_claim_is_for_one(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(two_tasks(draw))
    played.start()
    task = played.ready()["apply"]

    claimed = played.do("claim", task, actor="li")

    assert claimed.assignee == "li"
    with pytest.raises(UserTaskTaken) as taken:
        played.do("claim", task, actor="wang")
    assert taken.value.assignee == "li"
    assert played.do("claim", task, actor="li").assignee == "li"
    played.do("unclaim", task, actor="li")
    assert played.do("claim", task, actor="wang").assignee == "wang"


@pytest.mark.parametrize(
    ("written", "claimed", "released"),
    [("claim,unclaim", True, True), ("claim", True, False), ("unclaim", False, True),
     ("none", False, False)],
)  # fmt: skip
def test_a_diagram_says_what_may_be_done_with_a_user_task(
    sqlite_stage: Callable[..., Any], draw: Any, written: str, claimed: bool, released: bool
) -> None:
    task = draw.user("a", draw.extensions(operations=written))
    played = sqlite_stage(draw.document(draw.process(task, "s>a a>e")))
    played.start()
    done = []
    for operation in ("claim", "unclaim"):
        try:
            played.do(operation, played.ready()["a"], actor="li")
            done.append(True)
        except OperationNotAllowed:
            done.append(False)

    assert done == [claimed, released]
    assert played.complete("a").status == "completed"


group = ServiceTasks("demo")


@group.register
def note(db: Session, context: TaskContext, *, points: int = 0) -> dict[str, Any]:
    db.add(Incident(instance_id=context.instance_id, kind="note", message="kept",
                    created_at=context.now))  # fmt: skip
    if points < 0:
        raise ValueError("points below zero")
    if points > 100:
        raise BpmnError("late", "too many points")
    return {"passed": points >= 60, "who": context.actor, "key": context.business_key,
            "element": context.element_id}  # fmt: skip


def scoring(draw: Any) -> dict[str, bytes]:
    inputs = draw.extensions({"points": "= points"})
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.user("mark")
            + draw.service("grade", "demo.note", inputs)
            + draw.event("boundaryEvent", "b", "error late", attachedToRef="grade")
            + draw.user("after")
            + draw.user("repair"),
            "s>mark mark>grade grade>after after>e b>repair repair>e",
        )
    )
    return sources


def test_service_task_gives_variables(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(scoring(draw), group)
    instance = played.start()

    played.complete("mark", actor="li", points=60)

    assert list(played.ready()) == ["after"]
    assert played.data(instance) == {
        "points": 60, "passed": True, "who": "li", "key": "k", "element": "grade",
    }  # fmt: skip


def test_failure_keeps_the_answer_and_rolls_back_only_the_service_task(
    stage: Callable[..., Any], draw: Any
) -> None:
    played = stage(scoring(draw), group)
    instance = played.start()

    done = played.complete("mark", points=-1)

    assert done.status == "completed"
    incidents = played.rows(Incident)
    assert [(one.kind, one.element_id, one.message) for one in incidents] == [
        ("ValueError", "grade", "ValueError: points below zero")
    ]
    assert "points below zero" in incidents[0].trace
    assert played.status(instance) == "running"
    assert played.rows(UserTask, id=done.id)[0].status == "completed"

    played.do("retry_incident", incidents[0].id, actor="op", variables={"points": 70})

    assert list(played.ready()) == ["after"]
    assert played.data(instance)["passed"] is True
    assert [(one.kind, one.resolution) for one in played.rows(Incident)] == [
        ("ValueError", "retried"),
        ("note", None),
    ]


def test_bpmn_error_leaves_by_the_boundary_event(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(scoring(draw), group)
    played.start()

    played.complete("mark", points=101)

    assert list(played.ready()) == ["repair"]
    assert played.rows(Incident) == []


def test_uncaught_error_end_fails_the_instance(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(
        draw.document(
            draw.process(
                draw.user("a")
                + draw.user("b")
                + draw.node("parallelGateway", "g")
                + draw.event("endEvent", "x", "error late"),
                "s>g g>a g>b a>x b>e",
            )
        )
    )
    instance = played.start()

    played.complete("a")

    assert played.status(instance) == "failed"
    assert played.ready() == {}
    assert [(one.kind, one.element_id) for one in played.rows(Incident)] == [("UncaughtError", "x")]
    with pytest.raises(UserTaskNotReady):
        played.do("complete", played.rows(UserTask, element_id="b")[0].id, actor="li")


def test_unregistered_service_task_is_an_incident(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    played = sqlite_stage(scoring(draw))
    instance = played.start()

    played.complete("mark", points=1)

    assert [one.kind for one in played.rows(Incident)] == ["UnknownServiceTask"]
    assert played.status(instance) == "running"


def test_rollback_undoes_everything(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(two_tasks(draw))
    played.start()

    with pytest.raises(RuntimeError), played.database.transaction() as db:
        played.engine.complete(db, played.ready()["apply"], actor="li")
        raise RuntimeError

    assert list(played.ready()) == ["apply"]
    assert [row.kind for row in played.rows(HistoryRow)] == [HistoryKind.STARTED.value]
    played.complete("apply")
    assert list(played.ready()) == ["review"]


def test_ended_instance_takes_no_more(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(two_tasks(draw))
    instance = played.start()
    played.complete("apply")
    played.complete("review")

    with pytest.raises(InstanceNotRunning):
        played.do("cancel", instance, actor="li", reason="late")


def test_two_tasks_of_one_instance_at_once(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(
        draw.document(
            draw.process(
                draw.node("parallelGateway", "g") + draw.user("a") + draw.user("b"),
                "s>g g>a g>b a>e b>e",
            )
        )
    )
    instance = played.start()
    ready = played.ready()
    barrier = Barrier(2)
    failures: list[Exception] = []

    def answer(element: str) -> None:
        barrier.wait()
        try:
            played.do("complete", ready[element], actor=element, variables={element: 1})
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=answer, args=(element,)) for element in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert played.status(instance) == "completed"
    assert played.data(instance) == {"a": 1, "b": 1}


def test_children_are_pinned_to_their_parents_bundle(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    played = sqlite_stage(two_tasks(draw))
    parent = played.start()

    child = played.do("start", "main", business_key="c", parent_id=parent)

    assert (child.bundle_id, child.parent_id, child.version) == ("sources", parent, 1)
    with pytest.raises(UnknownInstance):
        played.do("start", "main", business_key="c", parent_id=played.ready()["apply"])


def test_instance_that_can_go_nowhere_is_reported(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.node("exclusiveGateway", "x", default="other")
            + draw.node("task", "a")
            + draw.node("task", "b")
            + draw.node("parallelGateway", "j"),
            "s>x x>a[true] x>b:other a>j b>j j>e",
        )
    )
    played = sqlite_stage(sources)

    instance = played.start()

    assert [one.kind for one in played.rows(Incident)] == ["Stuck"]
    assert played.status(instance) == "running"


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_live_trees_change_nothing(sqlite_stage: Callable[..., Any], draw: Any, size: int) -> None:
    played = sqlite_stage(scoring(draw), group, live_instances=size)
    first, second = played.start({"n": 1}), played.start({"n": 2})
    for instance in (first, second):
        with pytest.raises(RuntimeError), played.database.transaction() as db:
            task = played.ready(instance)["mark"]
            played.engine.complete(db, task, actor="x", variables={"points": 10})
            raise RuntimeError
        played.do("complete", played.ready(instance)["mark"], actor="li",
                  variables={"points": 70})  # fmt: skip
        played.do("complete", played.ready(instance)["after"], actor="li")

    assert [played.status(one) for one in (first, second)] == ["completed", "completed"]
    assert [played.data(one)["points"] for one in (first, second)] == [70, 70]
