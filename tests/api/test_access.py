"""Walk over all routes of the API, all roles and the ids of another organisation.

The routes come from the route table: a new one without an entry here fails.
"""

from uuid import uuid4

import pytest

from tests.api.small import Street
from tests.api.walking import (
    API,
    PEOPLE,
    STAFF,
    client_of,
    furnish,
    request,
    routes,
)
from tests.hostile.ground import whole

# Open to everybody; none of them takes an id of an organisation's object.
PUBLIC = {
    ("POST", f"{API}/logins"),
    ("GET", f"{API}/certificates/{{number}}"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
}
READERS_OF_DEFINITIONS = {"administrator", "director", "process_designer"}
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
    "/process-instances/{instance_id}": PEOPLE - {"other_candidate"},
    "/process-instances/{instance_id}/history": RESULT_READERS,
    "/sessions": PEOPLE,
    "/sessions/{number}": PEOPLE - {"other_candidate"},
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
    "/posts": {"administrator"},
    "/people": {"administrator"},
    "/people/{person_id}": {"administrator"},
    "/people/{person_id}/acts": {"administrator"},
    "/migrations": {"administrator", "director", "process_designer"},
    "/migrations/{migration_id}": {"administrator", "director", "process_designer"},
    "/designer/rebases": READERS_OF_DEFINITIONS,
    # Nothing here is behind an outer definition.
    "/designer/rebases/{kind}/{key}": set(),
    "/clock": PEOPLE,
    "/designer/context": {"process_designer"},
    "/designer/scenarios/{process}/context": {"process_designer"},
    "/scopes": READERS_OF_DEFINITIONS,
    "/scopes/{scope}/files": READERS_OF_DEFINITIONS,
    "/definitions": READERS_OF_DEFINITIONS,
    "/definitions/{kind}/{key}": READERS_OF_DEFINITIONS,
    "/definitions/process/{key}/drawing": READERS_OF_DEFINITIONS,
    "/definitions/{kind}/{key}/versions": READERS_OF_DEFINITIONS,
    "/drafts/{kind}/{key}": READERS_OF_DEFINITIONS,
    "/drafts/{kind}/{key}/revisions": READERS_OF_DEFINITIONS,
    "/drafts/{kind}/{key}/revisions/{revision}": READERS_OF_DEFINITIONS,
    "/publications": {"process_designer"},
    "/publications/{publication_id}": {"process_designer", "director"},
    "/publications/{publication_id}/drawings": {"process_designer", "director"},
}
# Who of the own organisation may change what, of each other route.
CHANGED_BY = {
    ("POST", "/user-tasks/{user_task_id}/assignment"): {"reviewer", "other_reviewer"},
    ("DELETE", "/user-tasks/{user_task_id}/assignment"): {"reviewer", "other_reviewer"},
    ("POST", "/user-tasks/{user_task_id}/completion"): {"reviewer", "other_reviewer"},
    ("POST", "/process-instances"): {"administrator"},
    ("POST", "/process-instances/{instance_id}/cancellation"): {"director"},
    ("POST", "/process-instances/{instance_id}/recording"): {"process_designer"},
    ("POST", "/messages"): {"administrator", "client"},
    ("POST", "/sessions/{number}/roster-imports"): {"planner"},
    ("POST", "/sessions/{number}/roster-imports/{import_id}/confirmation"): {"planner"},
    ("POST", "/enrolments/{number}/sign-in-links"): {"administrator"},
    ("POST", "/incidents/{incident_id}/retry"): {"administrator"},
    ("POST", "/incidents/{incident_id}/skip"): {"administrator"},
    ("POST", "/operations"): {"administrator"},
    ("POST", "/migrations"): {"administrator", "director"},
    ("POST", "/migrations/{migration_id}/undo"): {"administrator", "director"},
    ("POST", "/clock/advance"): {"administrator"},
    ("DELETE", "/logins/current"): {*PEOPLE, "client"},
    ("POST", "/expressions/evaluation"): {"process_designer"},
    ("POST", "/decisions/evaluation"): {"process_designer"},
    ("POST", "/designer/decision-trials"): {"process_designer"},
    ("POST", "/designer/variables"): {"process_designer"},
    ("POST", "/designer/imports"): {"process_designer"},
    ("POST", "/designer/scenarios/{process}/plays"): {"process_designer"},
    ("POST", "/comparisons"): READERS_OF_DEFINITIONS,
    ("POST", "/designer/rebases/{kind}/{key}"): set(),
    ("POST", "/publications"): {"process_designer"},
    ("POST", "/publications/{publication_id}/confirmation"): {"process_designer", "director"},
    ("POST", "/publications/{publication_id}/refusal"): {"process_designer", "director"},
    ("POST", "/people"): {"administrator"},
    ("PUT", "/people/{person_id}/posts/{post}"): {"administrator"},
    ("DELETE", "/people/{person_id}/posts/{post}"): {"administrator"},
    ("POST", "/people/{person_id}/deactivation"): {"administrator"},
    ("POST", "/people/{person_id}/reactivation"): {"administrator"},
    ("POST", "/people/{person_id}/sign-in-links"): {"administrator"},
    ("PUT", "/me/password"): PEOPLE,
    ("PUT", "/drafts/{kind}/{key}"): {"process_designer"},
    ("DELETE", "/drafts/{kind}/{key}"): {"process_designer"},
    ("POST", "/scopes/{scope}/files"): {"process_designer"},
    ("POST", "/drafts/{kind}/{key}/lease"): {"process_designer"},
    ("DELETE", "/drafts/{kind}/{key}/lease"): {"process_designer"},
    ("POST", "/drafts/{kind}/{key}/check"): {"process_designer"},
}


@pytest.fixture
def walk(sqlite_street: Street) -> Street:
    for house in (sqlite_street.own, sqlite_street.foreign):
        furnish(sqlite_street, house)
    return sqlite_street


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
    client = client_of(walk, role)
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
            role for role in PEOPLE if client_of(walk, role).request(**asked).status_code == 200
        }

    assert found == READABLE_BY


def test_each_post_changes_what_it_may_and_no_more(walk: Street) -> None:
    changing = [one for one in routes(walk) if one[0] != "GET" and one not in PUBLIC]
    before = whole(walk.installation.database)
    found: dict[tuple[str, str], set[str]] = {}
    for method, path in changing:
        name = (method, path.removeprefix(API))
        found[name] = CHANGED_BY.get(name, set())
        for role in sorted({*PEOPLE, "client"} - found[name]):
            response = client_of(walk, role).request(**request(walk, walk.own, method, path))
            assert response.status_code in (403, 404), (name, role, response.text)
    after = whole(walk.installation.database)

    assert found == CHANGED_BY
    assert after == before


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
