"""Texts as trees: a paper line by line, scenarios one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.comparison.tree import ROOT, TEXT, Keys, Record, Tree, add
from engine.errors import DiagramError
from engine.findings import Finding

_SIZE = 4 * 1024 * 1024
_ITEM = re.compile(r"^- ")
_NAME = re.compile(r"^(?:- |  )name:\s*(.+?)\s*$", re.MULTILINE)
HEAD = "head"
"""The key of what stands before the first scenario."""


def _text(content: bytes) -> str:
    if len(content) > _SIZE:
        raise _refused("内容超过 4 MB,不能比较。", "The content is larger than 4 MB.")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _refused("内容不是 UTF-8 文字。", "The content is no UTF-8 text.") from error


def _refused(zh: str, en: str) -> DiagramError:
    return DiagramError([Finding("not_text", zh, en)])


def line_tree(content: bytes) -> Tree:
    """Read a text; a line's key is what it says, with a number where it says so again.

    Raises:
        DiagramError: It is no text, or too large.
    """
    lines = _text(content).splitlines()
    return _tree((line, line) for line in lines)


def scenario_tree(content: bytes) -> Tree:
    """Read a file of scenarios: each a piece of text with its comments, found by its name.

    Raises:
        DiagramError: It is no text, or too large.
    """
    return _tree((_named(block), block) for block in _blocks(_text(content)))


def _blocks(text: str) -> list[str]:
    """Cut before each item of the list; comments right above an item belong to it."""
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if _ITEM.match(line):
            blocks.append(_taken_comments(blocks[-1]))
        blocks[-1].append(line)
    return ["\n".join(block) for block in blocks if block]


def _taken_comments(block: list[str]) -> list[str]:
    comments: list[str] = []
    while block and block[-1].startswith("#"):
        comments.insert(0, block.pop())
    return comments


def _named(block: str) -> str:
    match = _NAME.search(block)
    if match is not None:
        return match[1].strip("\"'")
    return HEAD if not any(_ITEM.match(line) for line in block.splitlines()) else "?"


def _tree(pieces: Iterable[tuple[str, str]]) -> Tree:
    tree: Tree = {}
    add(tree, Record(ROOT, ROOT, "text"))
    keys = Keys(tree)
    for name, text in pieces:
        key = keys.free(name or " ")
        add(tree, Record(key, ROOT, "piece", {TEXT: text}))
    return tree


def write_pieces(tree: Tree, like: Mapping[str, Record] | None = None) -> bytes:
    """Write the pieces one after another."""
    texts = [tree[key].values[TEXT] for key in tree[ROOT].children]
    return ("\n".join(texts) + "\n").encode() if texts else b""
