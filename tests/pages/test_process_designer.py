"""Processes are drawn in a real browser: panel, palette, step table, drafts, two at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from api.logins import make_link
from appraisal.people import add_person
from tests.api.small import DIAGRAM, Street
from tests.pages.conftest import open_page, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

PATH = "/designer/process/small_review/edit"
SCOPE = "organisation:OWN"
# The small diagram as it is drawn: without a drawing nothing could be shown.
SHAPES = {
    "begun": (160, 180, 36, 36),
    "first": (260, 158, 100, 80),
    "second": (440, 158, 100, 80),
    "answered": (620, 180, 36, 36),
    "done": (740, 180, 36, 36),
}
FLOWS = {
    "a": ("begun", "first"),
    "b": ("first", "second"),
    "c": ("second", "answered"),
    "e": ("answered", "done"),
}


def drawn(diagram: str = DIAGRAM) -> str:
    """A diagram with places for its shapes and flows."""
    parts = [
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">'
        f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}" /></bpmndi:BPMNShape>'
        for name, (x, y, w, h) in SHAPES.items()
    ]
    for name, (source, target) in FLOWS.items():
        (x, _, w, _), (to, _, _, _) = SHAPES[source], SHAPES[target]
        parts.append(
            f'<bpmndi:BPMNEdge id="{name}_di" bpmnElement="{name}">'
            f'<di:waypoint x="{x + w}" y="198" /><di:waypoint x="{to}" y="198" />'
            "</bpmndi:BPMNEdge>"
        )
    plane = f'<bpmndi:BPMNPlane id="p" bpmnElement="small_review">{"".join(parts)}'
    drawing = f'<bpmndi:BPMNDiagram id="g">{plane}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    spaces = (
        '<bpmn:definitions xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
        ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    )
    closed = diagram.replace("</bpmn:definitions>", f"{drawing}</bpmn:definitions>")
    return closed.replace("<bpmn:definitions", spaces, 1)


class Designer:
    """The page as a person uses it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def open(self, scope: str = SCOPE) -> None:
        self.page.goto(f"{self.address}{PATH}?scope={scope}")
        self.page.locator("#editor[data-ready]").wait_for(timeout=20_000)

    def part(self, name: str) -> Any:
        return self.page.locator(f"[data-part={name}]")

    def take_in(self, content: str, name: str = "other.bpmn") -> None:
        file = {"name": name, "mimeType": "application/xml", "buffer": content.encode()}
        self.part("import-file").set_input_files(file)

    def shape(self, element: str) -> Any:
        return self.page.locator(f'.djs-element[data-element-id="{element}"]').first

    def is_saved(self, text: str) -> None:
        """Wait until the server has a text in the draft."""
        for _ in range(150):
            if text in self.draft():
                break
            self.page.wait_for_timeout(100)
        assert text in self.draft()
        expect(self.part("state")).to_have_attribute("data-state", "saved", timeout=15_000)

    def change(self, element: str, name: str) -> None:
        """Give an element another name, and wait until it is saved."""
        self.run(f"get('modeling').updateLabel(element('{element}'), '{name}');")
        self.is_saved(name)

    def draft(self) -> str:
        """What the server has."""
        address = f"{self.address}/api/v1/drafts/process/small_review?scope={SCOPE}"
        content: str = self.page.request.get(address).json()["content"]
        return content

    def run(self, script: str) -> Any:
        """Let the drawing tool do something; `element` finds one by its id."""
        return self.page.evaluate(
            "() => { const get = (name) => jcDesigner.modeler.get(name);"
            f" const element = (id) => get('elementRegistry').get(id); {script} }}"
        )


@pytest.fixture
def designer(street: Street, address: str, browser: Browser) -> Iterator[Designer]:
    """A designer's page with the small process drawn in the own organisation's draft."""
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    sign_in(page, street, address, "process_designer")
    made = Designer(page, address)
    save(made, drawn())
    made.open()
    yield made
    page.context.close()
    assert complaints == []


def save(designer: Designer, content: str) -> None:
    """Save a draft as the page does, whatever there was."""
    request = designer.page.request
    csrf = request.get(f"{designer.address}/api/v1/me").json()["csrfToken"]
    saved = request.put(
        f"{designer.address}/api/v1/drafts/process/small_review?scope={SCOPE}",
        data={"content": content},
        headers={"X-CSRF-Token": csrf, "If-Match": "*"},
    )
    assert saved.ok, saved.text()


