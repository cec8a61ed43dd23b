"""Walk over all pages, all roles and the ids of others.

The pages come from the route table: a new one without an entry here fails.
"""

from typing import Any

import pytest
from sqlmodel import select

from api.clients import add_client
from appraisal.papers import Paper, file_paper
from appraisal.staff import StaffRoster
from tasks.paper_rights import ARRANGERS, ENROLMENT_READERS, RESULT_READERS
from tasks.papers import paper_kinds
from tests.api.small import Street
from tests.api.walking import PEOPLE, STAFF, client_of, furnish, routes, url_of
from tests.hostile.ground import whole

# Open to everybody; none of them takes an id of an organisation's object.
PUBLIC = {
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/{token}"),
    ("POST", "/sign-in/{token}"),
    ("GET", "/language/{language}"),
    ("GET", "/verify"),
    ("GET", "/verify/{number}"),
}
READERS_OF_ENROLMENTS = (STAFF & ENROLMENT_READERS) | {"other_reviewer"}
READERS_OF_DEFINITIONS = {"administrator", "director", "process_designer"}
# Whom a page is drawn for; others are refused or led to their own.
DRAWN_FOR = {
    "/inbox": STAFF,
    "/inbox/{user_task_id}": {"reviewer", "other_reviewer"},
    "/inbox/{user_task_id}/evidence/{evidence_id}": {"reviewer", "other_reviewer"},
    "/sessions": STAFF,
    "/sessions/{number}": STAFF,
    "/sessions/{number}/enrolments": READERS_OF_ENROLMENTS,
    "/enrolments/{number}": READERS_OF_ENROLMENTS,
    "/start": STAFF,
    # Its diagram names nobody, so operators alone start it.
    "/start/{process_id}": {"administrator"},
    "/me": {"other_candidate"},
    "/me/enrolments/{number}": {"candidate"},
    "/incidents": {"administrator", "director"},
    "/people": {"administrator"},
    "/people/new": {"administrator"},
    "/people/{person_id}": {"administrator"},
    "/designer/decision/{key}/edit": {"process_designer"},
    # There is no vocabulary of that key.
    "/designer/vocabulary/{key}/edit": set(),
    # Without a kind and a key there is nothing to compare, and nothing here is behind.
    "/designer/compare": set(),
    "/designer/rebase/{kind}/{key}": set(),
    "/designer/form/{key}/edit": {"process_designer"},
    "/designer/new": {"process_designer"},
    "/designer/posts/{key}/edit": {"process_designer"},
    "/designer/sheet/{key}/edit": {"process_designer"},
    "/designer/catalogue/{key}/edit": {"process_designer"},
    "/designer/process/{key}/edit": {"process_designer"},
    "/designer/migrations": {"administrator", "director", "process_designer"},
    "/designer/migrations/{migration_id}": {"administrator", "director", "process_designer"},
    "/designer": READERS_OF_DEFINITIONS,
    "/designer/{kind}/{key}": READERS_OF_DEFINITIONS,
    "/designer/publish": {"process_designer"},
    "/designer/scenarios/{process}/edit": {"process_designer"},
    "/designer/recordings": {"process_designer"},
    "/designer/recordings/{instance_id}": {"process_designer"},
    "/designer/publications": {"process_designer"},
    "/designer/publications/{publication_id}": {"process_designer", "director"},
    "/papers/{paper_id}": {*(STAFF & RESULT_READERS), "candidate"},
}
CHANGED_BY = {
    "/inbox/{user_task_id}": {"reviewer", "other_reviewer"},
    "/inbox/{user_task_id}/claim": {"reviewer", "other_reviewer"},
    "/inbox/{user_task_id}/unclaim": {"reviewer", "other_reviewer"},
    "/incidents/{incident_id}/retry": {"administrator"},
    "/start/{process_id}": {"administrator"},
    "/people/new": {"administrator"},
    "/people/{person_id}": {"administrator"},
    # The candidate's, if the user task were not the reviewer's.
    "/me/enrolments/{number}/{user_task_id}": set(),
    "/designer/form/{key}/preview": {"process_designer"},
    "/designer/new": {"process_designer"},
    "/designer/vocabulary/{key}/edit": set(),
    "/designer/rebase/{kind}/{key}": set(),
    "/designer/migrations": {"administrator", "director", "process_designer"},
    "/designer/migrations/{migration_id}/run": {"administrator", "director"},
    "/designer/migrations/{migration_id}/undo": {"administrator", "director"},
    "/designer/import": {"process_designer"},
    "/designer/{kind}/{key}/outer": {"process_designer"},
    "/designer/{kind}/{key}/discard": {"process_designer"},
    "/designer/publish": {"process_designer"},
    "/designer/recordings/{instance_id}": {"process_designer"},
    "/designer/publications/{publication_id}": {"process_designer", "director"},
    "/sign-out": PEOPLE,
}
EVERYBODY = sorted({*PEOPLE, "client"})


@pytest.fixture
def walk(street: Street) -> Street:
    for house in (street.own, street.foreign):
        furnish(street, house)
    return street


def pages(walk: Street, *methods: str) -> list[tuple[str, str]]:
    found = [one for one in routes(walk, pages=True) if one not in PUBLIC and one[0] in methods]
    assert found
    return found


def ask(walk: Street, role: str, method: str, url: str) -> Any:
    client = client_of(walk, role)
    return (
        client.request(
            method,
            url,
            headers={"Accept": "text/html"},
            follow_redirects=False,
            data={"points": "60"},
        )
        if method == "POST"
        else client.get(url, headers={"Accept": "text/html"}, follow_redirects=False)
    )


