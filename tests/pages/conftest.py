"""The pages of an application with two organisations, on SQLite."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from api.logins import make_link
from engine.database import Database
from tests.api.conftest import settle
from tests.api.small import Street, build_house


@pytest.fixture
def street(sqlite_database: Database, tmp_path: Path) -> Iterator[Street]:
    """Two furnished organisations."""
    installation = settle(sqlite_database, tmp_path / "var")
    houses = [build_house(installation, code) for code in ("OWN", "FOREIGN")]
    yield Street(installation, create_app(installation=installation), *houses)
    installation.dispose()


@pytest.fixture
def nobody(street: Street) -> TestClient:
    """A browser in which nobody has signed in."""
    client = street.client()
    client.headers["Accept"] = "text/html"
    client.follow_redirects = False
    return client


@pytest.fixture
def reviewer(street: Street) -> TestClient:
    """The browser of a reviewer; the token for changes stands in the form, not in a header."""
    return browser_of(street, "reviewer")


def browser_of(street: Street, role: str) -> TestClient:
    """A browser in which somebody of the own organisation has signed in."""
    client = street.client(street.own.people[role])
    client.headers["Accept"] = "text/html"
    client.csrf = client.headers.pop("X-CSRF-Token")  # type: ignore[attr-defined]
    client.follow_redirects = False
    return client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def address(street: Street) -> Iterator[str]:
    """Where the application listens."""
    config = uvicorn.Config(street.app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def open_page(browser: Browser, **options: Any) -> tuple[Page, list[str]]:
    """Open an empty page and collect what the browser complains about."""
    page = browser.new_context(locale="zh-CN", **options).new_page()
    page.set_default_timeout(5000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in ("error", "warning")
            and "Failed to load resource" not in message.text
            else None
        ),
    )
    return page, complaints


def sign_in(page: Page, street: Street, address: str, role: str) -> None:
    """Sign somebody of the own organisation in by a one-time link."""
    with street.installation.database.transaction() as db:
        token = make_link(db, street.own.people[role])
    page.goto(f"{address}/sign-in/{token}")
    page.locator("button[data-submit]").click()
