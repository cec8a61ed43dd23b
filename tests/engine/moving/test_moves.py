"""Instances moved to another bundle: what becomes of where they stand."""

from collections.abc import Callable

import pytest

from engine.database import Database
from engine.effects import Effect, EffectState
from engine.instances import ProcessInstance
from engine.moving.moves import Moved
from engine.service_tasks import ServiceTasks
from engine.subscriptions import Subscription
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, ACB, CHANGES, Change, ids, in_order, line, sub, users
from tests.engine.moving.grounds import Ground

MOVABLE = [pytest.param(one, id=ids(one)) for one in CHANGES if one[5] in ("can_move",)]
# Rows come, go or turn into rows of another table: what the two databases store differently.
OTHER_ROWS = {
    "it_was_renamed,_and_that_was_said",
    "a_boundary_timer_is_new",
    "a_branch_that_has_arrived_at_the_join_gets_a_step",
    "the_process_gets_an_event_sub-process",
    "the_process_loses_its_event_sub-process",
    "a_timer_in_place_of_a_message",
}


@pytest.mark.parametrize("change", MOVABLE)
def test_what_can_move_moves_and_comes_back(
    sqlite_ground: Callable[..., Ground], change: Change
) -> None:
    there_and_back(sqlite_ground(), change)


@pytest.mark.parametrize("change", [one for one in MOVABLE if one.id in OTHER_ROWS])
def test_what_has_other_rows_then_moves_on_postgresql(
    postgresql_database: Database, change: Change
) -> None:
    there_and_back(Ground(postgresql_database), change)


def there_and_back(played: Ground, change: Change) -> None:
    _, old, completed, new, mapping, *_ = change
    first = played.publish(old)
    instance = played.begin()
    for element in completed:
        played.complete(element)
    second, before = played.publish(new), played.kept(instance)

    moved = played.move(instance, second, mapping=mapping)

    assert isinstance(moved, Moved)
    assert played.kept(instance)["bundle"] == second
    played.undo(instance, moved)
    assert played.kept(instance) == before
    assert before["bundle"] == first
    played.move(instance, second, mapping=mapping)
    after = played.kept(instance)
    assert played.do("rebuild_rows") == 0
    assert played.kept(instance) == after


def test_it_goes_on_by_the_new_drawing(sqlite_ground: Callable[..., Ground]) -> None:
    played = sqlite_ground()
    played.publish(AB)
    instance = played.begin({"x": 1})
    played.move(instance, played.publish(ACB))

    assert played.finish(instance) == ["a", "c", "b"]
    assert played.status(instance) == "completed"
    assert played.data(instance) == {"x": 1}


@pytest.mark.parametrize(
    ("old", "completed", "new", "rest"),
    [
        (in_order("abd", "a>b"), [], in_order("cabd", "a>b"), ["a", "b", "d"]),
        (in_order("abd", "a>b"), ["a"], in_order("xyabd", "x>y a>b"), ["b", "d"]),
        (in_order("abcd", "a>b c>d"), ["a", "b"], in_order("abcdx", "a>b b>c c>d"),
         ["c", "d", "x"]),
    ],
)  # fmt: skip
def test_groups_that_follow_one_another_are_told_by_what_is_in_them(
    sqlite_ground: Callable[..., Ground],
    old: dict[str, bytes],
    completed: list[str],
    new: dict[str, bytes],
    rest: list[str],
) -> None:
    played = sqlite_ground()
    played.publish(old)
    instance = played.begin()
    for element in completed:
        played.complete(element)

    played.move(instance, played.publish(new))

    assert played.finish(instance) == rest
    assert played.status(instance) == "completed"


def test_what_waits_in_a_sub_process_moves_with_it(ground: Callable[..., Ground]) -> None:
    event = D.event("boundaryEvent", "told", "message paid", attachedToRef="p")
    played = ground()
    played.publish(line(sub("p", users("a"), "s>a a>e"), text="s>p p>e"))
    instance = played.begin({"x": 1})
    new = line(sub("q", users("a", "c"), "s>a a>c c>e"), event.replace('"p"', '"q"'), users("z"),
               text="s>q q>e told>z z>e")  # fmt: skip

    played.move(instance, played.publish(new), mapping={"p": "q"})

    assert [row.element_id for row in played.rows(Subscription)] == ["told"]
    played.complete("a")
    played.do("correlate", "paid", "k")
    assert played.finish(instance) == ["z"]
    assert played.data(instance)["x"] == 1


def test_a_job_under_way_ends_by_the_new_drawing(ground: Callable[..., Ground]) -> None:
    tasks = ServiceTasks()
    tasks.register(name="work", run="job")(lambda db: {"worked": True})
    played = ground(tasks)
    played.publish(line(D.service("j", "work"), text="s>j j>e"))
    instance = played.begin()

    played.move(instance, played.publish(line(D.service("j", "work"), users("z"),
                                              text="s>j j>z z>e")))  # fmt: skip

    assert played.run_jobs() == 1
    assert played.finish(instance) == ["z"]


def test_moving_twice_does_nothing(sqlite_ground: Callable[..., Ground]) -> None:
    played = sqlite_ground()
    played.publish(AB)
    instance = played.begin()
    bundle = played.publish(ACB)
    played.move(instance, bundle)
    kept = played.kept(instance), played.rows(ProcessInstance)[0].version

    again = played.move(instance, bundle)

    assert isinstance(again, Effect)
    assert (again.state, (played.kept(instance), played.rows(ProcessInstance)[0].version)) == (
        EffectState.UNAFFECTED,
        kept,
    )


def test_what_is_refused_stays_as_it_was(sqlite_ground: Callable[..., Ground]) -> None:
    played = sqlite_ground()
    played.publish(AB)
    instance = played.begin()
    bundle, before = played.publish(line(users("b"), text="s>b b>e")), played.kept(instance)

    effect = played.move(instance, bundle)

    assert isinstance(effect, Effect)
    assert effect.state == EffectState.NEEDS_MAPPING
    assert played.kept(instance) == before
