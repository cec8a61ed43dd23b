"""The form editor in a real Chromium: canvas, field table, preview, check, and what is hostile."""

from __future__ import annotations

import json
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
KEY = "review_application"
FORM = Path(f"forms/definitions/base/{KEY}.json")
CARD = {"id": KEY, "schemaVersion": 19, "jc:title": "小表", "jc:title.en": "Small form"}


def given(street: Street, form: dict[str, Any] | None = None) -> str:
    """A draft of a form in the own organisation's scope; gives the scope."""
    scope = f"organisation:{street.own.code}"
    installation = street.installation
    content = FORM.read_bytes() if form is None else json.dumps(form).encode()
    with installation.database.transaction() as db:
        save_draft(
            db, scope, "form", KEY, content,
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
    page.goto(f"{address}/designer/form/{KEY}/edit?scope={scope}")
    return page, complaints


def saved(page: Page) -> None:
    page.wait_for_timeout(300)
    expect(page.locator("#state")).to_have_attribute("data-name", "saved")


def kept(street: Street, scope: str) -> dict[str, Any]:
    with street.installation.database.transaction() as db:
        draft = read_draft(db, scope, "form", KEY)
        assert draft is not None and draft.content is not None
        found: dict[str, Any] = json.loads(draft.content)
        return found


def test_field_from_the_palette_gets_english_and_is_previewed(
    browser: Browser, street: Street, address: str
) -> None:
    scope = given(street, {**CARD, "components": []})
    page, complaints = opened(browser, street, address, scope)
    page.locator(".fjs-palette-field[data-field-type=number]").press("Enter")
    panel = page.locator(".fjs-properties-container")
    panel.get_by_label("英文标签").fill("Pulse")
    panel.get_by_label("作为流程变量").check()
    saved(page)
    [field] = kept(street, scope)["components"]
    assert field["label"] == "数字"
    assert field["properties"] == {"label.en": "Pulse", "jc:variable": "true"}

    page.get_by_role("tab", name="预览").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="手机").click()
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="Small form")).to_be_visible()
    assert page.locator("iframe").evaluate("e => e.clientWidth") in range(380, 392)
    inside.get_by_label("Pulse").fill("fast")
    inside.get_by_role("button", name="Try to submit").click()
    expect(inside.get_by_role("alert")).to_be_visible()
    inside.get_by_label("Pulse").fill("72")
    inside.get_by_role("button", name="Try to submit").click()
    expect(inside.get_by_text("It passes")).to_be_visible()
    assert complaints == []


def test_palette_and_panel_offer_what_is_drawn(
    browser: Browser, street: Street, address: str
) -> None:
    scope = given(street)
    page, _complaints = opened(browser, street, address, scope)
    expect(page.locator(".fjs-palette-field[data-field-type=textfield]")).to_be_visible()
    shown = page.evaluate(
        """[...document.querySelectorAll('.fjs-palette-field')].filter(e => e.offsetParent)
        .map(e => e.dataset.fieldType)"""
    )
    assert set(shown) == {
        "textfield", "textarea", "number", "datetime", "select", "radio", "checkbox", "checklist",
        "filepicker", "group", "dynamiclist", "text", "separator",
    }  # fmt: skip

    page.locator(".fjs-element[data-id=f_reason]").click()
    groups = page.locator(".fjs-properties-container .bio-properties-panel-group-header-title")
    assert set(groups.all_inner_texts()) <= {"常规", "业务设置", "条件", "布局", "外观", "校验"}


