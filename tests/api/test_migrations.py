"""Migrations over HTTP: tried out, run in the background, told for each instance, undone."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest

from api.application import Installation
from api.clients import add_client
from api.migrations import finding_view
from appraisal.sessions import session_by_number
from engine.instances import ProcessInstance
from engine.moving.reasons import Question
from engine.sources import Source
from tests.api.small import DIAGRAM, FORM, House, Street

API = "/api/v1/migrations"
RENAMED = DIAGRAM.replace('"first"', '"opening"').replace("初审", "开卷初审")
LONGER = DIAGRAM.replace('targetRef="answered"', 'targetRef="third"').replace(
    '<bpmn:intermediateCatchEvent id="answered"',
    '<bpmn:sequenceFlow id="d" sourceRef="third" targetRef="answered" />'
    '<bpmn:userTask id="third" name="三审" camunda:formRef="small_form" '
    'camunda:candidateGroups="reviewer" />'
    '<bpmn:intermediateCatchEvent id="answered"',
)


@pytest.fixture
def house(street: Street) -> House:
    return street.own


def publish(installation: Installation, diagram: str, form: Mapping[str, Any] | None = None) -> str:
    sources = [Source("process", "small_review", diagram.encode())]
    sources += [Source("form", "small_form", json.dumps(form).encode())] if form else []
    with installation.database.transaction() as db:
        report = installation.definitions.publish(db, sources, actor="test")
    assert not report.refused, report.findings
    return str(report.bundle_id)


def run_jobs(street: Street) -> None:
    installation = street.installation
    installation.queue.run_pending(installation.database, installation.engine)  # type: ignore[attr-defined]


def bundle_of(street: Street, house: House) -> str:
    with street.installation.database.reading() as db:
        return db.get_one(ProcessInstance, house.instance_id).bundle_id


def test_a_dry_run_says_what_to_map(street: Street, house: House) -> None:
    before, _ = bundle_of(street, house), publish(street.installation, RENAMED)
    client = street.client(house.people["process_designer"])
    order = {"processId": "small_review"}

    told = client.post(API, json=order)
    report = client.get(told.headers["location"], headers={"Accept-Language": "en"}).json()
    mapped = client.post(API, json={**order, "mapping": {"first": "opening"}})
    again = client.get(mapped.headers["location"]).json()

    assert (told.status_code, told.json()["status"], told.json()["dryRun"]) == (202, "done", True)
    [item] = report["items"]
    assert (item["state"], item["outcome"]) == ("needs_mapping", "refused")
    assert item["findings"][0]["message"].startswith("It is at “First review”")
    assert item["findings"][0]["proposals"] == [{"elementId": "opening", "name": "First review"}]
    assert [one["outcome"] for one in again["items"]] == ["would_move"]
    assert bundle_of(street, house) == before


def test_a_run_moves_own_instances_only_and_is_undone(street: Street, house: House) -> None:
    before, after = bundle_of(street, house), publish(street.installation, LONGER)
    client = street.client(house.people["director"])

    ordered = client.post(API, json={"processId": "small_review", "dryRun": False, "basis": "7号"})
    where = ordered.headers["location"]
    assert client.get(where).json()["status"] == "waiting"
    assert client.post(f"{where}/undo").status_code == 409
    run_jobs(street)
    report = client.get(where).json()

    assert (report["status"], report["progressDone"], report["progressTotal"]) == ("done", 1, 1)
    assert [(one["outcome"], one["toBundle"]) for one in report["items"]] == [("moved", after)]
    assert (bundle_of(street, house), bundle_of(street, street.foreign)) == (after, before)
    assert client.post(f"{where}/undo").status_code == 202
    run_jobs(street)
    assert [one["outcome"] for one in client.get(where).json()["items"]] == ["undone"]
    assert bundle_of(street, house) == before


def test_undo_says_when_somebody_has_acted(street: Street, house: House) -> None:
    after = publish(street.installation, LONGER)
    client = street.client(house.people["administrator"])
    where = client.post(
        API, json={"processId": "small_review", "dryRun": False}
    ).headers["location"]  # fmt: skip
    run_jobs(street)
    reviewer = street.client(house.people["reviewer"])
    task = street.user_task(house).id
    assert reviewer.post(f"/api/v1/user-tasks/{task}/assignment").status_code == 200

    client.post(f"{where}/undo")
    run_jobs(street)

    [item] = client.get(where).json()["items"]
    assert (item["outcome"], item["findings"][-1]["code"]) == ("moved", "acted")
    assert bundle_of(street, house) == after


def test_forms_alone_are_taken_and_undone(street: Street, house: House) -> None:
    before = bundle_of(street, house)
    newer = publish(street.installation, RENAMED, FORM | {"jc:title": "新意见"})
    client = street.client(house.people["director"])
    order = {"processId": "small_review", "parts": ["form"]}

    [tried] = client.get(client.post(API, json=order).headers["location"]).json()["items"]
    where = client.post(API, json={**order, "dryRun": False}).headers["location"]
    run_jobs(street)
    report = client.get(where).json()

    [item] = report["items"]
    assert (tried["outcome"], item["outcome"], report["parts"]) == ("would_move", "moved", ["form"])
    after = bundle_of(street, house)
    assert (item["toBundle"], tried["toBundle"]) == (after, after)
    assert after not in (before, newer)
    definitions = street.installation.definitions
    with street.installation.database.reading() as db:
        drawn = definitions.content(db, after, "process", "small_review")
        form = definitions.content(db, after, "form", "small_form")
    assert (drawn, json.loads(form)["jc:title"]) == (DIAGRAM.encode(), "新意见")
    client.post(f"{where}/undo")
    run_jobs(street)
    assert bundle_of(street, house) == before


def test_no_other_parts_can_be_taken(street: Street, house: House) -> None:
    client = street.client(house.people["director"])

    refused = client.post(API, json={"processId": "small_review", "parts": ["process"]})

    assert refused.status_code == 422


def test_a_batch_names_the_bundle_its_process_was_moved_to(street: Street, house: House) -> None:
    named = DIAGRAM.replace("small_review", "appraisal_session")
    publish_as(street.installation, named)
    with street.installation.database.transaction() as db:
        instance = street.installation.engine.start(
            db, "appraisal_session", business_key=house.session_number, tenant=house.code
        ).id
    after = publish_as(street.installation, LONGER.replace("small_review", "appraisal_session"))
    client = street.client(house.people["director"])

    client.post(API, json={"processId": "appraisal_session", "dryRun": False})
    run_jobs(street)

    with street.installation.database.reading() as db:
        assert db.get_one(ProcessInstance, instance).bundle_id == after
        assert session_by_number(db, house.session_number).bundle_id == after


def publish_as(installation: Installation, diagram: str) -> str:
    with installation.database.transaction() as db:
        source = Source("process", "appraisal_session", diagram.encode())
        report = installation.definitions.publish(db, [source], actor="test")
    assert not report.refused, report.findings
    return str(report.bundle_id)


def test_a_system_may_read_migrations_without_running_them(street: Street, house: House) -> None:
    publish(street.installation, LONGER)
    order = {"processId": "small_review"}
    with street.installation.database.transaction() as db:
        _, read = add_client(db, house.organisation_id, "a", ["migrations:read"])
        _, run = add_client(db, house.organisation_id, "b", ["migrations:run"])
    reads, runs = street.client(token=read), street.client(token=run)

    told = reads.post(API, json=order)

    assert (told.status_code, reads.get(told.headers["location"]).status_code) == (202, 200)
    assert reads.get(API).status_code == 200
    assert reads.post(API, json={**order, "dryRun": False}).status_code == 403
    assert reads.post(f"{told.headers['location']}/undo").status_code == 403
    assert runs.get(told.headers["location"]).status_code == 200
    assert runs.post(API, json={**order, "dryRun": False}).status_code == 202


@pytest.mark.parametrize(
    ("may_end", "zh", "en"),
    [
        (False, "请指明由哪个环节接替。", "Say what takes its place."),
        (True, "请指明由哪个环节接替,或终止它。", "Say what takes its place, or end it."),
    ],
)
def test_a_question_says_whether_it_may_be_ended(may_end: bool, zh: str, en: str) -> None:
    asked = asdict(Question("stop", "停止", "Stop", may_end=may_end)) | {"kind": "question"}

    told = [finding_view(asked, language) for language in ("zh", "en")]

    assert [one.may_end for one in told] == [may_end, may_end]
    assert told[0].message == f"它正停在“停止”,新版本里没有这一环节。{zh}"
    assert told[1].message == f"It is at “Stop”, which the new version does not have. {en}"
