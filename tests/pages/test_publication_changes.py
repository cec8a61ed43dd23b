"""What the pages of the gate say a draft or a publication changes, and where that is drawn."""

import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from engine.drafts import save_draft
from engine.sources import Source
from tests.api.small import DIAGRAM, Street
from tests.api.test_publications import API, examined
from tests.pages.conftest import browser_of

SCOPE = "organisation:OWN"
FIRST_OWN, DRAFT = f"{SCOPE}@1", f"{SCOPE}@draft"
FIRST = "“第一次审核”的名称由 初审 改为 第一次审核。"
LATER = "“再次审核”的名称由 第一次审核 改为 再次审核。"
BACK = "“初审”的名称由 再次审核 改为 初审。"


def named(name: str) -> str:
    return DIAGRAM.replace('name="初审"', f'name="{name}"')


def draft(street: Street, content: str | None, key: str = "small_review") -> None:
    with street.installation.database.transaction() as db:
        save_draft(
            db, SCOPE, "process", key, None if content is None else content.encode(),
            expected=None, actor="1", now=datetime.now(UTC), derived_from="base@1",
        )  # fmt: skip


def told(page: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The sentences about the process, and from which version to which the comparison is."""
    card = re.search(r'class="(?:pub-draft|pub-told)".*?(?:</details>|</div>)', page, re.DOTALL)
    assert card
    said = re.findall(r"<li>(.*?)</li>", card[0])
    ways = re.findall(r'href="/designer/compare\?([^"]*)"', card[0])
    found = [re.search(r"from=([^&]*)&amp;to=(.*)", one.replace("%40", "@")) for one in ways]
    sides = [(one[1], one[2]) for one in found if one]
    return said, [(one.replace("%3A", ":"), two.replace("%3A", ":")) for one, two in sides]


@pytest.fixture
def designer(street: Street) -> TestClient:
    browser = browser_of(street, "process_designer")
    browser.headers["X-CSRF-Token"] = browser.csrf  # type: ignore[attr-defined]
    return browser


def page_of(designer: TestClient, publication: dict[str, str]) -> str:
    return designer.get(f"/designer/publications/{publication['id']}").text


def test_each_version_is_told_against_the_one_before(street: Street, designer: TestClient) -> None:
    publications = []
    for content, sentences, sides, stored in (
        (named("第一次审核"), [FIRST], ("base@1", DRAFT), ("base@1", FIRST_OWN)),
        (named("再次审核"), [LATER], (FIRST_OWN, DRAFT), (FIRST_OWN, f"{SCOPE}@2")),
        # Given up, what differs is between the own version and the outer one.
        (None, [BACK], (f"{SCOPE}@2", "base@1"), (f"{SCOPE}@2", "base@1")),
        (named("第一次审核"), [FIRST], ("base@1", DRAFT), ("base@1", f"{SCOPE}@4")),
    ):  # fmt: skip
        draft(street, content)
        assert told(designer.get(f"/designer/publish?scope={SCOPE}").text) == (sentences, [sides])

        found = examined(designer)
        assert told(page_of(designer, found)) == (sentences, [sides])
        done = designer.post(f"{API}/publications/{found['id']}/confirmation", json={})
        assert done.status_code == 200, done.text
        publications.append((found, (sentences, [stored])))

    for found, expected in publications:
        page = page_of(designer, found)
        assert told(page) == expected
        [way] = re.findall(r'href="(/designer/compare[^"]*)"', page)
        assert designer.get(way.replace("&amp;", "&")).status_code == 200


def test_a_draft_that_went_on_is_not_what_was_examined(
    street: Street, designer: TestClient
) -> None:
    draft(street, named("第一次审核"))
    found = examined(designer)
    draft(street, named("再次审核"))

    assert told(page_of(designer, found)) == ([FIRST], [])


def test_what_is_new_is_beside_nothing(street: Street, designer: TestClient) -> None:
    draft(street, DIAGRAM.replace('id="small_review"', 'id="new_review"'), "new_review")

    page = designer.get(f"/designer/publish?scope={SCOPE}").text
    said, sides = told(page)

    assert "增加了流程“小流程”。" in said
    assert sides == [("none", DRAFT)]
    assert "这是新的定义。" in page


def test_what_cannot_be_read_is_not_compared(street: Street, designer: TestClient) -> None:
    deep = b'{"inner":' * 80 + b"0" + b"}" * 80
    with street.installation.database.transaction() as db:
        save_draft(db, SCOPE, "sheet", "deep", deep, expected=0, actor="1", now=datetime.now(UTC))

    page = designer.get(f"/designer/publish?scope={SCOPE}").text

    assert "说不出改动" in page
    assert told(page) == ([], [])


def test_names_in_sentences_are_text(street: Street, designer: TestClient) -> None:
    draft(street, named("&lt;script&gt;alert(1)&lt;/script&gt;"))
    found = examined(designer)

    for page in (designer.get(f"/designer/publish?scope={SCOPE}").text, page_of(designer, found)):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_scenarios_come_beside_the_outer_ones(street: Street, designer: TestClient) -> None:
    scenarios = b"- name: outer\n  world: opened\n  path: [begun]\n"
    with street.installation.database.transaction() as db:
        street.installation.definitions.publish(
            db, [Source("scenarios", "small_review", scenarios)], "base", "release"
        )
        save_draft(
            db, SCOPE, "scenarios", "small_review", scenarios.replace(b"outer", b"own"),
            expected=0, actor="1", now=datetime.now(UTC),
        )  # fmt: skip

    said, sides = told(designer.get(f"/designer/publish?scope={SCOPE}").text)

    assert said == ["增加了场景“own”。"]
    assert sides == [("none", DRAFT)]


def test_what_is_behind_leads_to_following(street: Street, designer: TestClient) -> None:
    draft(street, named("第一次审核"))
    newer = Source("process", "small_review", DIAGRAM.replace("复审", "再审").encode())
    with street.installation.database.transaction() as db:
        street.installation.definitions.publish(db, [newer], "base", "release")
    found = examined(designer)

    page = page_of(designer, found)

    [way] = re.findall(r'href="(/designer/rebase/[^"]*)"', page)
    assert "点“跟进上级”" in page
    assert designer.get(way).status_code == 200
