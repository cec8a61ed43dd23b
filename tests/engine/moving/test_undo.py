"""Moves that are undone, and what tells of both."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.context import NewBundle
from engine.history import HistoryKind, read_history
from engine.moving.moves import UndoRefused
from tests.engine.moving.changes import AB, ACB
from tests.engine.moving.grounds import Ground
from tests.engine.moving.migrating import (
    ENDS,
    FORMS_ALONE,
    NEW_TIMER,
    Kind,
    ordered,
    undo_all,
    work_off,
)


@pytest.mark.parametrize("act", ["complete", "claim"])
def test_undo_ends_with_the_next_act(ground: Callable[..., Ground], act: str) -> None:
    played = ground()
    played.publish(AB)
    instance = played.begin()
    moved = played.move(instance, played.publish(ACB))
    played.do(act, played.ready()["a"], actor="li")

    with pytest.raises(UndoRefused, match="acted"):
        played.undo(instance, moved)


@pytest.mark.parametrize(
    "kind", [NEW_TIMER, FORMS_ALONE, ENDS], ids=["a new timer", "forms alone", "a handling ends"]
)
def test_an_act_on_one_keeps_no_other_from_being_undone(
    sqlite_ground: Callable[..., Ground], kind: Kind
) -> None:
    played = sqlite_ground()
    run, before = ordered(played, kind)
    work_off(played, run)
    acted, *others = before
    played.do("claim", played.ready(acted)["a"], actor="li")
    moved = played.kept(acted)

    undo_all(played, run)

    assert {one: played.kept(one) for one in before} == {
        acted: moved,
        **{one: before[one] for one in others},
    }


def test_those_who_follow_are_told_both_ways(sqlite_ground: Callable[..., Ground]) -> None:
    played = sqlite_ground()
    first = played.publish(AB)
    instance = played.begin()
    second = played.publish(ACB)
    told: list[Any] = []

    def follow(_: Any, head: Any, new: NewBundle, kept: Any) -> str:
        told.append((head.bundle_id, new.bundle_id, kept))
        return "was"

    played.engine.followers.append(follow)

    played.undo(instance, played.move(instance, second))

    assert told == [(first, second, None), (second, first, "was")]


def test_history_tells_of_it(ground: Callable[..., Ground]) -> None:
    played = ground()
    first = played.publish(AB)
    instance = played.begin()
    second = played.publish(ACB)

    moved = played.move(instance, second, basis="川职鉴〔2026〕7号")
    played.undo(instance, moved)

    with played.database.reading() as db:
        rows = read_history(db, instance, kinds=[HistoryKind.MOVED])
        told = [(row.actor, row.details) for row in rows]
    assert told == [
        ("wang", {"from": first, "to": second, "basis": "川职鉴〔2026〕7号"}),
        ("wang", {"from": second, "to": first, "undone": True}),
    ]
