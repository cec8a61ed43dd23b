"""Two designers at once: one edits at a time, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.pages.designing import Board

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


def test_one_designer_at_a_time_and_nothing_is_lost(board: Board, other_board: Board) -> None:
    other_board.open()
    expect(other_board.part("note")).to_contain_text("正在编辑")
    other_board.page.get_by_role("button", name="接管编辑").click()
    expect(other_board.part("note")).to_be_hidden()
    other_board.change("second", "别人改的")

    board.run("get('modeling').updateLabel(element('first'), '我改的');")
    expect(board.part("note")).to_contain_text("正在编辑", timeout=15_000)
    board.page.get_by_role("button", name="接管编辑").click()
    board.page.get_by_role("button", name="以我的继续").click()
    board.is_saved("我改的")

    # What the other saved is one step back.
    board.part("history").click()
    earlier = board.part("history-dialog").locator("li").nth(1)
    earlier.get_by_role("button").click()
    expect(board.part("history-dialog")).to_be_hidden()
    board.is_saved("别人改的")


def test_a_lost_lease_loses_nothing(board: Board, other_board: Board) -> None:
    # The first designer's network fails; meanwhile the other takes over, saves and leaves.
    board.page.context.set_offline(True)
    board.run("get('modeling').updateLabel(element('first'), '断网时改的');")
    expect(board.part("state")).to_have_attribute("data-state", "offline", timeout=15_000)
    other_board.open()
    other_board.page.get_by_role("button", name="接管编辑").click()
    other_board.change("second", "别人改的")
    other_board.page.goto("about:blank")

    board.page.context.set_offline(False)
    expect(board.part("note")).to_contain_text("又保存过", timeout=15_000)
    board.page.get_by_role("button", name="以已保存的继续").click()
    expect(board.part("note")).to_be_hidden()
    assert board.run("return element('second').businessObject.name") == "别人改的"
    board.is_saved("别人改的")
    assert "断网时改的" not in board.draft()

    # What the first had changed is one step back, and can be brought back.
    board.part("history").click()
    mine = board.part("history-dialog").locator("li").nth(1)
    mine.get_by_role("button").click()
    expect(board.part("history-dialog")).to_be_hidden()
    board.is_saved("断网时改的")


def test_what_was_not_saved_is_offered_when_the_page_opens_again(board: Board) -> None:
    board.page.context.set_offline(True)
    board.run("get('modeling').updateLabel(element('first'), '没来得及保存');")
    expect(board.part("state")).to_have_attribute("data-state", "offline", timeout=15_000)
    board.page.once("dialog", lambda dialog: dialog.accept())
    board.page.goto("about:blank")
    board.page.context.set_offline(False)
    assert "没来得及保存" not in board.draft()

    board.open()
    board.page.get_by_role("button", name="使用", exact=True).click()
    board.is_saved("没来得及保存")
