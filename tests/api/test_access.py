"""Walk over all routes, all roles and the ids of another organisation.

The routes come from the route table: a new one without an entry here fails.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from appraisal.archive import Archive
from appraisal.certificates import Certificate
from appraisal.enrolments import enrolment_by_number
from appraisal.papers import Paper, file_paper
from appraisal.results import Result
from appraisal.roster_imports import RosterImport
from engine.incidents import Incident
from engine.jobs import Job
from tests.api.small import ROLES, House, Street

API = "/api/v1"
# Open to everybody; none of them takes an id of an organisation's object.
PUBLIC = {
    ("POST", f"{API}/logins"),
    ("GET", f"{API}/certificates/{{number}}"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
}
HEALTH = ("/livez", "/readyz", "/metrics")
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/user-tasks/{user_task_id}/completion"): {"json": {"answer": {"points": 60}}},
    ("POST", "/process-instances"): {"json": {"processId": "small_review", "businessKey": "x"}},
    ("POST", "/process-instances/{instance_id}/cancellation"): {"json": {"reason": "x"}},
    ("POST", "/messages"): {"json": {"name": "x", "correlationKey": "x"}},
    ("POST", "/sessions/{number}/roster-imports"): {"files": {"sheet": ("r.csv", b"x")}},
    ("POST", "/sessions/{number}/roster-imports/{import_id}/confirmation"): {
        "files": {"sheet": ("r.csv", b"x")}
    },
    ("POST", "/incidents/{incident_id}/retry"): {"json": {}},
    ("POST", "/incidents/{incident_id}/skip"): {"json": {"reason": "x"}},
    ("POST", "/operations"): {"json": {"kind": "rebuild-rows"}},
    ("POST", "/clock/advance"): {"json": {"by": "PT1S"}},
    ("PUT", "/me/password"): {"json": {"password": "x"}},
}
STAFF = {*ROLES, "other_reviewer"}
PEOPLE = {*STAFF, "candidate"}
READERS = STAFF - {"assessor", "administrator", "process_designer", "confidentiality_officer"}
RESULT_READERS = {
    "director",
    "score_officer",
    "certificate_officer",
    "issue_officer",
    "archive_officer",
}
# Who of the own organisation may read what, of each GET route.
READABLE_BY = {
    "/me": PEOPLE,
    "/user-tasks": PEOPLE,
    "/user-tasks/{user_task_id}": {"reviewer", "other_reviewer"},
    "/process-instances": PEOPLE,
    "/process-instances/start-form": {"administrator"},
    "/process-instances/{instance_id}": PEOPLE,
    "/sessions": PEOPLE,
    "/sessions/{number}": PEOPLE,
    "/sessions/{number}/roster-imports/{import_id}": {"planner"},
    "/sessions/{number}/enrolments": READERS,
    "/enrolments/{number}": READERS | {"candidate"},
    "/sessions/{number}/results": RESULT_READERS,
    "/enrolments/{number}/result": RESULT_READERS,
    "/sessions/{number}/certificates": RESULT_READERS,
    "/sessions/{number}/releases": RESULT_READERS,
    "/sessions/{number}/script-codes": {"confidentiality_officer"},
    "/sessions/{number}/archive": {"director", "archive_officer"},
    "/certificates/{number}/file": RESULT_READERS | {"candidate"},
    "/incidents": {"administrator", "director"},
    "/operations/{operation_id}": {"administrator"},
    "/clock": PEOPLE,
}


@pytest.fixture
def walk(sqlite_street: Street) -> Street:
    for house in (sqlite_street.own, sqlite_street.foreign):
        _furnish(sqlite_street, house)
    return sqlite_street


def _furnish(street: Street, house: House) -> None:
    now = datetime.now(UTC)
    with street.installation.database.transaction() as db:
        incident = Incident(
            instance_id=house.instance_id, tenant=house.code, kind="job", message="x",
            created_at=now,
        )  # fmt: skip
        job = Job(topic="operations.rebuild_rows", tenant=house.code)
        roster = RosterImport(session_id=house.session_id, digest="x", checked_at=now)
        enrolment = enrolment_by_number(db, house.enrolment_number)
        result = Result(
            session_id=house.session_id, organisation_id=house.organisation_id,
            enrolment_id=enrolment.id, outcome="passed", decided_at=now,
        )  # fmt: skip
        certificate = Certificate(
            number=f"S000099{house.organisation_id:06d}269000001"[:22], enrolment_id=enrolment.id,
            session_id=house.session_id, organisation_id=house.organisation_id,
            candidate_id=enrolment.candidate_id, name="赵考生", occupation_code="6-31-01-03",
            level_code="4", state="valid", created_at=now,
        )  # fmt: skip
        archive = Archive(
            session_id=house.session_id, organisation_id=house.organisation_id, number="x",
            folder="x", seal="x", files=1, sealed_at=now, sealed_by="1", retain_until=now.date(),
        )  # fmt: skip
        paper = Paper(
            session_id=house.session_id, organisation_id=house.organisation_id, key="certificate",
            title="证书", step=13, created_at=now,
        )  # fmt: skip
        file_paper(db, paper, b"%PDF-")
        certificate.paper_id = paper.id
        db.add_all([incident, job, roster, result, certificate, archive])
        db.flush()
        house.ids = {
            "user_task_id": street.user_task(house).id,
            "instance_id": house.instance_id,
            "incident_id": incident.id,
            "operation_id": job.id,
            "import_id": roster.id,
            "certificate_number": certificate.number,
        }


def routes(street: Street) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the JSON API and of health."""
    for route in iter_route_contexts(street.app.routes):
        path = route.path or ""
        if isinstance(route.original_route, APIRoute) and path.startswith((API, *HEALTH)):
            for method in sorted(route.original_route.methods - {"HEAD"}):
                yield method, path


