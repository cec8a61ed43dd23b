"""Beginning a definition on its page, with the errors in words."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from engine.drafts import read_draft, save_draft
from tests.api.small import Street
from tests.pages.conftest import browser_of, open_page, sign_in

GIVEN = {"key": "health_card", "name": "健康证核验", "english": "Health card check"}


@pytest.fixture
def designer(street: Street) -> TestClient:
    return browser_of(street, "process_designer")


def begin(client: TestClient, street: Street, kind: str, copy: str = "", **given: str) -> Any:
    data = {"csrf_token": client.csrf, **GIVEN, **given}  # type: ignore[attr-defined]
    query = f"scope=organisation:{street.own.code}&kind={kind}&copy={copy}"
    return client.post(f"/designer/new?{query}", data=data)


def draft(street: Street, kind: str, key: str) -> bytes | None:
    with street.installation.database.transaction() as db:
        found = read_draft(db, f"organisation:{street.own.code}", kind, key)
        return None if found is None else found.content


@pytest.mark.parametrize("kind", ["process", "decision", "form"])
def test_new_definition_is_a_draft(designer: TestClient, street: Street, kind: str) -> None:
    answered = begin(designer, street, kind)

    assert answered.status_code == 303
    assert answered.headers["location"].startswith(f"/designer/{kind}/health_card/edit?scope=")
    content = draft(street, kind, "health_card")
    assert content is not None and "健康证核验".encode() in content


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"key": "Health"}, "编号须为"),
        ({"key": "small_form"}, "已经有定义"),
        ({"name": ""}, "请填写名称"),
        ({"english": "x" * 81}, "请填写名称"),
        ({"name": "a\x07b"}, "请填写名称"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_lost(
    designer: TestClient, street: Street, given: dict[str, str], told: str
) -> None:
    answered = begin(designer, street, "form", **given)

    assert answered.status_code == 422
    assert told in answered.text
    assert all(one in answered.text for one in {**GIVEN, **given}.values() if one.isprintable())
    assert draft(street, "form", GIVEN["key"]) is None


def test_second_begin_of_a_key_is_refused(designer: TestClient, street: Street) -> None:
    assert begin(designer, street, "form").status_code == 303
    assert begin(designer, street, "form").status_code == 422


def test_copy_of_an_inherited_form(designer: TestClient, street: Street) -> None:
    assert begin(designer, street, "form", copy="small_form").status_code == 303

    content = draft(street, "form", "health_card")
    assert content is not None and b'"points"' in content and b'"health_card"' in content
    assert begin(designer, street, "form", copy="nothing", key="other").status_code == 404
    assert begin(designer, street, "paper", key="other").status_code == 404


@pytest.mark.browser
@pytest.mark.usefixtures("editors")
def test_new_table_is_begun_and_opened(browser: Browser, street: Street, address: str) -> None:
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/designer?scope=organisation:{street.own.code}")
    page.get_by_role("link", name="新建", exact=True).click()
    page.get_by_role("link", name="决策", exact=True).click()
    page.get_by_label("名称", exact=True).fill("健康证是否有效")
    page.get_by_label("英文名称").fill("Is the health card valid")
    page.get_by_label("编号").fill("card_valid")
    page.get_by_role("button", name="新建并编辑").click()

    expect(page.locator(".dmn-decision-table-container")).to_be_visible()
    expect(page.locator("#name")).to_have_text("健康证是否有效")
    page.get_by_label("样例 1，条件").select_option("true")
    expect(page.locator("[data-result='0']")).to_contain_text('"yes"')
    page.get_by_role("tab", name="检查").click()
    expect(page.get_by_text("没有发现问题")).to_be_visible()
    assert complaints == []


def test_kept_drafts_are_not_written_over(designer: TestClient, street: Street) -> None:
    scope = f"organisation:{street.own.code}"
    with street.installation.database.transaction() as db:
        save_draft(
            db, scope, "form", "health_card", b'{"id": "health_card"}',
            expected=0, actor="other", now=street.installation.clock.now(),
        )  # fmt: skip

    assert begin(designer, street, "form").status_code == 422
    assert draft(street, "form", "health_card") == b'{"id": "health_card"}'
