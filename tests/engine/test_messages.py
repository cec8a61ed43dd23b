"""Messages reach exactly one waiting task, start a process, or wait."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import (
    BufferedMessage,
    Correlation,
    Delivery,
    HistoryRow,
    ProcessInstance,
    ServiceTasks,
    Subscription,
    TaskContext,
)
from engine.testing import BUNDLE, run_diagram


def receiver(draw: Any, key: str = "", tag: str = "intermediateCatchEvent") -> dict[str, bytes]:
    extensions = draw.extensions(correlationKey=key) if key else ""
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.event(tag, "wait", "message paid", extensions) + draw.user("after"),
            "s>wait wait>after after>e",
        )
    )
    return sources


def test_message_reaches_the_waiting_task(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(receiver(draw))
    first, second = played.start(key="A"), played.start(key="B")

    result = played.do("correlate", "paid", "B", {"status": "paid"})

    assert result == Correlation(Delivery.DELIVERED, second)
    assert played.data(second) == {"status": "paid"}
    assert played.ready(first) == {}
    assert list(played.ready(second)) == ["after"]
    assert [row.correlation_key for row in played.rows(Subscription)] == ["A"]


def test_oldest_subscription_goes_first(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(receiver(draw))
    waiting = []
    for _ in range(3):
        waiting.append(played.start())
        played.clock.advance(None, timedelta(seconds=1))

    reached = [played.do("correlate", "paid", "k").instance_id for _ in range(3)]

    assert reached == waiting
    assert played.do("correlate", "paid", "k").delivery is Delivery.BUFFERED


def test_correlation_key_is_an_expression(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(receiver(draw, '= "room-" + string(room)'))
    instance = played.start({"room": 7})

    assert played.do("correlate", "paid", "k").delivery is Delivery.BUFFERED
    assert played.do("correlate", "paid", "room-7").instance_id == instance


def test_null_key_is_an_incident_that_can_be_retried(
    sqlite_stage: Callable[..., Any], draw: Any
) -> None:
    facts: dict[str, Any] = {"room": lambda db, head, variables: known.get("room")}
    known: dict[str, Any] = {}
    played = sqlite_stage(receiver(draw, "= room"), facts=facts)
    instance = played.start()
    from engine import Incident

    incident = played.rows(Incident)[0]
    assert (incident.kind, incident.element_id) == ("BadResult", "wait")
    known["room"] = "r7"
    played.do("retry_incident", incident.id, actor="op")

    assert [row.correlation_key for row in played.rows(Subscription)] == ["r7"]
    assert played.do("correlate", "paid", "r7").instance_id == instance


def test_kept_message_is_given_to_who_comes_later(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(receiver(draw))

    kept = played.do("correlate", "paid", "k", {"n": 1})
    played.clock.advance(None, timedelta(seconds=1))
    played.do("correlate", "paid", "k", {"n": 2})
    instance = played.start()

    assert kept == Correlation(Delivery.BUFFERED)
    assert played.data(instance) == {"n": 1}
    assert sorted((row.payload["n"], row.status) for row in played.rows(BufferedMessage)) == [
        (1, "delivered"),
        (2, "buffered"),
    ]


@pytest.mark.parametrize(("hours", "reached"), [(23, True), (24, False), (25, False)])
def test_kept_message_has_a_time_to_live(
    sqlite_stage: Callable[..., Any], draw: Any, hours: int, reached: bool
) -> None:
    played = sqlite_stage(receiver(draw))
    played.do("correlate", "paid", "k", ttl=timedelta(hours=24))
    played.clock.advance(None, timedelta(hours=hours))

    instance = played.start()

    assert (list(played.ready(instance)) == ["after"]) is reached
    assert played.do("expire_messages") == (0 if reached else 1)


def test_message_id_makes_repeats_harmless(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(receiver(draw))
    first, second = played.start(), played.start()

    reached = [played.do("correlate", "paid", "k", message_id="m1") for _ in range(3)]

    assert [one.delivery for one in reached] == ["delivered", "duplicate", "duplicate"]
    assert {reached[0].instance_id} < {first, second}
    assert len(played.rows(Subscription)) == 1


def test_messages_at_once_find_different_receivers(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(receiver(draw))
    waiting = {played.start() for _ in range(3)}

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda n: played.do("correlate", "paid", "k", {"n": n}), range(4)))

    assert {one.instance_id for one in results} - {None} == waiting
    assert sorted(one.delivery for one in results) == ["buffered"] + ["delivered"] * 3
    assert len(played.rows(BufferedMessage)) == 1


def test_message_and_receiver_at_once_still_meet(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(receiver(draw))
    started: list[Any] = []
    waiter = Thread(target=lambda: started.append(played.start()))

    with played.database.transaction() as db:
        result = played.engine.correlate(db, "paid", "k", {"n": 1})
        waiter.start()
        waiter.join(0.3)
    waiter.join()

    assert result.delivery is Delivery.BUFFERED
    assert played.data(started[0]) == {"n": 1}


def ping(draw: Any) -> dict[str, bytes]:
    def throw(element_id: str, message: str, key: str) -> str:
        inner = draw.extensions({"n": "= n + 1"}, correlationKey=key)
        return str(draw.event("intermediateThrowEvent", element_id, f"message {message}", inner))

    sources: dict[str, bytes] = draw.document(
        draw.process(
            throw("ask", "paid", '"other"')
            + draw.event("intermediateCatchEvent", "hear", "message moved"),
            "s>ask ask>hear hear>e",
        )
    )
    sources["other.bpmn"] = draw.document(
        draw.process(
            draw.event("intermediateCatchEvent", "heard", "message paid").replace('"s', '"t')
            + throw("tell", "moved", '"asker"')
            + draw.node("startEvent", "t")
            + draw.node("endEvent", "u"),
            "t>heard heard>tell tell>u",
            "other",
        )
    )["main.bpmn"]
    return sources


def test_message_and_reply_in_one_transaction(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(ping(draw))
    other = played.start(key="other", process_id="other")

    asker = played.start({"n": 1}, key="asker")

    assert played.status(other) == played.status(asker) == "completed"
    assert played.data(asker) == {"n": 3}


def test_instances_that_never_stop_are_stopped(
    sqlite_stage: Callable[..., Any], draw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import openings
    from engine.errors import TooManyMessages

    monkeypatch.setattr(openings, "MAX_DELIVERIES", 20)
    loop = draw.document(
        draw.process(
            draw.node("exclusiveGateway", "again", default="on")
            + draw.event(
                "intermediateThrowEvent", "say", "message paid",
                draw.extensions(correlationKey='"k"'),
            )
            + draw.event("intermediateCatchEvent", "hear", "message paid"),
            "s>again again>say:on again>e[stop = true] say>hear hear>again",
        )
    )  # fmt: skip
    played = sqlite_stage(loop)

    with pytest.raises(TooManyMessages):
        played.start()


calls = ServiceTasks("calls")


@calls.register
def tell_self(db: Any, context: TaskContext) -> dict[str, Any]:
    result = context.engine.correlate(db, "paid", context.business_key, {"from": "inside"})
    return {"delivery": result.delivery.value}


def test_message_to_the_instance_that_is_running_waits_for_its_save(
    stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.event("intermediateCatchEvent", "hear", "message paid")
            + draw.user("go")
            + draw.service("tell", "calls.tell_self"),
            "s>g g>hear g>go go>tell hear>e tell>e",
        )
    )
    played = stage(sources, calls)
    instance = played.start()

    played.complete("go")

    assert played.status(instance) == "completed"
    assert played.data(instance) == {"delivery": "queued", "from": "inside"}


def test_thrown_message_starts_a_process_of_the_same_bundle(
    stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.event(
                "intermediateThrowEvent", "say", "message paid",
                draw.extensions({"amount": "= 5"}, correlationKey='"child"'),
            ),
            "s>say say>e",
        )
    )  # fmt: skip
    sources["child.bpmn"] = draw.document(
        draw.process(
            draw.event("startEvent", "by_message", "message paid") + draw.user("child_task"),
            "by_message>child_task",
            "child",
        )
    )["main.bpmn"]
    played = stage(sources)

    parent = played.start()

    child = played.rows(ProcessInstance, process_id="child")[0]
    assert (child.parent_id, child.business_key) == (parent, "child")
    assert played.data(child.id) == {"amount": 5}
    assert list(played.ready()) == ["child_task"]


def test_message_from_outside_starts_a_registered_process(
    stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.event("startEvent", "by_message", "message paid") + draw.user("a"),
            "by_message>a a>e",
        )
    )
    played = stage(sources)

    assert played.do("correlate", "paid", "n1").delivery is Delivery.BUFFERED
    assert played.do("register_starts", BUNDLE, tenant="t") == 1
    assert played.do("register_starts", BUNDLE, tenant="t") == 1
    result = played.do("correlate", "paid", "n2", {"x": 1})

    assert result.delivery is Delivery.STARTED
    started = played.rows(ProcessInstance)
    assert [(one.business_key, one.tenant) for one in started] == [("n2", "t")]
    assert played.data(result.instance_id) == {"x": 1}


def test_message_from_outside_belongs_to_whoever_bears_its_key(
    stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(draw.user("work"), "s>work work>e"),
        draw.process(
            draw.event("startEvent", "by_message", "message paid")
            + draw.user("a")
            + draw.node("endEvent", "over"),
            "by_message>a a>over",
            process_id="beside",
        ),
    )
    played = stage(sources)
    played.do("register_starts", BUNDLE, tenant="other")
    bearer = played.do(
        "start", "main", business_key="K", variables={}, bundle_id=BUNDLE, tenant="own"
    ).id

    result = played.do("correlate", "paid", "K")

    assert result.delivery is Delivery.STARTED
    started = played.rows(ProcessInstance, process_id="beside")
    assert [(one.tenant, one.parent_id) for one in started] == [("own", bearer)]


def test_receive_task_stores_under_its_result_variable(draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node("receiveTask", "wait", messageRef="paid", camunda_resultVariable="fee"),
            "s>wait wait>e",
        )
    )

    trace = run_diagram(sources, "main", events=[{"message": "paid", "payload": {"status": "ok"}}])

    assert (trace.data, trace.elements) == ({"fee": {"status": "ok"}}, ["s", "wait", "e"])


def test_boundary_message_interrupts(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.user("work")
            + draw.event("boundaryEvent", "b", "message paid", attachedToRef="work")
            + draw.user("other"),
            "s>work work>e b>other other>e",
        )
    )
    played = stage(sources)
    instance = played.start()

    played.do("correlate", "paid", "k")

    assert list(played.ready()) == ["other"]
    from engine import UserTask

    assert {row.element_id: row.status for row in played.rows(UserTask)} == {
        "work": "cancelled",
        "other": "ready",
    }
    assert played.rows(Subscription) == []
    played.complete("other")
    assert played.status(instance) == "completed"


def test_boundary_message_that_does_not_interrupt_can_come_again(
    stage: Callable[..., Any], draw: Any
) -> None:
    sources = draw.document(
        draw.process(
            draw.user("work")
            + draw.event(
                "boundaryEvent", "b", "message paid", attachedToRef="work", cancelActivity="false"
            )
            + draw.user("other"),
            "s>work work>e b>other",
        )
    )
    played = stage(sources)
    instance = played.start()

    for _ in range(3):
        assert played.do("correlate", "paid", "k").delivery is Delivery.DELIVERED

    from engine import UserTask

    open_tasks = [row.element_id for row in played.rows(UserTask, status="ready")]
    assert sorted(open_tasks) == ["other", "other", "other", "work"]
    played.complete("work")
    assert played.rows(Subscription) == []
    assert played.status(instance) == "running"


def test_history_tells_of_messages(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(ping(draw))
    played.start(key="other", process_id="other")
    asker = played.start({"n": 1}, key="asker")

    rows = [(row.kind, row.element_id, row.details) for row in played.rows(HistoryRow)
            if row.instance_id == asker]  # fmt: skip

    assert rows == [
        ("started", None, {"variables": {"n": 1}}),
        ("message_sent", "ask", {"name": "paid", "key": "other", "payload": {"n": 2}}),
        ("message", "hear", {"name": "moved"}),
        ("ended", None, None),
    ]


@pytest.fixture
def rehearsal(memory_stage: Callable[..., Any], draw: Any) -> Iterator[tuple[Any, Any]]:
    """One database for all examples, and numbers to keep them apart."""
    played = memory_stage(receiver(draw))
    yield played, count()
    played.database.dispose()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("AB")), max_size=8))
def test_no_message_is_lost_or_doubled(
    rehearsal: tuple[Any, Any], steps: list[tuple[bool, str]]
) -> None:
    """Whatever comes first, message or receiver: both meet, each once, and per key."""
    played, example = rehearsal[0], str(next(rehearsal[1]))
    for number, (is_message, key) in enumerate(steps):
        if is_message:
            played.do("correlate", "paid", key + example, {"n": number})
        else:
            played.start(key=key + example)
        played.clock.advance(None, timedelta(seconds=1))

    for key in "AB":
        sent = sum(1 for is_message, one in steps if is_message and one == key)
        waiting = sum(1 for is_message, one in steps if not is_message and one == key)
        met = min(sent, waiting)
        ids = [one.id for one in played.rows(ProcessInstance, business_key=key + example)]
        assert sum(1 for one in ids if played.ready(one)) == met
        assert len(played.rows(Subscription, correlation_key=key + example)) == waiting - met
        kept = played.rows(BufferedMessage, correlation_key=key + example, status="buffered")
        assert len(kept) == sent - met
