"""Describe the answer to a form as JSON Schema, for those who answer by API."""

from __future__ import annotations

from typing import Any

from forms.components import CHOOSING, DynamicList, Field

_FORMATS = {
    "date": {"format": "date"},
    "time": {"pattern": r"^\d\d:\d\d$"},
    "datetime": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"},
}


def answer_schema(
    title: str,
    form_id: str,
    parts: tuple[Field | DynamicList, ...],
    language: str,
) -> dict[str, Any]:
    """Write the schema (2020-12). A field that may be hidden is never required here."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:jiancheng:form:{form_id}",
        "title": title,
        **_object(parts, language),
    }


def _object(parts: tuple[Field | DynamicList, ...], language: str) -> dict[str, Any]:
    asked = [part for part in parts if not (isinstance(part, Field) and part.from_context)]
    required = [
        part.key
        for part in asked
        if isinstance(part, Field) and part.rules.required and part.hide is None
    ]
    described: dict[str, Any] = {
        "type": "object",
        "properties": {part.key: _part(part, language) for part in asked},
        "additionalProperties": False,
    }
    return {**described, "required": required} if required else described


def _part(part: Field | DynamicList, language: str) -> dict[str, Any]:
    described: dict[str, Any] = {"title": part.label.text(language)}
    if part.description:
        described["description"] = part.description.text(language)
    if isinstance(part, DynamicList):
        described |= {"type": "array", "items": _object(part.fields, language)}
        if not part.fixed:
            described |= {"minItems": part.min_rows, "maxItems": part.max_rows}
        return described
    return described | _typed(part, language)


def _typed(part: Field, language: str) -> dict[str, Any]:
    optional = not part.rules.required
    if part.type == "checkbox":
        return {"type": "boolean"}
    if part.type == "filepicker":
        return {"type": "array", "items": _file(), "maxItems": 20 if part.multiple else 1}
    if part.type == "checklist":
        return {"type": "array", "items": _choice(part, language), "uniqueItems": True}
    if part.type in CHOOSING:
        one = _choice(part, language)
        return {"anyOf": [one, {"type": "null"}]} if optional else one
    kind = (
        "string" if part.type != "number" else ("integer" if part.decimal_digits == 0 else "number")
    )
    return {"type": [kind, "null"] if optional else kind, **_bounds(part)}


def _choice(part: Field, language: str) -> dict[str, Any]:
    if not part.choices.given:
        return {"type": ["string", "integer"]}
    return {
        "oneOf": [
            {"const": choice.value, "title": choice.label.text(language)}
            for choice in part.choices.fixed
        ]
    }


def _bounds(part: Field) -> dict[str, Any]:
    rules = part.rules
    bounds: dict[str, Any] = {
        "minimum": None if rules.minimum is None else float(rules.minimum),
        "maximum": None if rules.maximum is None else float(rules.maximum),
        "minLength": rules.min_length,
        "maxLength": rules.max_length,
        "pattern": rules.pattern.pattern if rules.pattern else None,
    }
    found = {name: value for name, value in bounds.items() if value is not None}
    return found | (_FORMATS[part.subtype] if part.type == "datetime" else {})


def _file() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "type": {"type": "string"},
            "content": {"type": "string", "contentEncoding": "base64"},
        },
        "required": ["name", "content"],
    }
