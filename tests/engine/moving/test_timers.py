"""Timers of instances that are moved: those that run, new ones, and those that are gone."""

from collections.abc import Callable

from engine.timers import Timer
from engine.user_tasks import UserTask
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, DAY, WITH_TIMER, line
from tests.engine.moving.grounds import Ground


def test_dates_follow_where_that_is_wanted(ground: Callable[..., Ground]) -> None:
    due = '=date and time("2026-0{}-01T00:00:00Z")'
    nodes = [
        D.user("a", camunda_dueDate=due.format(month))
        + D.event("boundaryEvent", "t", f"timer duration P{month}D", attachedToRef="a")
        for month in (4, 5)
    ]
    played = ground()
    first, second = (line(one, text="s>a a>e t>e") for one in nodes)
    played.publish(first)
    instance = played.begin()
    began = played.clock.now()
    played.clock.advance(None, DAY)
    bundle = played.publish(second)

    moved = played.move(instance, bundle)
    assert played.rows(UserTask)[0].due_at.month == 4
    assert played.rows(Timer)[0].due_at == began + 4 * DAY
    played.undo(instance, moved)
    played.move(instance, bundle, recompute=["*"])

    assert played.rows(UserTask)[0].due_at.month == 5
    assert [row.due_at for row in played.rows(Timer)] == [played.clock.now() + 5 * DAY]


def test_a_new_boundary_timer_counts_from_when_the_activity_began(
    ground: Callable[..., Ground],
) -> None:
    played = ground()
    played.publish(AB)
    instance = played.begin()
    began = played.clock.now()
    played.clock.advance(None, DAY / 2)

    played.move(instance, played.publish(WITH_TIMER))

    timer = played.rows(Timer)[0]
    assert (timer.element_id, timer.due_at) == ("late", began + DAY)
    assert played.do("fire_timer", timer.id, force=True)
    assert list(played.ready(instance)) == ["b"]
    assert played.finish(instance) == ["b"]


def test_a_removed_boundary_timer_is_cancelled(sqlite_ground: Callable[..., Ground]) -> None:
    played = sqlite_ground()
    played.publish(WITH_TIMER)
    instance = played.begin()

    played.move(instance, played.publish(AB))

    assert played.rows(Timer) == []
    assert played.finish(instance) == ["a", "b"]
    assert played.status(instance) == "completed"
