"""Every page, in both languages, on a desk and on a phone: axe finds nothing against WCAG 2.2 AA.

The same visits show that an English page holds no Chinese but names and other data.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from sqlmodel import select

from appraisal.certificates import Certificate
from tests.api.small import ROLES, Street
from tests.api.walking import furnish
from tests.pages.conftest import open_page, sign_in

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Names of people, bodies, batches, occupations and papers, and of the steps of the small process.
DATA = (
    *("小流程", "开始", "复审", "答复", "结束"),
    *("机构OWN", "赵考生", "赵**", "2026 年第一批", "钳工", "初审乙", "证书"),
    *(f"{role}甲" for role in ROLES),
)


@dataclass(frozen=True)
class Visit:
    """A page that somebody opens; `send` names a field to fill wrongly before submitting."""

    who: str
    path: str
    send: str = ""


def visits(street: Street, numbers: list[str]) -> list[Visit]:
    task = street.user_task(street.own).id
    own = street.own
    return [
        Visit("", "/sign-in"),
        Visit("", "/sign-in", "name"),
        Visit("", "/sign-in/nothing"),
        Visit("", "/verify"),
        *(Visit("", f"/verify/{number}") for number in (*numbers, "NONE")),
        Visit("reviewer", "/inbox?view=claimable"),
        Visit("reviewer", f"/inbox?view=claimable&session={own.session_number}&due=week&q=none"),
        Visit("reviewer", "/inbox?view=done"),
        Visit("reviewer", f"/inbox/{task}", "points"),
        Visit("reviewer", "/nothing"),
        Visit("reviewer", "/incidents"),
        Visit("finance", "/inbox"),
        Visit("director", "/sessions"),
        Visit("director", f"/sessions/{own.session_number}"),
        Visit("director", f"/sessions/{own.session_number}/enrolments"),
        Visit("director", f"/sessions/{own.session_number}/enrolments?q=none"),
        Visit("director", f"/enrolments/{own.enrolment_number}"),
        Visit("administrator", "/incidents"),
        Visit("administrator", "/people?post=trainer"),
        Visit("administrator", f"/people/{own.people['planner']}?done=appoint&post=planner"),
        Visit("administrator", "/people/new", "name"),
        Visit("process_designer", "/designer"),
        Visit("process_designer", "/designer?scope=base&q=none"),
        Visit("process_designer", f"/designer/process/small_review?scope=organisation:{own.code}"),
        Visit("candidate", "/me"),
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_stands_in_anybodys_way(
    browser: Browser, street: Street, address: str, screen: str, language: str
) -> None:
    furnish(street, street.own)
    numbers = certificates(street)
    page, complaints = open_page(browser, **SCREENS[screen])
    found: dict[Visit, Any] = {}
    strays: dict[Visit, set[str]] = {}
    for who, paths in itertools.groupby(visits(street, numbers), key=lambda visit: visit.who):
        page.context.clear_cookies()
        if who:
            sign_in(page, street, address, who)
        page.goto(f"{address}/language/{language}?next=/verify")
        for visit in paths:
            open_visit(page, address, visit)
            if wrong := violations(page):
                found[visit] = wrong
            if language == "en" and (stray := chinese(page)):
                strays[visit] = stray

    assert found == {}
    assert strays == {}
    assert complaints == []
    page.context.close()


def certificates(street: Street) -> list[str]:
    """Give the number of a valid certificate and of a revoked one."""
    with street.installation.database.transaction() as db:
        valid = db.exec(
            select(Certificate).where(Certificate.session_id == street.own.session_id)
        ).one()
        valid.state = "valid"
        kept = valid.model_dump(exclude={"id", "number", "edition", "state"})
        revoked = Certificate(**kept, number="S000099000001267000009", edition=9, state="revoked")
        db.add_all([valid, revoked])
        return [valid.number, revoked.number]


def open_visit(page: Page, address: str, visit: Visit) -> None:
    page.goto(address + visit.path)
    if visit.send:
        page.locator(f"[name={visit.send}]").fill("101")
        with page.expect_navigation():
            page.locator(f"form:has([name={visit.send}])").evaluate("form => form.submit()")


def violations(page: Page) -> list[tuple[str, list[str]]]:
    page.evaluate(AXE_SCRIPT)
    result = page.evaluate("options => axe.run(options)", RULES)
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]][:4])
        for one in result["violations"]
    ]


def chinese(page: Page) -> set[str]:
    """Give what is Chinese on a page, texts read aloud included, and is no data."""
    told = page.evaluate(
        """() => { for (const e of document.body.querySelectorAll('[lang=zh-CN]')) e.hidden = true;
        return document.title + ' ' + document.body.innerText + ' '
        + [...document.querySelectorAll('[aria-label], [title], [placeholder]')]
          .filter(e => !e.hidden)
          .flatMap(e => ['aria-label', 'title', 'placeholder'].map(n => e.getAttribute(n) ?? ''))
          .join(' ') }"""
    )
    for data in DATA:
        told = told.replace(data, "")
    return set(re.findall("[\u4e00-\u9fff][^ \n]*", told))
