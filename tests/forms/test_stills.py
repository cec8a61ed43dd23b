"""A form to be looked at: every part of it, and nothing that could be posted."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from engine.feel import compile_expression
from forms import draw_still, parse_form, part_names

PARTS: list[dict[str, Any]] = [
    {"type": "text", "id": "t", "text": "编号 {{number}}"},
    {
        "type": "textfield", "id": "f_name", "key": "name", "label": "姓名",
        "layout": {"row": "r", "columns": 8},
    },
    {
        "type": "textfield", "id": "f_age", "key": "age", "label": "年龄",
        "layout": {"row": "r", "columns": 8}, "conditional": {"hide": "=name = null"},
    },
    {
        "type": "group", "id": "g", "label": "意见", "components": [
            {
                "type": "radio", "id": "f_ok", "key": "ok", "label": "同意",
                "values": [{"value": "yes", "label": "是"}], "defaultValue": "yes",
            },
        ],
    },
    {
        "type": "dynamiclist", "id": "l", "path": "rows", "label": "明细", "components": [
            {"type": "textfield", "id": "f_item", "key": "item", "label": "<b>项目</b>"},
        ],
    },
]  # fmt: skip


def form() -> Any:
    schema = {"type": "default", "id": "f", "jc:title": "表", "components": PARTS}
    return parse_form(schema, compile_expression=compile_expression)


def test_lines_stand_as_the_form_lays_them_out() -> None:
    found = draw_still(form(), language="zh-CN", prefix="a")

    assert [(one.names, one.depth) for one in found] == [
        (("t",), 0),
        (("f_name", "f_age"), 0),
        (("g",), 0),
        (("f_ok",), 1),
        (("l", "f_item"), 0),
    ]
    assert part_names(form()) == {"t", "f_name", "f_age", "g", "f_ok", "l", "f_item"}


def test_what_hides_is_drawn_with_its_condition() -> None:
    html = draw_still(form(), language="zh-CN", prefix="a")[1].html

    assert "年龄" in html
    assert '<span class="tag still-if" title="隐藏条件:name = null">满足条件才显示</span>' in html


def test_texts_stand_as_they_were_written() -> None:
    html = draw_still(form(), language="zh-CN", prefix="a")[0].html

    assert "编号 {{number}}" in html


def test_list_has_a_row_to_look_at_and_labels_are_text() -> None:
    html = draw_still(form(), language="zh-CN", prefix="a")[4].html

    assert "&lt;b&gt;项目&lt;/b&gt;" in html
    assert "<b>项目" not in html


def test_two_drawings_on_one_page_share_no_name() -> None:
    """Else the radio buttons of one would take the mark from those of the other."""
    names = [
        {
            found
            for one in draw_still(form(), language="zh-CN", prefix=prefix)
            for found in re.findall(r' name="([^"]+)" data-k', one.html)
        }
        for prefix in ("a", "b")
    ]

    assert names[0]
    assert names[0].isdisjoint(names[1])


def test_each_part_is_asked_for_its_mark() -> None:
    asked: list[str] = []

    def mark(name: str) -> Markup:
        asked.append(name)
        return Markup("<i>{}!</i>").format(name)

    found = draw_still(form(), language="zh-CN", prefix="a", draw_mark=mark)

    assert set(asked) == set(part_names(form()))
    assert all(f"<i>{name}!</i>" in one.html for one in found for name in one.names)


def test_rows_that_are_a_table_have_the_mark_in_the_cell() -> None:
    """Headings go where the room is narrow; the cell stays."""
    rows = {**PARTS[4], "properties": {"jc:layout": "table"}}
    schema = {"type": "default", "id": "f", "jc:title": "表", "components": [rows]}
    found = draw_still(
        parse_form(schema, compile_expression=compile_expression),
        language="zh-CN",
        prefix="a",
        draw_mark=lambda name: Markup("<i>{}!</i>").format(name),
    )

    assert re.findall(r'<div data-c="f_item">\s*<i>f_item!</i>', found[0].html)
    assert found[0].html.count("f_item!") == 1
