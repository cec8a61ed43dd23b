"""JSON from outside, read strictly: what two readers could understand differently is refused.

Python's reader lets the last of two equal names win, takes NaN and Infinity, and passes on
signs that no database can store.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

# NUL, which PostgreSQL refuses, and halves of surrogate pairs, which UTF-8 does not know.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 64
# Each takes some sixty bytes and a step, whatever it holds.
MOST_VALUES = 250_000
LARGEST_INTEGER = 2**63 - 1

MESSAGES = {
    "json_invalid": ("不是有效的 JSON，请检查格式", "This is not valid JSON: check its syntax"),
    "encoding": ("请求须用 UTF-8 编码", "The request must be in UTF-8"),
    "duplicate_name": ("同一名称出现了两次，请只保留一个", "The name is given twice: keep one"),
    "too_deep": ("嵌套过深，最多 64 层", "Nested too deeply: at most 64 levels"),
    "too_many": ("内容项过多，最多 250000 项", "Too many values: at most 250,000"),
    "number": ("数字须有限且不超过 64 位整数", "A number must be finite and fit 64 bits"),
    "characters": (
        "含有不能保存的字符，请删除",
        "Contains characters that cannot be stored: remove them",
    ),
}


class BadJson(Exception):
    """A text is no JSON that is taken; `pointer` says where, `code` is a key of MESSAGES."""

    def __init__(self, code: str, pointer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer


class _Twice(dict[str, Any]):
    """An object in which a name stands twice."""

    name = ""


def check_json(content: bytes) -> None:
    """Refuse what is no strict JSON.

    Raises:
        BadJson: With the place of the first thing that is wrong.
    """
    # Before anything is made of them; signs within texts count too.
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise BadJson("too_many")
    try:
        value = json.loads(content.decode(), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise BadJson("encoding") from None
    except RecursionError:
        raise BadJson("too_deep") from None
    except ValueError:
        raise BadJson("json_invalid") from None
    for pointer, part, depth in _walk(value):
        if code := _fault(part, depth):
            raise BadJson(code, pointer)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice, seen = _Twice(made), set()
    for name, _ in pairs:
        if name in seen:
            twice.name = name
        seen.add(name)
    return twice


def _walk(value: Any) -> Iterator[tuple[str, Any, int]]:
    todo = [("", value, 0)]
    while todo:
        pointer, part, depth = todo.pop()
        if isinstance(part, _Twice):
            pointer = _below(pointer, part.name)
        yield pointer, part, depth
        if isinstance(part, dict):
            todo += [(pointer, name, depth) for name in part]
            todo += [(_below(pointer, name), one, depth + 1) for name, one in part.items()]
        elif isinstance(part, list):
            todo += [(f"{pointer}/{place}", one, depth + 1) for place, one in enumerate(part)]


def _fault(part: Any, depth: int) -> str:
    if depth > DEEPEST:
        return "too_deep"
    if isinstance(part, _Twice):
        return "duplicate_name"
    if isinstance(part, str):
        return "characters" if _UNSTORABLE.search(part) else ""
    if isinstance(part, bool) or not isinstance(part, int | float):
        return ""
    fits = math.isfinite(part) and (isinstance(part, float) or abs(part) <= LARGEST_INTEGER)
    return "" if fits else "number"


def _below(pointer: str, name: str) -> str:
    shown = "".join(sign if sign.isprintable() else "?" for sign in name[:100])
    return f"{pointer}/{shown.replace('~', '~0').replace('/', '~1')}"
