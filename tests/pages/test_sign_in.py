"""Signing in and out; the language."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.logins import make_link, set_password
from api.pages.sign_in import safe_path
from appraisal.people import person_by_id
from tests.api.small import Street
from tests.pages.conftest import browser_of

PASSWORD = "correct horse battery"


def give_password(street: Street) -> str:
    with street.installation.database.transaction() as db:
        person = person_by_id(db, street.own.people["reviewer"])
        set_password(db, person, PASSWORD)
        return person.sign_in_name


def test_password_signs_in(street: Street, nobody: TestClient) -> None:
    name = give_password(street)

    answer = nobody.post("/sign-in", data={"name": name, "password": PASSWORD, "next": "/sessions"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sessions")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert nobody.get("/sessions").status_code == 200


def test_wrong_password_says_neither_which(street: Street, nobody: TestClient) -> None:
    name = give_password(street)

    pages = [
        nobody.post("/sign-in", data={"name": given, "password": "x" * 12})
        for given in (name, "nobody", "")
    ]

    assert [page.status_code for page in pages] == [401] * 3
    assert all("登录名或密码不正确。" in page.text for page in pages)


def test_link_is_not_used_up_by_looking_and_works_once(street: Street, nobody: TestClient) -> None:
    with street.installation.database.transaction() as db:
        token = make_link(db, street.own.people["reviewer"])

    looked = [nobody.get(f"/sign-in/{token}").status_code for _ in range(2)]
    used = nobody.post(f"/sign-in/{token}")
    again = nobody.post(f"/sign-in/{token}")

    assert looked == [200, 200]
    assert (used.status_code, used.headers["location"]) == (303, "/")
    assert (again.status_code, "链接已失效" in again.text) == (410, True)


def test_home_leads_everybody_to_their_work(street: Street, nobody: TestClient) -> None:
    homes = [
        client.get("/").headers["location"]
        for client in (nobody, browser_of(street, "reviewer"), browser_of(street, "candidate"))
    ]

    assert homes == ["/sign-in", "/inbox", "/me"]


def test_sign_out_ends_the_login(street: Street) -> None:
    client = browser_of(street, "director")
    cookie = next(one.value for one in client.cookies.jar if one.name == "jc_login")

    client.post("/sign-out", data={"csrf_token": client.csrf})  # type: ignore[attr-defined]
    client.cookies.clear()
    client.cookies.set("jc_login", cookie or "")

    assert client.get("/inbox").headers["location"] == "/sign-in?next=/inbox"


def test_language_is_kept_and_leads_back(nobody: TestClient) -> None:
    answer = nobody.get("/language/en?next=/verify")

    assert answer.headers["location"] == "/verify"
    assert "Verify a certificate" in nobody.get("/verify").text


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/inbox?view=mine", "/inbox?view=mine"),
        ("/", "/"),
        ("", ""),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("https://evil.example", ""),
        ("/a\r\nSet-Cookie: x", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_only_paths_of_this_site_are_followed(path: str, safe: str) -> None:
    assert safe_path(path) == safe
