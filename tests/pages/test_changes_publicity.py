"""Publicity of seven working days and a second approver, drawn in a browser and published."""

import pytest

from tests.pages.canvas import Canvas
from tests.pages.office import Desk, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

BASIS = "示例发〔2026〕7 号"
SCENARIOS = """
- name: the list stands for five working days
  removed: true
- name: the list stands for seven working days
  world: concluded_batch
  at: 2026-03-02T09:00+08:00
  steps:
    - {do: confirm_publication, by: score, answer: {name_display: full, working_days: 6}}
    - {until: "2026-03-12T00:00+08:00"}
  passes: [publicity_days, confirm_publication, publish_marks, open_list, publicity_over]
  status: completed
- name: without a number of days the list stands as long as the table says
  world: concluded_batch
  at: 2026-03-02T09:00+08:00
  steps:
    - {do: confirm_publication, by: score, answer: {name_display: masked}}
    - {until: "2026-03-11T23:00+08:00"}
  passes: [publicity_days, confirm_publication, publish_marks, open_list, file_list]
  status: running
"""


def test_the_table_says_seven_days(office: Office, designer: Desk, director: Desk) -> None:
    running = office.begin("publish_results", "concluded_batch")
    before = office.bundles("publish_results")[running]
    page = designer.page

    designer.go("decision/d15_publicity/edit")
    page.get_by_role("button", name="行清单").click()
    page.get_by_label("第 1 行，工作日数").fill("7")
    page.get_by_label("第 1 行，依据文号").fill(f'"{BASIS}"')
    page.get_by_label("第 1 行，说明", exact=True).fill("公示不少于 7 个工作日")
    page.get_by_label("第 1 行，说明（英文）").fill("The list stands for at least 7 working days")
    designer.holds("decision", "d15_publicity", "<text>7</text>", BASIS)
    designer.picture("table")
    designer.tell("publish_results", SCENARIOS)
    designer.publish(BASIS)

    new = office.begin("publish_results", "concluded_batch")
    assert office.bundles("publish_results")[running] == before
    assert office.bundles("publish_results")[new] != before
    assert days_of(office, running) == 5
    assert days_of(office, new) == 7
    director.rehearse("publish_results", BASIS)
    assert office.bundles("publish_results")[running] == before
    director.move(office, 1)
    # What the table has decided there stays decided; whatever it decides next is by the new one.
    assert office.bundles("publish_results")[running] == office.bundles("publish_results")[new]
    assert days_of(office, running) == 5


APPROVED = """
- name: the list stands for five working days
  removed: true
- name: without a number of days the list stands as long as the table says
  removed: true
- name: a second person approves how to publish
  world: concluded_batch
  at: 2026-03-02T09:00+08:00
  steps:
    - {do: confirm_publication, by: score, answer: {name_display: full}}
    - {do: %(step)s, by: director, answer: {notice_verdict: return, reason: 请隐去姓名}}
    - {do: confirm_publication, by: score, answer: {name_display: masked}}
    - {do: %(step)s, by: director, answer: {notice_verdict: approve}}
    - {until: "2026-03-10T00:00+08:00"}
  passes: [confirm_publication, %(step)s, confirm_publication, %(step)s, publish_marks]
  status: completed
"""


def test_a_second_person_approves(office: Office, designer: Desk, director: Desk) -> None:
    running = office.begin("publish_results", "concluded_batch")
    before = office.bundles("publish_results")[running]

    step = draw_second_approver(designer)
    designer.tell("publish_results", APPROVED % {"step": step})
    designer.publish(BASIS)

    new = office.begin("publish_results", "concluded_batch")
    office.answer(new, "confirm_publication", "score", name_display="full")
    assert office.waits_at(new) == [step]
    assert office.bundles("publish_results")[running] == before
    director.rehearse("publish_results", BASIS)
    assert office.bundles("publish_results")[running] == before
    director.move(office, 1)
    assert office.bundles("publish_results")[running] == office.bundles("publish_results")[new]
    office.answer(running, "confirm_publication", "score", name_display="full")
    office.answer(running, step, "director", notice_verdict="approve")
    assert office.waits_at(running) == []


def draw_second_approver(designer: Desk) -> str:
    canvas = Canvas(designer, "publish_results")
    canvas.steps()
    step = canvas.add_after("confirm_publication", "UserTask", "复核公布方式")
    canvas.row(step).get_by_label("表单").select_option("approve_notice")
    canvas.row(step).get_by_label("岗位").select_option("director")
    canvas.row(step).get_by_label("时限").select_option("workdays")
    gateway = canvas.add_after(step, "ExclusiveGateway", "同意？")
    designer.picture("steps")
    canvas.show(step)
    canvas.say_in_english("Approve how to publish")
    canvas.fill("jc-basis", BASIS)
    canvas.field("jc-excludes").select_option("confirm_publication")
    back = canvas.connect(gateway, "confirm_publication")
    canvas.choose(gateway)
    canvas.say_in_english("Approved?")
    canvas.choose(canvas.flow(gateway, "publish_marks"))
    canvas.feel("jc-when", 'notice_verdict = "approve"')
    canvas.choose(back)
    canvas.field("jc-default").check(force=True)
    designer.holds("process", "publish_results", "Approved?", f'default="{back}"', BASIS)
    canvas.has_no_errors()
    canvas.choose(step)
    designer.picture("drawing")
    return step


def days_of(office: Office, key: str) -> int:
    days: int = office.variables(key, "publish_results")["publicity_rule"]["working_days"]
    return days
