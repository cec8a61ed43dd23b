"""Branches of moved instances that wait at a join."""

from collections.abc import Callable

from engine.timers import Timer
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import FORKED, line, users
from tests.engine.moving.grounds import Ground


def test_branches_that_have_arrived_are_joined_by_the_new_drawing(
    sqlite_ground: Callable[..., Ground],
) -> None:
    fork, join = D.node("parallelGateway", "fork"), D.node("parallelGateway", "join")
    played = sqlite_ground()
    played.publish(FORKED)
    instance = played.begin()
    played.complete("a")
    new = line(fork, join, users("a", "b", "z"),
               text="s>fork fork>a fork>b a>join b>join join>z z>e")  # fmt: skip

    played.move(instance, played.publish(new))

    assert played.finish(instance) == ["b", "z"]
    assert played.status(instance) == "completed"


def test_a_branch_that_somebody_is_in_is_asked_for(sqlite_ground: Callable[..., Ground]) -> None:
    fork, join = D.node("parallelGateway", "fork"), D.node("parallelGateway", "join")
    flows = "s>fork fork>a fork>b fork>c a>join b>join c>join join>z z>e"
    played = sqlite_ground()
    played.publish(line(fork, join, users("a", "b", "c", "z"), text=flows))
    played.begin()
    for element in ("a", "b"):
        played.complete(element)
    fewer = flows.replace("fork>c ", "").replace("c>join ", "")
    bundle = played.publish(line(fork, join, users("a", "b", "z"), text=fewer))

    effect, *_ = played.weigh(bundle)
    assert [one.element_id for one in effect.questions] == ["c"]


def test_a_branch_that_waits_at_a_join_does_a_new_step_first(
    sqlite_ground: Callable[..., Ground],
) -> None:
    played = sqlite_ground()
    played.publish(FORKED)
    instance = played.begin({"x": 1})
    played.complete("a")
    before = played.kept(instance)
    fork, join = D.node("parallelGateway", "fork"), D.node("parallelGateway", "join")
    new = line(fork, join, users("a", "b", "c"),
               text="s>fork fork>a fork>b a>c c>join b>join join>e")  # fmt: skip
    bundle = played.publish(new)

    moved = played.move(instance, bundle)

    assert [one.code for one in moved.effect.notes] == ["catches_up"]
    assert sorted(played.ready(instance)) == ["b", "c"]
    played.undo(instance, moved)
    assert played.kept(instance) == before
    played.move(instance, bundle)
    assert played.finish(instance) == ["b", "c"]
    assert (played.status(instance), played.data(instance)) == ("completed", {"x": 1})


def test_what_is_on_hold_moves_and_stays_on_hold(ground: Callable[..., Ground]) -> None:
    played = ground()
    played.publish(FORKED)
    instance = played.begin()
    played.complete("a")
    played.do("suspend", instance, actor="li")
    before = played.kept(instance)
    fork, join = D.node("parallelGateway", "fork"), D.node("parallelGateway", "join")
    late = D.event("boundaryEvent", "late", "timer duration P1D", attachedToRef="b")
    new = line(fork, join, users("a", "b", "c"), late,
               text="s>fork fork>a fork>b a>c c>join b>join join>e late>e")  # fmt: skip
    bundle = played.publish(new)

    moved = played.move(instance, bundle)

    assert [one.code for one in moved.effect.notes] == ["catches_up", "suspended"]
    assert (played.status(instance), played.rows(Timer)) == ("suspended", [])
    played.undo(instance, moved)
    assert played.kept(instance) == before
    played.move(instance, bundle)
    played.do("resume", instance, actor="li")
    assert (sorted(played.ready(instance)), len(played.rows(Timer))) == (["b", "c"], 1)
    assert played.do("rebuild_rows") == 0
    assert played.finish(instance) == ["b", "c"]
