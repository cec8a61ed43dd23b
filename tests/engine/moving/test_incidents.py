"""Incidents of instances that are moved."""

from collections.abc import Callable

import pytest

from engine.incidents import Incident
from engine.moving.moves import Moved
from engine.timers import Timer
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import line, users
from tests.engine.moving.grounds import FORM, Ground


def test_an_incident_goes_along_and_is_tried_again(ground: Callable[..., Ground]) -> None:
    played = ground({"work": lambda **_: 1 / 0})
    played.publish(line(D.node("scriptTask", "t", "<bpmn:script>{x: 1 + y.z}</bpmn:script>"),
                        D.service("j", "work"), text="s>t t>j j>e"))  # fmt: skip
    instance = played.begin()
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


def forked(*branches: str) -> dict[str, bytes]:
    """One of two ways is taken, and a join waits for those that are drawn to it."""
    x, join = D.node("exclusiveGateway", "x", default="no"), D.node("parallelGateway", "join")
    to_join = " ".join(f"{one}>join" for one in branches)
    rest = "" if "b" in branches else "b>e"
    flows = f"s>x x>a[true] x>b:no {to_join} {rest} join>z z>e"
    return line(x, join, users("a", "b", "z"), text=flows)


def test_one_that_cannot_go_on_is_tried_again_by_the_new_drawing(
    ground: Callable[..., Ground],
) -> None:
    played = ground()
    played.publish(forked("a", "b"))
    instance = played.begin()
    played.complete("a")
    [stuck] = played.rows(Incident)
    mended = played.publish(forked("a"))
    before = played.kept(instance)

    moved = played.move(instance, mended)

    assert (stuck.kind, [one.code for one in moved.effect.notes]) == ("Stuck", ["stuck"])
    assert [row.resolution for row in played.rows(Incident)] == ["retried"]
    assert list(played.ready(instance)) == ["z"]
    played.undo(instance, moved)
    assert played.kept(instance) == before
    assert [row.resolution for row in played.rows(Incident)] == [None]
    played.move(instance, mended)
    assert played.finish(instance) == ["z"]
    assert played.status(instance) == "completed"


def test_new_forms_alone_leave_it_where_it_is_and_say_so(
    sqlite_ground: Callable[..., Ground],
) -> None:
    played = sqlite_ground()
    played.publish(forked("a", "b"))
    instance = played.begin()
    played.complete("a")
    newer = played.publish(forked("a"), FORM + b"\n")

    assert isinstance(played.move(instance, newer, parts=["form"]), Moved)

    assert played.ready(instance) == {}
    assert {row.resolution for row in played.rows(Incident)} == {"retried", None}


@pytest.mark.parametrize(
    ("again", "status", "resolutions"),
    [("true", "running", {"retried", None}), ("false", "completed", {"retried"})],
)
def test_one_that_runs_in_circles_goes_on_by_the_new_drawing(
    sqlite_ground: Callable[..., Ground], again: str, status: str, resolutions: set[str | None]
) -> None:
    def circle(again: str, count: int) -> dict[str, bytes]:
        nodes = D.node("exclusiveGateway", "x", default="no") + D.node(
            "scriptTask", "t", f"<bpmn:script>{{n: {count}}}</bpmn:script>"
        )
        return line(nodes, text=f"s>t t>x x>t[{again}] x>e:no")

    played = sqlite_ground()
    played.engine.step_budget = 20
    played.publish(circle("true", 1))
    instance = played.begin()

    moved = played.move(instance, played.publish(circle(again, 2)))

    assert isinstance(moved, Moved)
    assert played.status(instance) == status
    assert {row.resolution for row in played.rows(Incident)} == resolutions
