"""A form is drawn escaped, labelled and with its errors; simple conditions need no script."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import compile_expression
from forms import FormDefinition, InvalidAnswer, parse_form

REVIEW = {
    "id": "review",
    "jc:title": "资格审核",
    "jc:title.en": "Review of eligibility",
    "components": [
        {
            "type": "text",
            "id": "t1",
            "text": "## 说明\n\n请核对 **{{candidate}}** 的材料 <script>\n\n- 一\n- 二",
            "properties": {"text.en": "Check **{{candidate}}**"},
        },
        {
            "type": "radio",
            "key": "verdict",
            "id": "v",
            "label": "审核结论",
            "values": [{"value": "pass", "label": "通过"}, {"value": "reject", "label": "不通过"}],
            "properties": {"label.en": "Verdict", "values.pass.en": "Pass"},
            "validate": {"required": True},
        },
        {
            "type": "textarea",
            "key": "reason",
            "id": "r",
            "label": "不通过原因",
            "conditional": {"hide": '=verdict != "reject"'},
            "properties": {"label.en": "Reason", "quick": "年限不足|材料不清"},
            "validate": {"required": True},
        },
        {
            "type": "textfield",
            "key": "note",
            "id": "n",
            "label": "附注",
            "conditional": {"hide": '=string length(reason) < 3 or verdict = "pass"'},
        },
        {
            "type": "number",
            "key": "fee",
            "id": "f",
            "label": "费用",
            "readonly": True,
            "appearance": {"suffixAdorner": "元"},
        },
        {
            "type": "dynamiclist",
            "path": "jobs",
            "id": "l",
            "label": "工作经历",
            "components": [
                {"type": "textfield", "key": "unit", "id": "u", "label": "单位"},
                {"type": "checkbox", "key": "now", "id": "w", "label": "在职"},
                {
                    "type": "datetime",
                    "key": "until",
                    "id": "d",
                    "dateLabel": "截止",
                    "conditional": {"hide": "=now"},
                },
            ],
        },
    ],
}


class Page(HTMLParser):
    """What a reader needs to know of some HTML: ids, labels, links, open elements."""

    VOID = frozenset({"input", "br", "hr", "meta", "link", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def ids(self) -> list[str | None]:
        return [attrs["id"] for _tag, attrs in self.tags if "id" in attrs]

    def controls(self) -> list[dict[str, str | None]]:
        kinds = ("input", "select", "textarea")
        return [a for tag, a in self.tags if tag in kinds and a.get("type") != "hidden"]


@pytest.fixture(scope="module")
def review() -> FormDefinition:
    return parse_form(REVIEW, compile_expression=compile_expression)


def draw(definition: FormDefinition, values: Any = None, **more: Any) -> str:
    html = str(definition.render(values, nonce="abc", **more))
    assert Page(html).open == []
    return html


def test_every_control_has_a_label_and_every_id_is_unique(review: FormDefinition) -> None:
    page = Page(draw(review, {"verdict": "reject", "jobs": [{}, {}]}))

    labelled = {a.get("for") for tag, a in page.tags if tag == "label"}
    for control in page.controls():
        wrapped = control.get("type") in ("radio", "checkbox")
        assert wrapped or control["id"] in labelled
    assert len(set(page.ids())) == len(page.ids())


def test_condition_between_choices_is_written_as_css(review: FormDefinition) -> None:
    html = draw(review, {"verdict": "pass"})

    rule = re.search(r'(\[data-form="f-review"\].*) :is\(\[data-c="r"\],', html)
    assert rule is not None
    assert rule[1] == (
        '[data-form="f-review"]:not(:has([data-k="verdict"][value="reject"]:checked,'
        '[data-k="verdict"]>option[value="reject"]:checked))'
    )
    assert 'name="reason"' in html


def test_condition_in_a_row_looks_at_its_row(review: FormDefinition) -> None:
    html = draw(review)

    assert (
        '[data-form="f-review"] [data-row="jobs"]:has([data-k="now"]:checked) '
        ':is([data-c="d"],[data-r="d"]){display:none}' in html
    )


def test_other_conditions_follow_when_drawn_again(review: FormDefinition) -> None:
    assert 'name="note"' not in draw(review, {"verdict": "reject", "reason": "短"})
    assert 'name="note"' in draw(review, {"verdict": "reject", "reason": "年限不足"})
    assert 'name="_refresh"' in draw(review)


def test_without_a_nonce_the_server_hides(review: FormDefinition) -> None:
    html = str(review.render({"verdict": "pass"}))

    assert "<style" not in html
    assert 'name="reason"' not in html


def test_guard_of_a_hidden_choice_is_part_of_the_rule() -> None:
    def radio(key: str, **more: Any) -> dict[str, Any]:
        values = [{"value": "a", "label": "a"}]
        return {"type": "radio", "key": key, "id": key, "label": key, "values": values, **more}

    definition = parse_form(
        {
            "id": "guarded",
            "jc:title": "x",
            "components": [
                radio("one"),
                radio("two", conditional={"hide": '=one = "a"'}),
                radio("three", conditional={"hide": '=two = "a" and not(one = "a")'}),
            ],
        },
        compile_expression=compile_expression,
    )

    a = ':has([data-k="{0}"][value="a"]:checked,[data-k="{0}"]>option[value="a"]:checked)'
    one, two = a.format("one"), a.format("two")
    rule = f'{two}:not({one}):not({one}) :is([data-c="three"],'
    assert rule in draw(definition)


@pytest.mark.parametrize(
    ("hide", "context", "rule"),
    [
        ("=verdict = null", {}, ':not(:has([data-k="verdict"]:checked,'),
        ("=level > 3", {"level": 4}, " :is([data-c"),
        ("=level > 3", {"level": 3}, None),
        ('=level > 3 or verdict = "a"', {"level": 3}, ':is(:has([data-k="verdict"][value="a"]'),
        ('=level > 3 or verdict = "a"', {"level": 4}, " :is([data-c"),
        ("=level > 3 or count(more) = 0", {"level": 3, "more": [1]}, None),
    ],
)
def test_what_only_reads_the_context_is_settled_at_once(
    hide: str, context: dict[str, Any], rule: str | None
) -> None:
    definition = parse_form(
        {
            "id": "settled",
            "jc:title": "x",
            "components": [
                {
                    "type": "radio",
                    "key": "verdict",
                    "id": "v",
                    "label": "v",
                    "values": [{"value": "a", "label": "a"}],
                },
                {
                    "type": "textfield",
                    "key": "x",
                    "id": "x",
                    "label": "x",
                    "conditional": {"hide": hide},
                },
            ],
        },
        compile_expression=compile_expression,
    )

    html = draw(definition, context=context)

    start = '[data-form="f-settled"]'
    assert (start + rule in html) if rule else (start not in html.replace("<div", ""))
    assert "_refresh" not in html


def test_errors_stand_at_the_field_and_in_a_linked_summary(review: FormDefinition) -> None:
    values = {"verdict": "reject", "jobs": [{"unit": "厂", "until": "x"}]}
    with pytest.raises(InvalidAnswer) as caught:
        review.check(values)

    html = draw(review, values, errors=caught.value.errors)

    assert "有 2 处需要修改" in html
    assert '<a href="#f-reason">不通过原因</a><span>此项必填</span>' in html
    assert '<a href="#f-jobs-0-until">第 1 行 截止</a>' in html
    page = Page(html)
    broken = [a["id"] for a in page.controls() if a.get("aria-invalid") == "true"]
    assert broken == ["f-reason", "f-jobs-0-until"]
    described = {a["id"]: a.get("aria-describedby") for a in page.controls()}
    assert described["f-reason"] == "f-reason-error"
    assert "f-reason-error" in page.ids()


def test_english_is_used_where_the_form_has_it(review: FormDefinition) -> None:
    html = draw(review, language="en", context={"candidate": "王建国"})

    assert review.title("en") == "Review of eligibility"
    for text in ("Verdict", "Pass", "不通过", "Reason", "Add a row", "<strong>王建国</strong>"):
        assert text in html


def test_text_is_light_markdown_and_escaped(review: FormDefinition) -> None:
    html = draw(review, context={"candidate": "<img src=x>"})

    assert "<h4>说明</h4>" in html
    assert "<strong>&lt;img src=x&gt;</strong> 的材料 &lt;script&gt;" in html
    assert "<ul><li>一</li><li>二</li></ul>" in html


def test_readonly_value_is_shown_with_its_unit(review: FormDefinition) -> None:
    html = draw(review, {"fee": 1}, context={"fee": 330})

    assert '<span class="ro" id="f-fee">330 元</span>' in html
    assert 'name="fee"' not in html


def test_two_forms_on_a_page_keep_their_ids_apart(review: FormDefinition) -> None:
    first, second = Page(draw(review, prefix="a")), Page(draw(review, prefix="b"))

    assert not set(first.ids()) & set(second.ids())


def test_given_answer_is_shown_with_labels(review: FormDefinition) -> None:
    html = str(
        review.render_values(
            {"verdict": "reject", "reason": "<b>", "jobs": [{"unit": "厂", "now": True}]}
        )
    )

    assert "<dt>审核结论</dt><dd>不通过</dd>" in html
    assert "<dd>&lt;b&gt;</dd>" in html
    assert '<td data-label="在职">是</td>' in html
    assert Page(html).open == []


HOSTILE = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.sampled_from(
    ['"><script>alert(1)</script>', "</textarea><b>", "{{ 7*7 }}", "{% raw %}", "' onload='x"]
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_value_becomes_markup(review: FormDefinition, a: str, b: str, c: str) -> None:
    harmless = Page(draw(review, {"verdict": "reject", "reason": "x", "jobs": [{"unit": "x"}]}))

    page = Page(draw(review, {"verdict": a, "reason": b, "jobs": [{"unit": c}], "note": a}))

    tags = [tag for tag, _attrs in harmless.tags]
    assert [t for t, attrs in page.tags if attrs.get("name") != "note"][: len(tags)] != []
    assert not {"script", "b", "img"} & {tag for tag, _attrs in page.tags}
    assert not any(name.startswith("on") for _tag, attrs in page.tags for name in attrs)
