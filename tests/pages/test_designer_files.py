"""Diagrams as files: in, after a look at what they are, and out as they were."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.api.small import DIAGRAM
from tests.pages.designing import Board, drawn, save

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


def test_a_diagram_from_elsewhere_keeps_what_is_not_ours(board: Board) -> None:
    foreign = drawn(
        DIAGRAM.replace(
            '<bpmn:userTask id="first"',
            '<bpmn:userTask id="first" camunda:asyncBefore="true" camunda:jobPriority="7"'
            ' other:mark="kept"',
        ).replace("<bpmn:definitions", '<bpmn:definitions xmlns:other="urn:other"', 1)
    )
    board.take_in(foreign)
    expect(board.part("note")).to_be_hidden()
    board.change("first", "换了名字")

    with board.page.expect_download() as given:
        board.part("export").click()

    exported = Path(given.value.path()).read_text("utf-8")
    for kept in (
        'camunda:asyncBefore="true"',
        'camunda:jobPriority="7"',
        'other:mark="kept"',
        "换了名字",
    ):
        assert kept in exported


def test_expressions_of_another_engine_are_translated(board: Board) -> None:
    foreign = drawn(
        DIAGRAM.replace(
            '<bpmn:sequenceFlow id="b" sourceRef="first" targetRef="second" />',
            """
        <bpmn:sequenceFlow id="b" sourceRef="first" targetRef="second">
        <bpmn:conditionExpression xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xsi:type="bpmn:tFormalExpression">${points &gt;= 60}</bpmn:conditionExpression>
        </bpmn:sequenceFlow>""",
        )
    )

    board.take_in(foreign)

    expect(board.part("note")).to_contain_text("已导入并换算")
    board.is_saved("points &gt;= 60")
    assert "${" not in board.draft()

    # What came in as a file of the scope is as it was, and mended by the button of its finding.
    assignee = 'id="second" name="复审" camunda:assignee="${approver}"'
    save(board, foreign.replace('id="second" name="复审"', assignee))
    board.open()
    board.part("toggle-problems").click()
    board.part("list").get_by_role("button", name="换算成 FEEL").first.click()
    board.is_saved('camunda:assignee="approver"')
    assert "${" not in board.draft()
    board.shape("second").click()
    written = board.page.locator("[data-entry-id=jc-assignee] .cm-content")
    expect(written).to_have_text("approver")


BIG = "".join(f'<bpmn:task id="t{n}" name="x" />' for n in range(10_000))


REFUSED = {
    "DOCTYPE": f'<!DOCTYPE x [<!ENTITY a "b">]>{drawn()}',
    "个元素": drawn(DIAGRAM.replace("</bpmn:process>", f"{BIG}</bpmn:process>")),
    "没有流程": "<html><script>window.hurt = 1</script></html>",
    "不是可以打开的流程图": "<bpmn:definitions",
}


def test_what_is_no_diagram_is_refused_in_words(board: Board) -> None:
    before = board.draft()
    for told, content in REFUSED.items():
        board.take_in(content)

        expect(board.part("note")).to_contain_text(told)
        assert board.draft() == before
    assert board.run("return window.hurt ?? null") is None


def test_a_hostile_label_is_only_text(board: Board) -> None:
    label = "&lt;img src=x onerror='window.hurt=1'&gt;&lt;script&gt;window.hurt=1&lt;/script&gt;"
    hostile = drawn(DIAGRAM.replace('name="初审"', f'name="{label}"')).replace(
        "<bpmn:startEvent",
        '<bpmn:documentation textFormat="text/html">&lt;script&gt;window.hurt=1&lt;/script&gt;'
        "</bpmn:documentation><bpmn:startEvent",
        1,
    )
    board.take_in(hostile)
    board.shape("first").click()
    board.part("show-steps").click()
    board.part("toggle-problems").click()
    board.page.wait_for_timeout(1500)

    assert board.run("return window.hurt ?? null") is None
    assert board.page.locator("#editor img").count() == 0
    expect(board.page.locator("[data-element=first] input").first).to_have_value(
        "<img src=x onerror='window.hurt=1'><script>window.hurt=1</script>"
    )
