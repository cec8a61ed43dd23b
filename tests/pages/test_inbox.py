"""The inbox: claim, submit, next; refusals and conflicts are told in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.user_tasks import UserTask
from tests.api.small import Street
from tests.pages.conftest import browser_of


def post(client: Any, path: str, **fields: str) -> Any:
    return client.post(path, data={"csrf_token": client.csrf, **fields})


def test_list_shows_what_may_be_claimed(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)

    page = reviewer.get("/inbox?view=claimable")

    assert page.status_code == 200
    assert f'href="/inbox/{task.id}?view=claimable"' in page.text
    assert ">赵考生</a><small>钳工 四级/中级工</small>" in page.text
    assert 'name="points"' in page.text
    assert street.foreign.enrolment_number not in page.text


def test_page_is_small_and_strict(street: Street, reviewer: TestClient) -> None:
    page = reviewer.get("/inbox?view=claimable")

    policy = page.headers["content-security-policy"]
    nonce = re.findall(r'nonce="([^"]+)"', page.text)[0]
    assert len(page.content) < 100 * 1024
    assert f"style-src 'self' 'nonce-{nonce}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", page.text)
    assert page.headers["cache-control"] == "no-store"


def test_claim_and_unclaim(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)

    taken = post(reviewer, f"/inbox/{task.id}/claim?view=claimable")
    mine = reviewer.get("/inbox?view=mine")
    given = post(reviewer, f"/inbox/{task.id}/unclaim?view=mine")

    assert (taken.status_code, given.status_code) == (303, 303)
    assert taken.headers["location"] == f"/inbox/{task.id}?view=claimable"
    assert f"/inbox/{task.id}" in mine.text
    assert "没有待办任务" in reviewer.get("/inbox?view=mine").text


def test_buttons_follow_what_the_diagram_allows(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)
    claim, unclaim = f"/inbox/{task.id}/claim", f"/inbox/{task.id}/unclaim"
    open_to_all = reviewer.get(f"/inbox/{task.id}").text
    with street.installation.database.transaction() as db:
        db.get_one(UserTask, task.id).operations = '["claim"]'

    taken = post(reviewer, claim)
    kept = reviewer.get(f"/inbox/{task.id}").text
    refused = post(reviewer, unclaim)

    assert f'action="{claim}?' in open_to_all
    assert (taken.status_code, refused.status_code) == (303, 409)
    assert unclaim not in kept
    assert f'action="/inbox/{task.id}?' in kept
    assert "流程图不允许" in refused.text
    detail = reviewer.get(f"/api/v1/user-tasks/{task.id}").json()
    assert detail["operations"] == ["claim"]


def test_wrong_answer_is_drawn_again_with_what_was_filled_in(
    street: Street, reviewer: TestClient
) -> None:
    task = street.user_task(street.own)

    page = post(reviewer, f"/inbox/{task.id}", points="101", remark="=1+1 <b>")

    assert page.status_code == 422
    assert '<a href="#f-points">分数</a><span>不能大于 100</span>' in page.text
    assert 'value="101"' in page.text
    assert 'value="=1+1 &lt;b&gt;"' in page.text


def test_right_answer_leads_to_the_next_task(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)

    answer = post(reviewer, f"/inbox/{task.id}?view=claimable", points="60")
    page = reviewer.get(answer.headers["location"])

    following = street.user_task(street.own, "second")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/inbox/{following.id}?view=claimable&done=")
    assert "已提交：初审 赵考生" in page.text
    assert "您已参与前一环节,须由他人办理" in page.text
    assert 'name="points"' not in page.text


def test_who_is_slower_is_told_who_did_it(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)
    slower = browser_of(street, "other_reviewer")

    post(reviewer, f"/inbox/{task.id}", points="60")
    page = post(slower, f"/inbox/{task.id}", points="70")

    assert page.status_code == 409
    assert re.search(r"reviewer甲 已于 \d\d:\d\d 办理。 您填写的内容没有提交。", page.text)


def test_second_claim_is_told_who_has_it(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)
    slower = browser_of(street, "other_reviewer")

    post(reviewer, f"/inbox/{task.id}/claim")
    page = post(slower, f"/inbox/{task.id}/claim")

    assert page.status_code == 409
    assert "reviewer甲 已认领此任务。" in page.text


def test_done_task_shows_the_own_answer_only(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)
    post(reviewer, f"/inbox/{task.id}", points="60", remark="可以")

    own = reviewer.get(f"/inbox/{task.id}?view=done").text
    other = browser_of(street, "other_reviewer").get(f"/inbox/{task.id}").text

    assert "<dt>备注</dt><dd>可以</dd>" in own
    assert "可以</dd>" not in other
    assert "reviewer甲 已于" in other


def test_task_of_another_organisation_is_not_there(street: Street, reviewer: TestClient) -> None:
    foreign = street.user_task(street.foreign)

    answers = [
        reviewer.get(f"/inbox/{foreign.id}"),
        post(reviewer, f"/inbox/{foreign.id}", points="60"),
        post(reviewer, f"/inbox/{foreign.id}/claim"),
        post(reviewer, f"/inbox/{foreign.id}/unclaim"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "没有找到" in answers[0].text


def test_change_without_the_page_is_refused(street: Street, reviewer: TestClient) -> None:
    task = street.user_task(street.own)

    answer = reviewer.post(f"/inbox/{task.id}", data={"points": "60"})

    assert answer.status_code == 403
    assert street.user_task(street.own).id == task.id


@pytest.mark.parametrize(
    "query", ["?view=nonsense", "?step=99", "?after=%FF", "?session=%27%20OR%201", "?q=%25"]
)
def test_odd_addresses_do_not_break(reviewer: TestClient, query: str) -> None:
    assert reviewer.get(f"/inbox{query}").status_code in (200, 422)


def test_names_are_kept_from_posts_that_mark(street: Street) -> None:
    with street.installation.database.transaction() as db:
        from engine.user_tasks import UserTask, UserTaskGroup

        task = db.get_one(UserTask, street.user_task(street.own).id)
        task.duty, task.candidate_groups = "marks", '["assessor"]'
        db.add(task)
        db.add(
            UserTaskGroup(
                user_task_id=task.id,
                group_key="assessor",
                tenant="OWN",
                created_at=task.created_at,
            )
        )

    page = browser_of(street, "assessor").get("/inbox?view=claimable")

    assert f"/inbox/{task.id}" in page.text
    assert "赵考生" not in page.text


def test_page_is_english_for_english_readers(street: Street, reviewer: TestClient) -> None:
    reviewer.cookies.set("jc_language", "en")

    page = reviewer.get("/inbox?view=claimable").text

    assert '<html lang="en">' in page
    for text in ("To claim", "First review", "Points", "Submit, next"):
        assert text in page