def test_a_task_is_appended_and_set_up_and_is_there_after_a_reload(designer: Designer) -> None:
    page = designer.page
    designer.shape("first").click()
    page.locator(".djs-context-pad [data-action='append.append-task']").click()
    page.keyboard.press("Escape")
    page.locator(".bio-properties-panel").wait_for()
    task = designer.run("return get('selection').get()[0].id")
    designer.run(
        f"get('bpmnReplace').replaceElement(element('{task}'), {{type: 'bpmn:UserTask'}});"
    )
    task = designer.run("return get('selection').get()[0].id")
    page.locator("#bio-properties-panel-jc-form").select_option("small_form")
    page.locator("#bio-properties-panel-jc-posts").select_option("planner")
    page.locator("#bio-properties-panel-jc-due-mode").select_option("before")
    page.locator("#bio-properties-panel-jc-due-count").fill("6")
    page.locator("#bio-properties-panel-jc-due-count").blur()
    page.locator("#bio-properties-panel-jc-may-unclaim").uncheck()
    designer.is_saved('name="jc:operations" value="claim"')

    designer.open()
    designer.shape(task).click()

    expect(page.locator("#bio-properties-panel-jc-form")).to_have_value("small_form")
    expect(page.locator("#bio-properties-panel-jc-due-mode")).to_have_value("before")
    expect(page.locator("#bio-properties-panel-jc-due-count")).to_have_value("6")
    expect(page.locator(".jc-several li")).to_contain_text(["计划岗"])
    expect(page.locator("#bio-properties-panel-jc-may-claim")).to_be_checked()
    expect(page.locator("#bio-properties-panel-jc-may-unclaim")).not_to_be_checked()
    assert (
        'camunda:dueDate="= workday(session.exam_date, -6, session.calendar)"' in designer.draft()
    )


def test_reminders_and_starters_are_drawn(designer: Designer) -> None:
    page = designer.page
    designer.shape("first").click()
    page.locator("[data-group-id='group-jc-remind'] .bio-properties-panel-group-header").click()
    field = page.locator("#bio-properties-panel-jc-reminders")
    field.fill("6, 3, 1")
    field.blur()
    designer.is_saved("T-6")
    drawn_now = designer.draft()

    designer.run("get('reminders').set(element('first'), [3]);")
    designer.change("second", "只提醒一次")

    # A second kind counts back from the time limit, and follows it.
    page.locator("#bio-properties-panel-jc-due-mode").select_option("days")
    before_due = page.locator("#bio-properties-panel-jc-reminders-due")
    before_due.fill("2")
    before_due.blur()
    designer.is_saved('workday(now() + duration("P3D"), -2, session.calendar)')
    page.locator("#bio-properties-panel-jc-due-count").fill("9")
    page.locator("#bio-properties-panel-jc-due-count").blur()
    designer.is_saved('workday(now() + duration("P9D"), -2, session.calendar)')
    expect(field).to_have_value("3")
    expect(designer.part("summary")).to_have_text("没有问题", timeout=15_000)
    page.locator("#bio-properties-panel-jc-due-mode").select_option("none")
    expect(before_due).to_be_hidden()
    designer.change("second", "不限时")

    assert drawn_now.count("<bpmn:boundaryEvent") == 3
    assert drawn_now.count('camunda:topic="sessions.remind"') == 1
    assert designer.draft().count("<bpmn:boundaryEvent") == 1
    designer.shape("begun").click()
    designer.page.locator("#bio-properties-panel-jc-starters").select_option("planner")
    designer.is_saved('camunda:candidateStarterGroups="planner"')


def test_what_is_wrong_is_told_while_drawing(designer: Designer) -> None:
    page = designer.page
    expect(designer.part("summary")).to_have_text("没有问题", timeout=15_000)

    designer.run(
        "get('dialect').setAttribute(element('first'), 'dueDate', '= workday(session.exam_date, ');"
    )

    expect(designer.part("toggle-problems")).to_have_attribute(
        "data-worst", "error", timeout=15_000
    )
    badge = page.locator(".jc-badge.error")
    expect(badge).to_have_count(1)
    designer.part("toggle-problems").click()
    designer.part("list").locator("li.error button").first.click()
    assert designer.run("return get('selection').get()[0].id") == "first"
    expect(page.locator("[data-entry-id=jc-findings] li.error")).not_to_have_count(0)


