"""Every POST of the API, sent twice with one idempotency key, has one effect and one answer.

The routes come from the route table: a new one without an entry here fails.
"""

from typing import Any

import pytest

from tests.api.small import Street
from tests.api.test_access import PUBLIC
from tests.api.walking import API, client_of, furnish, request, routes
from tests.hostile.ground import whole

# Who sends it, and how it ends: in an order in which each can still be done.
DONE_BY: dict[str, tuple[str, int]] = {
    "/user-tasks/{user_task_id}/assignment": ("reviewer", 200),
    "/user-tasks/{user_task_id}/completion": ("reviewer", 200),
    "/process-instances": ("administrator", 201),
    "/messages": ("administrator", 200),
    "/sessions/{number}/roster-imports": ("planner", 201),
    "/enrolments/{number}/sign-in-links": ("administrator", 201),
    "/operations": ("administrator", 202),
    "/clock/advance": ("administrator", 200),
    "/process-instances/{instance_id}/cancellation": ("director", 204),
    "/designer/rebases/{kind}/{key}": ("process_designer", 404),
    "/drafts/{kind}/{key}/lease": ("process_designer", 200),
    "/scopes/{scope}/files": ("process_designer", 200),
    "/publications": ("process_designer", 409),
    "/publications/{publication_id}/confirmation": ("process_designer", 409),
    "/publications/{publication_id}/refusal": ("process_designer", 409),
    "/migrations": ("director", 202),
    # Refused for what they are sent here; nothing may be kept of that.
    "/sessions/{number}/roster-imports/{import_id}/confirmation": ("planner", 409),
    "/incidents/{incident_id}/retry": ("administrator", 409),
    "/migrations/{migration_id}/undo": ("director", 202),
    "/incidents/{incident_id}/skip": ("administrator", 409),
    "/people": ("administrator", 201),
    "/people/{person_id}/sign-in-links": ("administrator", 201),
    # It ends the planner's logins: after all that the planner does.
    "/people/{person_id}/deactivation": ("administrator", 200),
    "/people/{person_id}/reactivation": ("administrator", 200),
}
# They work something out and change nothing, so there is nothing to keep.
WITHOUT_EFFECT = {
    "/decisions/evaluation",
    "/expressions/evaluation",
    "/designer/decision-trials",
    "/designer/variables",
    "/designer/imports",
    "/designer/scenarios/{process}/plays",
    "/comparisons",
    "/drafts/{kind}/{key}/check",
}
# Playing takes longer than a transaction may, so it has no key: the same recording is saved once.
WITHOUT_KEY = {"/process-instances/{instance_id}/recording"}
TOLD_ONCE = {"/enrolments/{number}/sign-in-links", "/people/{person_id}/sign-in-links"}


@pytest.fixture
def walk(sqlite_street: Street) -> Street:
    for house in (sqlite_street.own, sqlite_street.foreign):
        furnish(sqlite_street, house)
    return sqlite_street


def send(walk: Street, path: str, key: str) -> Any:
    asked = request(walk, walk.own, "POST", API + path)
    return client_of(walk, DONE_BY[path][0]).request(**asked, headers={"Idempotency-Key": key})


def test_every_post_has_one_effect(walk: Street) -> None:
    posts = {path for method, path in routes(walk) if method == "POST"}
    known = {API + path for path in {*DONE_BY, *WITHOUT_EFFECT, *WITHOUT_KEY}}
    assert posts - {path for _, path in PUBLIC} == known

    for path, (_, status) in DONE_BY.items():
        before = whole(walk.installation.database)
        first = send(walk, path, f"key of {path}")
        after = whole(walk.installation.database)
        again = send(walk, path, f"key of {path}")

        assert first.status_code == status, (path, first.text)
        assert (after == before) is (status >= 400), path
        assert whole(walk.installation.database) == after, path
        if status < 400 and path not in TOLD_ONCE:
            assert (again.status_code, again.content) == (status, first.content), path
            assert again.headers["idempotent-replayed"] == "true", path
            assert again.headers.get("etag") == first.headers.get("etag"), path
        else:
            assert again.status_code == (422 if path in TOLD_ONCE else status), path
            assert "idempotent-replayed" not in again.headers, path


def test_trials_keep_nothing(walk: Street) -> None:
    client = walk.client(walk.own.people["process_designer"])
    before = whole(walk.installation.database)

    for path in WITHOUT_EFFECT:
        asked = request(walk, walk.own, "POST", API + path)
        response = client.request(**asked, headers={"Idempotency-Key": "one"})
        assert response.status_code in (200, 422), (path, response.text)

    assert whole(walk.installation.database) == before
