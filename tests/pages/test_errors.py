"""Errors reach a browser as pages, a client as problem documents."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.api.small import Street
from tests.pages.conftest import browser_of


def test_unknown_page_is_drawn(street: Street) -> None:
    answer = browser_of(street, "reviewer").get("/nothing")

    assert answer.status_code == 404
    assert "这个页面不存在，或者您无权查看。" in answer.text


def test_client_gets_a_problem_document(nobody: TestClient) -> None:
    for path, accept in (("/api/v1/user-tasks", "text/html"), ("/inbox", "application/json")):
        answer = nobody.get(path, headers={"Accept": accept})

        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(nobody: TestClient) -> None:
    answer = nobody.get("/inbox?view=mine")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/inbox%3Fview%3Dmine"


def test_missing_right_is_told(street: Street) -> None:
    answer = browser_of(street, "reviewer").get("/incidents")

    assert answer.status_code == 403
    assert "您没有权限进行此操作" in answer.text


@pytest.mark.parametrize("path", ["/static/app.css", "/static/app.js", "/static/icons.svg"])
def test_static_files_are_kept_by_browsers(nobody: TestClient, path: str) -> None:
    kept = nobody.get(f"{path}?v=1").headers.get("cache-control")

    assert kept == "public, max-age=31536000, immutable"
    assert "immutable" not in nobody.get(path).headers.get("cache-control", "")


def test_pages_work_below_any_path(street: Street) -> None:
    host: Any = FastAPI()
    host.mount("/appraisal", street.app)
    client = TestClient(host, follow_redirects=False)
    client.headers["Accept"] = "text/html"

    home = client.get("/appraisal/")
    page = client.get("/appraisal/sign-in").text

    assert home.headers["location"] == "/appraisal/sign-in"
    assert 'href="/appraisal/static/app.css' in page
    assert 'action="/appraisal/sign-in"' in page
    assert client.get("/appraisal/inbox").headers["location"].startswith("/appraisal/sign-in?next=")
