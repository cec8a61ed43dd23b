"""The editor of scenarios in Chromium: steps in words beside the drawing, YAML for experts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.drafts import read_draft
from tests.api.small import Street
from tests.api.test_publications import LONGER, SCENARIO, SCOPE, WAY, save
from tests.pages.conftest import open_page, sign_in
from tests.pages.test_accessibility import violations
from tests.pages.test_publications import overlay, picture

pytestmark = pytest.mark.browser
COMMENTED = f"""# Of the reviews; ask 甲 before changing them.
{(SCENARIO % WAY).strip()} # as drawn
# Never comes to an end.
- name: nobody reviews   # yet
  world: opened
  status: running
  path: [begun]
"""


@pytest.fixture
def page(browser: Browser, street: Street, address: str) -> Page:
    save(street, "process", "small_review", LONGER)
    save(street, "scenarios", "small_review", COMMENTED)
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    page.complaints = complaints  # type: ignore[attr-defined]
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/designer/scenarios/small_review/edit?scope={SCOPE}")
    return page


def stored(street: Street, page: Page) -> str:
    expect(page.locator("#state")).to_have_attribute("data-name", "saved", timeout=20_000)
    with street.installation.database.reading() as db:
        draft = read_draft(db, SCOPE, "scenarios", "small_review")
    assert draft is not None
    assert draft.content is not None
    return draft.content.decode()


def test_a_scenario_is_changed_played_and_adopted_in_words(street: Street, page: Page) -> None:
    page.get_by_role("button", name="走一遍", exact=True).click()
    drawing = page.get_by_label("流程图与结果")
    expect(drawing.locator(".sc-result")).to_contain_text("没有走通", timeout=60_000)
    expect(drawing.locator(".walked-told")).to_contain_text("“复审”之后：应到“结束”，实际到“清点”")
    expect(overlay(drawing, "counted")).to_have_text(["4", "≠"])
    picture(page, "scenario-fails-1440")
    drawing.get_by_role("button", name="采用新的路径").click()
    expect(drawing.locator(".sc-result")).to_contain_text("走通了", timeout=60_000)
    adopted = COMMENTED.replace(f"[{WAY}]", f"[{WAY}, counted]")
    assert stored(street, page) == adopted

    change_the_steps(street, page, adopted)
    assert violations(page) == []
    picture(page, "scenario-1440")
    assert page.evaluate("[...window.jcEditor.missing]") == []
    assert page.complaints == []  # type: ignore[attr-defined]


def change_the_steps(street: Street, page: Page, adopted: str) -> None:
    first = page.get_by_role("region", name="步骤").get_by_role("listitem").first
    first.get_by_label("分数").fill("95")
    first.get_by_label("分数").press("Tab")
    page.get_by_label("新步骤的种类").select_option("收到消息")
    page.get_by_role("button", name="添加步骤").click()
    expect(page.get_by_label("消息", exact=True)).to_have_value("small_reply")
    page.get_by_role("button", name="第 3 步上移").press("Enter")
    expect(page.get_by_role("button", name="第 2 步上移")).to_be_focused()
    changed = adopted.replace("{points: 80}", "{points: 95}", 1).replace(
        "    - do: second", "    - {message: small_reply}\n    - do: second"
    )
    assert stored(street, page) == changed
    page.get_by_role("button", name="删除第 2 步").click()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("消息", exact=True)).to_have_value("small_reply")


def test_steps_and_yaml_are_one_text(street: Street, page: Page, address: str) -> None:
    page.goto(f"{address}/language/en?next=/designer")
    page.goto(f"{address}/designer/scenarios/small_review/edit?scope={SCOPE}")
    page.get_by_role("button", name="Play all").click()
    result = page.locator(".sc-result")
    expect(result).to_contain_text("1 of 2 scenarios fail.", timeout=60_000)
    picture(page, "scenario-all-en")

    page.get_by_role("tab", name="YAML").click()
    yaml = page.get_by_label("All scenarios of this scope as YAML")
    yaml.fill(COMMENTED.replace("world: opened", "world: [", 1))
    page.get_by_role("tab", name="Scenarios").click()
    expect(page.get_by_role("alert")).to_contain_text("The YAML cannot be read (line 5)")
    page.get_by_role("tab", name="YAML").click()
    yaml.fill(COMMENTED)
    page.get_by_role("tab", name="Scenarios").click()

    write_a_scenario(page)
    assert violations(page) == []
    picture(page, "scenario-en-390")
    assert stored(street, page) == COMMENTED + (
        "\n- name: only begun\n  world: opened\n  status: running\n  steps:\n    - {do: first}\n"
    )
    assert page.complaints == []  # type: ignore[attr-defined]


def write_a_scenario(page: Page) -> None:
    page.get_by_role("button", name="New scenario").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("only begun")
    name.press("Tab")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("At the end it is").select_option("still running")
    page.get_by_role("button", name="Add a step").click()
    expect(page.get_by_label("Task")).to_have_value("first")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