def test_fields_are_edited_without_the_canvas(
    browser: Browser, street: Street, address: str
) -> None:
    scope = given(street, {**CARD, "components": []})
    page, complaints = opened(browser, street, address, scope, "en", **PHONE)
    add, box = page.get_by_label("Add a component", exact=True), page.get_by_role("dialog")
    add.select_option("radio")
    box.get_by_label("Field label").fill("健康证")
    box.get_by_label("English label").fill("Health card")
    box.get_by_label("Key").fill("card")
    box.get_by_label("Options, one a line").fill("valid | 有效 | Valid\nexpired | 过期 | Expired")
    box.get_by_role("checkbox", name="Required").check()
    box.get_by_role("checkbox", name="Process variable").check()
    box.get_by_role("button", name="Done").click()
    add.select_option("textarea")
    box.get_by_label("Field label").fill("说明")
    box.get_by_label("Hide if (FEEL)").fill('card != "expired"')
    box.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Move 说明 up").click()
    saved(page)

    first, second = kept(street, scope)["components"]
    assert first["conditional"] == {"hide": '=card != "expired"'}
    assert (second["key"], second["validate"]) == ("card", {"required": True})
    assert second["values"] == [
        {"label": "有效", "value": "valid"}, {"label": "过期", "value": "expired"},
    ]  # fmt: skip
    assert second["properties"] == {
        "label.en": "Health card", "jc:variable": "true",
        "values.valid.en": "Valid", "values.expired.en": "Expired",
    }  # fmt: skip

    page.get_by_role("tab", name="Preview").click()
    expect(page.frame_locator("iframe").get_by_text("Expired")).to_be_visible()
    assert (page.evaluate("document.documentElement.scrollWidth"), complaints) == (390, [])


def test_unknown_component_is_refused_in_words(
    browser: Browser, street: Street, address: str
) -> None:
    parts = [
        {"type": "html", "id": "h", "content": "<b>x</b>"},
        {
            "type": "textfield",
            "id": "f",
            "key": "f",
            "label": "甲",
            "properties": {"jc:bind": "x.y"},
        },
    ]
    scope = given(street, {**CARD, "components": parts})
    page, _complaints = opened(browser, street, address, scope)
    page.get_by_role("tab", name="检查").click()
    expect(page.locator(".ed-found")).to_contain_text("不支持组件 html")
    page.locator(".ed-found").get_by_role("button", name="定位").first.click()
    page.get_by_role("tab", name="字段表").click()
    page.get_by_role("button", name="删除 h").click()
    page.get_by_role("tab", name="检查").click()
    expect(page.locator(".ed-found")).to_contain_text("绑定到不存在的")

    page.get_by_role("tab", name="字段表").click()
    page.get_by_role("button", name="编辑 甲").click()
    page.get_by_role("dialog").get_by_label("保存到").select_option("candidate.phone")
    page.get_by_role("dialog").get_by_role("button", name="完成").click()
    saved(page)
    assert kept(street, scope)["components"][0]["properties"] == {"jc:bind": "candidate.phone"}


def test_script_in_a_form_harms_nothing(browser: Browser, street: Street, address: str) -> None:
    hostile = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>'
    parts = [
        {"type": "text", "id": "t", "text": f"{hostile} [x](javascript:window.harmed=1)"},
        {
            "type": "radio", "id": "f", "key": "f", "label": hostile, "description": hostile,
            "values": [{"value": hostile, "label": hostile}],
        },
        {"type": "html", "id": "h", "content": hostile},
        {"type": "iframe", "id": "i", "url": "javascript:parent.harmed=1"},
    ]  # fmt: skip
    scope = given(street, {**CARD, "jc:title": hostile, "components": parts})
    page, _complaints = opened(browser, street, address, scope)
    expect(page.locator(".fjs-element").first).to_be_visible()
    for tab in ("字段表", "预览", "检查", "画布"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(200)
    page.locator(".fjs-element[data-id=f]").click()

    assert page.evaluate("window.harmed") is None


def test_two_designers_lose_nothing(browser: Browser, street: Street, address: str) -> None:
    scope = given(street, {**CARD, "components": []})
    page, _complaints = opened(browser, street, address, scope)
    page.get_by_role("tab", name="字段表").click()
    page.get_by_label("添加组件", exact=True).select_option("textfield")
    page.get_by_role("dialog").get_by_role("button", name="完成").click()
    saved(page)
    other = json.dumps({**CARD, "components": [], "jc:title": "别处"}).encode()
    with street.installation.database.transaction() as db:
        save_draft(
            db, scope, "form", KEY, other,
            expected=None, actor=str(street.own.people["process_designer"]),
            now=street.installation.clock.now(),
        )  # fmt: skip
    page.get_by_label("添加组件", exact=True).select_option("separator")
    page.get_by_role("dialog").get_by_role("button", name="完成").click()
    expect(page.get_by_role("alert")).to_contain_text("在别处被修改过")
    assert kept(street, scope)["jc:title"] == "别处"
    page.get_by_role("button", name="保留我的").click()
    saved(page)

    assert [one["type"] for one in kept(street, scope)["components"]] == ["textfield", "separator"]
