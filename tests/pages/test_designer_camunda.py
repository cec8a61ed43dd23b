"""A diagram as the Camunda Modeler 7 writes it: opened, mended, published, run, taken out again."""

from difflib import unified_diff
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.comparison import canonical
from engine.instances import get_instance
from tests.api.small import Street
from tests.api.test_publications import examined
from tests.pages.designing import SCOPE, Board

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]
FIXTURE = Path(__file__).parent / "camunda" / "tool_loan.bpmn"
# What the check says cannot run, by a piece of its words.
TOLD = (
    "formKey",
    "监听器",
    "camunda:class",
    "跟进时间写错了",
    "camunda:initiator",
    "camunda:formData",
)
# All that differs afterwards, as lines of the one spelling: what was mended, and nothing else.
CHANGED = (
    (
        '<camunda:inputParameter name="asked">${tool}</camunda:inputParameter>',
        '<camunda:inputParameter name="asked">= tool</camunda:inputParameter>',
    ),
    (
        '<camunda:outputParameter name="marks">${points}</camunda:outputParameter>',
        '<camunda:outputParameter name="marks">= points</camunda:outputParameter>',
    ),
    (
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        "${points &gt;= 60 &amp;&amp; marks != null}</bpmn:conditionExpression>",
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        "points &gt;= 60 and marks != null</bpmn:conditionExpression>",
    ),
    (
        '<bpmn:userTask id="Activity_1check" name="核对借用" camunda:candidateGroups="reviewer"'
        ' camunda:asyncBefore="true" camunda:dueDate="P2D"'
        ' camunda:formKey="embedded:app:forms/check-loan.html" camunda:jobPriority="7"'
        ' camunda:priority="50">',
        '<bpmn:userTask id="Activity_1check" name="核对借用" camunda:formRef="small_form"'
        ' camunda:candidateGroups="reviewer" camunda:asyncBefore="true" camunda:dueDate="P2D"'
        ' camunda:formRefBinding="latest" camunda:jobPriority="7" camunda:priority="50">',
    ),
    (
        '<bpmn:serviceTask id="Activity_1book" name="登记借出"'
        ' camunda:class="com.example.BookLoan">',
        '<bpmn:serviceTask id="Activity_1book" name="登记借出" camunda:type="external"'
        ' camunda:topic="sessions.remind">',
    ),
    (
        '<bpmn:userTask id="Activity_1back" name="归还工具" camunda:formRef="return-tool"'
        ' camunda:candidateGroups="second_reviewer" camunda:assignee="${applicant}"'
        ' camunda:followUpDate="${now()}" camunda:formRefBinding="latest">',
        '<bpmn:userTask id="Activity_1back" name="归还工具" camunda:formRef="small_form"'
        ' camunda:candidateGroups="second_reviewer" camunda:assignee="applicant"'
        ' camunda:formRefBinding="latest">',
    ),
)
ADDED = {
    "<camunda:inputOutput>",
    '<camunda:inputParameter name="posts">reviewer</camunda:inputParameter>',
    '<camunda:inputParameter name="session_id">= session_id</camunda:inputParameter>',
    '<camunda:inputParameter name="text">已借出</camunda:inputParameter>',
    "</camunda:inputOutput>",
    "<camunda:properties>",
    '<camunda:property name="jc:notRun" value="listener" />',
    "</camunda:properties>",
}


def test_a_diagram_of_the_camunda_modeler(board: Board, street: Street) -> None:
    board.take_in(FIXTURE.read_text("utf-8"), "tool_loan.bpmn")
    expect(board.part("note")).to_contain_text("表达式“${now()}”不能自动译为 FEEL,请改写。")
    board.part("toggle-problems").click()
    for told in TOLD:
        expect(board.part("list").locator("li", has_text=told).first).to_be_visible()

    mend(board)
    published(street)
    assert run(street, good=True) == ["Activity_1check", "Activity_1back"]
    assert run(street, good=False) == ["Activity_1check"]

    with board.page.expect_download() as given:
        board.part("export").click()
    was, now = FIXTURE.read_bytes(), Path(given.value.path()).read_bytes()
    gone, come = differences(was, now)
    assert gone == {old for old, _ in CHANGED}
    assert come == {new for _, new in CHANGED} | ADDED


