"""Tables, forms and texts drawn where they are compared: marks, links, conflicts, hostile texts."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest
from fastapi.testclient import TestClient
from lxml import html
from playwright.sync_api import Browser, expect

from api.i18n import translate
from engine.bundles import Definition, hash_of
from engine.drafts import save_draft
from tests.api.small import Street
from tests.engine.comparison.drawings import table
from tests.engine.test_rebases import NOW
from tests.pages.conftest import browser_of
from tests.pages.test_comparisons import BASE, OWN, designer_page


def told(client: TestClient, url: str, language: str) -> str:
    client.cookies.set("jc_language", language)
    return client.get(url, headers={"Accept-Language": language}).text


def test_tables_are_compared_in_words_without_scripts(street: Street) -> None:
    with street.installation.database.transaction() as db:
        content = table({"r1": ["1", "2", "true"]})
        store_as(db, "decision", content)
        save_draft(
            db, "base", "decision", "t", table({"r1": ["1", "3", "true"]}),
            expected=0, actor="1", now=NOW,
        )  # fmt: skip
    client = browser_of(street, "process_designer")
    url = "/designer/compare?kind=decision&key=t&scope=base"

    page = client.get(url).text

    assert "规则 1 的“level”由 2 改为 3。" in page
    assert "第 1 版" in page
    assert "草稿" in page
    assert translate("草稿", "en") == "Draft"


def store_as(
    db: Any,
    kind: str,
    content: bytes,
    version: int = 1,
    scope: str = "base",
    origin: str | None = None,
) -> None:
    db.add(
        Definition(
            kind=kind, key="t", scope=scope, version=version, content=content,
            sha256=hash_of(content), published_at=NOW, published_by="1", derived_from=origin,
        )
    )  # fmt: skip


def stored(street: Street, kind: str, before: bytes, after: bytes) -> TestClient:
    """Keep two versions of `t` in the base, and give a designer's browser."""
    with street.installation.database.transaction() as db:
        store_as(db, kind, before)
        store_as(db, kind, after, 2)
    return browser_of(street, "process_designer")


def form_of(*parts: dict[str, Any], title: str = "表") -> bytes:
    schema = {"type": "default", "id": "t", "jc:title": title, "components": list(parts)}
    return json.dumps(schema, ensure_ascii=False).encode()


