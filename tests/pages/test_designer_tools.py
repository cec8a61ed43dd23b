"""The tools beside the drawing as a person uses them: search, simulation, minimap, what to draw."""

import pytest
from playwright.sync_api import expect

from tests.pages.designing import Board

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


def test_tools_beside_the_drawing(board: Board) -> None:
    expect(board.page.locator(".jc-hint")).to_contain_text("点选图中的一个环节")
    search(board)
    simulate(board)
    look_elsewhere(board)
    draw_what_runs(board)


def search(board: Board) -> None:
    """The button opens the search, and what is found is chosen."""
    board.part("find").click()
    board.page.keyboard.type("secon", delay=20)
    expect(board.page.locator(".djs-search-result")).to_contain_text(["复审"])
    board.page.keyboard.press("Enter")
    assert board.run("return get('selection').get().map((one) => one.id)") == ["second"]
    expect(board.page.locator(".jc-hint")).to_have_count(0)


def simulate(board: Board) -> None:
    """A token goes from where the process begins to its end."""
    page = board.page
    switch = page.locator(".bts-toggle-mode")
    switch.click()
    page.locator('[data-container-id="begun"] .bts-context-pad').first.click()
    told = page.locator(".bts-log")
    for name in ("流程已开始", "初审", "复审"):
        expect(told).to_contain_text(name, timeout=20_000)
    page.locator('[data-container-id="answered"] .bts-context-pad:not(.hidden)').click()
    expect(told).to_contain_text("流程已结束", timeout=20_000)
    switch.click()
    expect(page.locator(".djs-palette")).to_be_visible()


def look_elsewhere(board: Board) -> None:
    """The drawing follows what is dragged in the small one."""
    mouse, left = board.page.mouse, "return get('canvas').viewbox().x"
    board.page.locator(".djs-minimap .toggle").click()
    box = board.page.locator(".djs-minimap .map").bounding_box()
    assert box is not None
    before = board.run(left)
    middle = box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.8, middle, steps=4)
    mouse.up()
    assert board.run(left) > before
    board.page.locator(".djs-minimap .toggle").click()
    board.part("fit").click()
    expect(board.shape("begun")).to_be_in_viewport()


def draw_what_runs(board: Board) -> None:
    """What publishing refuses, whatever is set, is not offered; pieces come where they are seen."""
    page = board.page
    expect(page.locator(".djs-palette [data-action='create.data-object']")).to_be_visible()
    expect(page.locator(".djs-palette [data-action*='data-store']")).to_have_count(0)
    board.run("get('selection').select(null);")
    board.part("canvas").click(position={"x": 600, "y": 700})
    page.keyboard.press("n")
    offered = page.locator(".djs-popup .entry").evaluate_all("all => all.map(e => e.dataset.id)")
    assert "create-timer-start" in offered
    assert [
        one for one in offered if "data-store" in one or one == "create-conditional-start"
    ] == []
    page.keyboard.press("Escape")
    board.shape("first").click()
    page.keyboard.press("a")
    page.locator(".djs-popup").get_by_text("公示期", exact=True).click()
    opened = board.run("return get('selection').get()[0].id")
    assert board.run(f"return element('{opened}').incoming[0].source.id") == "first"
    expect(board.shape(opened)).to_be_in_viewport()