def mend(board: Board) -> None:
    """Do what the findings say, by their buttons and the panel."""
    page = board.page
    leave = board.part("list").get_by_role("button", name="留着，不在这里运行")
    expect(leave).to_have_count(2)
    leave.first.click()
    expect(leave).to_have_count(1, timeout=15_000)
    leave.first.click()
    board.shape("Activity_1check").click()
    page.locator("#bio-properties-panel-jc-form").select_option("small_form")
    board.shape("Activity_1book").click()
    page.locator("#bio-properties-panel-jc-topic").select_option("sessions.remind")
    for name, text in (("session_id", "= session_id"), ("posts", "reviewer"), ("text", "已借出")):
        board.run(
            f"get('dialect').setParameter(element('Activity_1book'), 'input', '{name}', '{text}');"
        )
    board.shape("Activity_1back").click()
    page.locator("#bio-properties-panel-jc-form").select_option("small_form")
    follow_up = page.locator("#bio-properties-panel-jc-follow-up")
    follow_up.fill("")
    follow_up.blur()
    expect(board.part("summary")).to_contain_text("0 个错误", timeout=20_000)
    expect(board.part("state")).to_have_attribute("data-state", "saved", timeout=15_000)


def published(street: Street) -> None:
    """Let the draft through the gate."""
    client = street.client(street.own.people["process_designer"])
    found = examined(client, scope=SCOPE)
    assert found["passed"] is True, found["report"]["findings"]
    done = client.post(f"/api/v1/publications/{found['id']}/confirmation", json={"basis": "1 号"})
    assert done.json()["status"] == "published"


def run(street: Street, *, good: bool) -> list[str]:
    """Take an instance to its end over HTTP; gives the user tasks that were done."""
    own, installation = street.own, street.installation
    keeper = str(own.people["second_reviewer"])
    with installation.database.transaction() as db:
        given = {"session_id": own.session_id, "tool": "万用表", "applicant": keeper}
        instance = installation.engine.start(
            db, "small_review", business_key=f"loan-{good}", variables=given,
            tenant=own.code, scopes=["base", SCOPE],
        )  # fmt: skip
    done = []
    answers = (("reviewer", 80 if good else 10), ("second_reviewer", 70))
    for who, points in answers:
        client = street.client(own.people[who])
        # The tool is given back by whom the expression of the assignee names, and nobody else.
        view = "mine" if who == "second_reviewer" else "claimable"
        listed = client.get("/api/v1/user-tasks", params={"view": view}).json()["items"]
        for task in (one for one in listed if one["instanceId"] == str(instance.id)):
            answer = {"answer": {"points": points}}
            said = client.post(f"/api/v1/user-tasks/{task['id']}/completion", json=answer)
            assert said.status_code == 200, said.text
            done.append(task["elementId"])
    with installation.database.reading() as db:
        ended = get_instance(db, instance.id)
        marks = installation.engine.read_variables(db, instance.id)["marks"]
    assert (ended.status, marks) == ("completed", 80 if good else 10)
    return done


def differences(was: bytes, now: bytes) -> tuple[set[str], set[str]]:
    """The lines that went and came between two diagrams, each in the one spelling."""
    before = canonical("process", was, was).decode().splitlines()
    after = canonical("process", now, was).decode().splitlines()
    lines = list(unified_diff(before, after, lineterm="", n=0))[2:]
    gone = {line[1:].strip() for line in lines if line.startswith("-")}
    return gone, {line[1:].strip() for line in lines if line.startswith("+")}
