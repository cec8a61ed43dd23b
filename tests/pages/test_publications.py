"""Publishing in a real Chromium: choose, examine, read what it says, publish; and the history."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from appraisal.organisations import Organisation
from engine.drafts import read_draft, save_draft
from tests.api.small import DIAGRAM, Street
from tests.api.test_publications import LONGER, SCENARIO, WAY
from tests.pages.conftest import open_page, sign_in
from tests.pages.test_accessibility import violations

pytestmark = pytest.mark.browser
SCOPE = "organisation:OWN"
# Where the pictures go that people look at; none are taken otherwise.
PICTURES = os.environ.get("JIANCHENG_PICTURES")


def save(street: Street, kind: str, content: str) -> None:
    with street.installation.database.transaction() as db:
        known = read_draft(db, SCOPE, kind, "small_review")
        save_draft(
            db, SCOPE, kind, "small_review", content.encode(),
            expected=None if known is None else known.revision,
            actor=str(street.own.people["process_designer"]), now=datetime.now(UTC),
        )  # fmt: skip


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def overlay(drawing: Locator, element_id: str) -> Locator:
    return drawing.locator(f'[data-container-id="{element_id}"] .walked-badge')


def examine(page: Page) -> None:
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("heading", name="检查结果")).to_be_visible(timeout=60_000)


def see_what_is_reached(page: Page) -> None:
    drawing = page.locator(".cov-drawing")
    expect(drawing.get_by_role("status")).to_contain_text("环节 4 / 6、连线 4 / 5 有场景走到")
    expect(drawing.locator('[data-element-id="done"].walked-miss')).to_have_count(1)
    drawing.get_by_label("显示").select_option("“两人都审”走的路")
    expect(drawing.get_by_role("status")).to_contain_text("按所写的路走通，共 4 步")
    expect(overlay(drawing, "counted")).to_have_text("4")
    assert violations(page) == []


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_designer_publishes_what_passes(
    browser: Browser, street: Street, address: str, size: tuple[int, int]
) -> None:
    save(street, "process", LONGER)
    save(street, "scenarios", SCENARIO % f"{WAY}, counted")
    options: dict[str, Any] = {"viewport": {"width": size[0], "height": size[1]}}
    page, complaints = open_page(browser, **options)
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/designer/publish?scope={SCOPE}")
    expect(page.get_by_text("清点").first).to_be_visible()
    picture(page, f"publish-{size[0]}")

    examine(page)
    expect(page.get_by_text("1 / 1 通过")).to_be_visible()
    expect(page.locator('[data-element="counted"]')).to_have_class("hit")
    expect(page.locator('[data-element="done"]')).to_have_class("miss")
    see_what_is_reached(page)
    picture(page, f"examined-{size[0]}")

    page.get_by_label("依据文号").fill("人社发 1 号")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("heading", name="已发布的版本")).to_be_visible()
    expect(page.get_by_text("流程“小流程” 第 1 版")).to_be_visible()
    picture(page, f"published-{size[0]}")

    page.get_by_role("link", name="发布记录").click()
    expect(page.get_by_role("cell", name="人社发 1 号")).to_be_visible()
    picture(page, f"history-{size[0]}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert complaints == []


def test_a_broken_draft_and_a_failing_scenario_say_why(
    browser: Browser, street: Street, address: str
) -> None:
    save(street, "process", DIAGRAM.replace('formRef="small_form"', 'formRef="no_form"', 1))
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/designer/publish?scope={SCOPE}")
    examine(page)

    finding = page.locator(".pub-finding.error")
    expect(finding).to_contain_text("没有表单“no_form”")
    expect(finding).to_contain_text("从列表选择表单")
    expect(finding.get_by_role("link", name="前往")).to_have_attribute(
        "href", f"/designer/process/small_review/edit?scope={SCOPE.replace(':', '%3A')}#first"
    )
    expect(page.get_by_role("button", name="发布", exact=True)).to_have_count(0)

    save(street, "process", LONGER)
    save(street, "scenarios", SCENARIO % WAY)
    page.goto(f"{address}/language/en?next=/designer/publish")
    page.get_by_role("button", name="Examine").click()
    expect(page.get_by_role("heading", name="Check results")).to_be_visible(timeout=60_000)
    expect(page.locator(".pub-scenarios .bad")).to_contain_text("not “the end”")
    expect(page.locator(".note-bar.bad")).to_contain_text("Scenarios that fail: 1.")
    drawing = page.locator(".cov-drawing")
    drawing.get_by_label("What is shown").select_option("The way of “both review” (fails)")
    expect(drawing.get_by_role("status")).to_have_text(
        "At step 4, after “复审”: expected “the end”, but it went to “清点”."
    )
    expect(overlay(drawing, "counted")).to_have_text(["4", "≠"])
    assert violations(page) == []
    see_whose_it_is(page, address)
    picture(page, "failing-en")
    assert complaints == []


def see_whose_it_is(page: Page, address: str) -> None:
    """The page of the process draws it, with whose each part is."""
    assert page.evaluate("[...window.jcCoverage.missing]") == []
    page.goto(f"{address}/designer/process/small_review?scope={SCOPE}")
    drawn = page.locator(".drawn[data-state=drawn]")
    drawn.wait_for(timeout=20_000)
    expect(drawn.get_by_role("status")).to_contain_text("parts are from “Base”")
    expect(overlay(drawn, "counted")).to_have_text(["机"])
    expect(overlay(drawn, "first")).to_have_count(0)
    assert violations(page) == []
    assert page.evaluate("[...window.jcResolved.missing]") == []


def test_a_second_person_confirms(browser: Browser, street: Street, address: str) -> None:
    with street.installation.database.transaction() as db:
        organisation = db.get_one(Organisation, street.own.organisation_id)
        organisation.confirms_publications = True
        db.add(organisation)
    save(street, "process", LONGER)
    page, _ = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/designer/publish?scope={SCOPE}")
    examine(page)
    page.get_by_role("button", name="提交第二人确认").click()
    expect(page.get_by_text("已提交，等待另一个人确认。")).to_be_visible()
    expect(page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
    where = page.url

    other, _ = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(other, street, address, "director")
    other.goto(where)
    other.get_by_role("button", name="发布", exact=True).click()
    expect(other.get_by_role("heading", name="已发布的版本")).to_be_visible()
