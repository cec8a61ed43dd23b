"""The schema for API clients says what the check accepts."""

from __future__ import annotations

from engine.feel import compile_expression
from forms import parse_form


def test_schema_of_every_kind_of_field() -> None:
    definition = parse_form(
        {
            "id": "start",
            "jc:title": "发起",
            "jc:title.en": "Start",
            "components": [
                {
                    "type": "textfield",
                    "key": "name",
                    "label": "名称",
                    "properties": {"label.en": "Name"},
                    "validate": {"required": True, "maxLength": 40},
                },
                {
                    "type": "number",
                    "key": "places",
                    "label": "人数",
                    "decimalDigits": 0,
                    "validate": {"min": 1},
                },
                {"type": "datetime", "key": "day", "dateLabel": "日期"},
                {
                    "type": "radio",
                    "key": "kind",
                    "label": "类型",
                    "validate": {"required": True},
                    "values": [{"value": "a", "label": "甲"}],
                },
                {"type": "checkbox", "key": "urgent", "label": "加急"},
                {"type": "textfield", "key": "shown", "label": "只读", "readonly": True},
                {
                    "type": "textfield",
                    "key": "why",
                    "label": "原因",
                    "conditional": {"hide": "=urgent = false"},
                    "validate": {"required": True},
                },
                {
                    "type": "dynamiclist",
                    "path": "rooms",
                    "label": "考场",
                    "components": [{"type": "textfield", "key": "code", "label": "编号"}],
                },
            ],
        },
        compile_expression=compile_expression,
    )

    assert definition.json_schema("en") == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:jiancheng:form:start",
        "title": "Start",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "kind"],
        "properties": {
            "name": {"title": "Name", "type": "string", "maxLength": 40},
            "places": {"title": "人数", "type": ["integer", "null"], "minimum": 1.0},
            "day": {"title": "日期", "type": ["string", "null"], "format": "date"},
            "kind": {"title": "类型", "oneOf": [{"const": "a", "title": "甲"}]},
            "urgent": {"title": "加急", "type": "boolean"},
            "why": {"title": "原因", "type": "string"},
            "rooms": {
                "title": "考场",
                "type": "array",
                "minItems": 0,
                "maxItems": 200,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"code": {"title": "编号", "type": ["string", "null"]}},
                },
            },
        },
    }
