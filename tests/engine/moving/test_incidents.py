"""Incidents of instances that are moved."""

from collections.abc import Callable

from engine.incidents import Incident
from engine.moving.moves import Moved
from engine.timers import Timer
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import line, users
from tests.engine.moving.grounds import Ground


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
