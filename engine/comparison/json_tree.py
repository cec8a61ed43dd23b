"""JSON as a tree of records: items of lists are found by what names them.

In a short row, a list in a list, values are found by their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from engine.comparison.tree import ROOT, TEXT, Keys, Record, Tree, add, order_like
from engine.errors import DiagramError
from engine.findings import Finding

OBJECT, LIST, VALUE = "object", "list", "value"
NAMING = ("id", "key", "code", "no", "number", "name", "value", "title", "term", "zh")
"""What names an item of a list, the surest first."""

_DEPTH = 60
_SIZE = 4 * 1024 * 1024


def json_tree(content: bytes) -> Tree:
    """Read JSON.

    Raises:
        DiagramError: It is no JSON object or list, too large or too deep.
    """
    if len(content) > _SIZE:
        raise _refused("内容超过 4 MB,不能比较。", "The content is larger than 4 MB.")
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _refused(
            f"内容不是正确的 JSON(第 {error.lineno} 行)。",
            f"The content is no JSON (line {error.lineno}).",
            error.lineno,
        ) from error
    tree: Tree = {}
    _grow(tree, Keys(tree), Record(ROOT, ROOT, ""), read, 0)
    return tree


def _refused(zh: str, en: str, line: int | None = None) -> DiagramError:
    return DiagramError([Finding("not_json", zh, en, line=line)])


def _grow(tree: Tree, keys: Keys, record: Record, value: Any, depth: int) -> None:
    if depth > _DEPTH:
        raise _refused(
            f"内容嵌套超过 {_DEPTH} 层,不能比较。",
            f"The content is nested more than {_DEPTH} levels deep.",
        )
    add(tree, record)
    if isinstance(value, dict):
        record.tag = OBJECT
        for name, inner in value.items():
            key = keys.free(member_key(record.key, name))
            _grow(tree, keys, Record(key, record.key, "", {"name": name}), inner, depth + 1)
    elif isinstance(value, list):
        record.tag = LIST
        is_row = record.parent in tree and tree[record.parent].tag == LIST and record.key != ROOT
        labelled = [(None, one) for one in value] if is_row else _labelled(value)
        for number, (label, inner) in enumerate(labelled):
            told = label if label is not None else f"#{number}"
            key = keys.free(f"{record.key}/[{told}]")
            _grow(tree, keys, Record(key, record.key, ""), inner, depth + 1)
    else:
        record.tag = VALUE
        record.values[TEXT] = orjson.dumps(value).decode()


def member_key(owner: str, name: str) -> str:
    """Give the key of what an object has under a name."""
    return f"{owner}/{name.replace('~', '~0').replace('/', '~1')}"


def _labelled(items: Sequence[Any]) -> list[tuple[str | None, Any]]:
    """Give each item what names it, if one way of naming tells all apart."""
    for labels in _namings(items):
        if _distinct(labels):
            return [*zip(labels, items, strict=True)]
    return [(None, one) for one in items]


def _namings(items: Sequence[Any]) -> Iterator[list[str]]:
    """List ways to name all items: by one of their values, or by what they are."""
    if items and all(isinstance(one, dict) for one in items):
        for name in NAMING:
            values = [one.get(name) for one in items]
            if all(isinstance(one, str | int) for one in values):
                yield [f"{name}={one}" for one in values]
        # Such as the duties that exclude one another: what they are is which ones.
        for name in items[0]:
            values = [one.get(name) for one in items]
            if all(one and isinstance(one, list) and _is_plain(one) for one in values):
                yield [f"{name}={orjson.dumps(one).decode()}" for one in values]
    elif items and all(one and isinstance(one, list) and isinstance(one[0], str) for one in items):
        yield [f"0={one[0]}" for one in items]  # Short rows begin with a name.
    elif _is_plain(items):
        yield [orjson.dumps(one).decode() for one in items]


def _is_plain(items: Sequence[Any]) -> bool:
    return all(isinstance(one, str | int | float) for one in items)


def _distinct(labels: Sequence[str]) -> bool:
    return len({*labels}) == len(labels)


def value_of(tree: Mapping[str, Record], key: str = ROOT) -> Any:
    """Give back what a record was read from."""
    record = tree[key]
    if record.tag == OBJECT:
        return {tree[one].values["name"]: value_of(tree, one) for one in record.children}
    if record.tag == LIST:
        return [value_of(tree, one) for one in record.children]
    return orjson.loads(record.values[TEXT])


def write_json(tree: Tree, like: Mapping[str, Record] | None = None) -> bytes:
    """Write JSON, two blanks a level, names in the order of `like`; lists keep their own order."""
    order_like(tree, like or {}, lambda record: record.tag == OBJECT)
    return orjson.dumps(value_of(tree), option=orjson.OPT_INDENT_2) + b"\n"
