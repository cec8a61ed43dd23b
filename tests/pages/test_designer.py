"""The list of definitions and the page of each, as designers see them."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.drafts import read_draft, save_draft
from engine.sources import Source
from tests.api.small import DIAGRAM, Street
from tests.api.test_publications import examined
from tests.pages.conftest import browser_of

CHANGED = DIAGRAM.replace('name="初审"', 'name="第一次审核"')
PAGE = "/designer/process/small_review"


def scope_of(street: Street) -> str:
    return f"organisation:{street.own.code}"


def publish(street: Street, content: str, scope: str, **more: Any) -> None:
    with street.installation.database.transaction() as db:
        source = Source("process", "small_review", content.encode(), **more)
        report = street.installation.definitions.publish(db, [source], scope, "release")
    assert not report.refused


def draft(street: Street) -> None:
    designer = str(street.own.people["process_designer"])
    with street.installation.database.transaction() as db:
        save_draft(
            db, scope_of(street), "process", "small_review", CHANGED.encode(),
            expected=0, actor=designer, now=datetime.now(UTC), derived_from="base@1",
        )  # fmt: skip


def parts(page: str) -> list[tuple[str, int]]:
    """Which scope draws how many parts, as the page lists them."""
    found = re.findall(r"<summary>([^<]*) <span class=\"muted\">(\d+) 处</span>", page)
    return [(scope.strip(), int(count)) for scope, count in found]


def test_list_opens_with_the_own_organisation(street: Street) -> None:
    page = browser_of(street, "process_designer").get("/designer").text

    assert "小流程" in page
    assert "沿用上级" in page
    assert "与上级有" not in page
    assert "第 1 版" in page
    assert "1 个在办流程" in page or "2 个在办流程" in page
    assert f"/designer/process/small_review/edit?scope={scope_of(street)}" in page
    for next_to_it in ("publications?scope=", "migrations", "recordings?scope="):
        assert f'class="link" href="/designer/{next_to_it}' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=小流", True), ("q=SMALL_rev", True), ("q=none", False), ("state=inherited", True),
     ("state=own", False), ("state=draft", False), ("kind=form&state=inherited", False)],
)  # fmt: skip
def test_list_is_narrowed(street: Street, query: str, found: bool) -> None:
    page = browser_of(street, "process_designer").get(f"/designer?{query}").text

    assert (">小流程</a>" in page) is found
    assert ("清除筛选" in page) is (not found and "kind" not in query)


def test_scope_that_is_not_kept_can_be_looked_at_only(street: Street) -> None:
    page = browser_of(street, "process_designer").get("/designer?scope=base").text

    assert "只能查看" in page
    assert "/edit" not in page
    assert "/designer/publications" not in page
    one = browser_of(street, "process_designer").get(f"{PAGE}?scope=base").text
    assert f"{PAGE}/edit?scope={scope_of(street)}" in one


def test_inherited_definition_says_that_nothing_is_copied(street: Street) -> None:
    page = browser_of(street, "process_designer").get(PAGE).text

    assert "第一次保存改动时才产生本级的草稿" in page
    assert parts(page) == [("基础", 9)]


def test_draft_is_told_in_words_and_thrown_away(street: Street) -> None:
    draft(street)
    browser = browser_of(street, "process_designer")
    listed = browser.get("/designer").text
    own = scope_of(street).replace(":", "%3A")
    assert f'href="{PAGE}?scope={own}#differences">与上级有 1 处不同</a>' in listed

    page = browser.get(PAGE).text
    assert "第一次审核" in page
    assert parts(page) == [("机构OWN", 1), ("基础", 8)]
    assert "process_designer甲" in page

    sent = browser.post(f"{PAGE}/discard?scope={scope_of(street)}", data=token(browser))
    assert sent.status_code == 303
    with street.installation.database.reading() as db:
        assert read_draft(db, scope_of(street), "process", "small_review") is None


def test_back_to_the_outer_definition_is_a_draft_first(street: Street) -> None:
    publish(street, CHANGED, scope_of(street), derived_from="base@1")
    browser = browser_of(street, "process_designer")
    assert "与上级有 1 处不同" in browser.get("/designer").text
    assert "本级自有" in browser.get(PAGE).text

    sent = browser.post(f"{PAGE}/outer?scope={scope_of(street)}", data=token(browser))

    assert sent.status_code == 303
    assert "发布后这里重新沿用上级的定义" in browser.get(PAGE).text
    with street.installation.database.transaction() as db:
        kept = read_draft(db, scope_of(street), "process", "small_review")
        assert kept is not None and kept.removes
        report = street.installation.definitions.publish(
            db, [], scope_of(street), removals=[("process", "small_review")]
        )
    assert [(one.version, one.withdrawn) for one in report.new_versions] == [(2, True)]


def test_definition_that_is_behind_is_marked(street: Street) -> None:
    publish(street, CHANGED, scope_of(street), derived_from="base@1")
    publish(street, DIAGRAM.replace("复审", "再审"), "base")
    browser = browser_of(street, "process_designer")

    assert "上级已更新" in browser.get("/designer").text
    page = browser.get(PAGE).text
    assert "上级定义已到第 2 版" in page
    assert "/designer/rebase/process/small_review?scope=organisation%3AOWN" in page


def test_first_own_version_is_compared_with_the_outer_one(street: Street) -> None:
    publish(street, CHANGED, scope_of(street), derived_from="base@1")
    browser = browser_of(street, "process_designer")

    page = browser.get(PAGE).text

    [way] = re.findall(r'href="([^"]*)" aria-label="与基础 第 1 版比较"', page)
    compared = browser.get(way.replace("&amp;", "&")).text
    assert "“第一次审核”的名称由 初审 改为 第一次审核。" in compared


def test_unknown_definition_is_not_found(street: Street) -> None:
    browser = browser_of(street, "process_designer")

    for path in (
        "/designer/process/nothing",
        "/designer/nothing/small_review",
        f"{PAGE}?scope=organisation:{street.foreign.code}",
        f"{PAGE}?scope=x",
    ):
        assert browser.get(path).status_code == 404, path  # fmt: skip


def token(browser: Any) -> dict[str, str]:
    return {"csrf_token": browser.csrf}


def test_files_are_taken_in_as_drafts(street: Street) -> None:
    browser = browser_of(street, "process_designer")
    address = f"/designer/import?scope={scope_of(street)}"

    sent = browser.post(address, data=token(browser), files={"file": ("x.bpmn", CHANGED.encode())})
    refused = browser.post(address, data=token(browser), files={"file": ("x.bpmn", b"<a")})

    assert sent.status_code == 303
    assert "state=draft" in sent.headers["location"]
    assert refused.status_code == 422
    assert "没有导入任何内容" in refused.text
    with street.installation.database.reading() as db:
        kept = read_draft(db, scope_of(street), "process", "small_review")
        assert kept is not None and b"\xe7\xac\xac" in (kept.content or b"")


def test_a_diagram_with_another_id_is_taken_as_this_one_or_as_a_new_one(street: Street) -> None:
    browser = browser_of(street, "process_designer")
    drawn = CHANGED.replace('id="small_review"', 'id="Process_1"').encode()
    address = f"/designer/import?scope={scope_of(street)}"

    def sent(into: str) -> Any:
        data = token(browser) | {"into": into}
        return browser.post(address, data=data, files={"file": ("x.bpmn", drawn)})

    assert 'value="process/small_review" checked' in browser.get(PAGE).text
    as_this, as_new = sent("process/small_review"), sent("")

    assert as_this.headers["location"] == f"{PAGE}?scope={scope_of(street)}"
    assert as_new.status_code == 303
    with street.installation.database.reading() as db:
        this = read_draft(db, scope_of(street), "process", "small_review")
        new = read_draft(db, scope_of(street), "process", "Process_1")
    assert this is not None and new is not None
    assert (this.content or b"").replace(b"small_review", b"Process_1") == new.content
    assert this.derived_from == "base@1"
    assert [sent(one).status_code for one in ("form/small_form", "process/gone")] == [422, 404]


def publish_industry(street: Street, diagram: str) -> None:
    """Publish the electricians' industry with a drawing of the process of its own."""
    names = json.dumps({"name": "电工", "name_en": "Electrician", "occupations": ["6-31-01-03"]})
    with street.installation.database.transaction() as db:
        sources = [
            Source("process", "small_review", diagram.encode()),
            Source("catalogue", "industry", names.encode()),
        ]
        definitions = street.installation.definitions
        assert not definitions.publish(db, sources, "industry:e", "release").refused


