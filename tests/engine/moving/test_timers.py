"""Timers of instances that are moved: those that run, new ones, and those that are gone."""

from collections.abc import Callable

import pytest

from engine.subscriptions import Subscription
from engine.timers import Timer
from engine.user_tasks import UserTask
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, DAY, LATE, WITH_TIMER, line, users
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


@pytest.mark.parametrize("late", ["duration P1D", 'date =now() + duration("P1D")'])
def test_a_new_boundary_timer_counts_from_when_the_activity_began(
    ground: Callable[..., Ground], late: str
) -> None:
    timed = D.event("boundaryEvent", "late", f"timer {late}", attachedToRef="a")
    played = ground()
    played.publish(AB)
    instance = played.begin()
    began = played.clock.now()
    played.clock.advance(None, DAY / 2)

    played.move(instance, played.publish(line(users("a", "b"), timed, text="s>a a>b b>e late>b")))

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


def test_what_has_fired_and_is_gone_leaves_the_others_waiting(
    sqlite_ground: Callable[..., Ground],
) -> None:
    told = D.event("boundaryEvent", "told", "message paid", attachedToRef="a")
    reminder = LATE.replace("<bpmn:boundaryEvent", '<bpmn:boundaryEvent cancelActivity="false"')
    played = sqlite_ground()
    played.publish(line(users("a", "b"), reminder, told, text="s>a a>b b>e late>e told>b"))
    instance = played.begin()
    [timer] = played.rows(Timer)
    played.do("fire_timer", timer.id, force=True)

    played.move(instance, played.publish(line(users("a", "b"), told, text="s>a a>b b>e told>b")))

    assert [row.element_id for row in played.rows(Subscription)] == ["told"]
    played.do("correlate", "paid", "k")
    assert played.finish(instance) == ["b"]
    assert played.status(instance) == "completed"


IN_TWO_DAYS = 'timer date =now() + duration("P2D")'
RUNNING = {
    "at an activity": (
        D.event("boundaryEvent", "t", IN_TWO_DAYS, attachedToRef="a") + users("a"),
        "s>a a>e t>e",
    ),
    "between two activities": (D.event("intermediateCatchEvent", "t", IN_TWO_DAYS), "s>t t>e"),
    "behind a gateway": (
        D.node("eventBasedGateway", "g")
        + D.event("intermediateCatchEvent", "t", IN_TWO_DAYS)
        + D.event("intermediateCatchEvent", "m", "message paid"),
        "s>g g>t g>m t>e m>e",
    ),
    "of an event sub-process": (
        D.node(
            "subProcess",
            "handler",
            D.event("startEvent", "h_s", IN_TWO_DAYS)
            + D.node("endEvent", "h_e")
            + D.flows("h_s>h_e"),
            triggeredByEvent="true",
        )
        + users("a"),
        "s>a a>e",
    ),
    "of a cycle": (
        D.event("boundaryEvent", "t", "timer cycle R/P2D", attachedToRef="a",
                cancelActivity="false") + users("a"),
        "s>a a>e t>e",
    ),
}  # fmt: skip


@pytest.mark.parametrize("nodes", RUNNING.values(), ids=RUNNING)
def test_what_runs_keeps_its_moment(
    sqlite_ground: Callable[..., Ground], nodes: tuple[str, str]
) -> None:
    drawn, flows = nodes
    played = sqlite_ground()
    played.publish(line(drawn, text=flows))
    instance = played.begin()
    due = [row.due_at for row in played.rows(Timer)]
    played.clock.advance(None, DAY)
    more = line(drawn.replace("P2D", "P3D"), users("z"), text=flows.replace(">e", ">z") + " z>e")

    played.move(instance, played.publish(more))

    assert [row.due_at for row in played.rows(Timer)] == due == [played.clock.now() + DAY]
    played.do("rebuild_rows")
    assert [row.due_at for row in played.rows(Timer)] == due
