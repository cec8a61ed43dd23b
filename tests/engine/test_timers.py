"""Timers are rows; they fire one by one, and when told to."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine import HistoryRow, Incident, ProcessInstance, Subscription, Timer, UserTask
from engine.testing import BUNDLE, run_diagram

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def waiting(draw: Any, timer: str) -> dict[str, bytes]:
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.event("intermediateCatchEvent", "wait", f"timer {timer}") + draw.user("after"),
            "s>wait wait>after after>e",
        )
    )
    return sources


@pytest.mark.parametrize(
    ("timer", "due"),
    [
        ("duration P5D", START + timedelta(days=5)),
        ("duration PT90M", START + timedelta(minutes=90)),
        ('duration duration("P1D") * days', START + timedelta(days=3)),
        ("date 2026-04-01", datetime(2026, 3, 31, 16, 0, tzinfo=UTC)),
        ('date date and time(day, time("09:00:00"))', datetime(2026, 5, 1, 1, 0, tzinfo=UTC)),
        ("date today() + duration(&quot;P1D&quot;)", datetime(2026, 3, 2, 16, 0, tzinfo=UTC)),
        ("date now() + duration(&quot;PT1H&quot;)", START + timedelta(hours=1)),
    ],
)
def test_due_time(sqlite_stage: Callable[..., Any], draw: Any, timer: str, due: datetime) -> None:
    timer = timer.replace("&quot;", '"').replace("(day,", "(date(day),")
    played = sqlite_stage(waiting(draw, timer))

    played.start({"days": 3, "day": "2026-05-01"})

    assert [(row.element_id, row.due_at) for row in played.rows(Timer)] == [("wait", due)]


def test_timer_fires_when_due_and_once(stage: Callable[..., Any], draw: Any) -> None:
    played = stage(waiting(draw, "duration PT1H"))
    instance = played.start()
    timer = played.rows(Timer)[0].id

    played.clock.advance(None, timedelta(minutes=59))
    assert played.do("due_timers") == []
    assert played.do("fire_timer", timer) is False
    played.clock.advance(None, timedelta(minutes=1))
    assert played.do("due_timers") == [timer]
    assert played.do("fire_timer", timer) is True
    assert played.do("fire_timer", timer) is False

    assert list(played.ready(instance)) == ["after"]
    assert played.rows(Timer) == []
    assert [row.kind for row in played.rows(HistoryRow)] == ["started", "timer"]


def test_only_the_one_timer_fires(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.event("intermediateCatchEvent", "one", "timer duration PT1H")
            + draw.event("intermediateCatchEvent", "two", "timer duration PT1H"),
            "s>g g>one g>two one>e two>e",
        )
    )
    played = stage(sources)
    played.start()
    played.clock.advance(None, timedelta(hours=2))
    rows = {row.element_id: row.id for row in played.rows(Timer)}

    played.do("fire_timer", rows["two"])

    assert [row.element_id for row in played.rows(Timer)] == ["one"]


@pytest.mark.parametrize("interrupts", [True, False])
def test_boundary_timer(stage: Callable[..., Any], draw: Any, interrupts: bool) -> None:
    sources = draw.document(
        draw.process(
            draw.user("work")
            + draw.event(
                "boundaryEvent", "b", "timer duration P1D",
                attachedToRef="work", cancelActivity=str(interrupts).lower(),
            )
            + draw.user("remind"),
            "s>work work>e b>remind remind>e",
        )
    )  # fmt: skip
    played = stage(sources)
    instance = played.start()

    played.do("fire_timer", played.rows(Timer)[0].id, force=True)

    assert sorted(played.ready()) == (["remind"] if interrupts else ["remind", "work"])
    assert played.rows(Timer) == []
    for element in list(played.ready()):
        played.complete(element)
    assert played.status(instance) == "completed"


def test_answer_removes_the_boundary_timer(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.user("work")
            + draw.event("boundaryEvent", "b", "timer duration P1D", attachedToRef="work")
            + draw.user("remind"),
            "s>work work>e b>remind remind>e",
        )
    )
    played = sqlite_stage(sources)
    instance = played.start()

    played.complete("work")

    assert (played.rows(Timer), played.status(instance)) == ([], "completed")


def test_cycle_repeats_and_ends(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.user("work")
            + draw.event(
                "boundaryEvent", "b", "timer cycle R3/PT1H",
                attachedToRef="work", cancelActivity="false",
            )
            + draw.user("remind"),
            "s>work work>e b>remind",
        )
    )  # fmt: skip
    played = stage(sources)
    played.start()
    due = []

    for _ in range(5):
        for row in played.rows(Timer):
            due.append(row.due_at - START)
            played.clock.advance(None, timedelta(hours=1))
            played.do("fire_timer", row.id)

    assert due == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=3)]
    assert len(played.rows(UserTask, element_id="remind", status="ready")) == 3


def test_first_event_behind_a_gateway_wins(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.node("eventBasedGateway", "g")
            + draw.event("intermediateCatchEvent", "fee", "message paid")
            + draw.event("intermediateCatchEvent", "over", "timer duration P1D")
            + draw.event("intermediateCatchEvent", "stop", "signal closing")
            + draw.user("go") + draw.user("late"),
            "s>g g>fee g>over g>stop fee>go over>late stop>late go>e late>e",
        )
    )  # fmt: skip
    played = stage(sources)
    by_message, by_timer, by_signal = (played.start(key=key) for key in "mts")
    assert len(played.rows(Timer)) == 3
    assert len(played.rows(Subscription)) == 6

    played.do("correlate", "paid", "m", {"x": 1})
    timer = played.rows(Timer, instance_id=by_timer)[0]
    played.do("fire_timer", timer.id, force=True)
    played.do("signal", "closing")

    assert list(played.ready(by_message)) == ["go"]
    assert list(played.ready(by_timer)) == ["late"]
    assert list(played.ready(by_signal)) == ["late"]
    assert (played.rows(Timer), played.rows(Subscription)) == ([], [])
    assert played.data(by_message) == {"x": 1}


def test_reschedule_moves_dates_that_name_facts(stage: Callable[..., Any], draw: Any) -> None:
    exam = {"exam_date": "2026-06-10"}
    sources = draw.document(
        draw.process(
            draw.node("parallelGateway", "g")
            + draw.event(
                "intermediateCatchEvent", "by_date",
                'timer date date(session.exam_date) - duration("P5D")',
            )
            + draw.event("intermediateCatchEvent", "by_duration", "timer duration P5D")
            + draw.event("intermediateCatchEvent", "from_today",
                         'timer date today() + duration("P5D")')
            + draw.user("a", camunda_dueDate="= date(session.exam_date)")
            + draw.user("b", camunda_dueDate="P2D", camunda_followUpDate="P1D")
            + draw.user(
                "c", camunda_followUpDate='= date(session.exam_date) - duration("P1D")'
            )
            + draw.user("d", camunda_dueDate='= today() + duration("P3D")'),
            "s>g g>by_date g>by_duration g>from_today g>a g>b g>c g>d by_date>e by_duration>e "
            "from_today>e a>e b>e c>e d>e",
        )
    )  # fmt: skip
    played = stage(sources, facts={"session": lambda db, head, variables: exam})
    played.start(key="S1")
    before = {row.element_id: row.due_at for row in played.rows(Timer)}
    played.clock.advance(None, timedelta(days=1))

    exam["exam_date"] = "2026-06-20"
    moved = played.do("reschedule_timers", "S1")

    after = {row.element_id: row.due_at for row in played.rows(Timer)}
    assert after["by_date"] - before["by_date"] == timedelta(days=10)
    assert after["by_duration"] == before["by_duration"]
    assert after["from_today"] == before["from_today"]
    tasks = {row.element_id: (row.due_at, row.follow_up_at) for row in played.rows(UserTask)}
    assert tasks == {
        "a": (datetime(2026, 6, 19, 16, 0, tzinfo=UTC), None),
        "b": (START + timedelta(days=2), START + timedelta(days=1)),
        "c": (None, datetime(2026, 6, 18, 16, 0, tzinfo=UTC)),
        "d": (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), None),
    }
    assert moved == 3
    assert played.do("reschedule_timers", "S1") == 0


def test_start_timer_repeats(stage: Callable[..., Any], draw: Any) -> None:
    sources = draw.document(
        draw.process(
            draw.event("startEvent", "weekly", "timer cycle R2/P7D") + draw.user("a"),
            "weekly>a a>e",
        )
    )
    played = stage(sources)
    played.do("register_starts", BUNDLE)

    for _ in range(3):
        played.clock.advance(None, timedelta(days=7))
        for timer in played.do("due_timers"):
            played.do("fire_timer", timer)

    assert [one.business_key for one in played.rows(ProcessInstance)] == [
        "main-20260309T010000",
        "main-20260316T010000",
    ]
    assert played.rows(Timer) == []


def test_bad_timer_is_an_incident(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    facts: dict[str, Any] = {"session": lambda db, head, variables: {"exam_date": known[0]}}
    known: list[Any] = [None]
    played = sqlite_stage(waiting(draw, "date session.exam_date"), facts=facts)
    instance = played.start()

    incident = played.rows(Incident)[0]
    known[0] = date(2026, 5, 1).isoformat()
    played.do("retry_incident", incident.id, actor="op")

    assert incident.element_id == "wait"
    assert [row.due_at for row in played.rows(Timer)] == [datetime(2026, 4, 30, 16, 0, tzinfo=UTC)]
    assert played.status(instance) == "running"


def test_script_advances_the_clock(draw: Any) -> None:
    trace = run_diagram(
        waiting(draw, "duration P5D"),
        "main",
        events=[{"advance": "P3D"}, {"advance": "P3D"}],
        answers={"after": {}},
    )

    assert trace.elements == ["s", "wait", "after", "e"]
