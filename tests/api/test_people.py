"""People of an organisation: added, appointed, let go, and every act noted."""

from threading import Barrier, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.administration import add_administrator, appoint
from api.clients import add_client
from engine.sources import Source
from tests.api.small import DIAGRAM, Street
from tests.api.test_posts import SECRETARY, begin, complete, own_posts, publish

PEOPLE = "/api/v1/people"


def administrator(street: Street) -> TestClient:
    return street.client(street.own.people["administrator"])


def add(client: TestClient, sign_in_name: str, *posts: str, **more: Any) -> dict[str, Any]:
    body = {"name": "孙新人", "signInName": sign_in_name, "posts": list(posts), **more}
    response = client.post(PEOPLE, json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def posts_of(client: TestClient, person_id: int) -> list[str]:
    return list(client.get(f"{PEOPLE}/{person_id}").json()["posts"])


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("urn:jiancheng:problem:")


def test_somebody_new_signs_in_by_link_once_and_acts_by_an_own_post(street: Street) -> None:
    diagram = DIAGRAM.replace('"reviewer,second_reviewer"', '"secretary"')
    publish(
        street, own_posts(), Source("process", "small_review", diagram.encode(), "organisation:OWN")
    )
    begin(street, street.own)
    assert complete(street, street.own.people["reviewer"], "first") == 200
    client = administrator(street)
    waits = next(one for one in client.get("/api/v1/posts").json()["items"] if one["waiting"])

    person = add(client, "sun", "secretary")
    link = client.post(f"{PEOPLE}/{person['id']}/sign-in-links").json()["link"]

    assert waits == {
        "key": "secretary",
        "name": {"zh": "秘书岗", "en": "Secretary"},
        "holders": 0,
        "waiting": [{"name": {"zh": "复审", "en": "复审"}, "count": 1}],
    }
    new = street.client()
    statuses = [new.post("/api/v1/logins", json={"link": link}).status_code for _ in range(2)]
    assert statuses == [201, 401]
    assert new.get("/api/v1/me").json()["posts"] == ["secretary"]
    assert complete(street, person["id"], "second") == 200


def test_list_is_searched_and_narrowed(street: Street) -> None:
    client = administrator(street)
    gone = add(client, "gone", "reviewer")["id"]
    client.post(f"{PEOPLE}/{gone}/deactivation")

    def found(**given: Any) -> list[str]:
        return [one["signInName"] for one in client.get(PEOPLE, params=given).json()["items"]]

    reviewers = ["OWN-reviewer", "OWN-reviewer-2", "gone"]
    assert found(post="reviewer") == reviewers
    assert found(post="reviewer", active=False) == ["gone"]
    assert found(q="初审") == ["OWN-reviewer-2"]
    assert found(q="OWN-REVIEWER-") == ["OWN-reviewer-2"]
    assert found(q="%") == []
    # Candidates and systems are no staff.
    everybody = found(limit=100)
    assert len(everybody) == len(street.own.people)
    assert not [one for one in everybody if one.startswith(("api-client", "OWN-candidate"))]
    first = client.get(PEOPLE, params={"limit": 2}).json()
    following = client.get(PEOPLE, params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["signInName"] for one in first["items"] + following["items"]] == everybody[:4]


@pytest.mark.parametrize(
    ("name", "sign_in_name", "pointer", "code"),
    [
        ("", "sun", "/name", "missing"),
        ("孙\u200b", "sun", "/name", "signs"),
        ("孙", " ", "/signInName", "missing"),
        ("孙", "sun xin", "/signInName", "signs"),
        ("孙", "api-client-sun", "/signInName", "signs"),
        ("孙", "11010119900307721X", "/signInName", "number"),
        ("孙", "x110101900307721", "/signInName", "number"),
        ("孙", "OWN-planner", "/signInName", "taken"),
        # Who signs in names no organisation, so a name is there once.
        ("孙", "FOREIGN-planner", "/signInName", "taken"),
    ],
)
def test_name_that_does_not_do_is_refused(
    sqlite_street: Street, name: str, sign_in_name: str, pointer: str, code: str
) -> None:
    response = administrator(sqlite_street).post(
        PEOPLE, json={"name": name, "signInName": sign_in_name}
    )

    assert code_of(response) == (422, "invalid")
    [error] = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_repeat_of_an_addition_adds_nobody(sqlite_street: Street) -> None:
    client = administrator(sqlite_street)
    body = {"name": "孙", "signInName": "sun"}

    both = [client.post(PEOPLE, json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert both[0].json() == both[1].json()
    assert both[1].headers["idempotent-replayed"] == "true"


def test_stale_change_is_refused(sqlite_street: Street) -> None:
    client = administrator(sqlite_street)
    planner = f"{PEOPLE}/{sqlite_street.own.people['planner']}"
    seen = {"If-Match": client.get(planner).headers["etag"]}

    first = client.put(f"{planner}/posts/trainer", headers=seen)
    stale = client.put(f"{planner}/posts/finance", headers=seen)
    again = client.delete(f"{planner}/posts/planner", headers={"If-Match": first.headers["etag"]})

    assert first.json()["posts"] == ["planner", "trainer"]
    assert code_of(stale) == (412, "precondition-failed")
    assert stale.headers["etag"] == first.headers["etag"]
    assert again.json()["posts"] == ["trainer"]


def test_posts_that_exclude_one_another_are_held_only_knowingly(sqlite_street: Street) -> None:
    # `first` is review and for reviewers; here `second` handles money, for the finance.
    diagram = DIAGRAM.replace('"reviewer,second_reviewer"', '"finance"').replace(
        '<camunda:property name="jc:excludes" value="first" />',
        '<camunda:property name="jc:duty" value="money" />',
    )
    process = Source("process", "small_review", diagram.encode(), "organisation:OWN")
    publish(sqlite_street, process)
    client, finance = administrator(sqlite_street), sqlite_street.own.people["finance"]
    reviewer = f"{PEOPLE}/{finance}/posts/reviewer"

    refused = client.put(reviewer)
    accepted = client.put(reviewer, params={"acceptExclusions": True})

    exclusion = {
        "posts": ["finance", "reviewer"],
        "duties": ["money", "review"],
        "basis": "内部控制:审核、收费、成绩三岗分离",
    }
    assert code_of(refused) == (409, "posts-exclude")
    assert refused.json()["exclusions"] == [exclusion]
    assert refused.json()["detail"] == (
        "财务岗（收费）与初审岗（资格审核）：同一批次内不能由一人兼做"
        "（内部控制:审核、收费、成绩三岗分离）"
    )
    assert accepted.json()["exclusions"] == [exclusion]
    assert client.put(f"{PEOPLE}/{finance}/posts/trainer").json()["posts"] == [
        "finance", "reviewer", "trainer",
    ]  # fmt: skip


def test_deactivated_person_is_out_and_their_work_goes_back(street: Street) -> None:
    client, reviewer = administrator(street), street.own.people["reviewer"]
    theirs, task = street.client(reviewer), street.user_task(street.own).id
    assert theirs.post(f"/api/v1/user-tasks/{task}/assignment").status_code == 200
    link = client.post(f"{PEOPLE}/{reviewer}/sign-in-links").json()["link"]

    done = client.post(f"{PEOPLE}/{reviewer}/deactivation")

    assert (done.status_code, done.json()["active"], done.json()["released"]) == (200, False, 1)
    assert theirs.get("/api/v1/me").status_code == 401
    assert street.client().post("/api/v1/logins", json={"link": link}).status_code == 401
    assert street.user_task(street.own).assignee is None
    for refused in (
        client.put(f"{PEOPLE}/{reviewer}/posts/trainer"),
        client.post(f"{PEOPLE}/{reviewer}/sign-in-links"),
    ):
        assert code_of(refused) == (409, "person-inactive")
    back = client.post(f"{PEOPLE}/{reviewer}/reactivation").json()
    assert (back["active"], back["posts"]) == (True, ["reviewer"])
    # Reactivated, yet what was open before stays closed.
    assert theirs.get("/api/v1/me").status_code == 401


def test_work_goes_back_with_the_post_it_came_by(sqlite_street: Street) -> None:
    street = sqlite_street
    client, reviewer = administrator(street), street.own.people["reviewer"]
    task = street.user_task(street.own).id
    street.client(reviewer).post(f"/api/v1/user-tasks/{task}/assignment")
    client.put(f"{PEOPLE}/{reviewer}/posts/trainer")

    released = [
        client.delete(f"{PEOPLE}/{reviewer}/posts/{post}").json()["released"]
        for post in ("trainer", "reviewer")
    ]

    assert released == [0, 1]
    assert street.user_task(street.own).assignee is None


def test_last_administrator_stays(street: Street) -> None:
    client, own = administrator(street), street.own.people["administrator"]
    with street.installation.database.transaction() as db:
        # A system is nobody who could let people in.
        add_client(db, street.own.organisation_id, "系统", [], posts=["administrator"])
    posts = {one["key"]: one["holders"] for one in client.get("/api/v1/posts").json()["items"]}
    assert posts["administrator"] == 1

    for refused in (
        client.delete(f"{PEOPLE}/{own}/posts/administrator"),
        client.post(f"{PEOPLE}/{own}/deactivation"),
    ):
        assert code_of(refused) == (409, "last-administrator")
    assert posts_of(client, own) == ["administrator"]
    add(client, "second", "administrator")
    assert client.delete(f"{PEOPLE}/{own}/posts/administrator").status_code == 200
    # Who gave the post away manages nobody from then on.
    assert client.get(PEOPLE).status_code == 403


def test_two_administrators_cannot_let_one_another_go_at_once(street: Street) -> None:
    client, own = administrator(street), street.own.people["administrator"]
    second = add(client, "second", "administrator")["id"]
    clients, barrier = {own: street.client(second), second: client}, Barrier(2)
    statuses: list[int] = []

    def let_go(person_id: int) -> None:
        barrier.wait()
        response = clients[person_id].post(f"{PEOPLE}/{person_id}/deactivation")
        statuses.append(response.status_code)

    threads = [Thread(target=let_go, args=[one]) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # The second finds themselves out, or the last.
    assert sorted(statuses)[0] == 200
    assert sorted(statuses)[1] in (401, 409)


def test_every_act_is_noted_with_who_did_it(sqlite_street: Street) -> None:
    street = sqlite_street
    client, actor = administrator(street), street.own.people["administrator"]
    person = add(client, "sun", "trainer")["id"]
    client.post(f"{PEOPLE}/{person}/sign-in-links")
    client.put(f"{PEOPLE}/{person}/posts/trainer")
    client.delete(f"{PEOPLE}/{person}/posts/trainer")
    client.post(f"{PEOPLE}/{person}/deactivation")
    client.post(f"{PEOPLE}/{person}/deactivation")
    client.post(f"{PEOPLE}/{person}/reactivation")
    appoint(street.installation, "OWN", "sun", "planner")
    add_administrator(street.installation, "OWN", "", "", "sun")

    noted = client.get(f"{PEOPLE}/{person}/acts").json()["items"]

    assert [(one["kind"], one["post"], one["actor"]) for one in reversed(noted)] == [
        ("added", "", actor),
        ("appointed", "trainer", actor),
        ("link_made", "", actor),
        # Appointing again to a post that is held does nothing, and neither does letting go twice.
        ("dismissed", "trainer", actor),
        ("deactivated", "", actor),
        ("reactivated", "", actor),
        # The machine's command line.
        ("appointed", "planner", None),
        ("appointed", "administrator", None),
        ("link_made", "", None),
    ]


def test_system_manages_people_but_never_administrators(sqlite_street: Street) -> None:
    street = sqlite_street
    with street.installation.database.transaction() as db:
        tokens = [
            add_client(db, street.own.organisation_id, "人事", [scope])[1]
            for scope in ("people:read", "people:manage")
        ]
    reads, manages = (street.client(token=token) for token in tokens)
    operator = f"{PEOPLE}/{street.own.people['administrator']}"

    assert reads.get(PEOPLE).status_code == 200
    assert reads.post(PEOPLE, json={"name": "孙", "signInName": "sun"}).status_code == 403
    person = f"{PEOPLE}/{add(manages, 'sun', 'trainer')['id']}"
    assert manages.post(f"{person}/sign-in-links").status_code == 201
    for refused in (
        manages.put(f"{person}/posts/administrator"),
        manages.post(f"{operator}/sign-in-links"),
        manages.post(f"{operator}/deactivation"),
        manages.put(f"{operator}/posts/trainer"),
    ):
        assert code_of(refused) == (403, "forbidden")


@pytest.mark.parametrize("post", ["candidate", SECRETARY["key"]])
def test_nobody_is_appointed_to_what_is_no_post_here(sqlite_street: Street, post: str) -> None:
    person = sqlite_street.own.people["planner"]

    response = administrator(sqlite_street).put(f"{PEOPLE}/{person}/posts/{post}")

    assert code_of(response) == (404, "not-found")


@pytest.mark.parametrize("who", ["candidate", "client"])
def test_candidates_and_systems_are_nobodys_to_appoint(sqlite_street: Street, who: str) -> None:
    street = sqlite_street
    with street.installation.database.transaction() as db:
        client, _ = add_client(db, street.own.organisation_id, "系统", [])
        ids = {"client": client.person_id, "candidate": street.own.people["candidate"]}

    response = administrator(street).put(f"{PEOPLE}/{ids[who]}/posts/trainer")

    assert code_of(response) == (404, "not-found")