def part(name: str, label: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": f"f_{name}", "key": name, "label": label, **more}


def soup(client: TestClient, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200
    return html.fromstring(response.text)


HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def test_changed_cell_and_its_sentence_lead_to_each_other(street: Street) -> None:
    old = table({"r1": ["1", "2", "true"], "r2": ["3", "4", "true"]})
    new = table({"r1": ["1", "20", "true"], "r2": ["3", "4", "true"]})
    client = stored(street, "decision", old, new)

    page = soup(client, "/designer/compare?kind=decision&key=t&scope=base")

    cells = page.xpath('//td[contains(@class, "changed")]')
    assert [one.text_content().split() for one in cells] == [["≠改动", "2"], ["≠改动", "20"]]
    sentence = page.get_element_by_id("told-1")
    target = sentence.xpath(".//a/@href")[0].removeprefix("#")
    assert target == cells[1].xpath("./a/@id")[0]
    assert cells[1].xpath("./a/@href") == ["#told-1"]


def test_added_and_removed_rows_have_gaps_beside_them(street: Street) -> None:
    old = table({"r1": ["1", "2", "true"], "gone": ["7", "8", "false"]})
    new = table({"new": ["100", "90", "true"], "r1": ["1", "2", "true"]})
    client = stored(street, "decision", old, new)

    page = soup(client, "/designer/compare?kind=decision&key=t&scope=base")

    sides = [
        [one.get("class", "") for one in side.xpath(".//tbody/tr")]
        for side in page.xpath('//figure[@class="dt-side"]')
    ]
    assert sides == [["gap", "same", "removed"], ["added", "same", "gap"]]


def test_forms_stand_beside_each_other_and_post_nothing(street: Street) -> None:
    old = form_of(part("name", "姓名"), part("gone", "旧项"), part("age", "年龄"))
    new = form_of(part("name", "姓名"), part("age", "周岁"), part("extra", "新项"))
    client = stored(street, "form", old, new)

    page = soup(client, "/designer/compare?kind=form&key=t&scope=base")

    marks = {
        (one.get("data-c"), *one.xpath("./a/@class"))
        for one in page.xpath('//fieldset[contains(@class, "still-pairs")]//div[@data-c]')
    }
    assert marks == {
        ("f_name",), ("f_gone", "mk removed"), ("f_age", "mk changed"), ("f_extra", "mk added")
    }  # fmt: skip
    assert page.xpath("//fieldset[@disabled]//input[not(ancestor::fieldset[@disabled])]") == []
    assert page.xpath("//form//input[@data-k]") == []
    labels = [one.xpath(".//label/text()") for one in page.xpath('//div[@data-c="f_age"]')]
    assert labels == [["年龄"], ["周岁"]]


def test_form_that_is_none_leaves_the_words(street: Street) -> None:
    client = stored(street, "form", form_of(part("name", "姓名")), b'{"components": [{"id": "x"}]}')

    page = soup(client, "/designer/compare?kind=form&key=t&scope=base")

    assert "画不出来" in page.xpath('//div[@role="status"]//text()')[-1]
    assert page.xpath('//*[starts-with(@id, "told-")]')


@pytest.mark.parametrize("kind", ["decision", "form", "posts"])
def test_definition_page_shows_what_is_in_force(street: Street, kind: str) -> None:
    contents = {
        "decision": (table({"r1": ["11", "2", "true"]}), table({"r1": ["22", "2", "true"]})),
        "form": (form_of(part("name", "老")), form_of(part("name", "新"))),
        "posts": (posts(name="老"), posts(name="新")),
    }[kind]
    client = stored(street, kind, *contents)

    page = soup(client, f"/designer/{kind}/t?scope=base")

    (card,) = page.xpath('//section[@aria-labelledby="picture-h"]')
    told = card.text_content()
    assert "现行的第 2 版" in told
    assert ("22" if kind == "decision" else "新") in told
    assert ("11" if kind == "decision" else "老") not in told


def test_version_compared_with_itself_asks_for_another(street: Street) -> None:
    content = table({"r1": ["1", "2", "true"]})
    client = stored(street, "decision", content, content)

    page = told(client, "/designer/compare?kind=decision&key=t&from=base@2&to=base@2", "zh-CN")

    assert "两边是同一个版本" in page


@pytest.mark.parametrize("older", ["", "&from=none"])
@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        ("decision", table({"r1": ["1", "2", "true"]}), "增加了决策“Table”。"),
        ("posts", b'{"posts": [{"key": "a", "name": "b"}]}', "增加了“b”。"),
        ("process", BASE.encode(), "增加了流程“公布成绩”。"),
    ],
)
def test_first_version_is_new_as_a_whole(
    street: Street, kind: str, content: bytes, sentence: str, older: str
) -> None:
    with street.installation.database.transaction() as db:
        store_as(db, kind, content)
    client = browser_of(street, "process_designer")

    page = soup(client, f"/designer/compare?kind={kind}&key=t&scope=base{older}")

    assert sentence in page.text_content()
    assert page.xpath('//select[@name="from"]/option[@selected]/@value') == ["none"]
    assert page.xpath('//p[contains(., "这一版没有")]')
    assert page.xpath('//select[@name="to"]/option/@value') == ["base@1"]


def test_version_that_returned_to_the_outer_one_has_no_side(street: Street) -> None:
    with street.installation.database.transaction() as db:
        store_as(db, "decision", table({"r1": ["1", "2", "true"]}), scope=OWN)
        save_draft(db, OWN, "decision", "t", None, expected=0, actor="1", now=NOW)
    client = browser_of(street, "process_designer")

    page = soup(
        client, f"/designer/compare?kind=decision&key=t&scope={OWN}&from={OWN}@1&to={OWN}@draft"
    )

    assert "没有内容" in page.xpath('//div[@role="status"]')[-1].text_content()
    assert page.xpath('//p[contains(@class, "dt-none")]')


@pytest.mark.parametrize(
    "query",
    [
        "key=t&scope=base&from=base@9",
        "key=t&scope=base&from=base@1&to=base@draft",
        "key=t&scope=base&from=nonsense",
        "key=t&scope=base&from=organisation:OTHER@1",
        "key=t&scope=organisation:OTHER",
        "key=unknown&scope=base",
    ],
    ids=["number", "no draft", "no version", "foreign version", "foreign scope", "no definition"],
)
def test_what_cannot_be_compared_is_not_found(street: Street, query: str) -> None:
    content = table({"r1": ["1", "2", "true"]})
    client = stored(street, "decision", content, content)

    assert client.get(f"/designer/compare?kind=decision&{query}").status_code == 404


# The page of a definition draws no texts.
UNDRAWN = {("paper", "page"), ("scenarios", "page")}


