"""Instances, messages, incidents, operations and the clock over HTTP."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlmodel import select

from engine.clock import Clock
from engine.incidents import Incident
from engine.jobs import LocalQueue
from tests.api.small import Street

API = "/api/v1"


def test_message_moves_the_instance_on_once(street: Street) -> None:
    for element, who in (("first", "reviewer"), ("second", "other_reviewer")):
        url = f"{API}/user-tasks/{street.user_task(street.own, element).id}/completion"
        street.client(street.own.people[who]).post(url, json={"answer": {"points": 1}})
    client = street.client(token=street.own.client_token)
    body = {"name": "small_reply", "correlationKey": street.own.enrolment_number, "messageId": "7"}

    first, again = (client.post(f"{API}/messages", json=body).json() for _ in range(2))

    assert first == {"delivery": "delivered", "instanceId": str(street.own.instance_id)}
    assert again == {"delivery": "duplicate", "instanceId": None}
    instance = client.get(f"{API}/process-instances/{street.own.instance_id}").json()
    assert (instance["status"], instance["businessKey"]) == (
        "completed", street.own.enrolment_number,
    )  # fmt: skip


def test_start_needs_the_right_and_a_key(sqlite_street: Street) -> None:
    street = sqlite_street
    admin = street.client(street.own.people["administrator"])
    body = {"processId": "small_review", "businessKey": "B-1"}

    started = admin.post(f"{API}/process-instances", json=body)

    assert started.status_code == 201
    assert admin.get(started.headers["location"]).json()["businessKey"] == "B-1"
    found = admin.get(f"{API}/process-instances", params={"businessKey": "B-1"}).json()
    assert [one["id"] for one in found["items"]] == [started.json()["id"]]
    keyless = admin.post(f"{API}/process-instances", json={"processId": "small_review"})
    assert [one["pointer"] for one in keyless.json()["errors"]] == ["/businessKey"]
    unknown = admin.post(f"{API}/process-instances", json={**body, "processId": "nothing"})
    assert unknown.status_code == 404
    refused = street.client(street.own.people["reviewer"]).post(
        f"{API}/process-instances", json=body
    )
    assert refused.status_code == 403


def test_director_ends_an_instance(sqlite_street: Street) -> None:
    street = sqlite_street
    url = f"{API}/process-instances/{street.own.instance_id}"
    director = street.client(street.own.people["director"])

    refused = street.client(street.own.people["reviewer"]).post(
        f"{url}/cancellation", json={"reason": "x"}
    )
    ended = director.post(f"{url}/cancellation", json={"reason": "批次取消"})
    again = director.post(f"{url}/cancellation", json={"reason": "x"})

    assert (refused.status_code, ended.status_code, again.status_code) == (403, 204, 409)
    assert director.get(url).json()["status"] == "cancelled"


def test_pages_of_instances_follow_one_another(sqlite_street: Street) -> None:
    street = sqlite_street
    engine = street.installation.engine
    with street.installation.database.transaction() as db:
        for number in range(4):
            engine.start(db, "small_review", business_key=f"K-{number}", tenant="OWN")
    client, seen, cursor = street.client(street.own.people["director"]), [], ""
    while cursor is not None:
        page = client.get(f"{API}/process-instances", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["businessKey"] for one in page["items"]]
        cursor = page["next"]

    assert sorted(seen) == ["K-0", "K-1", "K-2", "K-3", street.own.enrolment_number]


@pytest.mark.parametrize("action", ["retry", "skip"])
def test_incident_is_settled_once(sqlite_street: Street, action: str) -> None:
    street = sqlite_street
    with street.installation.database.transaction() as db:
        incident = Incident(
            instance_id=street.own.instance_id, tenant="OWN", kind="job", message="x",
            created_at=datetime.now(UTC),
        )  # fmt: skip
        db.add(incident)
    admin = street.client(street.own.people["administrator"])
    [listed] = admin.get(f"{API}/incidents").json()["items"]
    url, body = f"{API}/incidents/{listed['id']}/{action}", {"reason": "核对无误"}

    settled = admin.post(url, json=body if action == "skip" else {})
    again = admin.post(url, json=body if action == "skip" else {})

    assert (settled.status_code, again.status_code) == (204, 409)
    assert admin.get(f"{API}/incidents").json()["items"] == []
    with street.installation.database.reading() as db:
        [found] = db.exec(select(Incident))
    assert (found.resolved_by, found.reason) == (
        str(street.own.people["administrator"]), "核对无误" if action == "skip" else None,
    )  # fmt: skip


def test_operation_tells_how_far_it_is(sqlite_street: Street) -> None:
    street = sqlite_street
    admin = street.client(street.own.people["administrator"])

    ordered = admin.post(f"{API}/operations", json={"kind": "rebuild-rows"})
    before = admin.get(ordered.headers["location"]).json()
    LocalQueue().run_pending(street.installation.database, street.installation.engine)
    after = admin.get(ordered.headers["location"]).json()

    assert (ordered.status_code, before["status"], after["status"]) == (202, "waiting", "done")
    assert UUID(after["id"])


def test_clock_moves_for_administrators_and_not_in_production(sqlite_street: Street) -> None:
    street = sqlite_street
    admin = street.client(street.own.people["administrator"])

    moved = admin.post(f"{API}/clock/advance", json={"by": "P5D"})
    back = admin.post(f"{API}/clock/advance", json={"by": "-P1D"})
    street.installation.settings.mode = "production"
    refused = admin.post(f"{API}/clock/advance", json={"by": "P5D"})

    ahead = datetime.fromisoformat(moved.json()["now"]) - Clock().now()
    assert (ahead.days, back.status_code) in {(4, 422), (5, 422)}
    assert (refused.status_code, refused.json()["type"]) == (
        409, "urn:jiancheng:problem:clock-refused",
    )  # fmt: skip
    assert admin.get(f"{API}/clock").json()["movable"] is False
