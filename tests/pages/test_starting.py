"""Batches and other processes are started on a page, by whom their diagram names."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import escape
from sqlmodel import select

from appraisal.sessions import AppraisalSession
from engine.instances import ProcessInstance
from engine.sources import Source
from tests.pages.office import SCOPE, Office

OPEN = "/start/appraisal_session"


def ask(office: Office, role: str, path: str) -> Any:
    return office.client(role).get(path, headers={"Accept": "text/html"})


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token|once)" value="([^"]*)"', page))


def send(office: Office, role: str, path: str, page: str, **given: str) -> Any:
    return office.client(role).post(
        path,
        data={**fields(page), **given},
        headers={"Accept": "text/html"},
        follow_redirects=False,
    )


def batches(office: Office) -> list[AppraisalSession]:
    with office.installation.database.reading() as db:
        return list(db.exec(select(AppraisalSession)))


def exam_date(office: Office) -> str:
    return str(office.installation.clock.today() + timedelta(days=90))


def test_a_batch_is_opened_once_however_often_it_is_sent(office: Office) -> None:
    page = ask(office, "planner", OPEN).text
    given = {"name": "春季批次", "kind": "unified", "exam_date": exam_date(office)}

    first = send(office, "planner", OPEN, page, **given)
    again = send(office, "planner", OPEN, page, **given)

    (batch,) = batches(office)
    assert (first.status_code, first.headers["location"]) == (303, f"/sessions/{batch.number}")
    assert again.headers["location"] == first.headers["location"]
    assert (batch.name, batch.industry) == ("春季批次", "")
    assert batch.bundle_id
    assert batch.number in ask(office, "planner", "/sessions").text


def test_a_batch_of_one_industry_goes_by_its_processes(office: Office) -> None:
    page = ask(office, "standards", OPEN).text
    assert ">电工<" in page
    given = {"name": "电工专场", "kind": "dedicated", "exam_date": exam_date(office)}

    wrong = send(office, "standards", OPEN, page, **given, industry="plumbers")
    right = send(office, "standards", OPEN, page, **given, industry="electrician")

    assert wrong.status_code == 422
    assert right.status_code == 303
    (batch,) = batches(office)
    with office.installation.database.reading() as db:
        query = select(ProcessInstance).where(ProcessInstance.business_key == batch.number)
        instance = db.exec(query.where(ProcessInstance.process_id == "appraisal_session")).one()
    assert batch.industry == "electrician"
    chain = ["base", "industry:electrician", SCOPE, f"{SCOPE}~electrician"]
    assert instance.scopes.split(" ") == chain


def test_what_is_wrong_stands_at_the_field_and_nothing_is_lost(office: Office) -> None:
    page = ask(office, "planner", OPEN).text

    answered = send(office, "planner", OPEN, page, name="夏季批次", kind="unified", exam_date="")

    assert answered.status_code == 422
    assert 'value="夏季批次"' in answered.text
    assert fields(answered.text)["once"] == fields(page)["once"]
    assert batches(office) == []


@pytest.mark.parametrize(
    ("role", "status", "offered"),
    [("planner", 200, True), ("standards", 200, True), ("reviewer", 403, False)],
)
def test_the_list_of_batches_offers_a_new_one_to_who_may(
    office: Office, role: str, status: int, offered: bool
) -> None:
    assert (f'href="{OPEN}"' in ask(office, role, "/sessions").text) is offered
    assert ask(office, role, OPEN).status_code == status


VISIT = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="visit" '
    'name="走访" isExecutable="true" camunda:candidateStarterGroups="reviewer, planner">'
    '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
    '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/></bpmn:process>'
    "</bpmn:definitions>"
).encode()


@pytest.fixture
def visits(office: Office) -> Office:
    """The office with a process that its diagram lets reviewers start."""
    with office.installation.database.transaction() as db:
        source = Source("process", "visit", VISIT, SCOPE)
        assert not office.installation.definitions.publish(db, [source], SCOPE, "li").refused
    return office


def begun(office: Office) -> list[str]:
    with office.installation.database.reading() as db:
        found = db.exec(select(ProcessInstance).where(ProcessInstance.process_id == "visit"))
        return sorted(one.business_key for one in found)


def test_a_diagram_says_who_starts_it(visits: Office) -> None:
    office = visits
    listed = ask(office, "reviewer", "/start").text
    page = ask(office, "reviewer", "/start/visit").text
    without = send(office, "reviewer", "/start/visit", page)
    started = send(office, "reviewer", "/start/visit", page, business_key="走访-1")

    assert "走访" in listed
    assert without.status_code == 422
    assert started.status_code == 303
    assert "走访-1" in ask(office, "reviewer", started.headers["location"]).text
    assert begun(office) == ["走访-1"]
    assert ask(office, "finance", "/start/visit").status_code == 403
    assert "走访" not in ask(office, "finance", "/start").text
    # Others' steps, such as the review, are called and not started.
    assert ask(office, "admin", "/start/no_such").status_code == 404


# What can be read in one line is a business key, whatever a browser or a sheet makes of it:
# how the page and the API answer.
KEYS = {
    "a&b#c%41+d": (303, 201),
    "<script>hurt()</script>": (303, 201),
    "\"><img src=x onerror='hurt()'>": (303, 201),
    "{{ 7 * 7 }}": (303, 201),
    "../../etc/passwd": (303, 201),
    "文号　〔2026〕1 号": (303, 201),
    "x" * 100: (303, 201),
    "x" * 201: (422, 422),
    "a\r\nSet-Cookie: x=1": (422, 422),
    "a\x00b": (422, 400),
    "a\u202ecba": (422, 422),
    "a\u200bb": (422, 422),
}


def test_hostile_keys_are_refused_at_the_field_or_shown_as_they_are(visits: Office) -> None:
    for key, (on_the_page, over_http) in KEYS.items():
        page = ask(visits, "reviewer", "/start/visit").text
        sent = send(visits, "reviewer", "/start/visit", page, business_key=key)
        asked = {"processId": "visit", "businessKey": key}
        answer = visits.client("reviewer").post("/api/v1/process-instances", json=asked)

        assert (sent.status_code, answer.status_code) == (on_the_page, over_http), key
        if on_the_page == 303:
            told = ask(visits, "reviewer", sent.headers["location"]).text
            assert f"已发起：{escape(key)}</span>" in told
        else:
            assert 'aria-invalid="true"' in sent.text
    assert set(begun(visits)) == {key for key, (status, _) in KEYS.items() if status == 303}
