"""Many instances at once are what single ones would be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine import (
    HistoryRow,
    Incident,
    ProcessInstance,
    Subscription,
    Timer,
    UserTask,
    UserTaskGroup,
)
from engine.testing import BUNDLE


def simple(draw: Any) -> dict[str, bytes]:
    """Waits at once, with values that differ by instance."""
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.user(
                "apply", draw.extensions({"number": "= number", "fixed": "text"}),
                camunda_assignee="= person", camunda_dueDate="= date(day)",
            )
            + draw.event("boundaryEvent", "late", "timer duration P5D", attachedToRef="apply")
            + draw.event(
                "intermediateCatchEvent", "hear", "message paid",
                draw.extensions(correlationKey='= "n" + string(number)'),
            )
            + draw.user("next"),
            "s>g g>apply g>hear apply>next hear>e late>e next>e",
        )
    )  # fmt: skip
    return sources


def counting(draw: Any) -> dict[str, bytes]:
    """Calls a service task before it waits, so that each instance must be run."""
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.service("count", "a.count", draw.extensions({"n": "= number"}))
            + draw.user("apply"),
            "s>count count>apply apply>e",
        )
    )
    return sources


def items(count: int) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"E{n}", {"number": n, "person": 100 + n, "day": f"2026-05-{n % 28 + 1:02d}"})
        for n in range(count)
    ]


def picture(played: Any, instance_id: UUID) -> dict[str, Any]:
    """All that can be seen of an instance, without ids."""
    where = {"instance_id": instance_id}
    hidden = {"id", "instance_id", "task_id", "user_task_id", "seq", "parent_id"}

    def plain(row: Any) -> dict[str, Any]:
        return {name: value for name, value in row.model_dump().items() if name not in hidden}

    tasks = played.rows(UserTask, **where)
    groups = [g for task in tasks for g in played.rows(UserTaskGroup, user_task_id=task.id)]
    rows = [*tasks, *groups, *played.rows(Timer, **where), *played.rows(Subscription, **where)]
    history = played.rows(HistoryRow, **where)
    instance = played.rows(ProcessInstance, id=instance_id)[0]
    return {"instance": plain(instance), "rows": [plain(row) for row in [*rows, *history]]}


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_clones_are_like_single_starts(stage: Callable[..., Any], draw: Any, count: int) -> None:
    played = stage(simple(draw))

    cloned = played.do("start_many", "main", items(count), bundle_id=BUNDLE)
    single = [played.start(variables, key=key) for key, variables in items(count)]

    assert len(set(cloned)) == count
    for one, other in zip(cloned, single, strict=True):
        assert picture(played, one) == picture(played, other)
    assert len({row.id for row in played.rows(UserTask)}) == 2 * count


def test_clones_live_their_own_lives(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(simple(draw))
    ids = played.do("start_many", "main", items(3), bundle_id=BUNDLE, tenant="t")

    played.do("complete", played.ready(ids[1])["apply"], actor="li", variables={"x": 1})
    played.do("correlate", "paid", "n2")
    played.clock.advance(None, timedelta(days=6))
    for timer in played.do("due_timers"):
        played.do("fire_timer", timer)

    assert [sorted(played.ready(one)) for one in ids] == [[], ["next"], []]
    assert [played.status(one) for one in ids] == ["running", "running", "completed"]
    assert played.data(ids[1])["x"] == 1
    assert {row.tenant for row in played.rows(ProcessInstance)} == {"t"}


def test_each_is_run_where_a_service_task_comes_first(stage: Callable[..., Any], draw: Any) -> None:
    seen: list[int] = []
    played = stage(counting(draw), {"a.count": lambda n: seen.append(n) or {"twice": n * 2}})

    ids = played.do("start_many", "main", items(5), bundle_id=BUNDLE)

    assert seen == [0, 1, 2, 3, 4]
    assert [played.data(one)["twice"] for one in ids] == [0, 2, 4, 6, 8]


def test_one_bad_item_is_an_incident_of_its_own(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(counting(draw), {"a.count": lambda n: {"x": 1 // (n - 2)}})

    ids = played.do("start_many", "main", items(4), bundle_id=BUNDLE)

    assert [row.instance_id for row in played.rows(Incident)] == [ids[2]]
    assert [sorted(played.ready(one)) for one in ids] == [["apply"], ["apply"], [], ["apply"]]


def test_kept_messages_find_clones(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(simple(draw))
    played.do("correlate", "paid", "n3", {"early": True})

    ids = played.do("start_many", "main", items(5), bundle_id=BUNDLE)

    assert played.data(ids[3])["early"] is True
    assert len(played.rows(Subscription, instance_id=ids[3])) == 0
    assert len(played.rows(Subscription)) == 4


def test_children_know_their_parent(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(simple(draw))
    parent = played.start({"number": 0, "day": "2026-05-01"}, key="S")

    ids = played.do("start_many", "main", items(2), bundle_id=BUNDLE, parent_id=parent, actor="li")

    rows = [row for row in played.rows(ProcessInstance) if row.id in ids]
    assert [row.parent_id for row in rows] == [parent, parent]
    assert {row.actor for row in played.rows(HistoryRow) if row.instance_id in ids} == {"li"}
