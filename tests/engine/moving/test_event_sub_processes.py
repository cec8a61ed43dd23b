"""Event sub-processes that come and go with a move."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.moving.moves import Moved
from engine.subscriptions import Subscription
from engine.timers import Timer
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import DAY, HANDLER, handled, nested, users
from tests.engine.moving.grounds import Ground


def test_a_new_event_sub_process_waits_from_when_its_scope_was_entered(
    ground: Callable[..., Ground],
) -> None:
    timed = D.node(
        "subProcess",
        "handler",
        D.event("startEvent", "h_s", "timer duration P1D", isInterrupting="false")
        + D.node("endEvent", "h_e")
        + users("told")
        + D.flows("h_s>told told>h_e"),
        triggeredByEvent="true",
    )
    played = ground()
    played.publish(handled(""))
    instance = played.begin({"x": 1})
    began = played.clock.now()
    played.clock.advance(None, DAY / 2)
    before = played.kept(instance)

    moved = played.move(instance, played.publish(handled("", timed)))

    [timer] = played.rows(Timer)
    assert timer.due_at == began + DAY
    played.undo(instance, moved)
    assert played.kept(instance) == before


@pytest.mark.parametrize("drawn", [handled, nested], ids=["of the process", "of a sub-process"])
def test_event_sub_processes_come_and_go(ground: Callable[..., Ground], drawn: Any) -> None:
    played = ground()
    plain = drawn("", "") if drawn is handled else drawn("")
    with_handler = drawn("", HANDLER) if drawn is handled else drawn(HANDLER)
    first = played.publish(plain)
    instance, other = played.begin({"x": 1}), played.begin({"x": 2}, key="o")
    second = played.publish(with_handler)

    played.move(instance, second)
    played.move(other, second)

    played.do("correlate", "paid", "k", {"y": 3})
    assert list(played.ready(instance)) == ["told"]
    assert played.finish(instance)[0] == "told"
    assert (played.status(instance), played.data(instance)["x"]) == ("completed", 1)
    assert isinstance(played.move(other, first), Moved)
    assert played.rows(Subscription, instance_id=other) == []
    assert played.finish(other)[0] == "a"
    assert (played.status(other), played.data(other)) == ("completed", {"x": 2})


def test_who_is_in_an_event_sub_process_that_goes_stays(
    sqlite_ground: Callable[..., Ground],
) -> None:
    played = sqlite_ground()
    played.publish(handled("", HANDLER))
    instance = played.begin()
    bundle = played.publish(handled(""))
    played.do("correlate", "paid", "k")

    effect = played.move(instance, bundle)

    assert [one.code for one in effect.reasons] == ["in_handler"]