def test_the_step_table_and_the_drawing_are_one(designer: Designer) -> None:
    page = designer.page
    designer.part("show-steps").click()
    row = page.locator("[data-element=first]")
    row.get_by_label("名称: 初审").fill("材料初审")
    row.get_by_label("名称").blur()
    row.get_by_label("时限: 材料初审").select_option("workdays")
    row.get_by_label("在后面加: 材料初审").select_option("bpmn:UserTask")
    added = page.locator(".jc-steps tr:focus-within")
    added.get_by_label("名称").fill("补充核对")
    added.get_by_label("名称").blur()
    page.locator("[data-element=second]").get_by_role("button", name="移除").click()

    names = page.locator(".jc-steps td:nth-child(2) input").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert names == ["开始", "材料初审", "补充核对", "答复", "结束"]
    designer.is_saved("补充核对")
    saved = designer.draft()
    assert 'name="材料初审"' in saved and 'id="second"' not in saved
    assert "= workday(today(), 3, session.calendar)" in saved
    designer.run("get('modeling').updateLabel(element('first'), '图中改名');")
    expect(row.get_by_label("名称: 图中改名")).to_have_value("图中改名")


@pytest.fixture
def other(street: Street, address: str, browser: Browser) -> Iterator[Designer]:
    """The page of a second designer of the same organisation."""
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    with street.installation.database.transaction() as db:
        person = add_person(
            db,
            street.own.organisation_id,
            "周设计",
            "OWN-second-designer",
            posts=["process_designer"],
        )
        token = make_link(db, person.id or 0)
    page.goto(f"{address}/sign-in/{token}")
    page.locator("button[data-submit]").click()
    yield Designer(page, address)
    page.context.close()
    assert complaints == []


def test_one_designer_at_a_time_and_nothing_is_lost(designer: Designer, other: Designer) -> None:
    other.open()
    expect(other.part("note")).to_contain_text("正在编辑")
    other.page.get_by_role("button", name="接管编辑").click()
    expect(other.part("note")).to_be_hidden()
    other.change("second", "别人改的")

    designer.run("get('modeling').updateLabel(element('first'), '我改的');")
    expect(designer.part("note")).to_contain_text("正在编辑", timeout=15_000)
    designer.page.get_by_role("button", name="接管编辑").click()
    designer.page.get_by_role("button", name="以我的继续").click()
    designer.is_saved("我改的")

    # What the other saved is one step back.
    designer.part("history").click()
    earlier = designer.part("history-dialog").locator("li").nth(1)
    earlier.get_by_role("button").click()
    expect(designer.part("history-dialog")).to_be_hidden()
    designer.is_saved("别人改的")


def test_a_diagram_from_elsewhere_keeps_what_is_not_ours(designer: Designer) -> None:
    foreign = drawn(
        DIAGRAM.replace(
            '<bpmn:userTask id="first"',
            '<bpmn:userTask id="first" camunda:asyncBefore="true" camunda:jobPriority="7"'
            ' other:mark="kept"',
        ).replace("<bpmn:definitions", '<bpmn:definitions xmlns:other="urn:other"', 1)
    )
    designer.take_in(foreign)
    expect(designer.part("note")).to_be_hidden()
    designer.change("first", "换了名字")

    with designer.page.expect_download() as given:
        designer.part("export").click()

    exported = Path(given.value.path()).read_text("utf-8")
    for kept in (
        'camunda:asyncBefore="true"',
        'camunda:jobPriority="7"',
        'other:mark="kept"',
        "换了名字",
    ):
        assert kept in exported


def test_expressions_of_another_engine_are_translated(designer: Designer) -> None:
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

    designer.take_in(foreign)

    expect(designer.part("note")).to_contain_text("已导入并换算")
    designer.is_saved("points &gt;= 60")
    assert "${" not in designer.draft()


def test_nothing_of_the_page_shuts_people_out(designer: Designer) -> None:
    page = designer.page
    designer.shape("first").click()
    found = violations(page)
    designer.part("show-steps").click()
    found += violations(page)

    assert found == []


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA; the drawing tool's own parts are left out."""
    page.evaluate(AXE_SCRIPT)
    result = page.evaluate(
        "() => axe.run({exclude: ['.djs-container', '.bio-properties-panel-header']},"
        " {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in result["violations"]
        for node in one["nodes"]
    ]


BIG = "".join(f'<bpmn:task id="t{n}" name="x" />' for n in range(10_000))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f'<!DOCTYPE x [<!ENTITY a "b">]>{drawn()}', "DOCTYPE"),
        (drawn(DIAGRAM.replace("</bpmn:process>", f"{BIG}</bpmn:process>")), "个元素"),
        ("<html><script>window.hurt = 1</script></html>", "没有流程"),
        ("<bpmn:definitions", "不是可以打开的流程图"),
    ],
    ids=["doctype", "ten thousand elements", "no diagram", "no XML"],
)
def test_what_is_no_diagram_is_refused_in_words(
    designer: Designer, content: str, told: str
) -> None:
    before = designer.draft()

    designer.take_in(content)

    expect(designer.part("note")).to_contain_text(told)
    assert designer.draft() == before
    assert designer.run("return window.hurt ?? null") is None


