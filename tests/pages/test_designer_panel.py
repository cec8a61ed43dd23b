"""What the panel of the process designer sets, and what it offers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages.designing import Board

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


def test_a_task_is_appended_and_set_up_and_is_there_after_a_reload(board: Board) -> None:
    page = board.page
    board.shape("first").click()
    page.locator(".djs-context-pad [data-action='append.append-task']").click()
    page.keyboard.press("Escape")
    page.locator(".bio-properties-panel").wait_for()
    task = board.run("return get('selection').get()[0].id")
    board.run(f"get('bpmnReplace').replaceElement(element('{task}'), {{type: 'bpmn:UserTask'}});")
    task = board.run("return get('selection').get()[0].id")
    page.locator("#bio-properties-panel-jc-form").select_option("small_form")
    page.locator("#bio-properties-panel-jc-posts").select_option("planner")
    page.locator("#bio-properties-panel-jc-due-mode").select_option("before")
    page.locator("#bio-properties-panel-jc-due-count").fill("6")
    page.locator("#bio-properties-panel-jc-due-count").blur()
    page.locator("#bio-properties-panel-jc-may-unclaim").uncheck()
    board.is_saved('name="jc:operations" value="claim"')

    board.open()
    board.shape(task).click()

    expect(page.locator("#bio-properties-panel-jc-form")).to_have_value("small_form")
    expect(page.locator("#bio-properties-panel-jc-due-mode")).to_have_value("before")
    expect(page.locator("#bio-properties-panel-jc-due-count")).to_have_value("6")
    expect(page.locator(".jc-several li")).to_contain_text(["计划岗"])
    expect(page.locator("#bio-properties-panel-jc-may-claim")).to_be_checked()
    expect(page.locator("#bio-properties-panel-jc-may-unclaim")).not_to_be_checked()
    assert 'camunda:dueDate="= workday(session.exam_date, -6, session.calendar)"' in board.draft()
    assert [states_after_a_click(page, "jc-may-unclaim") for _ in range(2)] == [
        [True],
        [False],
    ]


def states_after_a_click(page: Page, field: str) -> list[bool]:
    """What a box shows, moment by moment, after somebody clicks it: the old state never again."""
    seen: list[bool] = page.evaluate(
        "async (id) => { const box = () => document.getElementById(id); box().click();"
        " const seen = new Set(); for (let turn = 0; turn < 40; turn += 1) {"
        " seen.add(box().checked); await new Promise((go) => setTimeout(go)); }"
        " return [...seen]; }",
        f"bio-properties-panel-{field}",
    )
    return seen


def test_reminders_and_starters_are_drawn(board: Board) -> None:
    page = board.page
    board.shape("first").click()
    page.locator("[data-group-id='group-jc-remind'] .bio-properties-panel-group-header").click()
    field = page.locator("#bio-properties-panel-jc-reminders")
    field.fill("6, 3, 1")
    field.blur()
    board.is_saved("T-6")
    drawn_now = board.draft()

    board.run("get('reminders').set(element('first'), [3]);")
    board.change("second", "只提醒一次")

    assert drawn_now.count("<bpmn:boundaryEvent") == 3
    assert drawn_now.count('camunda:topic="sessions.remind"') == 1
    assert board.draft().count("<bpmn:boundaryEvent") == 1
    board.shape("begun").click()
    board.page.locator("#bio-properties-panel-jc-starters").select_option("planner")
    board.is_saved('camunda:candidateStarterGroups="planner"')


def test_reminders_before_the_due_date_follow_it(board: Board) -> None:
    page = board.page
    board.shape("first").click()
    page.locator("#bio-properties-panel-jc-due-mode").select_option("days")
    page.locator("[data-group-id='group-jc-remind'] .bio-properties-panel-group-header").click()
    before_due = page.locator("#bio-properties-panel-jc-reminders-due")
    before_due.fill("2")
    before_due.blur()
    board.is_saved('workday(now() + duration("P3D"), -2, session.calendar)')
    page.locator("#bio-properties-panel-jc-due-count").fill("9")
    page.locator("#bio-properties-panel-jc-due-count").blur()
    board.is_saved('workday(now() + duration("P9D"), -2, session.calendar)')
    expect(board.part("summary")).to_have_text("没有问题", timeout=15_000)
    page.locator("#bio-properties-panel-jc-due-mode").select_option("none")
    expect(before_due).to_be_hidden()
    board.change("second", "不限时")
    assert board.draft().count("<bpmn:boundaryEvent") == 0


def test_a_call_for_each_of_a_list_is_set_up(board: Board) -> None:
    page = board.page
    board.shape("second").click()
    page.keyboard.press("r")
    page.locator(".djs-popup [data-id=replace-with-call-activity]").click()
    page.locator("#bio-properties-panel-jc-called").select_option("small_review")
    page.locator("#bio-properties-panel-jc-all-in").uncheck()
    page.locator(".djs-container > svg").focus()
    page.keyboard.press("r")
    page.locator(".djs-popup [data-id=toggle-parallel-mi]").click()
    page.keyboard.press("Escape")
    listed = page.locator("[data-entry-id=jc-collection] .cm-content")
    listed.click()
    page.keyboard.type("[points, 2]", delay=20)
    page.locator("#bio-properties-panel-jc-item").fill("one")
    page.locator("#bio-properties-panel-jc-item").blur()
    board.is_saved('camunda:elementVariable="one"')

    draft = board.draft()
    assert 'calledElement="small_review"' in draft
    assert '<camunda:in variables="all"' not in draft
    assert re.search(r'camunda:collection="= ?\[points, 2\]"', draft)
    groups = page.locator("[data-group-id]").evaluate_all("all => all.map(g => g.dataset.groupId)")
    # What the tool has besides and the engine does not use is not there.
    assert {one for one in groups if not one.startswith("group-jc-")} <= {
        "group-general", "group-documentation", "group-multiInstance",
    }  # fmt: skip


def test_what_is_wrong_is_told_while_drawing(board: Board) -> None:
    page = board.page
    expect(board.part("summary")).to_have_text("没有问题", timeout=15_000)

    board.run(
        "get('dialect').setAttribute(element('first'), 'dueDate', '= workday(session.exam_date, ');"
    )

    expect(board.part("toggle-problems")).to_have_attribute("data-worst", "error", timeout=15_000)
    badge = page.locator(".jc-badge.error")
    expect(badge).to_have_count(1)
    board.part("toggle-problems").click()
    board.part("list").locator("li.error button").first.click()
    assert board.run("return get('selection').get()[0].id") == "first"
    expect(page.locator("[data-entry-id=jc-findings] li.error")).not_to_have_count(0)


def test_an_expression_is_completed_from_what_is_known_there(board: Board) -> None:
    board.shape("second").click()
    editor = board.page.locator("[data-entry-id=jc-assignee] .cm-content")
    editor.click()
    # c, j and k are keys of the inbox.
    board.page.keyboard.type("jack_codes", delay=40)
    expect(editor).to_have_text("jack_codes")
    board.is_saved('camunda:assignee="=jack_codes"')
    editor.fill("")
    board.page.keyboard.type("poi", delay=60)

    offered = board.page.locator(".cm-tooltip-autocomplete li", has_text="points")
    expect(offered).to_have_count(1)
    offered.click()
    board.is_saved('camunda:assignee="=points"')
    editor.fill("session.exam")
    editor.press("End")
    board.page.keyboard.type("_", delay=60)
    member = board.page.locator(".cm-tooltip-autocomplete li", has_text="exam_date").first
    expect(member).to_contain_text("考试日期 · 日期")
    editor.fill("work")
    board.page.keyboard.type("d", delay=60)
    function = board.page.locator(".cm-tooltip-autocomplete li", has_text="workday(").first
    expect(function).to_have_text("workday(day, n)[, key]")
