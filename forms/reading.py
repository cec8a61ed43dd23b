"""Read an answer from what a browser posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, Protocol, cast, runtime_checkable

from forms.components import DynamicList, Field
from forms.values import GivenFile, clean_name, parse_number

ADD, REMOVE, REFRESH = "_add", "_remove", "_refresh"


class MultiDict(Protocol):
    """What a posted form is: several values for a key, in order."""

    def get(self, key: str, /) -> Any:
        """Give the last value of a key, or None."""
        ...

    def getlist(self, key: Any, /) -> Sequence[Any]:
        """Give all values of a key."""
        ...

    def keys(self) -> Iterable[str]:
        """Give the keys."""
        ...


@runtime_checkable
class Upload(Protocol):
    """A file as the multipart reader gives it."""

    filename: str | None
    content_type: str | None
    file: BinaryIO


def read_answer(
    fields: tuple[Field, ...], lists: tuple[DynamicList, ...], posted: MultiDict
) -> dict[str, Any]:
    """Collect the fields of the form; what it does not ask for is not looked at."""
    answer = {part.key: _read(part, part.key, posted) for part in fields if not part.from_context}
    for part in lists:
        answer[part.key] = _read_rows(part, posted)
    return answer


def _read_rows(part: DynamicList, posted: MultiDict) -> list[dict[str, Any]]:
    """Read rows in the order of their numbers, which may have gaps after a removal."""
    pattern = re.compile(rf"{re.escape(part.key)}\.(\d{{1,5}})\.", re.ASCII)
    numbers = {int(found[1]) for key in posted.keys() if (found := pattern.match(key))}  # noqa: SIM118 -- a protocol without iteration
    return [
        {
            cell.key: _read(cell, f"{part.key}.{number}.{cell.key}", posted)
            for cell in part.fields
            if not cell.from_context
        }
        for number in sorted(numbers)
    ]


def _read(part: Field, name: str, posted: MultiDict) -> Any:
    if part.type == "checkbox":
        return posted.get(name) is not None
    if part.type == "checklist":
        return [value for value in posted.getlist(name) if isinstance(value, str)]
    if part.type == "filepicker":
        return [_given(value) for value in posted.getlist(name) if _is_file(value)]
    value = posted.get(name)
    if not isinstance(value, str):
        return None
    if part.type == "number" and value.strip():
        return parse_number(value)
    return value.strip() or None


def _is_file(value: object) -> bool:
    return isinstance(value, GivenFile) or (isinstance(value, Upload) and bool(value.filename))


def _given(value: object) -> GivenFile:
    if isinstance(value, GivenFile):
        return value
    upload = cast("Upload", value)
    return GivenFile(
        clean_name(upload.filename or ""),
        upload.content_type or "application/octet-stream",
        upload.file.read(),
    )


def redrawn(
    lists: tuple[DynamicList, ...], posted: MultiDict, answer: dict[str, Any]
) -> dict[str, Any] | None:
    """Give the answer with a row added or removed, when that is all a post asks for.

    None means that the answer is meant to be submitted.
    """
    by_key = {part.key: part for part in lists if not part.fixed}
    added = by_key.get(str(posted.get(ADD) or ""))
    if added is not None:
        rows = answer[added.key]
        return {**answer, added.key: [*rows, {}] if len(rows) < added.max_rows else rows}
    key, _dot, number = str(posted.get(REMOVE) or "").rpartition(".")
    if key in by_key and number.isdecimal():
        rows = [row for at, row in enumerate(answer[key]) if at != int(number)]
        return {**answer, key: rows}
    return answer if posted.get(REFRESH) is not None else None


def initial_values(
    fields: tuple[Field, ...], lists: tuple[DynamicList, ...], context: Mapping[str, Any]
) -> dict[str, Any]:
    """Give what an untouched form shows: the context's values, then the defaults."""
    values = {part.key: context.get(part.key, part.default) for part in fields}
    for part in lists:
        rows = context.get(part.key)
        if isinstance(rows, list):
            values[part.key] = [dict(row) for row in rows if isinstance(row, Mapping)]
        else:
            values[part.key] = [] if part.fixed else [{} for _ in range(part.start_rows)]
    return values
