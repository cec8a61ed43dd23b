"""Hostile text in every name that a designer can give, through every page that shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from engine.drafts import save_draft
from tests.api.small import Street
from tests.pages.conftest import open_page, sign_in
from tests.pages.hostile_names import EVIL, FULL, REFUSED, SEEN, contents

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]
SCOPE = "organisation:OWN"
OF = f"?scope={SCOPE}"
WATCH = """
window.hurts = [];
window.hurt = window.panic = () => window.hurts.push("a script ran");
document.addEventListener("securitypolicyviolation",
  (event) => window.hurts.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
# What each page of the designer shows of it, and what stands there once it is drawn.
DESIGN = {
    f"/designer/process/small_review{OF}": ".drawn[data-state=drawn]",
    f"/designer/decision/hostile{OF}": "main h1",
    f"/designer/process/small_review/edit{OF}": "#editor[data-ready]",
    f"/designer/form/small_form/edit{OF}": ".fjs-element",
    f"/designer/decision/hostile/edit{OF}": ".dmn-decision-table-container",
    f"/designer/posts/posts/edit{OF}": "main table",
    f"/designer/vocabulary/vocabulary/edit{OF}": "main table",
    f"/designer/scenarios/small_review/edit{OF}": ".djs-container",
}


class Visitor:
    """Somebody who opens pages and sees whether one does harm."""

    def __init__(self, browser: Browser, street: Street, address: str, role: str) -> None:
        self.page, self.complaints = open_page(browser, viewport={"width": 1440, "height": 900})
        self.page.set_default_timeout(20_000)
        self.page.add_init_script(WATCH)
        self.address = address
        sign_in(self.page, street, address, role)

    def see(self, path: str, ready: str = "main", shown: str = SEEN) -> Page:
        """Open a page that shows hostile text."""
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.ok, path
        self.page.locator(ready).first.wait_for()
        self.is_unharmed(shown)
        return self.page

    def is_unharmed(self, shown: str = SEEN) -> None:
        """Nothing ran, nothing was reported, and the page is as wide as the window."""
        where = self.page.url.removeprefix(self.address)
        texts = self.page.evaluate(
            "() => document.body.innerText + [...document.querySelectorAll('input, textarea')]"
            ".map((one) => one.value).join() + document.querySelector('main').textContent"
        )
        assert shown in texts, where
        assert self.page.evaluate("window.hurts") == [], where
        assert self.page.locator("main img").count() == 0, where
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 1440, where
        assert self.complaints == [], where


def test_hostile_names_are_text_on_every_page(
    browser: Browser, street: Street, address: str
) -> None:
    running = begin(street, "walk-before")
    for (kind, key), content in contents(REFUSED).items():
        draft(street, kind, key, content)
    designer = Visitor(browser, street, address, "process_designer")
    for path, ready in DESIGN.items():
        designer.see(path, ready)
    page = examine(designer)
    for told in ("不能超过 200 个字符", "改变书写方向的不可见字符"):
        expect(page.locator(".pub-finding.error", has_text=told)).to_be_visible()
    draft(street, "process", "small_review", contents(FULL)["process", "small_review"])

    publish(designer)
    for kind in ("process", "form", "decision", "scenarios"):
        designer.see(f"/designer{OF}&kind={kind}")
    designer.see(f"/designer/compare?kind=form&key=small_form&scope={SCOPE}")
    move(browser, street, address, running)
    do_it(browser, street, address)
    read_papers(browser, street, address)


def draft(street: Street, kind: str, key: str, content: str) -> None:
    with street.installation.database.transaction() as db:
        save_draft(
            db, SCOPE, kind, key, content.encode(), expected=None,
            actor=str(street.own.people["process_designer"]), now=datetime.now(UTC),
        )  # fmt: skip


def begin(street: Street, key: str) -> Any:
    given = {"session_id": street.own.session_id}
    with street.installation.database.transaction() as db:
        return street.installation.engine.start(
            db, "small_review", business_key=key, tenant="OWN", scopes=["base", SCOPE],
            variables=given,
        ).id  # fmt: skip


def examine(designer: Visitor) -> Page:
    """Have the drafts examined at the gate."""
    page = designer.see(f"/designer/publish{OF}")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("heading", name="检查结果")).to_be_visible(timeout=60_000)
    designer.is_unharmed()
    return page


def publish(designer: Visitor) -> None:
    """Through the gate, on a hostile basis."""
    page = examine(designer)
    page.get_by_label("依据文号").fill(EVIL)
    page.locator("button[value=publish]").click()
    expect(page.get_by_role("heading", name="已发布的版本")).to_be_visible()
    designer.is_unharmed()


def move(browser: Browser, street: Street, address: str, running: Any) -> None:
    """What runs is weighed against the new version, in a dry run."""
    director = Visitor(browser, street, address, "director")
    page = director.see("/designer/migrations?process=small_review", shown="walk-before")
    page.get_by_label("依据文号").fill(EVIL)
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_role("heading", name="试运行报告")).to_be_visible()
    director.is_unharmed()


def do_it(browser: Browser, street: Street, address: str) -> None:
    """Somebody finds the new task in the inbox, does it, and reads what became of it."""
    number = street.own.enrolment_number
    begin(street, number)
    reviewer = Visitor(browser, street, address, "reviewer")
    page = reviewer.see("/inbox?view=claimable")
    page.locator("tr", has_text=SEEN).locator(".t a").click()
    page.locator("#task [name=points]").fill("80")
    reviewer.is_unharmed()
    page.locator("#task [data-submit]").first.click()
    page.wait_for_load_state()
    installation = street.installation
    installation.queue.run_pending(installation.database, installation.engine)  # type: ignore[attr-defined]
    reviewer.see(f"/enrolments/{number}")


def read_papers(browser: Browser, street: Street, address: str) -> None:
    """The paper is listed by its title and says the answer as text."""
    reader = Visitor(browser, street, address, "archive_officer")
    page = reader.see(f"/sessions/{street.own.session_number}")
    link = page.locator(".plist a", has_text=SEEN)
    where = str(link.get_attribute("href"))
    pdf = page.request.get(address + where).body()
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages)
    assert "".join(SEEN.split()) in "".join(text.split())
