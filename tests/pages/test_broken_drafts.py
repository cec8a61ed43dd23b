"""A broken draft is not published, and the page of the gate says in words why and what to do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.drafts import save_draft
from tests.api.small import DIAGRAM, Street
from tests.api.test_publications import examined
from tests.pages.conftest import open_page, sign_in

pytestmark = pytest.mark.browser

SCOPE = "organisation:OWN"
TABLE = Path("processes/base/decide_opening/d5_opening.dmn").read_text("utf-8")
DEAD_END = DIAGRAM.replace("<bpmn:outgoing>e</bpmn:outgoing>", "").replace(
    '<bpmn:sequenceFlow id="e" sourceRef="answered" targetRef="done" />', ""
)
BAD_FEEL = DIAGRAM.replace(
    '<bpmn:userTask id="first"',
    '<bpmn:userTask id="first" camunda:dueDate="= workday(session.exam_date, "',
)
BROKEN = {
    "unknown form": (
        ("process", "small_review"),
        DIAGRAM.replace('formRef="small_form"', 'formRef="no_such_form"', 1),
        ["初审", "no_such_form"],
    ),
    "bad FEEL": (("process", "small_review"), BAD_FEEL, ["初审", "截止时间写错了"]),
    "dead end": (("process", "small_review"), DEAD_END, ["结束"]),
    "table overlap": (
        ("decision", "d5_opening"),
        TABLE.replace('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"'),
        ["会同时成立"],
    ),
}


def gate(browser: Browser, street: Street, address: str) -> tuple[Page, list[str]]:
    """Go through the page of the gate as the designer does, with every draft there is."""
    page, complaints = open_page(browser, viewport={"width": 1440, "height": 900})
    sign_in(page, street, address, "process_designer")
    page.goto(f"{address}/designer/publish?scope={SCOPE}")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("heading", name="检查结果")).to_be_visible(timeout=60_000)
    return page, complaints


def draw(street: Street, kind: str, key: str, content: str) -> None:
    with street.installation.database.transaction() as db:
        save_draft(
            db, SCOPE, kind, key, content.encode(),
            expected=0, actor=str(street.own.people["process_designer"]), now=datetime.now(UTC),
        )  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_draft_is_refused_in_words(
    browser: Browser, street: Street, address: str, case: str
) -> None:
    name, content, words = BROKEN[case]
    draw(street, *name, content)

    page, complaints = gate(browser, street, address)

    found = page.locator(".pub-finding.error")
    for word in words:
        expect(found.filter(has_text=word).first).to_be_visible()
    expect(found.first.locator(".pub-remedy")).not_to_be_empty()
    expect(found.first.get_by_role("link", name="前往")).to_be_visible()
    expect(page.get_by_text("不能发布")).to_be_visible()
    expect(page.locator("button[value=publish]")).to_have_count(0)
    assert complaints == []


def test_an_element_that_is_gone_is_told_with_who_waits_there(
    browser: Browser, street: Street, address: str
) -> None:
    with street.installation.database.transaction() as db:
        street.installation.engine.start(
            db, "small_review", business_key="在办一号", tenant="OWN", scopes=["base", SCOPE]
        )
    draw(street, "process", "small_review", DIAGRAM.replace('"first"', '"opening"'))

    page, complaints = gate(browser, street, address)

    row = page.locator("tr", has_text="在办一号")
    expect(row).to_contain_text("需要对应")
    expect(row).to_contain_text("初审")
    page.get_by_label("依据文号").fill("人社发 2 号")
    page.locator("button[value=publish]").click()
    expect(page.get_by_role("alert")).to_contain_text("还没有发布")
    stays = page.get_by_label("有 1 个在办实例正停在要删除的环节上")
    expect(stays).to_be_focused()
    expect(page.get_by_label("依据文号")).to_have_value("人社发 2 号")
    stays.check()
    page.locator("button[value=publish]").click()
    expect(page.get_by_role("heading", name="已发布的版本")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("case", BROKEN)
def test_the_check_while_drawing_finds_what_the_gate_finds(street: Street, case: str) -> None:
    (kind, key), content, _ = BROKEN[case]
    draw(street, kind, key, content)
    client = street.client(street.own.people["process_designer"])

    check = f"/api/v1/drafts/{kind}/{key}/check?scope={SCOPE}"
    drawing = client.post(check, json={"content": content}).json()["findings"]
    gates = examined(client, scope=SCOPE, dryRun=True)["report"]["findings"]

    said = ("code", "elementId", "severity", "message", "remedy")
    assert drawing
    assert [{name: one[name] for name in said} for one in drawing] == [
        {name: one[name] for name in said}
        for one in gates
        if one["definition"] == f"{kind}/{key}" and one["code"] != "uncovered"
    ]
