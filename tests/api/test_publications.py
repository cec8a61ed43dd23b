"""The publish gate over HTTP and by command: what is examined is what is published, or nothing."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from appraisal.organisations import Organisation
from engine.bundles import BundleHead
from engine.comparison import compare
from engine.drafts import read_draft, save_draft
from engine.sources import Source
from tests.api.small import DIAGRAM, Street

API = "/api/v1"
SCOPE = "organisation:OWN"
CHAIN = f"base {SCOPE}"
LONGER = DIAGRAM.replace(
    '<bpmn:sequenceFlow id="c" sourceRef="second" targetRef="answered" />',
    '<bpmn:sequenceFlow id="c" sourceRef="second" targetRef="counted" />'
    '<bpmn:scriptTask id="counted" name="清点"><bpmn:script>{counted: 1}</bpmn:script>'
    '</bpmn:scriptTask><bpmn:sequenceFlow id="d" sourceRef="counted" targetRef="answered" />',
)
SCENARIO = """
- name: both review
  name_zh: 两人都审
  world: opened
  status: running
  steps:
    - do: first
      by: reviewer
      answer: {points: 80}
    - do: second
      by: second_reviewer
      answer: {points: 80}
  path: [%s]
"""
WAY = "begun, first, second"


def save(street: Street, kind: str, key: str, content: str | None) -> None:
    with street.installation.database.transaction() as db:
        known = read_draft(db, SCOPE, kind, key)
        save_draft(
            db, SCOPE, kind, key, None if content is None else content.encode(),
            expected=None if known is None else known.revision,
            actor=str(street.own.people["process_designer"]), now=datetime.now(UTC),
        )  # fmt: skip


def examined(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/publications", json=body)
    assert answer.status_code == 202, answer.text
    where = answer.headers["location"]
    for _ in range(1200):
        found: dict[str, Any] = client.get(where).json()
        if found["status"] != "examining":
            return found
        time.sleep(0.05)
    raise AssertionError(f"still examining: {found}")


def head(street: Street) -> str | None:
    with street.installation.database.reading() as db:
        return db.exec(select(BundleHead.bundle_id).where(BundleHead.chain == CHAIN)).first()


@pytest.fixture
def designer(sqlite_street: Street) -> TestClient:
    return sqlite_street.client(sqlite_street.own.people["process_designer"])


def is_laid_out(before: str, after: str) -> bool:
    """Nobody had drawn it: it is laid out, and nothing else is different."""
    meant = [one for one in compare("process", before.encode(), after.encode()) if one.is_meant]
    return "BPMNShape" in after and not meant


def test_what_passes_is_published_with_its_basis(
    sqlite_street: Street, designer: TestClient
) -> None:
    save(sqlite_street, "process", "small_review", LONGER)
    save(sqlite_street, "scenarios", "small_review", SCENARIO % f"{WAY}, counted")
    found = examined(designer)

    assert [one["problem"]["en"] for one in found["report"]["scenarios"]] == [""]
    assert found["passed"] is True
    coverage = found["report"]["coverage"]["small_review"]
    assert {key for key, one in coverage.items() if not one["hit"]} == {"answered", "done"}
    assert coverage["counted"]["reached"] == 1
    flows = found["report"]["flows"]["small_review"]
    assert [one["name"]["zh"] for one in flows.values() if not one["hit"]] == ["答复 → 结束"]
    [drawing] = designer.get(f"{API}/publications/{found['id']}/drawings").json()["items"]
    assert is_laid_out(LONGER, drawing["content"])
    assert drawing["walks"][0]["flows"] == ["a", "b", "c", "d"]
    assert {one["code"] for one in found["report"]["findings"]} >= {"uncovered"}

    where = f"{API}/publications/{found['id']}"
    done = designer.post(f"{where}/confirmation", json={"basis": "人社发 1 号", "note": "清点"})

    assert done.status_code == 200, done.text
    assert done.json()["status"] == "published"
    assert done.json()["basis"] == "人社发 1 号"
    assert {(one["kind"], one["version"]) for one in done.json()["versions"]} == {
        ("process", 1),
        ("scenarios", 1),
    }
    assert head(sqlite_street) == done.json()["bundles"][CHAIN]
    with sqlite_street.installation.database.reading() as db:
        assert read_draft(db, SCOPE, "process", "small_review") is None
    again = designer.post(f"{where}/confirmation", json={})
    assert again.status_code == 409


def test_a_scenario_that_goes_another_way_stands_against_it(
    sqlite_street: Street, designer: TestClient
) -> None:
    save(sqlite_street, "process", "small_review", LONGER)
    save(sqlite_street, "scenarios", "small_review", SCENARIO % WAY)

    found = examined(designer)

    [scenario] = found["report"]["scenarios"]
    assert found["passed"] is False
    assert "after “复审” comes “清点”, not “the end”" in scenario["problem"]["en"]
    assert scenario["path"] == ["begun", "first", "second", "counted"]
    refused = designer.post(f"{API}/publications/{found['id']}/confirmation", json={})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("not-to-publish")


def test_a_broken_draft_is_told_with_what_to_do(
    sqlite_street: Street, designer: TestClient
) -> None:
    broken = DIAGRAM.replace('formRef="small_form"', 'formRef="no_such_form"', 1)
    save(sqlite_street, "process", "small_review", broken)

    found = examined(designer, dryRun=True)

    [error] = [one for one in found["report"]["findings"] if one["severity"] == "error"]
    assert (error["code"], error["elementId"]) == ("unknown_form", "first")
    assert error["remedy"]["en"].startswith("Choose a form")
    assert found["passed"] is False
    assert found["report"]["scenarios"] == []


@pytest.mark.parametrize("change", ["the draft", "the base"])
def test_a_change_in_between_has_to_be_examined_again(
    sqlite_street: Street, designer: TestClient, change: str
) -> None:
    save(sqlite_street, "process", "small_review", LONGER)
    found = examined(designer)
    before = head(sqlite_street)
    if change == "the draft":
        save(sqlite_street, "process", "small_review", LONGER.replace("清点", "点数"))
    else:
        form = (DIAGRAM.replace("初审", "第一审")).encode()
        installation = sqlite_street.installation
        with installation.database.transaction() as db:
            report = installation.definitions.publish(
                db, [Source("process", "small_review", form)], "base", "x"
            )
            assert not report.refused

    answer = designer.post(f"{API}/publications/{found['id']}/confirmation", json={})

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("examine-again")
    assert change == "the base" or head(sqlite_street) == before


def test_a_second_person_confirms_where_the_organisation_says_so(
    sqlite_street: Street, designer: TestClient
) -> None:
    with sqlite_street.installation.database.transaction() as db:
        organisation = db.get_one(Organisation, sqlite_street.own.organisation_id)
        organisation.confirms_publications = True
        db.add(organisation)
    save(sqlite_street, "process", "small_review", LONGER)
    found = examined(designer)
    where = f"{API}/publications/{found['id']}/confirmation"

    asked = designer.post(where, json={"basis": "2 号"}).json()
    alone = designer.post(where, json={})
    director = sqlite_street.client(sqlite_street.own.people["director"])
    done = director.post(where, json={}).json()

    assert asked["status"] == "waiting_confirmation"
    assert alone.json()["type"].endswith("same-person")
    assert (done["status"], done["basis"]) == ("published", "2 号")
    assert done["confirmedName"] != done["actorName"]


def test_a_publication_is_given_up(sqlite_street: Street, designer: TestClient) -> None:
    save(sqlite_street, "process", "small_review", LONGER)
    found = examined(designer)

    answer = designer.post(f"{API}/publications/{found['id']}/refusal", json={"note": "later"})

    assert (answer.json()["status"], answer.json()["note"]) == ("refused", "later")
    assert head(sqlite_street) != found["bundles"].get(CHAIN, "")
    listed = designer.get(f"{API}/publications").json()["items"]
    assert [one["status"] for one in listed] == ["refused"]


def test_effects_on_running_instances_are_told(sqlite_street: Street, designer: TestClient) -> None:
    save(sqlite_street, "process", "small_review", LONGER)
    engine = sqlite_street.installation.engine
    with sqlite_street.installation.database.transaction() as db:
        engine.start(db, "small_review", business_key="x", tenant="OWN", scopes=["base", SCOPE])

    found = examined(designer, dryRun=True)

    assert found["report"]["effects"]["counts"] == {"can_move": 1}
    assert found["dryRun"] is True


def test_who_waits_at_what_is_gone_is_not_left_behind_unsaid(
    sqlite_street: Street, designer: TestClient
) -> None:
    save(sqlite_street, "process", "small_review", DIAGRAM.replace('"first"', '"opening"'))
    engine = sqlite_street.installation.engine
    with sqlite_street.installation.database.transaction() as db:
        engine.start(db, "small_review", business_key="x", tenant="OWN", scopes=["base", SCOPE])
    found = examined(designer)
    where = f"{API}/publications/{found['id']}/confirmation"

    unsaid = designer.post(where, json={"basis": "1"})
    said = designer.post(where, json={"basis": "1", "leavesBehind": True})

    assert found["passed"] is True
    assert found["report"]["effects"]["stranded"] == 1
    assert (unsaid.status_code, unsaid.json()["type"].split(":")[-1]) == (409, "instances-stranded")
    assert said.json()["status"] == "published"
