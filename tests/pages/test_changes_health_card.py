"""A step that never existed: a health card is checked after the training, by a form and a table."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from appraisal.enrolments import Enrolment
from appraisal.sessions import session_by_number
from engine.history import read_history
from engine.instances import ProcessInstance
from tests.pages.canvas import Canvas
from tests.pages.office import Desk, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

BASIS = "示例发〔2026〕13 号"
PROCESS = "train_candidates"
CLASS = {"name": "厨师班", "hours": 8, "starts_on": "2026-04-01"}
SCENARIOS = """
- name: a class with attendance and baseline marks
  removed: true
- name: the health cards are checked after the training
  world: seats_assigned
  given: {groups: [2], training_wanted: true}
  steps:
    - do: open_class
      answer: {name: 厨师班, hours: 8, starts_on: 2026-04-01, participants: $enrolments}
    - {do: record_attendance, answer: {trainees: [{hours: 8}, {hours: 0}]}}
    - {do: record_baseline, answer: {trainees: [{points: 55.5}, {}]}}
    - {do: %(step)s, by: trainer, answer: {condition: true}}
  passes: [print_sign_in, %(step)s, %(rule)s, training_over]
  data: {card_verdict: {result: "yes"}}
"""


def test_health_card_is_checked(office: Office, designer: Desk, director: Desk) -> None:
    running = office.begin(PROCESS, "seats_assigned", groups=[1], training_wanted=True)
    old = office.bundles(PROCESS)[running]
    begin(designer, "form", "health_card", "健康证核验", "Check the health cards")
    fill_form(designer)
    begin(designer, "decision", "card_valid", "健康证是否有效", "Is the health card valid")
    try_table(designer)
    step, rule = draw(designer)
    designer.tell(PROCESS, SCENARIOS % {"step": step, "rule": rule})
    designer.publish(BASIS)

    batch = office.begin(PROCESS, "seats_assigned", groups=[1], training_wanted=True)
    assert office.bundles(PROCESS)[running] == old != office.bundles(PROCESS)[batch]
    director.rehearse(PROCESS, BASIS)
    assert office.bundles(PROCESS)[running] == old
    director.move(office, 1)
    for one in (running, batch):
        train(office, one)
        assert office.waits_at(one) == [step]
    office.answer(batch, step, "trainer", condition=False)
    assert office.waits_at(batch) == []
    assert came_by(office, batch)[-2:] == [step, rule]
    assert office.variables(batch, PROCESS)["card_verdict"] == {"result": "no"}


def train(office: Office, batch: str) -> None:
    """Go through the training of a batch."""
    office.answer(batch, "open_class", "trainer", **CLASS, participants=enrolled(office, batch))
    office.answer(batch, "record_attendance", "trainer", trainees=[{"hours": 8}])
    office.answer(batch, "record_baseline", "trainer", trainees=[{"points": 60}])


def begin(designer: Desk, kind: str, key: str, name: str, english: str) -> None:
    """Begin a definition on the page for that."""
    designer.go(f"new?kind={kind}")
    page = designer.page
    page.get_by_label("名称", exact=True).fill(name)
    page.get_by_label("英文名称").fill(english)
    page.get_by_label("编号").fill(key)
    page.get_by_role("button", name="新建并编辑").click()


def fill_form(designer: Desk) -> None:
    """Ask in the form whether the card is valid."""
    page = designer.page
    page.get_by_role("tab", name="字段表").click()
    page.get_by_label("添加组件", exact=True).select_option("checkbox")
    box = page.get_by_role("dialog")
    box.get_by_label("标签", exact=True).fill("健康证有效")
    box.get_by_label("英文标签").fill("The health card is valid")
    box.get_by_label("键", exact=True).fill("condition")
    box.get_by_role("checkbox", name="作为流程变量").check()
    box.get_by_role("button", name="完成").click()
    designer.holds("form", "health_card", "健康证有效", "condition")
    designer.picture("form")


def try_table(designer: Desk) -> None:
    """What the table says of a card that is not valid."""
    page = designer.page
    page.get_by_label("样例 1，条件").select_option("false")
    expect(page.locator("[data-result='0']")).to_contain_text('"no"')


def draw(designer: Desk) -> tuple[str, str]:
    """Put the step and the table behind the training, in the step table."""
    canvas = Canvas(designer, PROCESS)
    canvas.steps()
    step = canvas.add_after("print_sign_in", "UserTask", "健康证核验")
    canvas.row(step).get_by_label("表单").select_option("health_card")
    canvas.row(step).get_by_label("岗位").select_option("trainer")
    canvas.row(step).get_by_label("时限").select_option("workdays")
    rule = canvas.add_after(step, "BusinessRuleTask", "判定健康证")
    designer.picture("steps")
    canvas.show(step)
    canvas.say_in_english("Check the health cards")
    canvas.show(rule)
    canvas.say_in_english("Judge the health cards")
    canvas.open_group("jc-decision")
    canvas.field("jc-decision-ref").select_option("card_valid")
    canvas.fill("jc-result", "card_verdict")
    designer.holds("process", PROCESS, "Judge the health cards", "card_valid", "card_verdict")
    # The check while drawing looks for what is published; the gate has all drafts together.
    expect(canvas.page.locator("[data-part=state]")).to_have_attribute("data-state", "saved")
    designer.picture("drawing")
    return step, rule


def enrolled(office: Office, batch: str) -> list[str]:
    """The numbers of the enrolments of a batch."""
    with office.installation.database.reading() as db:
        session = session_by_number(db, batch)
        query = select(Enrolment.number).where(Enrolment.session_id == session.id)
        return list(db.exec(query).all())


def came_by(office: Office, batch: str) -> list[str]:
    """The elements that a batch's training has come by."""
    query = select(ProcessInstance.id).where(
        ProcessInstance.business_key == batch, ProcessInstance.process_id == PROCESS
    )
    with office.installation.database.reading() as db:
        return [one.element_id for one in read_history(db, db.exec(query).one()) if one.element_id]