def test_nobody_gets_in_without_signing_in(walk: Street) -> None:
    for method, path in pages(walk, "GET", "POST"):
        response = walk.client().request(
            method, url_of(walk.own, path), headers={"Accept": "text/html"}, follow_redirects=False
        )

        assert response.status_code == 303, (method, path)
        assert response.headers["location"].startswith("/sign-in?next="), (method, path)


def test_each_page_is_drawn_for_whom_it_is_meant(walk: Street) -> None:
    found = {
        path: {
            role
            for role in EVERYBODY
            if ask(walk, role, "GET", url_of(walk.own, path)).status_code == 200
        }
        for _, path in pages(walk, "GET")
    }

    assert found == DRAWN_FOR


def test_each_page_changes_for_whom_it_may(walk: Street) -> None:
    before = whole(walk.installation.database)
    found = {}
    for _, path in pages(walk, "POST"):
        found[path] = CHANGED_BY.get(path)
        for role in sorted(set(EVERYBODY) - (found[path] or set())):
            response = ask(walk, role, "POST", url_of(walk.own, path))
            assert response.status_code in (403, 404, 409), (path, role, response.status_code)
    after = whole(walk.installation.database)

    assert found == CHANGED_BY
    assert after == before


def test_objects_of_another_organisation_are_not_there(walk: Street) -> None:
    before = whole(walk.installation.database)
    for role in EVERYBODY:
        for method, path in pages(walk, "GET", "POST"):
            if path == "/sign-out":
                continue
            response = ask(walk, role, method, url_of(walk.foreign, path))
            # A process's id is the same everywhere: each organisation starts its own.
            if "{" in path and path != "/start/{process_id}":
                assert response.status_code in (403, 404), (role, method, path)
            shown = response.text.replace(url_of(walk.foreign, path), "")
            assert walk.foreign.code not in shown, (role, method, path)

    assert whole(walk.installation.database) == before


def test_scope_of_a_system_is_no_way_around_by_pages(walk: Street) -> None:
    scopes = ["user-tasks:read", "incidents:read", "process-instances:read"]
    with walk.installation.database.transaction() as db:
        posts = ["reviewer", "administrator", "director"]
        _, token = add_client(db, walk.own.organisation_id, "系统", scopes, posts=posts)
    before = whole(walk.installation.database)
    client = walk.client(token=token)

    for method, path in pages(walk, "GET", "POST"):
        sent = {"data": {"points": "60"}} if method == "POST" else {}
        response = client.request(method, url_of(walk.own, path), **sent)
        assert response.status_code == 403, (method, path)

    assert whole(walk.installation.database) == before


def test_evidence_of_others_is_not_there_beside_an_own_task(walk: Street) -> None:
    task, evidence = walk.own.ids["user_task_id"], walk.foreign.ids["evidence_id"]

    response = ask(walk, "reviewer", "GET", f"/inbox/{task}/evidence/{evidence}")

    assert response.status_code == 404


# Who reads which paper; the second reviewer's name stands for both.
PAPERS: dict[str, set[str]] = {
    "session_notice": STAFF,
    "public_list": STAFF,
    "paper_handover": STAFF,
    "group_roster": READERS_OF_ENROLMENTS,
    "application_form": READERS_OF_ENROLMENTS,
    "admission_ticket": READERS_OF_ENROLMENTS,
    "seat_plan": READERS_OF_ENROLMENTS,
    "sign_in_sheet": READERS_OF_ENROLMENTS,
    "staff_dispatch": STAFF & ARRANGERS,
    "score_record": STAFF & RESULT_READERS,
    "result_summary": STAFF & RESULT_READERS,
    "result_notice": STAFF & RESULT_READERS,
    "certificate_report": STAFF & RESULT_READERS,
    "volume_index": {"director", "archive_officer"},
}


def test_papers_are_for_the_posts_that_work_with_them(walk: Street) -> None:
    numbers = {key: file_blank(walk, key) for key in PAPERS}

    found = {
        key: {
            role
            for role in EVERYBODY
            if ask(walk, role, "GET", f"/papers/{number}").status_code == 200
        }
        for key, number in numbers.items()
    }
    shown = session_pages(walk)
    listed = {
        key: {role for role, page in shown.items() if f'/papers/{number}"' in page}
        for key, number in numbers.items()
        if not paper_kinds()[key].subjects
    }

    assert found == PAPERS
    assert listed == {key: PAPERS[key] for key in listed}


def session_pages(walk: Street) -> dict[str, str]:
    """The page of the batch as each of the staff sees it."""
    url = f"/sessions/{walk.own.session_number}"
    return {role: ask(walk, role, "GET", url).text for role in sorted(STAFF)}


def file_blank(walk: Street, key: str) -> int:
    """File a paper of a kind; gives its number."""
    kind = paper_kinds()[key]
    with walk.installation.database.transaction() as db:
        paper = Paper(
            session_id=walk.own.session_id,
            organisation_id=walk.own.organisation_id,
            key=key,
            subject=walk.own.enrolment_number if kind.subjects else "",
            title=kind.title,
            step=kind.step,
            created_at=walk.installation.clock.now(),
        )
        return file_paper(db, paper, b"%PDF-").id or 0


def test_names_of_the_staff_are_read_once_they_are_told(walk: Street) -> None:
    number = file_blank(walk, "staff_dispatch")
    with walk.installation.database.transaction() as db:
        db.add(StaffRoster(session_id=walk.own.session_id))
    before = ask(walk, "assessor", "GET", f"/papers/{number}").status_code

    with walk.installation.database.transaction() as db:
        roster = db.exec(select(StaffRoster)).one()
        roster.unsealed_at = walk.installation.clock.now()
        db.add(roster)

    assert (before, ask(walk, "assessor", "GET", f"/papers/{number}").status_code) == (404, 200)
