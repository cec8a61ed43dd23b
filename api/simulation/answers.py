"""Answers to forms: what a diligent person fills in when nothing special is the matter."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
_TEXT = "已按规定办理"

Schema = Mapping[str, Any]


# What a field for a moment wants, by the format or pattern of its schema.
_MOMENTS = {
    "date": "2026-01-05",
    r"^\d\d:\d\d$": "09:00",
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d$": "2026-01-05T09:00",
}


def default_answer(schema: Schema, context: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in every required field: the first choice, the smallest number, a short text.

    Of a list that the context gives, every row is answered.
    """
    required = set(schema.get("required", ()))
    answer: dict[str, Any] = {}
    for name, part in schema.get("properties", {}).items():
        if _is_table(part):
            shown = context.get(name)
            rows = shown if isinstance(shown, Sequence) and not isinstance(shown, str) else []
            # Only a list with fixed rows is filled; others grow by what a person adds.
            if "maxItems" not in part and rows:
                answer[name] = [_row(part["items"], row) for row in rows]
        elif name in required:
            answer[name] = _value(part)
    return answer


def _is_table(part: Schema) -> bool:
    items = part.get("items", {})
    return (
        part.get("type") == "array"
        and "contentEncoding" not in str(items)
        and (items.get("type") == "object")
    )


def _row(items: Schema, row: object) -> dict[str, Any]:
    return default_answer(items, row if isinstance(row, Mapping) else {})


def _value(part: Schema) -> Any:
    if "oneOf" in part:
        return part["oneOf"][0]["const"]
    shape = str(part.get("format") or part.get("pattern"))
    if shape in _MOMENTS:
        return _MOMENTS[shape]
    kind = part.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "boolean":
        return True
    if kind == "array":
        return [choice["const"] for choice in part["items"].get("oneOf", ())]
    if kind in ("number", "integer"):
        return int(part.get("minimum", 0))
    return _TEXT[: part.get("maxLength", len(_TEXT))]


def points_on(rows: Sequence[Mapping[str, Any]], points: float) -> list[dict[str, Any]]:
    """Give so many points over the criteria of a sheet, in steps of half a point.

    Each row has its `full` points. What is left after equal shares goes to the first rows
    that have room.
    """
    full = sum(float(row["full"]) for row in rows)
    left = round(points * 2)
    given = []
    for row in rows:
        share = int(points * 2 * float(row["full"]) / full) if full else 0
        given.append(share)
        left -= share
    for place, row in enumerate(rows):
        more = min(left, round(float(row["full"]) * 2) - given[place])
        given[place] += more
        left -= more
    return [{"points": share / 2} for share in given]


def document(name: str, content: bytes = PDF) -> dict[str, str]:
    """A file as an answer gives it."""
    return {"name": name, "content": base64_of(content)}


def base64_of(content: bytes) -> str:
    """Bytes as JSON carries them."""
    return b64encode(content).decode()
