"""The page of a scope's words works without script and loses nothing."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser

from engine.drafts import read_draft, save_draft
from engine.sources import Source
from tests.api.small import Street
from tests.engine.test_rebases import NOW
from tests.pages.conftest import browser_of, open_page, sign_in

SCOPE = "organisation:OWN"
URL = f"/designer/vocabulary/vocabulary/edit?scope={SCOPE}"
VOCABULARY = Path(__file__).parents[2] / "processes/base/vocabulary.json"


@pytest.fixture
def worded(street: Street) -> Street:
    """The base has its vocabulary."""
    source = Source("vocabulary", "vocabulary", VOCABULARY.read_bytes())
    with street.installation.database.transaction() as db:
        assert not street.installation.definitions.publish(db, [source], actor="test").refused
    return street


def send(street: Street, **fields: str) -> tuple[int, str]:
    """Send the form as the designer."""
    client = browser_of(street, "process_designer")
    sent = {"csrf_token": client.csrf, "revision": "0", "action": "save", **fields}  # type: ignore[attr-defined]
    response = client.post(URL, data={name.replace("__", "-"): one for name, one in sent.items()})
    return response.status_code, response.text


def drafted(street: Street) -> object:
    """What the draft says, None if there is none."""
    with street.installation.database.reading() as db:
        draft = read_draft(db, SCOPE, "vocabulary", "vocabulary")
        return None if draft is None else orjson.loads(draft.content or b"null")


def test_words_become_a_draft_made_from_the_base(worded: Street) -> None:
    status, page = send(worded, zh__0="鉴定", zh_as__0="认定", keep="规程\n\n  办法 ")

    assert status == 200
    assert "草稿已保存" in page
    assert drafted(worded) == {"terms": [{"zh": "鉴定", "zh_as": "认定"}], "keep": ["规程", "办法"]}
    with worded.installation.database.reading() as db:
        draft = read_draft(db, SCOPE, "vocabulary", "vocabulary")
        assert draft is not None
        assert draft.derived_from == "base@1"


def test_half_a_pair_is_told_and_kept(worded: Street) -> None:
    status, page = send(worded, zh__0="鉴定", zh_as__0="")

    assert status == 200
    assert "第 1 行" in page
    assert "两格都要填写" in page
    assert 'value="鉴定"' in page


def test_who_saves_second_loses_nothing(worded: Street) -> None:
    with worded.installation.database.transaction() as db:
        save_draft(
            db, SCOPE, "vocabulary", "vocabulary", b'{"terms": [], "keep": []}',
            expected=0, actor="9", now=NOW,
        )  # fmt: skip

    status, page = send(worded, zh__0="鉴定", zh_as__0="认定")

    assert status == 409
    assert "别人刚保存过这份草稿" in page
    assert 'value="认定"' in page
    assert drafted(worded) == {"terms": [], "keep": []}


@pytest.mark.parametrize("action", ["add", "try", "", "nonsense"])
def test_only_saving_saves(worded: Street, action: str) -> None:
    status, page = send(worded, zh__0="鉴定", zh_as__0="认定", action=action, sample="鉴定好")

    assert status == 200
    assert "认定好" in page
    assert drafted(worded) is None


def test_hostile_words_are_text(worded: Street) -> None:
    hostile = '"><script>alert(1)</script>'

    _, page = send(worded, zh__0=hostile, zh_as__0=hostile, sample=hostile)

    assert "<script>alert" not in page


def test_unknown_key_and_foreign_scope_are_not_there(worded: Street) -> None:
    client = browser_of(worded, "process_designer")

    for url in (
        f"/designer/vocabulary/other/edit?scope={SCOPE}",
        "/designer/vocabulary/vocabulary/edit?scope=organisation:FOREIGN",
        "/designer/vocabulary/vocabulary/edit?scope=nonsense",
    ):
        assert client.get(url).status_code == 404, url


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_page_fits(
    browser: Browser, worded: Street, address: str, width: int, language: str
) -> None:
    page, complaints = open_page(browser, viewport={"width": width, "height": 844})
    sign_in(page, worded, address, "process_designer")
    page.goto(f"{address}/language/{language}?next=/inbox")
    page.goto(address + URL)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []
