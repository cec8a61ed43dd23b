"""What the editors are told of a scope, and of the variables at an element."""

import pytest

from tests.api.small import DIAGRAM, Street
from tests.api.walking import API

VARIABLES = f"{API}/designer/variables"


def test_the_context_names_what_a_diagram_may_refer_to(sqlite_street: Street) -> None:
    client = sqlite_street.client(sqlite_street.own.people["process_designer"])

    found = client.get(f"{API}/designer/context", params={"scope": "base"}).json()

    assert found["forms"] == [
        {"key": "small_form", "name": {"zh": "意见", "en": "Opinion"}, "inputs": [], "outputs": []}
    ]
    assert [one["key"] for one in found["processes"]] == ["small_review"]
    services = {one["name"]: one for one in found["services"]}
    assert services["sessions.remind"]["title"]["zh"] == "向岗位发提醒"
    assert [one["name"] for one in services["sessions.remind"]["inputs"]] == [
        "posts",
        "session_id",
        "text",
    ]
    assert services["sessions.remind"]["inputs"][1] == {
        "name": "session_id",
        "title": {"zh": "批次", "en": "Batch"},
        "required": True,
        "type": "int",
    }
    assert {"key": "reviewer", "name": {"zh": "初审岗", "en": "Reviewer"}}.items() <= next(
        one for one in found["posts"] if one["key"] == "reviewer"
    ).items()
    functions = {one["name"]: one for one in found["functions"]}
    assert functions["workday"] == {"name": "workday", "needed": ["day", "n"], "optional": ["key"]}
    assert functions["substring"]["optional"] == ["length"]
    assert "from json" not in functions


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("base", 200),
        ("industry:gas", 200),
        ("organisation:OWN", 200),
        ("organisation:FOREIGN", 404),
        ("nowhere", 404),
    ],
)
def test_scopes_of_others_are_not_there(sqlite_street: Street, scope: str, status: int) -> None:
    client = sqlite_street.client(sqlite_street.own.people["process_designer"])

    assert client.get(f"{API}/designer/context", params={"scope": scope}).status_code == status
    body = {"scope": scope, "content": DIAGRAM, "elementId": "second"}
    assert client.post(VARIABLES, json=body).status_code == status


@pytest.mark.parametrize(
    ("element", "names"),
    [
        ("begun", []),
        # Its own, which its outputs may name.
        ("first", ["points"]),
        ("b", ["points"]),
        ("second", ["points"]),
        ("done", ["points"]),
        ("nothing", []),
    ],
)
def test_variables_are_those_given_before(
    sqlite_street: Street, element: str, names: list[str]
) -> None:
    client = sqlite_street.client(sqlite_street.own.people["process_designer"])

    body = {"scope": "base", "content": DIAGRAM, "elementId": element}
    found = client.post(VARIABLES, json=body).json()["variables"]

    assert [one["name"] for one in found if one["from"] == "variable"] == names
    facts = {one["name"]: one for one in found if one["from"] == "fact"}
    members = {one["name"]: one for one in facts["session"]["entries"]}
    assert members["exam_date"] == {
        "name": "exam_date",
        "title": {"zh": "考试日期", "en": "date of the exam"},
        "type": "date",
        "from": "fact",
        "entries": [],
    }
    minutes = next(one for one in facts["room"]["entries"] if one["name"] == "minutes")
    assert minutes["title"]["zh"] == "考试时长(分钟)"
    parts = next(one for one in facts["enrolment"]["entries"] if one["name"] == "accommodation")
    assert parts["entries"][0]["title"]["en"] == "extra time (per cent)"


def test_what_cannot_be_read_has_no_variables(sqlite_street: Street) -> None:
    client = sqlite_street.client(sqlite_street.own.people["process_designer"])
    hostile = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'

    body = {"scope": "base", "content": hostile, "elementId": "first"}
    assert client.post(VARIABLES, json=body).json() == {"variables": []}
