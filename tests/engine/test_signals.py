"""Signals reach everybody who waits, of one tenant or of all."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import ProcessInstance, ServiceTasks, Subscription, TaskContext
from engine.testing import BUNDLE, run_diagram


def hearing(draw: Any) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.event("intermediateCatchEvent", "hear", "signal closing") + draw.user("after"),
            "s>hear hear>after after>e",
        )
    )
    return sources


@pytest.mark.parametrize(("tenant", "reached"), [(None, 3), ("x", 2), ("y", 1), ("z", 0)])
def test_signal_reaches_all_of_a_tenant(
    stage: Callable[..., Any], draw: Any, tenant: str | None, reached: int
) -> None:
    played = stage(hearing(draw))
    for one in ("x", "x", "y"):
        played.do("start", "main", business_key="k", bundle_id=BUNDLE, tenant=one)

    assert played.do("signal", "closing", {"why": "flood"}, tenant=tenant) == reached

    done = [row.id for row in played.rows(ProcessInstance) if played.ready(row.id)]
    assert len(done) == reached
    assert all(played.data(one) == {"why": "flood"} for one in done)
    assert len(played.rows(Subscription)) == 3 - reached


def test_signal_nobody_waits_for_is_lost(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(hearing(draw))

    assert played.do("signal", "closing") == 0
    assert played.ready(played.start()) == {}


def test_signal_starts_a_process(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(
        draw.document(
            draw.process(
                draw.event("startEvent", "by_signal", "signal closing") + draw.user("a"),
                "by_signal>a a>e",
            )
        )
    )
    played.do("register_starts", BUNDLE, tenant="t")

    assert played.do("signal", "closing", {"x": 1}) == 1

    instance = played.rows(ProcessInstance)[0]
    assert (instance.tenant, played.data(instance.id)) == ("t", {"x": 1})


def test_signal_from_a_service_task_reaches_its_own_instance_after_the_save(
    stage: Callable[..., Any], draw: Any
) -> None:
    group = ServiceTasks("a")

    @group.register
    def tell(db: Any, context: TaskContext) -> dict[str, Any]:
        return {"reached": context.engine.signal(db, "closing")}

    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.event("intermediateCatchEvent", "hear", "signal closing")
            + draw.user("go") + draw.service("tell", "a.tell"),
            "s>g g>hear g>go go>tell hear>e tell>e",
        )
    )  # fmt: skip
    played = stage(sources, group)
    instance = played.start()
    other = played.start()

    played.do("complete", played.ready(instance)["go"], actor="li")

    assert (played.status(instance), played.data(instance)) == ("completed", {"reached": 2})
    assert list(played.ready(other)) == ["go"]
    assert played.rows(Subscription) == []


def test_signal_end_event_is_thrown(draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.event("intermediateCatchEvent", "hear", "signal closing")
            + draw.user("go")
            + draw.event("endEvent", "tell", "signal closing"),
            "s>g g>hear g>go go>tell hear>e",
        )
    )

    trace = run_diagram(sources, "main", answers={"go": {}})

    assert trace.elements == ["s", "g", "go", "tell", "hear", "e"]
