"""The pages in a real Chromium: what a person does from signing in to the next task."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete

from api.logins import Login, set_password
from appraisal.people import person_by_id
from tests.api.small import Street
from tests.pages.conftest import open_page, sign_in

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"


@pytest.mark.parametrize("scripts", [True, False])
def test_reviewer_signs_in_claims_errs_and_submits(
    browser: Browser, street: Street, address: str, scripts: bool
) -> None:
    with street.installation.database.transaction() as db:
        person = person_by_id(db, street.own.people["reviewer"])
        set_password(db, person, PASSWORD)
        name = person.sign_in_name
    page, complaints = open_page(
        browser, viewport={"width": 1440, "height": 900}, java_script_enabled=scripts
    )

    page.goto(address)
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="待认领 1").click()
    page.get_by_role("button", name="认领 赵考生").click()
    expect(page.get_by_role("button", name="退回认领")).to_be_visible()

    page.get_by_label("分数").fill("101")
    page.get_by_role("button", name="提交并看下一条").click()
    expect(page.get_by_role("alert")).to_contain_text("有 1 处需要修改")
    page.get_by_role("alert").get_by_role("link", name="分数").click()
    expect(page.get_by_label("分数")).to_have_value("101")
    expect(page.get_by_label("分数")).to_have_attribute("aria-invalid", "true")

    page.get_by_label("分数").fill("60")
    page.get_by_role("button", name="提交并看下一条").click()
    expect(page.get_by_role("status")).to_contain_text("已提交：初审 赵考生")
    expect(page.locator(".det")).to_contain_text("须由他人办理")
    assert complaints == []


def test_keys_move_claim_and_submit(browser: Browser, street: Street, address: str) -> None:
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "reviewer")
    page.goto(f"{address}/inbox?view=claimable")
    expect(page.locator("html.js")).to_be_attached()

    page.keyboard.press("c")
    expect(page.get_by_role("button", name="退回认领")).to_be_visible()
    expect(page.locator("html.js")).to_be_attached()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_label("分数").fill("77")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("已提交")
    assert complaints == []


def test_everything_is_reached_by_tab(browser: Browser, street: Street, address: str) -> None:
    page, _complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "reviewer")
    page.goto(f"{address}/inbox?view=claimable")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    wanted = {"f-points", "f-remark"}
    for _ in range(60):
        page.keyboard.press("Tab")
        wanted.discard(page.evaluate("document.activeElement.id"))
    assert wanted == set()


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_page_scrolls_sideways(
    browser: Browser, street: Street, address: str, screen: dict[str, Any], language: str
) -> None:
    task = street.user_task(street.own)
    visits = {
        "reviewer": ["/inbox?view=claimable", f"/inbox/{task.id}", "/inbox?view=done"],
        "director": ["/sessions", f"/sessions/{street.own.session_number}"],
        "administrator": ["/incidents", "/nothing"],
        "candidate": ["/me", "/verify", "/verify/NONE"],
    }
    for role, paths in visits.items():
        page, complaints = open_page(browser, **screen)
        sign_in(page, street, address, role)
        page.goto(f"{address}/language/{language}?next=/verify")
        for path in paths:
            page.goto(address + path)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert (path, width) == (path, screen["viewport"]["width"])
        assert complaints == []
        page.context.close()


def test_candidate_reads_the_state_on_a_phone(
    browser: Browser, street: Street, address: str
) -> None:
    page, complaints = open_page(browser, **PHONE)
    sign_in(page, street, address, "candidate")

    expect(page.get_by_role("heading", level=1)).to_have_text("赵考生，您好")
    expect(page.get_by_role("img", name="共 6 步，已完成 1 步")).to_be_visible()
    small = page.evaluate(
        """[...document.querySelectorAll('a, button')]
        .filter(e => e.offsetParent && !e.closest('.lang, .skip'))
        .filter(e => Math.min(e.offsetWidth, e.offsetHeight) < 24).map(e => e.outerHTML)"""
    )
    assert small == []
    assert complaints == []


def test_phone_shows_the_list_then_the_task(browser: Browser, street: Street, address: str) -> None:
    page, _complaints = open_page(browser, **PHONE)
    sign_in(page, street, address, "reviewer")
    page.goto(f"{address}/inbox?view=claimable")

    expect(page.get_by_label("分数")).to_be_hidden()
    page.get_by_role("link", name="赵考生").click()
    expect(page.get_by_label("分数")).to_be_visible()
    page.get_by_role("link", name="返回列表").click()
    expect(page.get_by_role("link", name="赵考生")).to_be_visible()


def test_what_was_filled_in_outlives_the_login(
    browser: Browser, street: Street, address: str
) -> None:
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "reviewer")
    page.goto(f"{address}/inbox/{street.user_task(street.own).id}")
    page.get_by_label("分数").fill("77")
    page.get_by_label("备注").fill("字迹清楚")

    with street.installation.database.transaction() as db:
        db.exec(delete(Login))
        person = person_by_id(db, street.own.people["reviewer"])
        set_password(db, person, PASSWORD)
        name = person.sign_in_name
    page.get_by_role("button", name="提交并看下一条").click()
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_text("已恢复您上次填写、尚未提交的内容")).to_be_visible()
    expect(page.get_by_label("分数")).to_have_value("77")
    expect(page.get_by_label("备注")).to_have_value("字迹清楚")
    page.get_by_role("button", name="提交并看下一条").click()
    expect(page.get_by_role("status").first).to_contain_text("已提交")
    assert page.evaluate("Object.keys(sessionStorage)") == []
    assert complaints == []


def test_what_was_filled_in_is_nobody_elses(browser: Browser, street: Street, address: str) -> None:
    page, _complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    task = f"{address}/inbox/{street.user_task(street.own).id}"
    for role, leave in (("reviewer", False), ("other_reviewer", True)):
        sign_in(page, street, address, role)
        page.goto(task)
        expect(page.get_by_label("备注")).to_have_value("")
        page.get_by_label("备注").fill(role)
        page.reload()
        expect(page.get_by_label("备注")).to_have_value(role)
        if leave:
            page.get_by_role("button", name="退出登录").first.click()
            expect(page.get_by_label("密码")).to_be_visible()

    assert page.evaluate("Object.keys(sessionStorage)") == []
