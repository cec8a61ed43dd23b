"""Posts, score sheets and catalogues are edited as tables, in a real Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.drafts import read_draft, save_draft
from tests.api.small import Street
from tests.pages.conftest import open_page, sign_in
from tests.pages.test_editor_words import texts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("editors")]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
}  # fmt: skip
BASE = Path("processes/base")
FILES = {
    "posts": BASE / "posts.json",
    "cnc_four_hole_plate": BASE / "mark_practical/sheets/cnc_four_hole_plate.json",
    "archive_catalogue": BASE / "archive/archive_catalogue.json",
    "theory_weights": Path("processes/industries/electrician/theory_weights.json"),
}
KINDS = {"posts": "posts", "archive_catalogue": "catalogue"}


def opened(
    browser: Browser, street: Street, address: str, key: str, language: str = "zh-CN", **screen: Any
) -> tuple[Page, list[str]]:
    scope, kind = f"organisation:{street.own.code}", KINDS.get(key, "sheet")
    with street.installation.database.transaction() as db:
        save_draft(
            db, scope, kind, key, FILES[key].read_bytes(),
            expected=0, actor="test", now=street.installation.clock.now(),
        )  # fmt: skip
    page, complaints = open_page(browser, **(screen or DESK))
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/language/{language}?next=/verify")
    page.goto(f"{address}/designer/{kind}/{key}/edit?scope={scope}")
    page.locator(".records").wait_for()
    return page, complaints


def kept(street: Street, page: Page, key: str) -> Any:
    page.wait_for_timeout(500)
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")
    with street.installation.database.transaction() as db:
        scope, kind = f"organisation:{street.own.code}", KINDS.get(key, "sheet")
        draft = read_draft(db, scope, kind, key)
        assert draft is not None and draft.content is not None
        return json.loads(draft.content)


def test_sheet_is_changed_and_nothing_else(browser: Browser, street: Street, address: str) -> None:
    before = json.loads(FILES["cnc_four_hole_plate"].read_bytes())
    page, complaints = opened(browser, street, address, "cnc_four_hole_plate")
    page.get_by_label("评分项第 1 项，分值").fill("8.5")
    page.get_by_label("否定项第 2 项，事实").fill("刀具轨迹不正确")
    page.get_by_role("button", name="添加到否定项").click()
    page.keyboard.type("no_glasses")
    page.get_by_label("否定项第 3 项，事实").fill("未戴护目镜")
    after = kept(street, page, "cnc_four_hole_plate")

    task = before["tasks"][0]
    task["criteria"][0]["points"] = 8.5
    task["veto"][1]["fact"] = "刀具轨迹不正确"
    assert after["tasks"][0]["veto"].pop()["fact"] == "未戴护目镜"
    assert after == before
    page.get_by_role("button", name="撤销").click()
    assert len(kept(street, page, "cnc_four_hole_plate")["tasks"][0]["veto"]) == 3
    assert complaints == []


def test_wrong_post_is_told_and_led_to(browser: Browser, street: Street, address: str) -> None:
    page, complaints = opened(browser, street, address, "posts")
    duties = page.get_by_label("不相容职责第 1 项，职责")
    names = page.locator(".records-keys", has=duties).locator("small")
    expect(names).to_have_text("资格审核、收费、成绩处理")
    duties.fill("review, nothing")
    expect(names).to_have_text("资格审核")
    page.get_by_role("tab", name="检查").click()
    finding = page.locator(".ed-found li", has_text="nothing").first
    expect(finding).to_be_visible()
    finding.get_by_role("button", name="定位").click()
    place = page.evaluate("document.activeElement.dataset.at ?? ''")
    assert place.startswith("/exclusions/0")
    assert complaints == []


@pytest.mark.parametrize("key", sorted(FILES))
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_all_members_have_words_and_fit_a_phone(
    browser: Browser, street: Street, address: str, key: str, language: str
) -> None:
    page, complaints = opened(browser, street, address, key, language, **PHONE)

    found = texts(page, "script, style, .lang, #name, textarea, .ed-top .muted")
    foreign = "[a-z_]{3,}" if language == "zh-CN" else "[㐀-鿿]"
    assert {one for one in found if re.search(foreign, one) and one != "jiancheng"} == set()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("[...jcEditor.missing]") == []
    assert complaints == []


def test_pairs_keep_their_numbers(browser: Browser, street: Street, address: str) -> None:
    page, _complaints = opened(browser, street, address, "theory_weights", "en")
    cell = page.get_by_label("Groups 1, Items")
    cell.fill(cell.input_value() + "\n安全用电 | 4.5")

    assert kept(street, page, "theory_weights")["groups"][0]["items"][-1] == ["安全用电", 4.5]
