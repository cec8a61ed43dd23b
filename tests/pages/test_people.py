"""The pages of people, used as a browser without JavaScript uses them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from httpx2 import Response

from engine.sources import Source
from tests.api.small import DIAGRAM, Street
from tests.api.test_posts import begin, complete, own_posts, publish
from tests.pages.conftest import browser_of


def send(browser: TestClient, path: str, **fields: Any) -> Response:
    """Press a button of the page as it is shown now, unless a `version` is given."""
    fields = {"csrf_token": browser.csrf, **fields}  # type: ignore[attr-defined]
    if path != "/people/new":
        fields = {"version": version(browser, path), **fields}
    return browser.post(path, data=fields)


def version(browser: TestClient, path: str) -> str:
    return unescape(re.findall('name="version" value="([^"]+)"', browser.get(path).text)[0])


def page_of(street: Street, role: str) -> str:
    return f"/people/{street.own.people[role]}"


def test_own_post_that_tasks_wait_for_is_pointed_out_and_filled(street: Street) -> None:
    diagram = DIAGRAM.replace('"reviewer,second_reviewer"', '"secretary"')
    process = Source("process", "small_review", diagram.encode(), "organisation:OWN")
    publish(street, own_posts(), process)
    begin(street, street.own)
    complete(street, street.own.people["reviewer"], "first")
    browser = browser_of(street, "administrator")

    before = browser.get("/people").text
    added = send(browser, "/people/new", name="孙新人", sign_in_name="sun", post="secretary")
    after = browser.get("/people?post=secretary").text

    assert '<a class="link" href="/people?post=secretary">秘书岗</a>' in before
    assert "等待办理：复审&nbsp;×&nbsp;1" in before
    assert "有任务在等没有人的岗位" not in after
    assert re.findall(r'<a href="/people/\d+">([^<]+)<', after) == ["孙新人"]
    [link] = re.findall('value="([^"]+/sign-in/[^"]+)"', added.text)
    new = street.client()
    assert new.post(urlsplit(link).path).status_code == 200
    assert new.get("/api/v1/me").json()["posts"] == ["secretary"]


def test_what_was_typed_stays_when_it_is_refused(street: Street) -> None:
    browser = browser_of(street, "administrator")

    refused = send(
        browser, "/people/new", name="孙新人", sign_in_name="OWN-planner", post="trainer"
    )

    assert refused.status_code == 422
    assert "此登录名已有人使用，请换一个" in refused.text
    assert 'name="name" value="孙新人"' in refused.text
    assert re.findall('value="([^"]+)" checked', refused.text) == ["trainer"]


def test_person_is_not_added_half_when_posts_exclude_one_another(street: Street) -> None:
    diagram = DIAGRAM.replace('"reviewer,second_reviewer"', '"finance"').replace(
        '<camunda:property name="jc:excludes" value="first" />',
        '<camunda:property name="jc:duty" value="money" />',
    )
    publish(street, Source("process", "small_review", diagram.encode(), "organisation:OWN"))
    browser = browser_of(street, "administrator")
    given = {"name": "孙新人", "sign_in_name": "sun", "post": ["finance", "reviewer"]}

    asked = send(browser, "/people/new", **given)
    nobody = browser.get("/people?q=sun").text
    added = send(browser, "/people/new", **given, accepted="1")

    assert (asked.status_code, added.status_code) == (409, 200)
    assert "财务岗（收费）与初审岗（资格审核）：同一批次内不能由一人兼做" in asked.text
    assert "没有符合条件的人" in nobody
    assert "职责互斥：" in added.text


def test_stale_page_is_refused_and_says_what_was_wanted(street: Street) -> None:
    browser, planner = browser_of(street, "administrator"), page_of(street, "planner")
    seen = version(browser, planner)
    assert send(browser, planner, act="appoint", post="trainer").status_code == 303

    stale = send(browser, planner, act="appoint", post="finance", version=seen)
    again = send(browser, planner, act="appoint", post="finance")

    assert stale.status_code == 409
    assert "他人刚刚改过此人" in stale.text
    assert '<button class="btn sm">仍要任命为“财务岗”</button>' in stale.text
    assert '<option value="finance" selected>' in stale.text
    assert again.headers["location"] == f"{planner}?done=appoint&post=finance"
    held = re.findall('aria-label="免去([^"]+)"', browser.get(planner).text)
    assert held == ["计划岗", "财务岗", "培训岗"]


def test_each_button_does_what_it_says_and_is_noted(street: Street) -> None:
    browser, reviewer = browser_of(street, "administrator"), page_of(street, "reviewer")
    task = street.user_task(street.own).id
    street.client(street.own.people["reviewer"]).post(f"/api/v1/user-tasks/{task}/assignment")

    gone = send(browser, reviewer, act="deactivate")
    told = browser.get(gone.headers["location"]).text
    back = send(browser, reviewer, act="reactivate")
    less = send(browser, reviewer, act="dismiss", post="reviewer")
    link = send(browser, reviewer, act="link")

    assert gone.headers["location"] == f"{reviewer}?done=deactivate&released=1"
    assert "1 项已认领的任务已退回岗位。" in told
    assert [back.status_code, less.status_code, link.status_code] == [303, 303, 200]
    assert re.findall("</b> ([^<]+)</span></li>", link.text) == [
        "生成了登录链接", "免去此人的“初审岗”", "恢复了此人", "停用了此人",
    ]  # fmt: skip


def test_last_administrator_is_told_why_they_stay(street: Street) -> None:
    browser, own = browser_of(street, "administrator"), page_of(street, "administrator")

    for wish in ({"act": "deactivate"}, {"act": "dismiss", "post": "administrator"}):
        refused = send(browser, own, **wish)
        assert refused.status_code == 409
        assert "机构至少要有一名系统管理员：请先任命另一人" in refused.text
    other = send(browser, page_of(street, "planner"), act="appoint", post="administrator")
    assert other.status_code == 303
    # Whoever lets the post go is led to where they still may be.
    left = send(browser, own, act="dismiss", post="administrator")
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert 'href="/people"' not in browser.get("/inbox").text
