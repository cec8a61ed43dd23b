"""A form that could not be drawn or checked is refused before it is published."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import compile_expression
from forms import InvalidForm, lint_form, load_schema, parse_form

FIELD: dict[str, Any] = {"type": "textfield", "key": "a", "id": "a", "label": "甲"}


def codes(*components: Any, **top: Any) -> list[str]:
    schema = {"id": "form_a", "jc:title": "甲", "components": list(components), **top}
    return [problem.code for problem in lint_form(schema, compile_expression=compile_expression)]


def test_good_form_has_no_problem() -> None:
    assert codes(FIELD, {"type": "separator"}, {"type": "text", "text": "## 说明"}) == []


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "html", "content": "<b>"}, "component"),
        ({"type": ["textfield"]}, "component"),
        ("text", "component"),
        ({"type": "button", "label": "x"}, "component"),
        ({**FIELD, "key": "a.b"}, "key"),
        ({**FIELD, "key": ""}, "key"),
        ({**FIELD, "label": ""}, "label"),
        ({**FIELD, "label": {"zh": "x"}}, "shape"),
        ({**FIELD, "validate": [1]}, "shape"),
        ({**FIELD, "properties": {"label.en": 5}}, "shape"),
        ({**FIELD, "properties": {"jc:maxBytes": "many"}}, "shape"),
        ({**FIELD, "appearance": {"suffixAdorner": []}}, "shape"),
        ({**FIELD, "id": 'a"]{}'}, "id"),
        ({**FIELD, "jc:variable": True}, "misplaced"),
        ({**FIELD, "label.en": "A"}, "misplaced"),
        ({**FIELD, "validate": {"pattern": "("}}, "pattern"),
        ({**FIELD, "validate": {"min": "x"}}, "bound"),
        ({**FIELD, "properties": {"jc:check": "passport"}}, "check"),
        ({**FIELD, "conditional": {"hide": "=a ="}}, "expression"),
        ({**FIELD, "conditional": {"hide": 'a = "x"'}}, "circle"),
        ({**FIELD, "properties": {"jc:variable": "a", "jc:personal": "true"}}, "personal_variable"),
        ({**FIELD, "properties": {"jc:variable": "a", "jc:check": "cn-id"}}, "personal_variable"),
        ({**FIELD, "type": "filepicker", "properties": {"jc:variable": "a"}}, "file_variable"),
        ({**FIELD, "type": "radio"}, "values"),
        ({**FIELD, "type": "radio", "values": [{"label": "x"}]}, "values"),
        ({**FIELD, "type": "radio", "values": [{"value": "x"}, {"value": "x"}]}, "value_twice"),
        ({**FIELD, "type": "datetime", "subtype": "week"}, "subtype"),
        ({**FIELD, "type": "datetime", "disallowPassedDates": True}, "datetime_option"),
        ({"type": "group", "label": "x", "path": "p", "components": []}, "group_path"),
    ],
)
def test_component_is_refused(component: Any, code: str) -> None:
    assert codes(component) == [code]


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        ({**FIELD, "properties": {"jc:variable": "a"}}, ["row_variable"]),
        ({"type": "dynamiclist", "path": "b", "label": "b", "components": []}, ["nested_list"]),
    ],
)
def test_list_cannot_hold_it(inner: dict[str, Any], found: list[str]) -> None:
    assert codes({"type": "dynamiclist", "path": "l", "label": "l", "components": [inner]}) == found


def test_list_with_personal_cells_is_no_variable() -> None:
    inner = {**FIELD, "properties": {"jc:personal": "true"}}
    outer = {"type": "dynamiclist", "path": "l", "label": "l", "components": [inner]}

    assert codes({**outer, "properties": {"jc:variable": "l"}}) == ["personal_variable"]


def test_keys_and_ids_are_unique() -> None:
    assert codes(FIELD, FIELD) == ["id_twice", "key_twice"]


def test_depth_is_limited() -> None:
    nested: dict[str, Any] = FIELD
    for _ in range(200):
        nested = {"type": "group", "label": "g", "components": [nested]}

    assert set(codes(nested)) == {"depth"}


@pytest.mark.parametrize(
    ("top", "code"),
    [
        ({"schemaVersion": 99}, "schema_version"),
        ({"id": "Form-1"}, "form_id"),
        ({"jc:title": ""}, "title"),
        ({"components": {}}, "not_a_form"),
    ],
)
def test_form_as_a_whole_is_refused(top: dict[str, Any], code: str) -> None:
    assert codes(FIELD, **top) == [code]


@pytest.mark.parametrize(
    "text", [b"{", b"[" * 100_000, b'"' + b"x" * 1_100_000 + b'"', b"\xff\xfe"]
)
def test_broken_file_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidForm):
        load_schema(text)


def test_problem_is_told_in_both_languages() -> None:
    with pytest.raises(InvalidForm) as caught:
        parse_form(
            {"id": "form_a", "jc:title": "甲", "components": [{"type": "html", "id": "h"}]},
            compile_expression=compile_expression,
        )

    assert [(p.component, p.message_zh, p.message_en) for p in caught.value.problems] == [
        ("h", "不支持组件 html", "Component html is not supported")
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = ["type", "key", "id", "label", "values", "validate", "conditional", "properties", "layout"]
COMPONENT = st.dictionaries(st.sampled_from([*NAMES, "components", "path", "hide"]), VALUES)
TYPED = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from(["textfield", "radio", "dynamiclist", "group", "datetime", "text"]),
    COMPONENT,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TYPED | COMPONENT | VALUES, max_size=4))
def test_lint_never_breaks_and_what_passes_can_be_drawn(components: list[Any]) -> None:
    schema = {"id": "form_a", "jc:title": "甲", "components": components}

    if not lint_form(schema, compile_expression=compile_expression):
        parse_form(schema, compile_expression=compile_expression).render(nonce="n")
