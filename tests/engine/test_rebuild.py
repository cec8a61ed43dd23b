"""Derived rows can be made again from the states alone."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, update

from engine import Subscription, Timer, UserTask, UserTaskGroup


def waiting(draw: Any) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.user("a", draw.extensions({"x": "= x"}))
            + draw.user("b")
            + draw.event("intermediateCatchEvent", "fee", "message paid")
            + draw.event("intermediateCatchEvent", "stop", "signal closing")
            + draw.event("intermediateCatchEvent", "over", "timer duration P1D"),
            "s>g g>a g>b g>fee g>stop g>over a>e b>e fee>e stop>e over>e",
        )
    )
    return sources


TABLES = (UserTask, UserTaskGroup, Timer, Subscription)


def picture(played: Any) -> list[Any]:
    return [
        sorted(str(sorted(row.model_dump().items(), key=str)) for row in played.rows(table))
        for table in TABLES
    ]


def test_right_rows_are_left_alone(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(waiting(draw))
    played.start({"x": 1})
    before = picture(played)

    assert played.do("rebuild_rows") == 0
    assert picture(played) == before


def test_lost_rows_come_back(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(waiting(draw))
    instance, other = played.start({"x": 1}), played.start({"x": 2})
    played.complete("a")
    before = picture(played)
    with played.database.transaction() as db:
        for table in (UserTaskGroup, Timer, Subscription):
            db.execute(delete(table))
        db.execute(delete(UserTask).where(UserTask.status == "ready"))  # type: ignore[arg-type]

    assert played.do("rebuild_rows", instance) + played.do("rebuild_rows", other) == 9

    assert picture(played) == before
    assert played.do("rebuild_rows") == 0


def test_surplus_rows_go(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(waiting(draw))
    played.start({"x": 1})
    rows = played.rows(Timer) + played.rows(Subscription)
    played.do("signal", "closing")
    played.do("fire_timer", played.rows(Timer)[0].id, force=True)
    played.complete("b")
    before = picture(played)
    with played.database.transaction() as db:
        there = {row.id for row in played.rows(Subscription)}
        db.add_all([type(row)(**row.model_dump()) for row in rows if row.id not in there])
        ready = update(UserTask).where(UserTask.status == "completed")  # type: ignore[arg-type]
        db.execute(ready.values(status="ready"))

    assert played.do("rebuild_rows") == 3

    after = picture(played)
    assert after[1:] == before[1:]
    assert {row.element_id: row.status for row in played.rows(UserTask)} == {
        "a": "ready",
        "b": "cancelled",
    }
