"""Instances moved to another bundle: what they keep, what is new, and back again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.effects import Effect, EffectState
from engine.history import HistoryKind, read_history
from engine.instances import ProcessInstance
from engine.moving.moves import Moved, UndoRefused
from engine.subscriptions import Subscription
from engine.timers import Timer
from engine.user_tasks import UserTask
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import (
    AB,
    CHANGES,
    FORKED,
    HANDLER,
    LATE,
    Change,
    handled,
    ids,
    line,
    nested,
    sub,
    users,
)
from tests.engine.moving.grounds import FORM, Ground

DAY = timedelta(days=1)
MOVABLE = [pytest.param(one, id=ids(one)) for one in CHANGES if one[5] in ("can_move",)]
ACB = line(users("a", "c", "b"), text="s>a a>c c>b b>e")
WITH_TIMER = line(users("a", "b"), LATE, text="s>a a>b b>e late>b")


@pytest.mark.parametrize("change", MOVABLE)
def test_what_can_move_moves_and_comes_back(ground: Callable[..., Ground], change: Change) -> None:
    _, old, completed, new, mapping, *_ = change
    played = ground()
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


def test_it_goes_on_by_the_new_drawing(ground: Callable[..., Ground]) -> None:
    played = ground()
    played.publish(AB)
    instance = played.begin({"x": 1})
    played.move(instance, played.publish(ACB))

    assert played.finish(instance) == ["a", "c", "b"]
    assert played.status(instance) == "completed"
    assert played.data(instance) == {"x": 1}


def test_a_user_task_keeps_who_has_it_and_its_form(ground: Callable[..., Ground]) -> None:
    due = '=date and time("2026-04-01T00:00:00Z")'
    played = ground()
    first = played.publish(line(D.user("a", camunda_dueDate=due), users("b"), text="s>a a>b b>e"))
    instance = played.begin()
    played.do("claim", played.ready()["a"], actor="li")
    before = played.rows(UserTask)[0]
    later = due.replace("04-01", "05-01")
    new = D.user("a", camunda_dueDate=later, camunda_candidateGroups="boss", name="再审")

    played.move(instance, played.publish(line(new, users("b"), text="s>a a>b b>e"), FORM + b" "))

    after = played.rows(UserTask)[0]
    assert (after.form_ref, after.form_bundle_id) == ("f", first)
    assert (after.id, after.assignee, after.due_at) == (before.id, "li", before.due_at)
    assert (after.name, after.groups()) == ("再审", ["boss"])


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


def test_a_new_boundary_timer_counts_from_when_the_activity_began(
    ground: Callable[..., Ground],
) -> None:
    played = ground()
    played.publish(AB)
    instance = played.begin()
    began = played.clock.now()
    played.clock.advance(None, DAY / 2)

    played.move(instance, played.publish(WITH_TIMER))

    timer = played.rows(Timer)[0]
    assert (timer.element_id, timer.due_at) == ("late", began + DAY)
    assert played.do("fire_timer", timer.id, force=True)
    assert list(played.ready(instance)) == ["b"]
    assert played.finish(instance) == ["b"]


def test_a_removed_boundary_timer_is_cancelled(ground: Callable[..., Ground]) -> None:
    played = ground()
    played.publish(WITH_TIMER)
    instance = played.begin()

    played.move(instance, played.publish(AB))

    assert played.rows(Timer) == []
    assert played.finish(instance) == ["a", "b"]
    assert played.status(instance) == "completed"


def test_branches_that_have_arrived_are_joined_by_the_new_drawing(
    ground: Callable[..., Ground],
) -> None:
    fork, join = D.node("parallelGateway", "fork"), D.node("parallelGateway", "join")
    played = ground()
    played.publish(FORKED)
    instance = played.begin()
    played.complete("a")
    new = line(fork, join, users("a", "b", "z"),
               text="s>fork fork>a fork>b a>join b>join join>z z>e")  # fmt: skip

    played.move(instance, played.publish(new))

    assert played.finish(instance) == ["b", "z"]
    assert played.status(instance) == "completed"


def test_a_branch_that_somebody_is_in_is_asked_for(ground: Callable[..., Ground]) -> None:
    fork, join = D.node("parallelGateway", "fork"), D.node("parallelGateway", "join")
    flows = "s>fork fork>a fork>b fork>c a>join b>join c>join join>z z>e"
    played = ground()
    played.publish(line(fork, join, users("a", "b", "c", "z"), text=flows))
    played.begin()
    for element in ("a", "b"):
        played.complete(element)
    fewer = flows.replace("fork>c ", "").replace("c>join ", "")
    bundle = played.publish(line(fork, join, users("a", "b", "z"), text=fewer))

    effect, *_ = played.weigh(bundle)
    assert [one.element_id for one in effect.questions] == ["c"]


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
    from engine.service_tasks import ServiceTasks

    tasks = ServiceTasks()
    tasks.register(name="work", run="job")(lambda db: {"worked": True})
    played = ground(tasks)
    played.publish(line(D.service("j", "work"), text="s>j j>e"))
    instance = played.begin()

    played.move(instance, played.publish(line(D.service("j", "work"), users("z"),
                                              text="s>j j>z z>e")))  # fmt: skip

    assert played.run_jobs() == 1
    assert played.finish(instance) == ["z"]


def test_an_incident_goes_along_and_is_tried_again(ground: Callable[..., Ground]) -> None:
    played = ground({"work": lambda **_: 1 / 0})
    played.publish(line(D.node("scriptTask", "t", "<bpmn:script>{x: 1 + y.z}</bpmn:script>"),
                        D.service("j", "work"), text="s>t t>j j>e"))  # fmt: skip
    instance = played.begin()
    from engine.incidents import Incident

    incident = played.rows(Incident)[0]
    script = D.node("scriptTask", "t", "<bpmn:script>{x: 2}</bpmn:script>")
    service = D.node("serviceTask", "j", camunda_type="external", camunda_topic="fine")
    played.tasks.register(name="fine")(lambda db: {})
    played.engine.service_tasks.register(name="fine2")(lambda db: {})
    new = line(script, service.replace("fine", "fine2"), users("z"), text="s>t t>j j>z z>e")
    bundle = played.publish(new)

    effect, *_ = played.weigh(bundle)
    moved = played.move(instance, bundle)

    assert [one.code for one in effect.notes] == ["failing"]
    assert isinstance(moved, Moved)
    played.do("retry_incident", incident.id, actor="wang")
    assert list(played.ready(instance)) == ["z"]


def test_forms_alone_move_without_touching_the_state(ground: Callable[..., Ground]) -> None:
    played = ground()
    first = played.publish(AB)
    instance = played.begin()
    before = played.kept(instance)
    second = played.publish(AB, form=FORM + b"\n")

    moved = played.move(instance, second)

    after = played.kept(instance)
    assert moved.effect.state == EffectState.CAN_MOVE
    assert [one.code for one in moved.effect.notes] == ["form_kept"]
    assert (after["state"], after["UserTask"]) == (before["state"], before["UserTask"])
    assert (before["bundle"], after["bundle"]) == (first, second)
    played.complete("a")
    assert [row.form_bundle_id for row in played.rows(UserTask)] == [first, second]


@pytest.mark.parametrize("at_once", [True, False], ids=["with the move", "afterwards"])
def test_open_tasks_get_new_forms_where_that_is_wanted(
    ground: Callable[..., Ground], at_once: bool
) -> None:
    played = ground()
    played.publish(line(D.user("a", camunda_formRef="f"), users("b"), text="s>a a>b b>e"))
    instance = played.begin()
    second = played.publish(AB, form=FORM + b"\n")
    if not at_once:
        played.move(instance, second)
    before = played.kept(instance)

    moved = played.move(instance, second, new_forms=True)

    assert [one.code for one in moved.effect.notes] == ["form_given"]
    assert [row.form_bundle_id for row in played.rows(UserTask)] == [second]
    assert isinstance(played.move(instance, second, new_forms=True), Effect)
    played.undo(instance, moved)
    assert played.kept(instance) == before


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


def test_moving_twice_does_nothing(ground: Callable[..., Ground]) -> None:
    played = ground()
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


@pytest.mark.parametrize("act", ["complete", "claim"])
def test_undo_ends_with_the_next_act(ground: Callable[..., Ground], act: str) -> None:
    played = ground()
    played.publish(AB)
    instance = played.begin()
    moved = played.move(instance, played.publish(ACB))
    played.do(act, played.ready()["a"], actor="li")

    with pytest.raises(UndoRefused, match="acted"):
        played.undo(instance, moved)


def test_what_is_refused_stays_as_it_was(ground: Callable[..., Ground]) -> None:
    played = ground()
    played.publish(AB)
    instance = played.begin()
    bundle, before = played.publish(line(users("b"), text="s>b b>e")), played.kept(instance)

    effect = played.move(instance, bundle)

    assert isinstance(effect, Effect)
    assert effect.state == EffectState.NEEDS_MAPPING
    assert played.kept(instance) == before


def test_those_who_follow_are_told_both_ways(ground: Callable[..., Ground]) -> None:
    played = ground()
    first = played.publish(AB)
    instance = played.begin()
    second = played.publish(ACB)
    told: list[Any] = []

    def follow(_: Any, head: Any, bundle_id: str, kept: Any) -> str:
        told.append((head.bundle_id, bundle_id, kept))
        return "was"

    played.engine.followers.append(follow)

    played.undo(instance, played.move(instance, second))

    assert told == [(first, second, None), (second, first, "was")]


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


def test_a_branch_that_waits_at_a_join_does_a_new_step_first(
    ground: Callable[..., Ground],
) -> None:
    played = ground()
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


def test_what_began_behind_an_element_that_is_held_begins_anew(
    ground: Callable[..., Ground],
) -> None:
    nodes = (
        users("a", "c")
        + D.node("exclusiveGateway", "x", default="other")
        + D.node("eventBasedGateway", "g")
        + D.event("intermediateCatchEvent", "told", "message paid")
        + D.event("intermediateCatchEvent", "late", "timer duration =wait")
    )
    flows = "s>a a>x x>g[true] x>c:other g>told g>late told>c late>c c>e"
    played = ground()
    played.publish(line(nodes, text=flows))
    instance = played.begin({"wait": 1})
    played.complete("a")
    from engine.incidents import Incident

    incident = played.rows(Incident)[0]
    bundle = played.publish(line(nodes, users("z"), text=flows.replace("c>e", "c>z z>e")))
    before = played.kept(instance)

    moved = played.move(instance, bundle)

    assert isinstance(moved, Moved)
    played.undo(instance, moved)
    assert played.kept(instance) == before
    played.move(instance, bundle)
    played.do("retry_incident", incident.id, actor="li", variables={"wait": "P1D"})
    assert [row.element_id for row in played.rows(Timer)] == ["g"]
    played.do("correlate", "paid", "k")
    assert played.finish(instance) == ["c", "z"]
