"""What an editor saves differs from the file only where somebody changed something."""

import difflib
import re

import pytest
from playwright.sync_api import expect

from tests.pages.canvas import Canvas
from tests.pages.office import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


def test_moving_a_task_changes_lines_of_the_drawing_only(designer: Desk) -> None:
    before = designer.content("process", "publish_results")
    place = re.search(r'bpmnElement="file_list">\s*<dc:Bounds x="(\d+)" y="(\d+)"', before)
    assert place is not None
    canvas = Canvas(designer, "publish_results")
    origin = canvas.page.locator("[data-part=origin]")
    expect(origin).to_have_text("取自基础")

    canvas.page.evaluate(
        "() => { const get = (name) => jcDesigner.modeler.get(name);"
        " get('modeling').moveElements([get('elementRegistry').get('file_list')],"
        " { x: 0, y: 20 }); }"
    )
    designer.holds("process", "publish_results", f'x="{place[1]}" y="{int(place[2]) + 20}"')
    after = designer.content("process", "publish_results")
    expect(origin).to_have_count(0)

    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0)
    changed = [
        one[1:].strip() for one in lines if one[0] in "+-" and not one.startswith(("+++", "---"))
    ]
    assert changed
    assert {one.split()[0] for one in changed} <= {"<dc:Bounds", "<di:waypoint"}
    assert len(changed) < 20
