"""Signing in: passwords, one-time links, cookies, forged requests, API clients."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select, update

from api.clients import ApiClient, UnknownScope, add_client, revoke_client
from api.logins import Login, Password, SignInLink, WeakPassword, make_link, set_password
from appraisal.people import person_by_id
from tests.api.small import Street

API = "/api/v1"
PASSWORD = "correct horse battery"


@pytest.fixture
def street(sqlite_street: Street) -> Street:
    with sqlite_street.installation.database.transaction() as db:
        person = person_by_id(db, sqlite_street.own.people["reviewer"])
        set_password(db, person, PASSWORD)
    return sqlite_street


def sign_in(client: TestClient, **given: str) -> tuple[int, str]:
    response = client.post(f"{API}/logins", json=given)
    return response.status_code, response.json().get("type", "")


def test_password_signs_in_and_out(street: Street) -> None:
    client = street.client()

    response = client.post(
        f"{API}/logins", json={"signInName": "OWN-reviewer", "password": PASSWORD}
    )

    cookie = response.headers["set-cookie"]
    assert response.status_code == 201
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    me = client.get(f"{API}/me").json()
    assert (me["name"], me["posts"]) == ("reviewer甲", ["reviewer"])
    token = {"X-CSRF-Token": me["csrfToken"]}
    assert client.delete(f"{API}/logins/current", headers=token).status_code == 204
    assert client.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize(
    "given",
    [
        {"signInName": "OWN-reviewer", "password": "wrong horse battery"},
        {"signInName": "nobody", "password": PASSWORD},
        {"signInName": "OWN-finance", "password": PASSWORD},
        {"link": "x"},
        {},
    ],
)
def test_wrong_sign_in_never_says_what_was_wrong(street: Street, given: dict[str, str]) -> None:
    assert sign_in(street.client(), **given) == (401, "urn:jiancheng:problem:wrong-sign-in")


def test_link_signs_in_once_and_not_too_late(street: Street) -> None:
    person = street.own.people["finance"]
    with street.installation.database.transaction() as db:
        link, old = make_link(db, person), make_link(db, person, timedelta(seconds=-1))

    assert sign_in(street.client(), link=link)[0] == 201
    assert sign_in(street.client(), link=link)[0] == 401
    assert sign_in(street.client(), link=old)[0] == 401


def test_secrets_are_stored_as_digests_only(street: Street) -> None:
    client = street.client()
    with street.installation.database.transaction() as db:
        link = make_link(db, street.own.people["finance"])
    client.post(f"{API}/logins", json={"link": link})
    cookie = street.installation.cookies.loads(client.cookies["jc_login"])

    with street.installation.database.reading() as db:
        stored = [
            *db.exec(select(Password.hash)),
            *db.exec(select(SignInLink.digest)),
            *db.exec(select(Login.digest)),
            *db.exec(select(ApiClient.digest)),
        ]
    assert not [one for one in stored if one in (PASSWORD, link, cookie, street.own.client_token)]
    assert [one for one in stored if one.startswith("$argon2")] != []


def test_new_password_ends_every_login(street: Street) -> None:
    client = street.client(street.own.people["reviewer"])
    weak = client.put(f"{API}/me/password", json={"password": "own-reviewer12"})

    changed = client.put(f"{API}/me/password", json={"password": "another long one"})

    assert (weak.status_code, changed.status_code) == (422, 204)
    assert client.get(f"{API}/me").status_code == 401
    with street.installation.database.transaction() as db, pytest.raises(WeakPassword):
        set_password(db, person_by_id(db, street.own.people["reviewer"]), "short")


def test_login_ends_with_its_time_and_with_the_person(street: Street) -> None:
    client = street.client(street.own.people["reviewer"])
    assert client.get(f"{API}/me").status_code == 200

    with street.installation.database.transaction() as db:
        person_by_id(db, street.own.people["reviewer"]).active = False
    assert client.get(f"{API}/me").status_code == 401

    with street.installation.database.transaction() as db:
        person_by_id(db, street.own.people["reviewer"]).active = True
        db.execute(update(Login).values(expires_at=datetime.now(UTC)))
    assert client.get(f"{API}/me").status_code == 401


def test_forged_cookie_is_nobody(street: Street) -> None:
    client = street.client(street.own.people["reviewer"])
    forged = client.cookies["jc_login"][:-2] + "xx"
    client.cookies.clear()
    client.cookies.set("jc_login", forged)

    assert client.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-CSRF-Token": "guessed"}, 403),
        ({"X-CSRF-Token": ""}, 403),
    ],
)
def test_change_needs_our_page_and_our_token(
    street: Street, headers: dict[str, str], status: int
) -> None:
    client = street.client(street.own.people["administrator"])

    response = client.post(f"{API}/clock/advance", json={"by": "PT1S"}, headers=headers)

    assert response.status_code == status


def test_guessing_is_slowed_down(street: Street) -> None:
    limited = street.installation.sign_ins
    limited._per_minute = 3
    client = street.client()

    statuses = [sign_in(client, signInName="x", password="y")[0] for _ in range(4)]

    assert statuses == [401, 401, 401, 429]


def test_client_ends_with_its_time_and_when_revoked(street: Street) -> None:
    with street.installation.database.transaction() as db:
        kept, token = add_client(db, street.own.organisation_id, "a", ["sessions:read"])
        _, old = add_client(
            db, street.own.organisation_id, "b", ["sessions:read"], lifetime=timedelta(0)
        )
        with pytest.raises(UnknownScope):
            add_client(db, street.own.organisation_id, "c", ["everything"])

    assert street.client(token=token).get(f"{API}/sessions").status_code == 200
    assert street.client(token=old).get(f"{API}/sessions").status_code == 401
    with street.installation.database.transaction() as db:
        revoke_client(db, db.get_one(ApiClient, kept.id))
    assert street.client(token=token).get(f"{API}/sessions").status_code == 401


def test_client_is_held_to_its_rate(street: Street) -> None:
    with street.installation.database.transaction() as db:
        _, token = add_client(db, street.own.organisation_id, "a", ["sessions:read"], per_minute=2)
    client = street.client(token=token)

    responses = [client.get(f"{API}/sessions") for _ in range(3)]

    assert [one.status_code for one in responses] == [200, 200, 429]
    assert responses[-1].headers["retry-after"].isdecimal()
