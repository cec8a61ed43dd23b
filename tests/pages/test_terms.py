"""Pages speak in the terms of their reader's organisation; a running batch keeps its own."""

from __future__ import annotations

import json

from sqlmodel import select

from appraisal.organisations import Organisation
from engine.sources import Source
from engine.user_tasks import UserTask
from tests.api.small import House, Street
from tests.pages.conftest import browser_of

VOCABULARY = {
    "terms": [
        {"zh": "初审", "zh_as": "一审", "en": "review", "en_as": "check"},
        {"zh": "任务", "zh_as": "待办事项", "en": "tasks", "en_as": "to-dos"},
        {"zh": "备注", "zh_as": "附言"},
        {"zh": "机构", "zh_as": "单位"},
    ],
    "keep": [],
}


def publish(street: Street, house: House, **words: str) -> None:
    """Give an organisation a vocabulary of its own, or other words than its."""
    scope = f"organisation:{house.code}"
    terms = [{"zh": word, "zh_as": said} for word, said in words.items()]
    vocabulary = {"terms": terms, "keep": []} if words else VOCABULARY
    content = json.dumps(vocabulary, ensure_ascii=False).encode()
    source = Source("vocabulary", "vocabulary", content, scope)
    with street.installation.database.transaction() as db:
        report = street.installation.definitions.publish(db, [source], scope, "test")
    assert not report.refused, report.findings


def begin(street: Street, house: House) -> UserTask:
    """Start an instance with what the organisation has now."""
    with street.installation.database.transaction() as db:
        instance = street.installation.engine.start(
            db,
            "small_review",
            business_key=house.enrolment_number,
            tenant=house.code,
            scopes=["base", f"organisation:{house.code}"],
        )
        found = select(UserTask).where(UserTask.instance_id == instance.id)
        task = db.exec(found).one()
        db.expunge(task)
    return task


def test_pages_and_new_instances_speak_the_organisations_terms(street: Street) -> None:
    old = street.user_task(street.own)
    publish(street, street.own)
    new = begin(street, street.own)
    client = browser_of(street, "reviewer")

    inbox = client.get("/inbox?view=claimable").text
    old_page = client.get(f"/inbox/{old.id}").text
    new_page = client.get(f"/inbox/{new.id}").text

    assert (old.name, new.name, new.name_en) == ("初审", "一审", "First check")
    assert "搜索待办事项" in inbox
    # The form of the bundle that the instance is pinned to.
    assert "备注" in old_page
    assert "附言" not in old_page
    assert "附言" in new_page
    # What is called so by people is data.
    with street.installation.database.reading() as db:
        organisation = db.get_one(Organisation, street.own.organisation_id)
        assert organisation.name in inbox


def test_another_organisation_hears_nothing_of_it(street: Street) -> None:
    publish(street, street.own)

    client = street.client(street.foreign.people["reviewer"])
    page = client.get("/inbox", headers={"Accept": "text/html"}).text

    assert "搜索任务" in page
    assert "待办事项" not in page


def test_terms_are_put_in_english_too(street: Street) -> None:
    publish(street, street.own)

    page = browser_of(street, "reviewer").get("/inbox", headers={"Accept-Language": "en"}).text

    assert "Search to-dos" in page


def test_words_of_an_organisation_are_text_and_fill_nothing_in(street: Street) -> None:
    publish(
        street, street.own, 任务="<img src=x onerror=hurt()>%", 批次="100%(secret)s", 人="%(n)s"
    )
    reader = browser_of(street, "director")

    inbox, session = reader.get("/inbox"), reader.get(f"/sessions/{street.own.session_number}")

    assert (inbox.status_code, session.status_code) == (200, 200)
    assert "<h1>&lt;img src=x onerror=hurt()&gt;%</h1>" in inbox.text
    assert "<img" not in inbox.text + session.text
    assert "100%(secret)s" in inbox.text


def test_bad_vocabulary_is_not_published(street: Street) -> None:
    scope = "organisation:OWN"
    content = b'{"terms": [{"zh": "x"}]}'
    source = Source("vocabulary", "vocabulary", content, scope)

    with street.installation.database.transaction() as db:
        report = street.installation.definitions.publish(db, [source], scope, "test")

    found = [(one.code, one.element_id) for one in report.findings]
    assert found == [("bad_vocabulary", "/terms/0/zh_as")]
