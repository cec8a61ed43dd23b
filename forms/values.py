"""Turn what was given for a field into a value of its type, or refuse it."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from forms.components import Field

TEXT_LIMIT = 1_000
LONG_TEXT_LIMIT = 20_000
CHOICES_LIMIT = 500
FILES_LIMIT = 20
NUMBER_LIMIT = Decimal(10) ** 15


@dataclass(frozen=True)
class GivenFile:
    """A file that came with an answer."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)

    def described(self) -> dict[str, Any]:
        """Tell what the answer keeps of it: name, size and digest."""
        return {
            "name": self.filename,
            "size": len(self.content),
            "sha256": sha256(self.content).hexdigest(),
        }


class Refused(Exception):
    """A value was refused; the code is one of `messages.MESSAGES`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def convert(part: Field, raw: object) -> Any:
    """Give the value of the field's type, None when it was left empty.

    Raises:
        Refused: It is of another type, or too large to be looked at.
    """
    if raw is None or raw == "":
        return False if part.type == "checkbox" else None
    return _CONVERTERS[part.type](part, raw)


def _text(part: Field, raw: object) -> str | None:
    if not isinstance(raw, str):
        raise Refused("type", expected="text")
    limit = part.rules.max_length or (LONG_TEXT_LIMIT if part.type == "textarea" else TEXT_LIMIT)
    if len(raw) > 2 * limit + 100:
        raise Refused("max_length", limit=limit)
    value = raw.replace("\r\n", "\n").strip()
    kept = "\n\t" if part.type == "textarea" else ""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in kept for sign in value):
        raise Refused("characters")
    if len(value) > limit:
        raise Refused("max_length", limit=limit)
    if part.rules.check == "cn-id":
        value = unicodedata.normalize("NFKC", value).upper()
    return value or None


def _number(_part: Field, raw: object) -> Decimal:
    if isinstance(raw, str):
        raise Refused("number")
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Refused("type", expected="number")
    try:
        value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    except (InvalidOperation, ValueError) as error:
        raise Refused("number") from error
    if not value.is_finite():
        raise Refused("number")
    if abs(value) >= NUMBER_LIMIT:
        raise Refused("number_size")
    return value


def parse_number(text: str) -> Decimal | str:
    """Read a number as typed, with full-width digits too; what is none stays as it is."""
    plain = unicodedata.normalize("NFKC", text[:60]).strip()
    if re.fullmatch(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})", plain, re.ASCII):
        return Decimal(plain)
    return text


def _moment(part: Field, raw: object) -> str:
    if not isinstance(raw, str):
        raise Refused("type", expected="text")
    patterns: dict[str, tuple[str, Callable[[str], object]]] = {
        "date": (r"\d{4}-\d\d-\d\d", date.fromisoformat),
        "time": (r"\d\d:\d\d", time.fromisoformat),
        "datetime": (r"\d{4}-\d\d-\d\dT\d\d:\d\d", datetime.fromisoformat),
    }
    pattern, read = patterns[part.subtype]
    value = raw.strip()
    try:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(value[:40])
        read(value)
    except ValueError as error:
        raise Refused(part.subtype) from error
    if part.subtype != "time" and not "1900" <= value[:4] < "2300":
        raise Refused(part.subtype)
    return value


def _boolean(_part: Field, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Refused("type", expected="boolean")
    return raw


def _choice(_part: Field, raw: object) -> str | int | bool:
    if not isinstance(raw, str | int) or (isinstance(raw, str) and len(raw) > TEXT_LIMIT):
        raise Refused("choice")
    return raw


def _choices(part: Field, raw: object) -> list[str | int | bool] | None:
    if not isinstance(raw, list):
        raise Refused("type", expected="list")
    if len(raw) > CHOICES_LIMIT:
        raise Refused("choice")
    values = [_choice(part, item) for item in raw]
    if len({str(value) for value in values}) != len(values):
        raise Refused("duplicate")
    return values or None


def _files(part: Field, raw: object) -> list[GivenFile] | None:
    if not isinstance(raw, list):
        raise Refused("type", expected="files")
    if len(raw) > (FILES_LIMIT if part.multiple else 1):
        raise Refused("files_max" if part.multiple else "files_one", limit=FILES_LIMIT)
    return [_file(part, item) for item in raw] or None


def _file(part: Field, raw: object) -> GivenFile:
    """Take a file as given, or one of JSON: `{"name", "type", "content": base64}`."""
    given = raw if isinstance(raw, GivenFile) else _decoded(raw, part.max_bytes)
    if not given.content:
        raise Refused("file_empty")
    if len(given.content) > part.max_bytes:
        raise Refused("file_size", limit=part.max_bytes // (1024 * 1024))
    if part.accept and not given.filename.lower().endswith(part.accept):
        raise Refused("file_type", limit="、".join(kind.lstrip(".") for kind in part.accept))
    return given


def _decoded(raw: object, max_bytes: int) -> GivenFile:
    name = raw.get("name") if isinstance(raw, dict) else None
    content = raw.get("content") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(name, str) or not isinstance(content, str):
        raise Refused("type", expected="files")
    if len(content) > max_bytes * 4 // 3 + 8:
        raise Refused("file_size", limit=max_bytes // (1024 * 1024))
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("type", expected="files") from error
    return GivenFile(clean_name(name), str(raw.get("type") or "application/octet-stream"), data)


def clean_name(name: str) -> str:
    """Keep the last part of a file's name, without control characters."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")[:200] or "file"


def json_safe(value: Any) -> Any:
    """Write numbers as JSON knows them: whole ones as int, others as float; files by name."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, GivenFile):
        return value.described()
    if isinstance(value, list):
        return [json_safe(item) for item in value]
    if isinstance(value, dict):
        return {key: json_safe(item) for key, item in value.items()}
    return value


_CONVERTERS: dict[str, Callable[[Field, object], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _moment,
    "select": _choice,
    "radio": _choice,
    "checkbox": _boolean,
    "checklist": _choices,
    "filepicker": _files,
}
