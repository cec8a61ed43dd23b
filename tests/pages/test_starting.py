"""Batches and other processes are started on a page, by whom their diagram names."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
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


def test_a_diagram_says_who_starts_it(office: Office) -> None:
    drawn = (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="visit" '
        'name="走访" isExecutable="true" camunda:candidateStarterGroups="reviewer, planner">'
        '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
        '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/></bpmn:process>'
        "</bpmn:definitions>"
    ).encode()
    with office.installation.database.transaction() as db:
        source = Source("process", "visit", drawn, SCOPE)
        assert not office.installation.definitions.publish(db, [source], SCOPE, "li").refused

    listed = ask(office, "reviewer", "/start").text
    page = ask(office, "reviewer", "/start/visit").text
    without = send(office, "reviewer", "/start/visit", page)
    begun = send(office, "reviewer", "/start/visit", page, business_key="走访-1")

    assert "走访" in listed
    assert without.status_code == 422
    assert begun.status_code == 303
    assert "走访-1" in ask(office, "reviewer", begun.headers["location"]).text
    with office.installation.database.reading() as db:
        found = db.exec(select(ProcessInstance).where(ProcessInstance.process_id == "visit"))
        assert [one.business_key for one in found] == ["走访-1"]
    assert ask(office, "finance", "/start/visit").status_code == 403
    assert "走访" not in ask(office, "finance", "/start").text
    # Others' steps, such as the review, are called and not started.
    assert ask(office, "admin", "/start/no_such").status_code == 404