def request(street: Street, house: House, method: str, path: str) -> dict[str, Any]:
    """A request for a route with the ids of a house and a body that fits."""
    numbers = {
        "/sessions": house.session_number,
        "/enrolments": house.enrolment_number,
        "/certificates": house.ids["certificate_number"],
    }
    local = path.removeprefix(API)
    number = next((n for prefix, n in numbers.items() if local.startswith(prefix)), "")
    url = path.format(number=number, **house.ids)
    body = BODIES.get((method, local), {})
    if method in ("POST", "PUT") and "{" not in local:
        assert body, f"{method} {local} needs a body in BODIES"
    if local == "/messages":
        body = {"json": {"name": "small_reply", "correlationKey": house.enrolment_number}}
    params = {"processId": "small_review"} if local.endswith("start-form") else None
    return {"method": method, "url": url, "params": params, **body}


def test_nobody_gets_in_without_signing_in(walk: Street) -> None:
    client = walk.client()
    found = {
        (method, path): client.request(**request(walk, walk.own, method, path)).status_code
        for method, path in routes(walk)
        if (method, path) not in PUBLIC
    }

    assert set(found.values()) == {401}, found


@pytest.mark.parametrize("role", [*sorted(PEOPLE), "client"])
def test_objects_of_another_organisation_are_not_there(walk: Street, role: str) -> None:
    token = walk.own.client_token if role == "client" else ""
    client = walk.client(None if token else walk.own.people[role], token=token)
    for method, path in routes(walk):
        if (method, path) in PUBLIC or path.endswith("/logins/current"):
            continue
        response = client.request(**request(walk, walk.foreign, method, path))
        if "{" in path:
            assert response.status_code in (403, 404), (method, path, response.text)
        assert walk.foreign.code not in response.text.replace(str(response.request.url.path), ""), (
            method, path, response.text,
        )  # fmt: skip


def test_each_post_reads_what_it_may_and_no_more(walk: Street) -> None:
    found: dict[str, set[str]] = {}
    for method, path in routes(walk):
        if method != "GET" or (method, path) in PUBLIC:
            continue
        asked = request(walk, walk.own, method, path)
        found[path.removeprefix(API)] = {
            role
            for role in PEOPLE
            if walk.client(walk.own.people[role]).request(**asked).status_code == 200
        }

    assert found == READABLE_BY


def test_message_to_another_organisation_is_refused(walk: Street) -> None:
    for client in (
        walk.client(walk.own.people["administrator"]),
        walk.client(token=walk.own.client_token),
    ):
        body = {"name": "small_reply", "correlationKey": walk.foreign.enrolment_number}
        assert client.post(f"{API}/messages", json=body).status_code == 403
        body = {"name": "small_reply", "correlationKey": walk.own.enrolment_number}
        assert client.post(f"{API}/messages", json=body).status_code == 200


def test_system_does_only_what_was_granted(walk: Street) -> None:
    client = walk.client(token=walk.own.client_token)
    task = walk.user_task(walk.own).id

    assert client.get(f"{API}/sessions").status_code == 200
    for path, body in (
        (f"/user-tasks/{task}/completion", {"answer": {"points": 1}}),
        (f"/user-tasks/{task}/assignment", None),
        (f"/process-instances/{walk.own.instance_id}/cancellation", {"reason": "x"}),
        ("/process-instances", {"processId": "small_review", "businessKey": "x"}),
        ("/operations", {"kind": "rebuild-rows"}),
        ("/clock/advance", {"by": "PT1S"}),
    ):
        assert client.post(API + path, json=body).status_code == 403, path


def test_unknown_ids_look_like_foreign_ones(walk: Street) -> None:
    client = walk.client(walk.own.people["reviewer"])

    foreign = client.get(f"{API}/user-tasks/{walk.user_task(walk.foreign).id}").json()
    unknown = client.get(f"{API}/user-tasks/{uuid4()}").json()

    assert {**foreign, "instance": ""} == {**unknown, "instance": ""}
