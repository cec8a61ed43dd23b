"""The diagram as a table of steps: the same model, for keyboard, screen reader and phone."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.api.small import Street
from tests.pages.conftest import open_page, sign_in
from tests.pages.designing import Board, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


def reach(button: Locator) -> None:
    """Go on to a button by the keyboard alone."""
    for _ in range(40):
        if button.evaluate("(one) => one === document.activeElement"):
            return
        button.page.keyboard.press("Tab")
    raise AssertionError("not reached by Tab")


def test_the_step_table_and_the_drawing_are_one(board: Board) -> None:
    page = board.page
    board.shape("first").click()
    shut_out = violations(page)
    board.part("show-steps").press("Enter")
    shut_out += violations(page)
    row = page.locator("[data-element=first]")
    row.get_by_label("名称: 初审").fill("材料初审")
    row.get_by_label("名称").blur()
    row.get_by_label("时限: 材料初审").select_option("workdays")
    row.get_by_label("在后面加: 材料初审").select_option("bpmn:UserTask")
    added = page.locator(".jc-steps tr:focus-within")
    added.get_by_label("名称").fill("补充核对")
    added.get_by_label("名称").blur()
    reach(page.locator("[data-element=second]").get_by_role("button", name="移除"))
    page.keyboard.press("Enter")

    names = page.locator(".jc-steps td:nth-child(2) input").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert names == ["开始", "材料初审", "补充核对", "答复", "结束"]
    board.is_saved("补充核对", gone='id="second"')
    saved = board.draft()
    assert 'name="材料初审"' in saved
    assert "= workday(today(), 3, session.calendar)" in saved
    board.run("get('modeling').updateLabel(element('first'), '图中改名');")
    expect(row.get_by_label("名称: 图中改名")).to_have_value("图中改名")
    assert shut_out == []


@pytest.mark.parametrize(
    ("language", "title", "steps"), [("zh-CN", "小流程", "步骤表"), ("en", "小流程", "Steps")]
)
def test_on_a_phone_the_steps_come_first(
    board: Board,
    browser: Browser,
    street: Street,
    address: str,
    language: str,
    title: str,
    steps: str,
) -> None:
    page, complaints = open_page(
        browser, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    page.set_default_timeout(10_000)
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/language/{language}")
    phone = Board(page, address)
    phone.open()

    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(phone.part("show-steps")).to_have_text(steps)
    expect(page.locator("[data-element=first] input").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("[...jcDesigner.missing]") == []
    if language == "en":
        name_in_english(phone)
    page.context.close()
    assert complaints == []


def name_in_english(phone: Board) -> None:
    """Readers of English name steps in their language, and read those names."""
    field = phone.page.locator("[data-element=second]").get_by_label("Name in English")
    field.fill("Second review")
    field.blur()
    phone.is_saved('name="jc:name.en" value="Second review"')
    goes_on = phone.page.locator("[data-element=first] td[data-label='Goes on to']")
    expect(goes_on).to_have_text("Second review")
    name_outside_a_shape(phone)
    rename_in_the_drawing(phone)


def name_outside_a_shape(board: Board) -> None:
    """A label beside its shape follows the English name, and the Chinese one when that goes."""
    field = board.page.locator("[data-element=begun]").get_by_label("Name in English")
    label = board.shape("begun_label")
    for name, shown in (("It begins", "It begins"), ("", "开始")):
        field.fill(name)
        field.blur()
        expect(label).to_have_text(shown)


def rename_in_the_drawing(board: Board) -> None:
    """The drawing and its search say English names; who writes on a shape writes that name."""
    page = board.page
    page.set_viewport_size({"width": 1440, "height": 900})
    board.part("show-drawing").click()
    shape = board.shape("second")
    expect(shape).to_contain_text("Second review")
    expect(board.shape("first")).to_contain_text("First review")
    board.part("find").click()
    page.keyboard.type("Second rev", delay=20)
    expect(page.locator(".djs-search-result")).to_contain_text(["Second review"])
    page.keyboard.press("Enter")
    shape.dblclick()
    expect(page.locator(".djs-direct-editing-content")).to_have_text("Second review")
    page.keyboard.press("Control+A")
    page.keyboard.type("Second look")
    page.keyboard.press("Enter")
    board.is_saved('name="jc:name.en" value="Second look"')
    expect(shape).to_contain_text("Second look")
    assert 'id="second" name="复审"' in board.draft()
