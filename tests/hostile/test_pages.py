"""Names made of SQL and HTML are kept as they are and shown as text."""

import html

import pytest
from sqlmodel import select

from appraisal.people import Person, add_person
from tests.api.small import Street

EVIL = (
    "Robert'); DROP TABLE person;--",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "=HYPERLINK(1)",
    "' OR '1'='1",
)


@pytest.mark.parametrize("name", EVIL)
def test_names_are_shown_as_text(street: Street, name: str) -> None:
    organisation = street.own.organisation_id
    with street.installation.database.transaction() as db:
        person = add_person(db, organisation, name, f"evil-{EVIL.index(name)}", posts=["reviewer"])
        person_id = person.id or 0

    client = street.client(person_id)
    page = client.get("/inbox", headers={"Accept": "text/html"})
    me = client.get("/api/v1/me")

    assert page.status_code == 200, page.text[:500]
    assert name in html.unescape(page.text)
    for mark in ("<script>alert", "<img src=x"):
        assert mark not in page.text
    assert me.json()["name"] == name
    with street.installation.database.reading() as db:
        kept = db.exec(select(Person.name).where(Person.id == person_id)).one()
    assert kept == name


@pytest.mark.parametrize("name", EVIL)
def test_sign_in_names_are_looked_up_as_they_are(
    street: Street, unchanged: None, name: str
) -> None:
    for address, content in (
        ("/api/v1/logins", {"json": {"signInName": name, "password": name}}),
        ("/sign-in", {"data": {"name": name, "password": name}}),
    ):
        response = street.client().post(address, **content)  # type: ignore[arg-type]

        assert response.status_code == 401
        for mark in ("<script>alert", "<img src=x"):
            assert mark not in response.text
