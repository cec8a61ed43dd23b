"""Moving running processes in a browser: tried out, done, undone."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from engine.instances import ProcessInstance
from engine.sources import Source
from engine.user_tasks import UserTask
from tests.api.small import DIAGRAM, FORM, Street
from tests.pages.conftest import open_page, sign_in

SECOND = "OWN-二号"
RENAMED = DIAGRAM.replace('"first"', '"opening"').replace("初审", "开卷初审")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def moving(street: Street) -> Street:
    """Three instances: at a renamed element, behind it, and on hold; and a newer version."""
    installation = street.installation
    with installation.database.transaction() as db:
        for key in (SECOND, "OWN-三号"):
            started = installation.engine.start(db, "small_review", business_key=key, tenant="OWN")
            if key != SECOND:
                installation.engine.suspend(db, started.id, actor="1")
    second = next(one for one in ready(street) if one[0] == SECOND)
    with installation.database.transaction() as db:
        installation.engine.complete(db, second[1], actor="1", variables={"points": 1})
    with installation.database.transaction() as db:
        newer = [
            Source("process", "small_review", RENAMED.encode()),
            Source("form", "small_form", json.dumps(FORM | {"jc:title": "新意见"}).encode()),
        ]
        assert not installation.definitions.publish(db, newer, actor="test").refused
    return street


def ready(street: Street) -> list[tuple[str, object]]:
    with street.installation.database.reading() as db:
        rows = db.exec(select(UserTask).where(UserTask.status == "ready")).all()
        return [(row.business_key, row.id) for row in rows]


def bundles(street: Street) -> dict[str, str]:
    with street.installation.database.reading() as db:
        rows = db.exec(select(ProcessInstance).where(ProcessInstance.tenant == "OWN")).all()
        return {row.business_key: row.bundle_id for row in rows}


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("JIANCHENG_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def run_jobs(street: Street) -> None:
    installation = street.installation
    installation.queue.run_pending(installation.database, installation.engine)  # type: ignore[attr-defined]


def test_a_director_tries_moves_and_undoes(browser: Browser, moving: Street, address: str) -> None:
    before = bundles(moving)
    page, complaints = open_page(browser, **DESK)
    sign_in(page, moving, address, "director")

    page.goto(f"{address}/designer/migrations")
    expect(page.get_by_role("heading", name="需要指明对应")).to_be_visible()
    expect(page.get_by_text("它已暂停,迁移后仍然暂停")).to_be_visible()
    picture(page, "choose")
    page.get_by_label("初审").select_option("opening")
    page.get_by_label("依据文号").fill("川职鉴〔2026〕7号")
    page.get_by_role("button", name="试运行").click()

    expect(page.get_by_role("heading", name="试运行报告")).to_be_visible()
    assert bundles(moving) == before
    picture(page, "rehearsed")
    page.get_by_role("button", name="迁移 3 个").click()
    expect(page.get_by_role("status")).to_contain_text("等待开始")
    run_jobs(moving)
    expect(page.get_by_role("status")).to_contain_text("已完成")
    picture(page, "moved")
    after = bundles(moving)
    assert all(after[key] != before[key] for key in before)
    assert complaints == []
    _undo(page, moving, before)
    _take_forms(page, moving, address)
    [blended] = set(bundles(moving).values())
    assert blended not in {*before.values(), *after.values()}


def _take_forms(page: Page, moving: Street, address: str) -> None:
    page.goto(f"{address}/designer/migrations")
    page.get_by_label("换成新版本的").select_option(label="只换表单")
    page.get_by_role("button", name="查看").click()
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_text("流程图留在原来的版本。")).to_be_visible()
    page.get_by_role("button", name="迁移 3 个").click()
    run_jobs(moving)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("已完成")
    picture(page, "moved-forms")


def _undo(page: Page, moving: Street, before: dict[str, str]) -> None:
    page.get_by_role("button", name="撤销迁移 3 个").click()
    run_jobs(moving)
    expect(page.get_by_role("status").locator("li", has_text="已撤销")).to_contain_text("3")
    assert bundles(moving) == before


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_fit(
    browser: Browser, moving: Street, address: str, screen: dict[str, object], language: str
) -> None:
    page, complaints = open_page(browser, **screen)
    sign_in(page, moving, address, "director")
    page.goto(f"{address}/language/{language}?next=/designer/migrations")

    for name in ("choose", "report", "forms"):
        if name == "forms":
            page.goto(f"{address}/designer/migrations?process=small_review&parts=form")
            expect(page.locator("#parts")).to_have_value("form")
            assert page.locator("[name^='map:']").count() == 0
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        picture(page, f"{name}-{language}-{screen['viewport']['width']}")  # type: ignore[index]
        assert not wide, name
        if name == "choose":
            page.locator("button[value=dry]").click()
            page.locator(".mig-state").wait_for()
    assert complaints == []
