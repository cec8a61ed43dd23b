"""The pages of an application with two organisations, on SQLite."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import select

from api.app import create_app
from api.application import Installation, build_installation, packaged_sources
from api.logins import make_link
from api.settings import Settings
from appraisal.people import Person, add_person
from engine.database import Database
from engine.jobs import LocalQueue
from tasks.demo_world import build_demo_world
from tests.api.conftest import settle
from tests.api.small import Street, build_house
from tests.pages.designing import Board, drawn, save
from tests.pages.office import Desk, Office


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
    """Debian's Chromium, started once; the one without a window draws with half the work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def address(street: Street) -> Iterator[str]:
    """Where the application listens."""
    yield from _served(street.app)


def _served(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
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
    # A page comes slower while other tests run.
    page.set_default_navigation_timeout(30_000)
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


@pytest.fixture(scope="session")
def packaged_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the packaged definitions published, and the demo's body."""
    folder = tmp_path_factory.mktemp("packaged")
    installation = _office_installation(folder)
    installation.database.create_schema()
    with installation.database.transaction() as db:
        reports = installation.publish(db, packaged_sources(installation.plugins), "test")
        assert not [one for one in reports if one.refused]
        build_demo_world(db, today=installation.clock.today())
    installation.dispose()
    return folder


def _office_installation(folder: Path) -> Installation:
    settings = Settings(
        mode="test", folder=folder, database_url="", worker=False, sign_ins_per_minute=1000
    )
    return build_installation(settings, queue=lambda _: LocalQueue())


@pytest.fixture
def office(packaged_database: Path, tmp_path: Path) -> Iterator[Office]:
    """The demo's body with all packaged definitions; its pages are at `office_address`."""
    folder = tmp_path / "office"
    shutil.copytree(packaged_database, folder)
    installation = _office_installation(folder)
    with installation.database.reading() as db:
        people = {one.sign_in_name: one.id or 0 for one in db.exec(select(Person)).all()}
    yield Office(installation, create_app(installation=installation), people)
    installation.dispose()


@pytest.fixture
def office_address(office: Office) -> Iterator[str]:
    """Where the office's application listens."""
    yield from _served(office.app)


@pytest.fixture
def designer(
    office: Office, office_address: str, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """The browser of the office's designer."""
    yield from _desk(office, office_address, browser, request, "designer")


@pytest.fixture
def director(
    office: Office, office_address: str, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """The browser of the office's director, who moves what runs."""
    yield from _desk(office, office_address, browser, request, "director")


def _desk(
    office: Office, address: str, browser: Browser, request: pytest.FixtureRequest, role: str
) -> Iterator[Desk]:
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(20_000)
    with office.installation.database.transaction() as db:
        token = make_link(db, office.people[role])
    page.goto(f"{address}/sign-in/{token}")
    page.locator("button[data-submit]").click()
    yield Desk(page, address, request.path.stem.removeprefix("test_changes_"))
    page.context.close()
    # The drawing tool warns of its own use of what it will drop.
    assert [one for one in complaints if "is deprecated" not in one] == []


@pytest.fixture
def board(street: Street, address: str, browser: Browser) -> Iterator[Board]:
    """A designer's page with the small process drawn in the own organisation's draft."""
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    sign_in(page, street, address, "process_designer")
    made = Board(page, address)
    save(made, drawn())
    made.open()
    yield made
    page.context.close()
    # The drawing tool warns of its own use of what it will drop.
    assert [one for one in complaints if "is deprecated" not in one] == []


@pytest.fixture
def other_board(street: Street, address: str, browser: Browser) -> Iterator[Board]:
    """The page of a second designer of the same organisation."""
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    with street.installation.database.transaction() as db:
        person = add_person(
            db,
            street.own.organisation_id,
            "周设计",
            "OWN-second-designer",
            posts=["process_designer"],
        )
        token = make_link(db, person.id or 0)
    page.goto(f"{address}/sign-in/{token}")
    page.locator("button[data-submit]").click()
    yield Board(page, address)
    page.context.close()
    assert complaints == []
