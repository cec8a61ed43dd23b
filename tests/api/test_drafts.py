"""Drafts and lists of definitions over HTTP: two designers, one editor at a time, the check."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from appraisal.organisations import Organisation
from appraisal.people import add_person
from engine.sources import Source
from tests.api.small import DIAGRAM, FORM, Street

API = "/api/v1"
DRAFT = f"{API}/drafts/process/small_review"
CHANGED = DIAGRAM.replace('name="初审"', 'name="第一次审核"')
AGAIN = DIAGRAM.replace('name="初审"', 'name="再审"')


@pytest.fixture
def street(sqlite_street: Street) -> Street:
    # The storing itself is tried on both systems in tests/engine/test_drafts.py.
    return sqlite_street


def scope_of(street: Street) -> dict[str, str]:
    return {"scope": f"organisation:{street.own.code}"}


@pytest.fixture
def designer(street: Street) -> TestClient:
    return street.client(street.own.people["process_designer"])


@pytest.fixture
def other(street: Street) -> TestClient:
    """Another designer of the same organisation."""
    with street.installation.database.transaction() as db:
        person = add_person(
            db, street.own.organisation_id, "设计乙", "designer-2", posts=["process_designer"]
        )
    assert person.id is not None
    return street.client(person.id)


def put(client: TestClient, street: Street, content: str, match: str) -> Any:
    return client.put(
        DRAFT, params=scope_of(street), json={"content": content}, headers={"If-Match": match}
    )


def listed(client: TestClient, street: Street) -> dict[str, Any]:
    found = client.get(f"{API}/definitions", params=scope_of(street)).json()["items"]
    return {f"{one['kind']}/{one['key']}": one for one in found}


def test_scopes_of_a_designer(street: Street, designer: TestClient) -> None:
    found = designer.get(f"{API}/scopes").json()["items"]

    own = f"organisation:{street.own.code}"
    assert [(one["scope"], one["mayDesign"]) for one in found] == [("base", False), (own, True)]
    assert found[0]["name"] == {"zh": "基础", "en": "Base"}


def test_base_is_changed_by_who_keeps_it(street: Street, designer: TestClient) -> None:
    body = {"json": {"content": CHANGED}, "headers": {"If-Match": "0"}}
    assert designer.put(f"{DRAFT}?scope=base", **body).status_code == 403

    with street.installation.database.transaction() as db:
        db.get_one(Organisation, street.own.organisation_id).keeps_base = True

    assert designer.put(f"{DRAFT}?scope=base", **body).status_code == 200
    assert designer.put(f"{DRAFT}?scope=industry:gas", **body).status_code == 200
    assert [one["scope"] for one in designer.get(f"{API}/scopes").json()["items"]] == [
        "base",
        "industry:gas",
        f"organisation:{street.own.code}",
    ]


def test_nothing_is_copied_until_something_differs(street: Street, designer: TestClient) -> None:
    opened = designer.get(DRAFT, params=scope_of(street))
    same = put(designer, street, opened.json()["content"], "0")

    assert (opened.headers["etag"], opened.json()["derivedFrom"]) == ('"0"', "base@1")
    assert (same.status_code, same.json()["revision"]) == (200, 0)
    assert listed(designer, street)["process/small_review"]["draft"] is None

    changed = put(designer, street, CHANGED, "0")

    assert (changed.headers["etag"], changed.json()["revision"]) == ('"1"', 1)
    one = listed(designer, street)["process/small_review"]
    assert (one["own"], one["from"], one["version"], one["name"]["zh"]) == (
        False, "base", 1, "小流程",
    )  # fmt: skip
    assert one["draft"]["updatedBy"] == "process_designer甲"
    assert one["usedBy"] == {"instances": 1, "scopes": []}


def test_second_of_two_designers_is_refused_and_nothing_is_lost(
    street: Street, designer: TestClient, other: TestClient
) -> None:
    assert put(designer, street, CHANGED, "0").status_code == 200

    refused = put(other, street, AGAIN, "0")

    assert (refused.status_code, refused.json()["revision"]) == (412, 1)
    assert "第一次审核" in other.get(DRAFT, params=scope_of(street)).json()["content"]
    assert put(other, street, AGAIN, "1").status_code == 200
    revisions = other.get(f"{DRAFT}/revisions", params=scope_of(street)).json()["items"]
    assert [(one["revision"], one["savedBy"]) for one in revisions] == [
        (2, "设计乙"),
        (1, "process_designer甲"),
    ]
    first = other.get(f"{DRAFT}/revisions/1", params=scope_of(street)).json()
    assert "第一次审核" in first["content"]


def test_save_must_say_what_it_was_made_on(street: Street, designer: TestClient) -> None:
    saved = designer.put(DRAFT, params=scope_of(street), json={"content": CHANGED})

    assert saved.status_code == 428


def test_one_edits_at_a_time_and_can_be_relieved(
    street: Street, designer: TestClient, other: TestClient
) -> None:
    lease = f"{DRAFT}/lease"
    mine = designer.post(lease, params=scope_of(street), json={})
    assert (mine.status_code, mine.json()["me"]) == (200, True)

    held = other.post(lease, params=scope_of(street), json={})
    assert (held.status_code, held.json()["editor"]["name"]) == (423, "process_designer甲")
    assert put(other, street, AGAIN, "0").status_code == 423
    seen = other.get(DRAFT, params=scope_of(street)).json()["editor"]
    assert (seen["name"], seen["me"]) == ("process_designer甲", False)

    taken = other.post(lease, params=scope_of(street), json={"takeOver": True})
    assert (taken.status_code, taken.json()["me"]) == (200, True)
    assert put(designer, street, CHANGED, "0").status_code == 423

    assert other.delete(lease, params=scope_of(street)).status_code == 204
    assert put(designer, street, CHANGED, "0").status_code == 200


def test_giving_up_the_own_definition(street: Street, designer: TestClient) -> None:
    with street.installation.database.transaction() as db:
        mine = Source("process", "small_review", CHANGED.encode())
        report = street.installation.definitions.publish(db, [mine], scope_of(street)["scope"])
    assert not report.refused
    assert listed(designer, street)["process/small_review"]["own"] is True

    body = {"json": {"removed": True}, "headers": {"If-Match": "0"}}
    assert designer.put(DRAFT, params=scope_of(street), **body).json()["removed"] is True

    opened = designer.get(DRAFT, params=scope_of(street)).json()
    assert (opened["removed"], "初审" in opened["content"]) == (True, True)
    assert designer.delete(DRAFT, params=scope_of(street)).status_code == 204
    assert designer.get(DRAFT, params=scope_of(street)).json()["revision"] == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE x []>" + DIAGRAM, "doctype"),
        (DIAGRAM.replace("</bpmn:process>", ""), "not_xml"),
        ("", "bad_size"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(
    street: Street, designer: TestClient, content: str, code: str
) -> None:
    refused = put(designer, street, content, "0")

    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/content", code)


def test_check_says_what_stands_against_a_content(street: Street, designer: TestClient) -> None:
    broken = CHANGED.replace("small_form", "no_such_form", 1)

    body = {"json": {"content": broken}}
    found = designer.post(f"{DRAFT}/check", params=scope_of(street), **body).json()["findings"]
    fine = designer.post(
        f"{DRAFT}/check", params=scope_of(street), json={"content": CHANGED}
    ).json()["findings"]

    assert [(one["code"], one["elementId"]) for one in found if one["severity"] == "error"] == [
        ("unknown_form", "first")
    ]
    misspelt = CHANGED.replace(
        'camunda:formRef="small_form"',
        'camunda:formRef="small_form" camunda:dueDate="= workday(session.exam_dat, -6)"',
        1,
    )
    checked = designer.post(
        f"{DRAFT}/check", params=scope_of(street), json={"content": misspelt}
    ).json()["findings"]
    assert [one["code"] for one in checked if "exam_dat" in one["message"]["zh"]] == [
        "unlikely_member"
    ]
    assert found[0]["remedy"]["zh"] and found[0]["definition"] == "process/small_review"
    assert [one for one in fine if one["severity"] == "error"] == []


def test_check_knows_the_other_drafts_of_the_scope(street: Street, designer: TestClient) -> None:
    asking = CHANGED.replace("small_form", "new_form", 1)
    form = json.dumps({**FORM, "id": "new_form"})
    address = f"{API}/drafts/form/new_form"

    def errors() -> list[str]:
        check = designer.post(f"{DRAFT}/check", params=scope_of(street), json={"content": asking})
        return [one["code"] for one in check.json()["findings"] if one["severity"] == "error"]

    alone = errors()
    made = designer.put(
        address, params=scope_of(street), json={"content": form}, headers={"If-Match": "0"}
    )
    beside = errors()
    designer.delete(address, params=scope_of(street), headers={"If-Match": made.headers["etag"]})

    assert (alone, made.status_code, beside, errors()) == (
        ["unknown_form"], 200, [], ["unknown_form"],
    )  # fmt: skip


def test_versions_and_their_contents(street: Street, designer: TestClient) -> None:
    path = f"{API}/definitions/process/small_review"
    with street.installation.database.transaction() as db:
        source = Source("process", "small_review", CHANGED.encode())
        street.installation.definitions.publish(db, [source], actor="release")

    versions = designer.get(f"{path}/versions?scope=base").json()["items"]
    old = designer.get(path, params={**scope_of(street), "from": "base", "version": 1}).json()
    new = designer.get(path, params=scope_of(street)).json()

    assert [(one["version"], one["publishedBy"]) for one in versions] == [
        (2, "release"),
        (1, "test"),
    ]
    assert (old["version"], "第一次审核" in old["content"]) == (1, False)
    assert (new["from"], new["version"], "第一次审核" in new["content"]) == ("base", 2, True)


def test_own_definition_is_behind_when_the_base_moves(street: Street, designer: TestClient) -> None:
    definitions = street.installation.definitions
    with street.installation.database.transaction() as db:
        mine = Source("process", "small_review", CHANGED.encode(), derived_from="base@1")
        definitions.publish(db, [mine], scope_of(street)["scope"])
    assert listed(designer, street)["process/small_review"]["behind"] is False

    with street.installation.database.transaction() as db:
        definitions.publish(db, [Source("process", "small_review", AGAIN.encode())])

    assert listed(designer, street)["process/small_review"]["behind"] is True
    base = designer.get(f"{API}/definitions?scope=base").json()["items"]
    users = {one["key"]: one["usedBy"]["scopes"] for one in base}
    assert users["small_review"] == [scope_of(street)["scope"]]


def test_only_who_keeps_the_base_sees_what_others_make_of_it(
    street: Street, designer: TestClient
) -> None:
    theirs = f"organisation:{street.foreign.code}"
    with street.installation.database.transaction() as db:
        source = Source("process", "small_review", CHANGED.encode(), derived_from="base@1")
        street.installation.definitions.publish(db, [source], theirs)

    def used_by() -> Any:
        found = designer.get(f"{API}/definitions?scope=base").json()["items"]
        return {one["key"]: one["usedBy"] for one in found}["small_review"]

    assert used_by() == {"instances": 1, "scopes": []}
    with street.installation.database.transaction() as db:
        db.get_one(Organisation, street.own.organisation_id).keeps_base = True
    assert used_by() == {"instances": 2, "scopes": [theirs]}


def test_ten_thousand_elements_are_refused_in_words(street: Street, designer: TestClient) -> None:
    tasks = "".join(f'<bpmn:task id="t{n}" name="做 {n}"/>' for n in range(5000))
    flows = "".join(
        f'<bpmn:sequenceFlow id="g{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(4999)
    )
    content = DIAGRAM.replace("</bpmn:process>", f"{tasks}{flows}</bpmn:process>", 1)

    saved = put(designer, street, content, "*")
    checked = designer.post(f"{DRAFT}/check", params=scope_of(street), json={"content": content})

    assert saved.status_code == 422
    assert saved.json()["errors"][0]["code"] == "too_many_elements"
    [finding] = [one for one in checked.json()["findings"] if one["severity"] == "error"]
    assert (finding["code"], finding["remedy"]["zh"] != "") == ("too_many_nodes", True)
    assert listed(designer, street)["process/small_review"]["draft"] is None
