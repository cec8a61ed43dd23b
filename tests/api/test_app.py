"""The application as a whole: problems, headers, limits, health, mounting, description."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.logins import make_link
from api.openapi import describe_api
from tests.api.small import Street

API = "/api/v1"
DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.mark.parametrize(
    ("accept", "title", "language"),
    [
        ("", "没有找到", "zh-CN"),
        ("en-GB,en;q=0.8", "Not found", "en"),
        ("fr;q=0.9, zh;q=0.5, en;q=0.1", "没有找到", "zh-CN"),
        ("de", "没有找到", "zh-CN"),
    ],
)
def test_problem_speaks_the_readers_language(
    sqlite_street: Street, accept: str, title: str, language: str
) -> None:
    response = sqlite_street.client().get(f"{API}/nothing", headers={"Accept-Language": accept})

    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == language
    assert response.json() == {
        "type": "urn:jiancheng:problem:not-found",
        "title": title,
        "status": 404,
        "instance": f"{API}/nothing",
    }


def test_unexpected_error_tells_nothing(sqlite_street: Street) -> None:
    @sqlite_street.app.get("/explodes")
    def explode() -> None:
        raise ValueError("张三 11010119900307721X")

    client = TestClient(sqlite_street.app, raise_server_exceptions=False)
    response = client.get("/explodes")

    assert (response.status_code, response.json()["type"]) == (
        500, "urn:jiancheng:problem:internal",
    )  # fmt: skip
    assert "张三" not in response.text


def test_malformed_json_does_not_come_back(sqlite_street: Street) -> None:
    client = sqlite_street.client(sqlite_street.own.people["administrator"])

    response = client.post(f"{API}/clock/advance", content='{"by": 张三', headers={
        "Content-Type": "application/json"})  # fmt: skip

    assert (response.status_code, response.json()["type"]) == (
        400, "urn:jiancheng:problem:malformed",
    )  # fmt: skip
    assert "张三" not in response.text


def test_every_response_is_careful(sqlite_street: Street) -> None:
    @sqlite_street.app.get("/explodes")
    def explode() -> None:
        raise ValueError

    client = TestClient(sqlite_street.app, raise_server_exceptions=False)
    path, stated = f"{API}/messages", {"Content-Length": "50000000"}
    responses = [
        client.get("/livez"),
        client.get("/explodes"),
        client.get("/explodes", headers={"Accept": "text/html"}),
        client.get("/nothing"),
        client.delete("/livez"),
        client.post(path, headers=stated),
        client.post(path, content="{", headers={"Content-Type": "application/json"}),
        client.get("/static/icons.svg"),
        client.get("/"),
    ]

    assert [one.status_code for one in responses] == [
        200, 500, 500, 404, 405, 413, 400, 200, 200,
    ]  # fmt: skip
    for response in responses:
        careful(response.headers)


def careful(headers: Any) -> None:
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert {
        "x-content-type-options": headers["x-content-type-options"],
        "x-frame-options": headers["x-frame-options"],
        "referrer-policy": headers["referrer-policy"],
    } == {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
    }


def test_large_body_is_refused_before_it_is_read(sqlite_street: Street) -> None:
    client = sqlite_street.client(sqlite_street.own.people["administrator"])
    sent = 0

    def grows() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += 1_000_000
            yield b" " * 1_000_000

    stated = client.post(f"{API}/messages", content=b" " * 50_000_000)
    growing = client.post(f"{API}/messages", content=grows())

    assert (stated.status_code, growing.status_code) == (413, 413)
    assert stated.json()["limit"] == 32_000_000


def test_health_tells_whether_definitions_are_there(sqlite_street: Street) -> None:
    client = sqlite_street.client()

    assert client.get("/livez").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
    measured = client.get("/metrics").text
    assert 'jiancheng_requests_total{method="GET",route="/livez",status="200"} 1.0' in measured
    assert "jiancheng_user_tasks_ready 2.0" in measured


def test_application_works_below_a_prefix(sqlite_street: Street) -> None:
    host = FastAPI()
    host.mount("/jc", create_app(installation=sqlite_street.installation))
    client = TestClient(host)
    with sqlite_street.installation.database.transaction() as db:
        link = make_link(db, sqlite_street.own.people["reviewer"])

    response = client.post(f"/jc{API}/logins", json={"link": link})

    assert response.status_code == 201
    assert "Path=/jc" in response.headers["set-cookie"]
    assert client.get(f"/jc{API}/me").json()["name"] == "reviewer甲"
    assert client.get("/livez").status_code == 404


def test_description_is_committed() -> None:
    described = describe_api()

    assert described["openapi"].startswith("3.1")
    assert json.loads(DESCRIPTION.read_text("utf-8")) == described, "run `make openapi`"


def test_certificate_check_is_slowed_down(sqlite_street: Street) -> None:
    sqlite_street.installation.verifications._per_minute = 2
    client = sqlite_street.client()

    statuses = [client.get(f"{API}/certificates/S{n}").status_code for n in range(3)]

    assert statuses == [404, 404, 429]
