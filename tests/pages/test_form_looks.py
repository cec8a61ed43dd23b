"""Forms in the application's own style sheet, in a real Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from engine.feel import compile_expression
from forms import parse_form
from tests.pages.conftest import open_page

pytestmark = pytest.mark.browser
FORM: dict[str, Any] = {
    "id": "payments",
    "type": "default",
    "schemaVersion": 19,
    "jc:title": "缴费",
    "components": [
        {
            "type": "dynamiclist",
            "id": "d",
            "path": "payments",
            "label": "缴费",
            "defaultRepetitions": 1,
            "properties": {"jc:layout": "table"},
            "components": [
                {"type": "textfield", "id": "n", "key": "number", "label": "报名编号"},
                {
                    "type": "select",
                    "id": "s",
                    "key": "state",
                    "label": "状态",
                    "values": [{"value": "paid", "label": "已缴"}],
                },
            ],
        }
    ],
}


@pytest.mark.parametrize("width", [390, 900, 1440])
def test_rows_of_a_list_are_shown_beside_the_inbox(
    browser: Browser, address: str, width: int
) -> None:
    page, _complaints = open_page(browser, viewport={"width": width, "height": 844})
    drawn = parse_form(FORM, compile_expression=compile_expression).render(language="zh-CN")
    page.goto(f"{address}/verify")
    page.evaluate(
        """html => { document.body.innerHTML =
        `<div class="inbox"><section class="list">其他任务</section>
        <aside class="det"><div class="body">${html}</div></aside></div>` }""",
        str(drawn),
    )

    expect(page.get_by_label("报名编号")).to_be_visible()
    expect(page.get_by_role("button", name="新增一行")).to_be_visible()
    number, first = page.locator("tbody th.no"), page.get_by_label("报名编号")
    apart = page.evaluate(
        """([a, b]) => { const [p, q] = [a, b].map(e => e.getBoundingClientRect());
        return p.right <= q.left || p.bottom <= q.top; }""",
        [number.element_handle(), first.element_handle()],
    )
    assert apart
    arrow = page.get_by_label("状态").evaluate("e => getComputedStyle(e).backgroundImage")
    assert "gradient" in arrow
    page.context.close()