def test_an_industrys_definition_is_customised_for_it_alone(street: Street) -> None:
    publish_industry(street, CHANGED)
    browser = browser_of(street, "process_designer")
    alone = f"{scope_of(street)}~e"

    # From the industry's page, and from the organisation's own.
    page = browser.get(f"{PAGE}?scope=industry:e").text
    assert f"{PAGE}/edit?scope={alone}" in page
    page = browser.get(PAGE).text
    assert "行业的第 1 版" in page
    assert f"{PAGE}?scope={alone.replace(':', '%3A')}" in page
    page = browser.get(f"{PAGE}?scope={alone}").text
    assert "机构OWN：电工" in page
    assert "沿用“电工”的第 1 版" in page
    foreign = f"organisation:{street.foreign.code}~e"
    assert browser.get(f"{PAGE}?scope={foreign}").status_code == 404
    own = {"zh": "机构OWN：电工", "en": "机构OWN: Electrician"}
    scopes = browser.get("/api/v1/scopes").json()["items"]
    assert [(one["scope"], one["mayDesign"]) for one in scopes if one["name"] == own] == [
        (alone, True)
    ]


def test_a_change_without_effect_for_an_industry_stands_out_at_the_gate(street: Street) -> None:
    publish_industry(street, DIAGRAM)
    draft(street)
    browser = browser_of(street, "process_designer")
    browser.headers["X-CSRF-Token"] = browser.csrf  # type: ignore[attr-defined]
    found = examined(browser, scope=scope_of(street))

    page = browser.get(f"/designer/publications/{found['id']}").text

    [told] = re.findall(r'<div class="pub-elsewhere".*?</ul></div>', page, re.DOTALL)
    assert "电工" in told and "点“为本机构定制”" in told
    # Not to the editor of what has no effect there: to the page that leads to the industry's.
    assert f'href="{PAGE}?scope=' in told


def test_who_confirms_and_moves_reads_definitions_only(street: Street) -> None:
    for role in ("director", "administrator"):
        browser = browser_of(street, role)
        page = browser.get(PAGE)
        assert page.status_code == 200
        assert "/process/small_review/edit" not in page.text
        assert browser.get(f"{PAGE}/edit?scope={scope_of(street)}").status_code == 403
        sent = browser.post(f"{PAGE}/discard?scope={scope_of(street)}", data=token(browser))
        assert sent.status_code == 403


@pytest.mark.parametrize("path", ["/designer/publish", "/designer/publications", "/designer"])
def test_scopes_of_others_are_not_there_on_any_page(street: Street, path: str) -> None:
    browser = browser_of(street, "process_designer")
    foreign = f"organisation:{street.foreign.code}"

    assert [browser.get(f"{path}?scope={one}").status_code for one in (foreign, "x")] == [404, 404]