@pytest.mark.parametrize("place", ["compare", "page"])
@pytest.mark.parametrize("kind", ["decision", "form", "posts", "paper", "scenarios"])
def test_hostile_cells_and_labels_are_text(street: Street, kind: str, place: str) -> None:
    escaped = escape(HOSTILE, {'"': "&quot;"})
    cells = table({"r1": ["1", escaped, "true"]}).replace(
        b'label="age"', f'label="{escaped}"'.encode()
    )
    contents = {
        "decision": (table({"r1": ["1", "2", "true"]}), cells),
        "form": (
            form_of(part("name", "姓名")),
            form_of(part("name", HOSTILE, description=HOSTILE), title=HOSTILE),
        ),
        "posts": (b"{}", json.dumps({HOSTILE: [{"key": "a", HOSTILE: HOSTILE}]}).encode()),
        "paper": (b"a", HOSTILE.encode()),
        "scenarios": (b"- name: a", f"- name: {HOSTILE}\n".encode()),
    }[kind]
    client = stored(street, kind, *contents)
    url = {
        "compare": f"/designer/compare?kind={kind}&key=t&scope=base",
        "page": f"/designer/{kind}/t?scope=base",
    }[place]

    page = soup(client, url)

    assert page.xpath("//img[@onerror]") == []
    assert page.xpath('//script[contains(., "alert(1)")]') == []
    assert HOSTILE in page.text_content() or (kind, place) in UNDRAWN


def conflicting(street: Street, kind: str) -> Any:
    """Draw the page on which an own table or form follows the base's."""
    cells = [["1", one, "true"] for one in ("2", "20", "200")]
    contents = {
        "decision": [
            table({"r1": cells[0]}),
            table({"r1": cells[1], "own": ["9", "9", "false"]}),
            table({"r1": cells[2], "outer": ["8", "8", "false"]}),
        ],
        "form": [
            form_of(part("name", "姓名")),
            form_of(part("name", "名字"), part("own", "本级项")),
            form_of(part("name", "全名"), part("outer", "上级项")),
        ],
        "posts": [posts(name="姓名"), posts("own", name="名字"), posts("outer", name="全名")],
        "paper": [b"a\nname\nb\nc", b"a\nours\nb\nc\nown", b"outer\na\ntheirs\nb\nc"],
    }[kind]
    with street.installation.database.transaction() as db:
        store_as(db, kind, contents[0])
        store_as(db, kind, contents[1], 1, OWN, "base@1")
        store_as(db, kind, contents[2], 2)
    return soup(browser_of(street, "process_designer"), f"/designer/rebase/{kind}/t?scope={OWN}")


def posts(*more: str, name: str) -> bytes:
    rows = [{"key": "one", "name": name}, *({"key": one, "name": one} for one in more)]
    return json.dumps({"posts": rows}).encode()


@pytest.mark.parametrize("kind", ["decision", "form", "posts", "paper"])
def test_rebase_says_whose_each_change_is(street: Street, kind: str) -> None:
    page = conflicting(street, kind)

    kinds = [
        one.split()[1] for one in page.xpath('//*[@id="sides"]//*[@id]/@class') if "mk " in one
    ]
    conflict = page.get_element_by_id("conflict-1")
    target = page.get_element_by_id(conflict.xpath("./legend/a/@href")[0].removeprefix("#"))
    assert sorted(kinds) == ["conflict", "conflict", "ours", "theirs"]
    assert target.get("href") == "#conflict-1"
    assert "removed" not in kinds


@pytest.mark.parametrize("kind", ["form", "posts"])
def test_conflicts_show_texts_without_quotes(street: Street, kind: str) -> None:
    page = conflicting(street, kind)

    assert page.xpath('//fieldset[@id="conflict-1"]//code/text()') == ["名字", "全名"]


@pytest.mark.usefixtures("editors")
def test_tables_are_level_and_scroll_as_one(browser: Browser, street: Street, address: str) -> None:
    columns = tuple("abcdefghij")
    rows = {f"r{one}": [*"1234567890", "true"] for one in range(40)}
    old = table(rows, columns)
    new = table({**rows, "r1": ["a long text " * 9, *"234567890", "true"]}, columns)
    stored(street, "decision", old, new)
    page, complaints = designer_page(
        browser, street, address, viewport={"width": 1280, "height": 700}
    )
    page.goto(f"{address}/designer/compare?kind=decision&key=t&scope=base")
    page.wait_for_selector(".dt tr[style*=height]")

    heights, widths = (
        [
            [one.bounding_box()[size] for one in side.locator(rows).all()]
            for side in page.locator(".dt-side").all()
        ]
        for rows, size in (("tr", "height"), ("thead th", "width"))
    )
    page.locator(".cmp-to").click()
    led_to = page.url.rpartition("#")[2]
    page.locator(".dt-box").first.evaluate("one => one.scrollTo(60, 90)")
    expect(page.locator(".dt-box").nth(1)).to_have_js_property("scrollTop", 90)
    page.get_by_label("只看有改动的").check()

    assert heights[0] == pytest.approx(heights[1])
    assert widths[0] == pytest.approx(widths[1])
    assert led_to == page.locator("td.changed .mk").last.get_attribute("id")
    assert page.locator(".dt tbody tr:visible").count() == 2
    assert complaints == []
