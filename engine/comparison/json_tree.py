"""JSON as a tree of records: items of lists are found by what names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine.comparison.tree import ROOT, TEXT, Keys, Record, Tree, add, order_like
from engine.errors import DiagramError
from engine.findings import Finding

OBJECT, LIST, VALUE = "object", "list", "value"
NAMING = ("id", "key", "code", "no", "number", "name", "value", "title", "term")
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
            key = keys.free(f"{record.key}/{_escaped(name)}")
            _grow(tree, keys, Record(key, record.key, "", {"name": name}), inner, depth + 1)
    elif isinstance(value, list):
        record.tag = LIST
        for number, (label, inner) in enumerate(_labelled(value)):
            told = label if label is not None else f"#{number}"
            key = keys.free(f"{record.key}/[{told}]")
            _grow(tree, keys, Record(key, record.key, ""), inner, depth + 1)
    else:
        record.tag = VALUE
        record.values[TEXT] = orjson.dumps(value).decode()


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _labelled(items: Sequence[Any]) -> list[tuple[str | None, Any]]:
    """Give each item what names it, if one way of naming tells all apart."""
    if items and all(isinstance(one, dict) for one in items):
        for name in NAMING:
            labels = [one.get(name) for one in items]
            if all(isinstance(one, str | int) for one in labels) and _distinct(labels):
                return [(f"{name}={one}", item) for one, item in zip(labels, items, strict=True)]
    if all(isinstance(one, str | int | float) for one in items) and _distinct(items):
        return [(orjson.dumps(one).decode(), one) for one in items]
    return [(None, one) for one in items]


def _distinct(labels: Sequence[Any]) -> bool:
    return len({str(one) for one in labels}) == len(labels)


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
