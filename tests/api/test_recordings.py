"""A scenario recorded from a real instance: played, without anybody real, in the draft."""

from typing import Any

import pytest
import yaml
from sqlmodel import select

from engine.drafts import read_draft
from engine.history import HistoryKind, read_history
from engine.sources import SCENARIOS, Source
from engine.user_tasks import UserTask
from tasks.scenario_sets import check_scenarios
from tests.api.small import DIAGRAM, Street

API = "/api/v1"
REMARK = "赵考生 13912345678 家住东风路 8 号"
REAL = (
    "赵考生",
    "初审乙",
    "reviewer甲",
    "13912345678",
    "东风路",
    "11010119900307721X",
    "1990-03-07",
)


@pytest.fixture
def ended(sqlite_street: Street) -> Street:
    """An instance that two people reviewed and a message ended."""
    house = sqlite_street.own
    for role, element in (("reviewer", "first"), ("other_reviewer", "second")):
        client = sqlite_street.client(house.people[role])
        task = sqlite_street.user_task(house, element).id
        answer = {"points": 60, "remark": REMARK}
        done = client.post(f"{API}/user-tasks/{task}/completion", json={"answer": answer})
        assert done.status_code == 200, done.text
    administrator = sqlite_street.client(house.people["administrator"])
    payload = {"outcome": "pass", "told": [{"name": "赵考生", "phone": 13912345678}]}
    told = {"name": "small_reply", "correlationKey": house.enrolment_number, "payload": payload}
    assert administrator.post(f"{API}/messages", json=told).status_code == 200
    return sqlite_street


def ask(street: Street, role: str = "process_designer", **body: Any) -> Any:
    client = street.client(street.own.people[role])
    return client.post(f"{API}/process-instances/{street.own.instance_id}/recording", json=body)


def draft_of(street: Street) -> str:
    with street.installation.database.reading() as db:
        draft = read_draft(db, f"organisation:{street.own.code}", SCENARIOS, "small_review")
        return "" if draft is None or draft.content is None else draft.content.decode()


def test_an_instance_becomes_a_scenario_that_goes_its_way(ended: Street) -> None:
    found = ask(ended, name="两人审核").json()

    [scenario] = yaml.safe_load(draft_of(ended))
    assert (found["reproduces"], found["departures"], found["saved"]) == (True, [], True)
    assert scenario["name"] == "两人审核"
    assert scenario["path"] == ["begun", "first", "second", "answered", "done"]
    assert [one["do"] for one in scenario["steps"] if "do" in one] == ["first", "second"]
    people = {one["id"]: one["sign_in_name"] for one in scenario["given"]["people"]}
    doers = [one["by"] for one in scenario["steps"] if "do" in one]
    assert doers == [people[ended.own.people[one]] for one in ("reviewer", "other_reviewer")]
    assert scenario["data"] == {"points": 60}
    assert check_scenarios("small_review", draft_of(ended).encode()) == []


def test_nothing_of_anybody_is_in_it(ended: Street) -> None:
    found = ask(ended, name="赵考生的审核").json()

    text = found["scenario"] + found["name"] + draft_of(ended)
    assert [one for one in REAL if one in text] == []
    assert ended.own.enrolment_number not in text
    assert "outcome" in text


def test_who_recorded_stands_in_the_history(ended: Street) -> None:
    ask(ended, save="never")

    with ended.installation.database.reading() as db:
        [row] = read_history(db, ended.own.instance_id, kinds=[HistoryKind.RECORDED])
    assert row.actor == str(ended.own.people["process_designer"])
    assert row.details is not None
    assert row.details["scope"] == f"organisation:{ended.own.code}"
    assert draft_of(ended) == ""
    client = ended.client(ended.own.people["director"])
    url = f"{API}/process-instances/{ended.own.instance_id}/history"
    assert client.get(url).json()["items"][-1]["kind"] == "recorded"


def test_the_same_recording_stands_in_the_draft_once(ended: Street) -> None:
    ask(ended)
    ask(ended)
    ask(ended, name="另一个")

    assert len(yaml.safe_load(draft_of(ended))) == 1


def test_one_that_still_runs_is_recorded_as_far_as_it_came(sqlite_street: Street) -> None:
    found = ask(sqlite_street).json()

    [scenario] = yaml.safe_load(draft_of(sqlite_street))
    assert found["reproduces"]
    assert (scenario["status"], scenario["path"]) == ("running", ["begun"])


def test_where_a_changed_definition_departs_is_told_in_words(ended: Street) -> None:
    changed = DIAGRAM.replace('targetRef="second" />', 'targetRef="answered" />').replace(
        '<bpmn:incoming>c</bpmn:incoming><bpmn:outgoing>e', '<bpmn:incoming>b</bpmn:incoming>'
        '<bpmn:outgoing>e'
    )  # fmt: skip
    start = changed.index('<bpmn:userTask id="second"')
    end = changed.index("<bpmn:intermediateCatchEvent")
    changed = changed[:start] + changed[end:]
    with ended.installation.database.transaction() as db:
        scope = f"organisation:{ended.own.code}"
        found = Source("process", "small_review", changed.encode(), scope)
        report = ended.installation.definitions.publish(db, [found], scope=scope, actor="test")
        assert not report.refused, report.findings

    told = ask(ended).json()
    kept = ask(ended, save="always").json()

    assert (told["reproduces"], told["saved"], kept["saved"]) == (False, False, True)
    assert any("没有待办“second”" in one["zh"] for one in told["departures"])
    assert any("was changed after" in one["en"] for one in told["departures"])
    [scenario] = yaml.safe_load(draft_of(ended))
    assert scenario["passes"] == ["first", "second"]


def test_marking_stays_sealed_until_it_is_published(ended: Street) -> None:
    with ended.installation.database.transaction() as db:
        for one in db.exec(select(UserTask).where(UserTask.element_id == "first")):
            one.stage = "marking"
            db.add(one)

    assert ask(ended).status_code == 403


def test_the_page_records_and_leads_to_the_scenarios(ended: Street) -> None:
    designer = ended.client(ended.own.people["process_designer"])
    address = f"/designer/recordings/{ended.own.instance_id}"
    scope = f"organisation:{ended.own.code}"

    listed = designer.get("/designer/recordings", params={"q": ended.own.enrolment_number}).text
    asked = designer.get(address).text
    forged = designer.post(address, data={"scope": scope}, headers={"X-CSRF-Token": "x"})
    done = designer.post(address, data={"scope": scope, "name": "页面录制"}).text

    assert f'href="{address}' in listed
    assert f'<option value="{scope}" selected>' in asked
    assert forged.status_code == 403
    assert "回放与原实例走法一致" in done
    assert f"/designer/scenarios/small_review/edit?scope=organisation%3A{ended.own.code}" in done
    assert [one["name"] for one in yaml.safe_load(draft_of(ended))] == ["页面录制"]
