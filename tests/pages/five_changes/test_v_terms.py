"""The fifth change: an organisation says “认定” where the product says “鉴定”.

All of it in a browser, by the people who would do it: a designer writes the words and publishes
them, a director moves the batch that was already running.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from appraisal.papers import Paper, file_paper
from engine.instances import ProcessInstance
from engine.sources import Source
from engine.user_tasks import UserTask
from tests.api.small import DIAGRAM, Street
from tests.pages.conftest import open_page, sign_in

SCOPE = "organisation:OWN"
DESK = {"viewport": {"width": 1440, "height": 900}}
VOCABULARY = Path(__file__).parents[3] / "processes/base/vocabulary.json"
RUNNING, STARTED = "OWN-running", "OWN-started"


@pytest.fixture
def appraising(street: Street) -> Street:
    """A base whose first task is named by the word, a batch that runs, and a paper on file."""
    installation = street.installation
    diagram = DIAGRAM.replace("初审", "鉴定初审").replace("First review", "Appraisal review")
    sources = [
        Source("process", "small_review", diagram.encode()),
        Source("vocabulary", "vocabulary", VOCABULARY.read_bytes()),
    ]
    with installation.database.transaction() as db:
        assert not installation.definitions.publish(db, sources, actor="test").refused
    start(street, RUNNING)
    with installation.database.transaction() as db:
        paper = Paper(
            session_id=street.own.session_id,
            organisation_id=street.own.organisation_id,
            key="session_scheme",
            subject="",
            title="鉴定项目方案",
            step=1,
            created_at=installation.clock.now(),
        )
        file_paper(db, paper, b"%PDF-")
    return street


def start(street: Street, key: str) -> None:
    """Start a batch with what the organisation has now."""
    with street.installation.database.transaction() as db:
        street.installation.engine.start(
            db, "small_review", business_key=key, tenant="OWN", scopes=["base", SCOPE]
        )


def names(street: Street) -> dict[str, tuple[str, str | None]]:
    """The names of the open user tasks by batch."""
    with street.installation.database.reading() as db:
        rows = db.exec(select(UserTask).where(UserTask.status == "ready")).all()
        return {one.business_key: (one.name, one.name_en) for one in rows}


def bundle_of(street: Street, key: str) -> str:
    """The bundle that a batch is pinned to."""
    with street.installation.database.reading() as db:
        found = select(ProcessInstance.bundle_id).where(ProcessInstance.business_key == key)
        return db.exec(found).one()


def run_jobs(street: Street) -> None:
    installation = street.installation
    installation.queue.run_pending(installation.database, installation.engine)  # type: ignore[attr-defined]


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("JIANCHENG_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"terms-{name}.png", full_page=True)


def test_an_organisation_says_its_own_word(
    browser: Browser, appraising: Street, address: str
) -> None:
    before = bundle_of(appraising, RUNNING)
    page, complaints = open_page(browser, **DESK)
    sign_in(page, appraising, address, "process_designer")

    _write_the_words(page, address)
    _publish(page, appraising)
    start(appraising, STARTED)

    assert names(appraising)[STARTED] == ("认定初审", "Recognition review")
    assert names(appraising)[RUNNING] == ("鉴定初审", "Appraisal review")
    assert bundle_of(appraising, RUNNING) == before
    assert complaints == []
    _move(browser, appraising, address)
    assert names(appraising)[RUNNING] == ("认定初审", "Recognition review")
    _read_what_stays(browser, appraising, address)


def _write_the_words(page: Page, address: str) -> None:
    page.goto(f"{address}/designer/vocabulary/vocabulary/edit?scope={SCOPE}")
    for label, text in (
        ("中文原词", "鉴定"),
        ("改说", "认定"),
        ("英文原词", "appraisal"),
        ("英文改说", "recognition"),
    ):
        page.get_by_label(f"第 1 行：{label}", exact=True).fill(text)
    page.get_by_role("button", name="试读").click()
    expect(page.locator("#said")).to_have_text("认定批次的认定公告，依据《职业技能鉴定规定》。")
    picture(page, "write")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_text("草稿已保存")).to_be_visible()


def _publish(page: Page, street: Street) -> None:
    page.get_by_role("link", name="发布", exact=True).last.click()
    page.get_by_role("button", name="检查", exact=True).click()
    run_jobs(street)
    page.get_by_label("依据文号").fill("职鉴〔2026〕12号")
    picture(page, "examined")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("heading", name="已发布的版本")).to_be_visible()
    picture(page, "published")


def _move(browser: Browser, street: Street, address: str) -> None:
    page, complaints = open_page(browser, **DESK)
    sign_in(page, street, address, "director")
    page.goto(f"{address}/designer/migrations?process=small_review&scope={SCOPE}")
    page.get_by_label("依据文号").fill("职鉴〔2026〕12号")
    page.get_by_role("button", name="试运行").click()
    assert names(street)[RUNNING][0] == "鉴定初审"
    picture(page, "rehearsed")
    page.get_by_role("button", name="迁移").first.click()
    run_jobs(street)
    expect(page.get_by_role("status")).to_contain_text("已完成")
    picture(page, "moved")
    assert complaints == []


def _read_what_stays(browser: Browser, street: Street, address: str) -> None:
    page, complaints = open_page(browser, **DESK)
    sign_in(page, street, address, "reviewer")
    page.goto(f"{address}/inbox?view=claimable")
    expect(page.get_by_text("认定初审").first).to_be_visible()
    expect(page.get_by_text("鉴定初审")).to_have_count(0)
    picture(page, "inbox")
    page.goto(f"{address}/sessions/{street.own.session_number}")
    expect(page.get_by_text("鉴定项目方案")).to_be_visible()
    # The steps are ours; the paper that is on file keeps its title.
    assert "确定认定" in page.content().replace("<wbr>", "")
    picture(page, "session")
    assert complaints == []
