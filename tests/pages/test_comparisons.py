"""The pages that compare two versions and that follow an outer one, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from engine.comparison import compare
from engine.drafts import read_draft
from engine.versions import read_edition
from tests.api.small import Street
from tests.engine.test_rebases import store
from tests.pages.conftest import browser_of, open_page, sign_in
from tests.pages.test_accessibility import violations

OWN = "organisation:OWN"
BASE = (
    Path(__file__).parents[2] / "processes/base/publish_results/publish_results.bpmn"
).read_text(encoding="utf-8")
KEY = "p"


def changed(text: str, *pairs: tuple[str, str]) -> bytes:
    """Replace the first occurrence of each, which must be there."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


OURS = changed(
    BASE,
    ('name="确定公布方式"', 'name="领导确定公布方式"'),
    (
        "date and time(publicity.closes_at)<",
        'date and time(publicity.closes_at) + duration("P1D")<',
    ),
    ('<dc:Bounds x="710" y="250"', '<dc:Bounds x="710" y="100"'),
)
NEWER = changed(
    BASE,
    (
        "date and time(publicity.closes_at)<",
        'date and time(publicity.closes_at) + duration("P2D")<',
    ),
    ('name="编制公示"', 'name="编制公示名单"'),
)


@pytest.fixture
def behind(street: Street) -> Street:
    """The own organisation's diagram is behind the base's."""
    with street.installation.database.transaction() as db:
        store(db, "base", 1, BASE.encode())
        store(db, OWN, 1, OURS, "base@1")
        store(db, "base", 2, NEWER)
    return street


def compare_url(before: str = "base@1", after: str = f"{OWN}@1") -> str:
    return f"/designer/compare?kind=process&key={KEY}&scope={OWN}&from={before}&to={after}"


def designer_page(browser: Browser, street: Street, address: str, **options: Any) -> Any:
    page, complaints = open_page(browser, **options)
    sign_in(page, street, address, "process_designer")
    return page, complaints


def stroke(page: Page, side: str, element: str) -> str:
    """The colour in which an element is drawn."""
    found = page.locator(f'[data-side={side}] [data-element-id="{element}"] .djs-visual > *').first
    return str(found.evaluate("one => getComputedStyle(one).stroke"))


CHANGED = "rgb(23, 89, 143)"
ADDED = "rgb(28, 122, 88)"
MOVED = "rgb(138, 90, 0)"
# Whose each change is: one's own, the outer scope's, of both.
OWNERS = {
    "confirm_publication": "rgb(23, 89, 143)",
    "file_list": "rgb(28, 122, 88)",
    "publicity_over": "rgb(181, 48, 30)",
}


@pytest.mark.usefixtures("editors")
def test_two_versions_stand_in_colour_beside_each_other(
    browser: Browser, behind: Street, address: str
) -> None:
    page, complaints = designer_page(
        browser, behind, address, viewport={"width": 1440, "height": 900}
    )
    page.goto(address + compare_url())
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    sentences = page.locator(".cmp-list > .cmp-changes .cmp-go").all_inner_texts()
    assert sentences == [
        "“领导确定公布方式”的名称由 确定公布方式 改为 领导确定公布方式。",
        "“公示期满”的时间点由 = date and time(publicity.closes_at) 改为 "
        '= date and time(publicity.closes_at) + duration("P1D")。',
    ]
    assert page.locator(".cmp-layout summary").inner_text() == "只在图上移动 1"
    for side in ("before", "after"):
        assert stroke(page, side, "publicity_over") == CHANGED
        assert stroke(page, side, "publish_marks") == MOVED
        assert stroke(page, side, "file_list") not in (CHANGED, MOVED)
    assert complaints == []


@pytest.mark.usefixtures("editors")
def test_a_sentence_leads_to_its_element_in_both_pictures(
    browser: Browser, behind: Street, address: str
) -> None:
    page, complaints = designer_page(
        browser, behind, address, viewport={"width": 1440, "height": 900}
    )
    page.goto(address + compare_url())
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    page.locator(".cmp-go[data-element=publicity_over]").click()

    for side in ("before", "after"):
        canvas = page.locator(f"[data-side={side}]").bounding_box()
        element = page.locator(
            f"[data-side={side}] [data-element-id=publicity_over]"
        ).bounding_box()
        assert canvas is not None
        assert element is not None
        middle = element["x"] + element["width"] / 2 - canvas["x"]
        assert abs(middle - canvas["width"] / 2) < 3
    assert complaints == []


@pytest.mark.usefixtures("editors")
def test_a_new_diagram_is_all_green_beside_nothing(
    browser: Browser, behind: Street, address: str
) -> None:
    page, complaints = designer_page(
        browser, behind, address, viewport={"width": 1440, "height": 900}
    )
    page.goto(address + compare_url("none", "base@1"))
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    # The sentence is about the process, which is the whole sheet.
    page.locator(".cmp-go", has_text="增加了流程").click()

    assert page.locator(".cmp-nothing").inner_text() == "这一版没有。"
    assert page.locator("[data-side=before]").count() == 0
    for element in ("file_list", "publicity_over"):
        assert stroke(page, "after", element) == ADDED
    assert violations(page) == []
    assert complaints == []


@pytest.mark.usefixtures("editors")
def test_pictures_move_together(browser: Browser, behind: Street, address: str) -> None:
    page, _ = designer_page(browser, behind, address, viewport={"width": 1440, "height": 900})
    page.goto(address + compare_url())
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    def place(side: str) -> list[float]:
        layer = page.locator(f"[data-side={side}] .viewport")
        numbers = re.findall(r"-?[\d.]+", str(layer.get_attribute("transform")))
        return [round(float(one), 2) for one in numbers]

    before = place("before")
    page.locator("[data-side=before]").hover(position={"x": 50, "y": 300})
    page.mouse.down()
    page.mouse.move(300, 500, steps=4)
    page.mouse.up()

    assert place("before") != before
    assert place("after") == place("before")


@pytest.mark.usefixtures("editors")
def test_phone_has_the_list_before_the_pictures(
    browser: Browser, behind: Street, address: str
) -> None:
    page, complaints = designer_page(
        browser, behind, address, viewport={"width": 390, "height": 844}
    )
    page.goto(address + compare_url())
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    told, pictures = (
        page.locator(".cmp-list").bounding_box(),
        page.locator("#pictures").bounding_box(),
    )
    assert told is not None
    assert pictures is not None
    assert told["y"] + told["height"] <= pictures["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []


@pytest.mark.usefixtures("editors")
def test_conflict_is_decided_and_saved_as_a_draft(
    browser: Browser, behind: Street, address: str
) -> None:
    page, complaints = designer_page(
        browser, behind, address, viewport={"width": 1440, "height": 900}
    )
    page.goto(f"{address}/designer/rebase/process/{KEY}?scope={OWN}")
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    painted = {one: stroke(page, "before", one) for one in OWNERS}
    conflicts = page.locator(".cmp-conflict legend").all_inner_texts()
    taken = page.locator(".cmp-list > .cmp-changes .cmp-go").all_inner_texts()
    page.get_by_label("采用上级").check()
    page.get_by_role("button", name="存为草稿").click()
    page.wait_for_url("**/designer/compare?**")

    assert painted == OWNERS
    assert conflicts == ["“公示期满”的时间点"]
    assert taken == ["“编制公示名单”的名称由 编制公示 改为 编制公示名单。"]
    with behind.installation.database.reading() as db:
        draft = read_draft(db, OWN, "process", KEY)
        newest = read_edition(db, "process", KEY, "base").content
        assert draft is not None
        assert draft.derived_from == "base@2"
        left = compare("process", newest, draft.content)
        assert [one.element_id for one in left] == ["confirm_publication", "publish_marks"]
    assert complaints == []


def test_conflict_without_a_choice_saves_nothing(behind: Street) -> None:
    client = browser_of(behind, "process_designer")
    url = f"/designer/rebase/process/{KEY}?scope={OWN}"

    response = client.post(url, data={"csrf_token": client.csrf})  # type: ignore[attr-defined]

    assert response.status_code == 409
    assert "还有冲突没有选择" in response.text
    with behind.installation.database.reading() as db:
        assert read_draft(db, OWN, "process", KEY) is None


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)"],
)
@pytest.mark.usefixtures("editors")
def test_hostile_names_are_text(
    browser: Browser, street: Street, address: str, hostile: str
) -> None:
    escaped = hostile.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    with street.installation.database.transaction() as db:
        store(db, "base", 1, BASE.encode())
        store(db, "base", 2, changed(BASE, ('name="编制公示"', f'name="{escaped}"')))
    page, complaints = designer_page(browser, street, address)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(f"{address}/designer/compare?kind=process&key={KEY}&scope=base")
    page.wait_for_selector("#pictures[data-ready]", timeout=15_000)

    assert hostile in page.locator(".cmp-go").first.inner_text()
    assert dialogs == []
    assert complaints == []
