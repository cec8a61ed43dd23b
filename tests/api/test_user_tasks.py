"""User tasks over HTTP: rights, form, four eyes, races, repeats."""

import threading
from typing import Any

import pytest
from sqlmodel import select

from appraisal.answers import last_answer
from engine.history import HistoryRow
from tasks.duties import duties_of
from tests.api.small import Street

API = "/api/v1"
GOOD = {"answer": {"points": 60, "remark": "张三丰"}}


def url(street: Street, element: str = "first", action: str = "completion") -> str:
    return f"{API}/user-tasks/{street.user_task(street.own, element).id}/{action}"


def test_answer_is_kept_and_the_process_goes_on(street: Street) -> None:
    task = street.user_task(street.own)
    reviewer = street.own.people["reviewer"]

    response = street.client(reviewer).post(url(street), json=GOOD)

    assert response.status_code == 200, response.text
    body = response.json()
    assert (body["status"], body["completedBy"], body["name"]) == (
        "completed", str(reviewer), "初审",
    )  # fmt: skip
    assert street.user_task(street.own, "second").name == "复审"
    with street.installation.database.reading() as db:
        assert last_answer(db, task.instance_id, "first") == {"points": 60, "remark": "张三丰"}
        assert duties_of(db, street.own.session_id, reviewer) == {"review"}
        [done] = db.exec(
            select(HistoryRow).where(
                HistoryRow.instance_id == task.instance_id, HistoryRow.kind == "completed"
            )
        )
        assert (done.actor, done.element_id) == (str(reviewer), "first")
        assert sorted((done.details or {})["digests"]) == ["points", "remark"]
        assert "张三丰" not in str(done.details)
        variables = street.installation.engine.read_variables(db, task.instance_id)
    assert variables == {"points": 60}


def test_bad_answer_changes_nothing_and_says_why(street: Street) -> None:
    client = street.client(street.own.people["reviewer"])

    response = client.post(
        url(street), json={"answer": {"points": 101}}, headers={"Accept-Language": "en"}
    )

    assert (response.status_code, response.headers["content-type"]) == (
        422, "application/problem+json",
    )  # fmt: skip
    problem = response.json()
    assert problem["type"] == "urn:jiancheng:problem:invalid"
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [("/points", "max")]
    assert street.user_task(street.own).status == "ready"


def test_second_pair_of_eyes_must_be_another_person(street: Street) -> None:
    street.client(street.own.people["reviewer"]).post(url(street), json=GOOD)

    refused = street.client(street.own.people["reviewer"]).post(url(street, "second"), json=GOOD)
    taken = street.client(street.own.people["other_reviewer"]).post(
        url(street, "second"), json=GOOD
    )

    assert (refused.status_code, refused.json()["reason"]) == (403, "four_eyes")
    assert taken.status_code == 200


def test_late_comer_is_told_who_did_it(street: Street) -> None:
    address = url(street)
    street.client(street.own.people["reviewer"]).post(address, json=GOOD)

    response = street.client(street.own.people["other_reviewer"]).post(address, json=GOOD)

    assert response.status_code == 409
    assert response.json()["completedBy"] == str(street.own.people["reviewer"])


def test_of_two_at_once_one_wins(street: Street) -> None:
    address, statuses, lock = url(street), [], threading.Lock()
    clients = [street.client(street.own.people[who]) for who in ("reviewer", "other_reviewer")]

    def answer(client: Any) -> None:
        response = client.post(address, json=GOOD)
        with lock:
            statuses.append(response.status_code)

    threads = [threading.Thread(target=answer, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 409]


def test_repeated_request_gets_the_first_answer(street: Street) -> None:
    client, address = street.client(street.own.people["reviewer"]), url(street)
    key = {"Idempotency-Key": "8e03978e"}

    first = client.post(address, json=GOOD, headers=key)
    again = client.post(address, json=GOOD, headers=key)
    other = client.post(address, json={"answer": {"points": 1}}, headers=key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (422, "urn:jiancheng:problem:key-reused")


def test_failed_request_does_not_use_its_key_up(street: Street) -> None:
    client, key = street.client(street.own.people["reviewer"]), {"Idempotency-Key": "k"}

    bad = client.post(url(street), json={"answer": {}}, headers=key)
    good = client.post(url(street), json=GOOD, headers=key)

    assert (bad.status_code, good.status_code) == (422, 200)


def test_claim_and_release(street: Street) -> None:
    mine, other = (street.client(street.own.people[w]) for w in ("reviewer", "other_reviewer"))
    address = url(street, action="assignment")

    assert mine.post(address).json()["assignee"] == str(street.own.people["reviewer"])
    lost = other.post(address)
    assert (lost.status_code, lost.json()["assignee"]) == (
        409, str(street.own.people["reviewer"]),
    )  # fmt: skip
    assert other.post(url(street), json=GOOD).json()["reason"] == "not_your_task"
    assert mine.delete(address).status_code == 204
    assert other.post(address).status_code == 200


def test_stale_reader_is_stopped_by_the_entity_tag(sqlite_street: Street) -> None:
    street = sqlite_street
    client = street.client(street.own.people["reviewer"])
    address = f"{API}/user-tasks/{street.user_task(street.own).id}"
    read = client.get(address)
    etag = read.headers["etag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    client.post(address + "/assignment", headers={"If-Match": etag})

    response = client.post(address + "/completion", json=GOOD, headers={"If-Match": etag})

    assert response.status_code == 412
    new = {"If-Match": response.headers["etag"]}
    assert client.post(address + "/completion", json=GOOD, headers=new).status_code == 200


def test_detail_shows_form_schema_and_refusal(sqlite_street: Street) -> None:
    street = sqlite_street
    address = f"{API}/user-tasks/{street.user_task(street.own).id}"

    detail = street.client(street.own.people["reviewer"]).get(
        address, headers={"Accept-Language": "en"}
    )

    body = detail.json()
    assert (body["name"], body["refusal"]) == ("First review", None)
    assert set(body["answerSchema"]["properties"]) == {"points", "remark"}


def test_list_shows_only_the_posts_own(sqlite_street: Street) -> None:
    street = sqlite_street
    task_id = str(street.user_task(street.own).id)
    seen = {
        role: [one["id"] for one in street.client(street.own.people[role]).get(
            f"{API}/user-tasks").json()["items"]]
        for role in ("reviewer", "finance", "administrator", "candidate")
    }  # fmt: skip

    assert seen == {"reviewer": [task_id], "finance": [], "administrator": [], "candidate": []}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("points", "many", "number"),
        ("points", None, "required"),
        ("remark", 5, "type"),
        ("x", 1, "unknown"),
    ],
)
def test_values_of_the_wrong_type_are_refused(
    sqlite_street: Street, field: str, value: Any, code: str
) -> None:
    street = sqlite_street
    answer = {"points": 60, field: value}

    response = street.client(street.own.people["reviewer"]).post(
        url(street), json={"answer": answer}
    )

    assert response.status_code == 422
    found = [(one["pointer"], one["code"]) for one in response.json()["errors"]]
    assert found == [(f"/{field}", code)]
