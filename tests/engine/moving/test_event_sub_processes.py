"""Event sub-processes that come and go with a move."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from engine.history import HistoryKind, read_history
from engine.moving.moves import Moved
from engine.moving.reasons import ENDED
from engine.subscriptions import Subscription
from engine.timers import Timer
from engine.user_tasks import UserTask
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import (
    BESIDE,
    DAY,
    HANDLER,
    OTHER,
    free,
    handled,
    nested,
    users,
)
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


@pytest.mark.parametrize(
    "drawn", [handled, nested, free], ids=["of the process", "of a sub-process", "of an ad hoc one"]
)
def test_event_sub_processes_come_and_go(ground: Callable[..., Ground], drawn: Any) -> None:
    played = ground()
    plain, with_handler = shaped(drawn, ""), shaped(drawn, HANDLER)
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


STANDS: list[Any] = [
    (handled, BESIDE, "", [], {}, "needs_mapping", "handler"),
    (handled, BESIDE, "", [], {"handler": ENDED}, "can_move", "handling_ends"),
    (handled, BESIDE, OTHER, [], {}, "needs_mapping", "handler"),
    (handled, BESIDE, OTHER, [], {"handler": ENDED}, "can_move", "handling_ends"),
    (handled, BESIDE, OTHER, [], {"handler": "other", "told": "noted"}, "can_move", ""),
    (handled, BESIDE, BESIDE + OTHER, [], {"handler": ENDED}, "cannot", "cannot_end"),
    (handled, BESIDE, "", ["a"], {}, "cannot", "in_handler"),
    (handled, BESIDE, "", ["a"], {"handler": ENDED}, "cannot", "cannot_end"),
    (handled, HANDLER, "", [], {}, "cannot", "in_handler"),
    (handled, HANDLER, "", [], {"handler": ENDED}, "cannot", "cannot_end"),
    (nested, BESIDE, "", [], {"handler": ENDED}, "can_move", "handling_ends"),
    (nested, BESIDE, OTHER, [], {"handler": ENDED}, "can_move", "handling_ends"),
    (free, BESIDE, "", [], {"handler": ENDED}, "can_move", "handling_ends"),
]


@pytest.mark.parametrize(
    ("drawn", "handler", "newer", "completed", "mapping", "state", "why"),
    STANDS,
    ids=[str(number) for number, _ in enumerate(STANDS)],
)
def test_who_is_in_an_event_sub_process_that_is_gone(
    sqlite_ground: Callable[..., Ground],
    drawn: Any,
    handler: str,
    newer: str,
    completed: list[str],
    mapping: dict[str, str],
    state: str,
    why: str,
) -> None:
    played = sqlite_ground()
    played.publish(shaped(drawn, handler))
    instance = played.begin({"x": 1})
    played.do("correlate", "paid", "k")
    for element in completed:
        played.complete(element)
    before = played.kept(instance)
    bundle = played.publish(shaped(drawn, newer))

    [effect] = played.weigh(bundle, mapping)
    moved = played.move(instance, bundle, mapping=mapping)

    found = [one.code for one in (*effect.reasons, *effect.notes)]
    assert (effect.state, found or [one.element_id for one in effect.questions]) == (
        state,
        [why] if why else [],
    )
    assert [one.may_end for one in effect.questions] == [True] * (state == "needs_mapping")
    assert isinstance(moved, Moved) == (state == "can_move")
    if isinstance(moved, Moved):
        played.undo(instance, moved)
    assert played.kept(instance) == before


def shaped(drawn: Any, handler: str) -> dict[str, bytes]:
    """Draw a scope that waits at `a`, with event sub-processes or without."""
    return cast(dict[str, bytes], drawn("", handler) if drawn is handled else drawn(handler))


@pytest.mark.parametrize("newer", ["", OTHER], ids=["the last one", "one of two"])
@pytest.mark.parametrize("drawn", [handled, nested], ids=["of the process", "of a sub-process"])
def test_what_goes_on_in_an_event_sub_process_can_be_ended(
    ground: Callable[..., Ground], drawn: Any, newer: str
) -> None:
    played = ground()
    played.publish(shaped(drawn, BESIDE))
    instance = played.begin({"x": 1})
    for _ in range(2):
        played.do("correlate", "paid", "k")
    bundle = played.publish(shaped(drawn, newer))

    played.move(instance, bundle, mapping={"handler": ENDED})

    assert list(played.ready(instance)) == ["a"]
    told = [row.status for row in played.rows(UserTask, element_id="told")]
    assert told == ["cancelled", "cancelled"]
    assert played.do("rebuild_rows") == 0
    with played.database.reading() as db:
        [note] = read_history(db, instance, kinds=[HistoryKind.MOVED])
    assert note.details["ended"] == ["handler"]
    if newer:
        played.do("correlate", "moved", "k")
        assert sorted(played.ready(instance)) == ["a", "noted"]
    played.finish(instance)
    assert (played.status(instance), played.data(instance)) == ("completed", {"x": 1})