def test_a_hostile_label_is_only_text(designer: Designer) -> None:
    label = "&lt;img src=x onerror='window.hurt=1'&gt;&lt;script&gt;window.hurt=1&lt;/script&gt;"
    hostile = drawn(DIAGRAM.replace('name="初审"', f'name="{label}"')).replace(
        "<bpmn:startEvent",
        '<bpmn:documentation textFormat="text/html">&lt;script&gt;window.hurt=1&lt;/script&gt;'
        "</bpmn:documentation><bpmn:startEvent",
        1,
    )
    designer.take_in(hostile)
    designer.shape("first").click()
    designer.part("show-steps").click()
    designer.part("toggle-problems").click()
    designer.page.wait_for_timeout(1500)

    assert designer.run("return window.hurt ?? null") is None
    assert designer.page.locator("#editor img").count() == 0
    expect(designer.page.locator("[data-element=first] input").first).to_have_value(
        "<img src=x onerror='window.hurt=1'><script>window.hurt=1</script>"
    )


@pytest.mark.parametrize(
    "piece", ["two-person-review", "publicity-period", "reminder-chain", "supplement-loop"]
)
def test_usual_pieces_are_taken_back_in_one_step(designer: Designer, piece: str) -> None:
    count = "return get('elementRegistry').getAll().length"
    before = designer.run(count)
    designer.run(f"get('fragments').insert('{piece}', element('first'));")
    with_piece = designer.run(count)
    designer.run("get('commandStack').undo();")

    assert with_piece > before
    assert designer.run(count) == before


def test_a_piece_is_copied_into_another_diagram(designer: Designer) -> None:
    designer.run("get('selection').select(element('first')); get('editorActions').trigger('copy');")
    other = designer.page.context.new_page()
    copy = Designer(other, designer.address)
    copy.open()

    other.mouse.move(600, 600)
    copy.run("get('editorActions').trigger('paste');")
    other.mouse.move(640, 640)
    other.mouse.move(650, 650)
    other.mouse.click(650, 650)

    pasted = copy.run(
        "const [one] = get('selection').get(); return {name: one.businessObject.name,"
        " form: one.businessObject.get('camunda:formRef'), type: one.type}"
    )
    assert pasted == {"name": "初审", "form": "small_form", "type": "bpmn:UserTask"}


@pytest.mark.parametrize(
    ("language", "title", "steps"), [("zh-CN", "小流程", "步骤表"), ("en", "小流程", "Steps")]
)
def test_on_a_phone_the_steps_come_first(
    designer: Designer,
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
    phone = Designer(page, address)
    phone.open()

    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(phone.part("show-steps")).to_have_text(steps)
    expect(page.locator("[data-element=first] input").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("[...jcDesigner.missing]") == []
    page.context.close()
    assert complaints == []


def test_an_expression_is_completed_from_what_is_known_there(designer: Designer) -> None:
    designer.shape("second").click()
    editor = designer.page.locator("[data-entry-id=jc-assignee] .cm-content")
    editor.click()
    designer.page.keyboard.type("poi", delay=60)

    offered = designer.page.locator(".cm-tooltip-autocomplete li", has_text="points")
    expect(offered).to_have_count(1)
    offered.click()
    designer.is_saved('camunda:assignee="=points"')
    editor.fill("session.exam")
    editor.press("End")
    designer.page.keyboard.type("_", delay=60)
    member = designer.page.locator(".cm-tooltip-autocomplete li", has_text="exam_date").first
    expect(member).to_contain_text("考试日期 · 日期")
    editor.fill("work")
    designer.page.keyboard.type("d", delay=60)
    function = designer.page.locator(".cm-tooltip-autocomplete li", has_text="workday(").first
    expect(function).to_have_text("workday(day, n)[, key]")


def test_every_letter_of_an_expression_is_typed(designer: Designer) -> None:
    # c, j and k are keys of the inbox.
    designer.shape("second").click()
    editor = designer.page.locator("[data-entry-id=jc-assignee] .cm-content")
    editor.click()
    designer.page.keyboard.type("jack_codes", delay=40)

    expect(editor).to_have_text("jack_codes")
    designer.is_saved('camunda:assignee="=jack_codes"')
