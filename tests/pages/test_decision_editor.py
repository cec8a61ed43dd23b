"""The decision editor in a real Chromium: cells, rows, check, trials, and what is hostile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.drafts import read_draft, save_draft
from tests.api.small import Street
from tests.pages.conftest import open_page, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("editors")]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
}  # fmt: skip
KEY = "d5_opening"
TABLE = Path("processes/base/decide_opening/d5_opening.dmn")


def given(street: Street, content: bytes | None = None) -> str:
    """A draft of a table in the own organisation's scope; gives the scope."""
    scope = f"organisation:{street.own.code}"
    installation = street.installation
    with installation.database.transaction() as db:
        save_draft(
            db, scope, "decision", KEY, content or TABLE.read_bytes(),
            expected=0, actor="test", now=installation.clock.now(),
        )  # fmt: skip
    return scope


def opened(
    browser: Browser,
    street: Street,
    address: str,
    scope: str,
    language: str = "zh-CN",
    **screen: Any,
) -> tuple[Page, list[str]]:
    page, complaints = open_page(browser, **(screen or DESK))
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/language/{language}?next=/verify")
    page.goto(f"{address}/designer/decision/{KEY}/edit?scope={scope}")
    return page, complaints


def holds(page: Page, text: str) -> None:
    """Wait until the draft in the editor has a text; the page's policy forbids to poll there."""
    for _ in range(100):
        if text in page.evaluate("jcEditor.content()"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(text)


def kept(street: Street, scope: str) -> str:
    with street.installation.database.transaction() as db:
        draft = read_draft(db, scope, "decision", KEY)
        assert draft is not None and draft.content is not None
        return draft.content.decode()


def test_cell_is_saved_by_itself_and_opens_again(
    browser: Browser, street: Street, address: str
) -> None:
    scope = given(street)
    page, complaints = opened(browser, street, address, scope)
    page.locator('td[data-element-id="d5_enough_i3"]').click()
    page.keyboard.press("Control+A")
    page.keyboard.type("<= -2")
    page.locator(".rule-index").first.click()
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")
    expect(page.locator("#state")).to_contain_text(":")

    assert "&lt;= -2" in kept(street, scope)
    page.reload()
    expect(page.locator('td[data-element-id="d5_enough_i3"]')).to_contain_text("<= -2")
    assert complaints == []


def test_rows_are_edited_without_the_canvas(browser: Browser, street: Street, address: str) -> None:
    scope = given(street)
    page, complaints = opened(browser, street, address, scope, "en", **PHONE)
    page.get_by_label("Row 3, 距最低开考人数").fill("<= 5")
    page.get_by_label("Row 3, What it says (English)").fill("Five short is enough")
    page.get_by_role("button", name="Add a row", exact=True).click()
    expect(page.get_by_label("Row 6, 鉴定类型")).to_be_focused()
    page.get_by_label("Row 6, 动作").fill('"open"')
    page.get_by_label("Row 6, What it says (English)").fill("The rest")
    page.get_by_role("button", name="Move up").nth(5).click()
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")
    holds(page, "The rest")
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")

    page.reload()
    expect(page.get_by_label("Row 5, What it says (English)")).to_have_value("The rest")
    expect(page.get_by_label("Row 3, What it says (English)")).to_have_value("Five short is enough")
    expect(page.get_by_label("Row 6, What it says (Chinese)")).to_have_value(
        "人数不足,顺延到下一批次"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert complaints == []


def test_check_tells_overlaps_and_leads_to_the_row(
    browser: Browser, street: Street, address: str
) -> None:
    scope = given(street, TABLE.read_bytes().replace(b'hitPolicy="FIRST"', b'hitPolicy="UNIQUE"'))
    page, complaints = opened(browser, street, address, scope)
    page.get_by_role("tab", name="检查").click()
    finding = page.locator(".ed-found li", has_text="会同时成立").first
    expect(finding).to_be_visible()
    page.get_by_role("button", name="行清单").click()
    finding.get_by_role("button", name="定位").click()
    assert page.evaluate("document.activeElement.closest('tr')?.classList.contains('wrong')")

    page.locator(".dmn-rows select").first.select_option("FIRST")
    expect(page.locator(".ed-found li", has_text="会同时成立")).to_have_count(0)
    assert complaints == []


def test_bad_feel_is_told_while_it_is_typed(browser: Browser, street: Street, address: str) -> None:
    scope = given(street)
    page, complaints = opened(browser, street, address, scope)
    page.get_by_role("button", name="行清单").click()
    page.get_by_role("tab", name="检查").click()
    page.get_by_label("第 2 行，鉴定类型").fill('"contest')
    expect(page.locator(".ed-found .tag.bad").first).to_be_visible()
    expect(page.locator('tr[data-rule="d5_own_session"]')).to_have_class("wrong")
    page.get_by_label("第 2 行，鉴定类型").fill('"contest"')
    expect(page.locator(".ed-found .tag.bad")).to_have_count(0)
    assert complaints == []


def test_trials_show_rows_of_the_draft(browser: Browser, street: Street, address: str) -> None:
    scope = given(street)
    page, complaints = opened(browser, street, address, scope)
    page.get_by_label("样例 1，鉴定类型").fill("public")
    page.get_by_label("样例 1，通过人数").fill("3")
    page.get_by_label("样例 1，距最低开考人数").fill("7")
    page.get_by_label("样例 1，有可并入的项目").select_option("true")
    expect(page.locator("[data-fired='0']")).to_contain_text("第 4 行")
    expect(page.locator("[data-result='0']")).to_contain_text('"merge"')

    page.get_by_role("button", name="复制").click()
    page.get_by_label("样例 2，通过人数").fill("0")
    expect(page.locator("[data-fired='1']")).to_contain_text("第 1 行")
    page.get_by_label("样例 2，距最低开考人数").fill("seven")
    page.get_by_label("样例 2，通过人数").fill("3")
    expect(page.locator("[data-result='1'] .bad")).to_contain_text("应为 number")

    page.get_by_label("样例 1，通过人数").focus()
    shade = "e => getComputedStyle(e).boxShadow"
    row = page.locator('td.rule-index[data-row-id="d5_merge"]')
    other = page.locator('td.rule-index[data-row-id="d5_enough"]')
    assert row.evaluate(shade) != other.evaluate(shade)
    page.get_by_role("button", name="行清单").click()
    page.get_by_label("第 4 行，动作").fill('"postpone"')
    expect(page.locator("[data-result='0']")).to_contain_text('"postpone"')

    page.reload()
    expect(page.get_by_label("样例 2，距最低开考人数")).to_have_value("seven")
    assert complaints == []


def test_undo_and_history_bring_back(browser: Browser, street: Street, address: str) -> None:
    scope = given(street)
    page, complaints = opened(browser, street, address, scope)
    page.get_by_role("button", name="行清单").click()
    page.get_by_label("第 1 行，动作").fill('"wait"')
    holds(page, "wait")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("第 1 行，动作")).to_have_value('"postpone"')
    page.get_by_label("第 1 行，动作").fill('"wait"')
    holds(page, "wait")
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")
    assert "wait" in kept(street, scope)

    page.get_by_role("button", name="历史").click()
    page.get_by_role("dialog").get_by_role("button", name="恢复到此").last.click()
    expect(page.get_by_label("第 1 行，动作")).to_have_value('"postpone"')
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")
    assert "wait" not in kept(street, scope)
    assert complaints == []


def test_script_in_a_table_is_text(browser: Browser, street: Street, address: str) -> None:
    hostile = "&lt;img src=x onerror=&quot;window.harmed=1&quot;&gt;"
    content = TABLE.read_text().replace("无人通过审核", hostile)
    content = content.replace('label="动作"', f'label="{hostile}"').replace("D5 开考决定", hostile)
    scope = given(street, content.encode())
    page, _complaints = opened(browser, street, address, scope)
    expect(page.locator(".dmn-js-parent")).to_be_visible()
    page.get_by_label("样例 1，通过人数").fill("0")
    expect(page.locator("[data-fired='0']")).to_contain_text("第 1 行")
    page.get_by_role("button", name="行清单").click()
    page.get_by_role("tab", name="决策关系图").click()

    assert page.evaluate("window.harmed") is None
    assert page.locator("img[src=x]").count() == 0


def test_file_without_a_table_opens_as_a_diagram(
    browser: Browser, street: Street, address: str
) -> None:
    empty = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"
      name="d" namespace="x"/>"""
    scope = given(street, empty)
    page, complaints = opened(browser, street, address, scope)

    expect(page.get_by_role("tab", name="决策关系图")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("还没有能试算的决策")).to_be_visible()
    assert complaints == []


def test_others_only_read(browser: Browser, street: Street, address: str) -> None:
    page, _complaints = opened(browser, street, address, "base")

    # The scope is not the organisation's to change, and there is no such table in it.
    expect(page.get_by_role("alert")).to_be_visible()
