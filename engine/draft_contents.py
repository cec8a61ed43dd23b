"""What a draft may hold: anything its editor can open again, and nothing that harms a reader.

Whether it can be published is the check's to say; a draft may be as unfinished as it likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson
import yaml

from engine.decisions import InvalidDecisions
from engine.decisions.document import parse_document
from engine.derivation import check_sources
from engine.diagrams import read_diagram
from engine.errors import DiagramError, EngineError
from engine.findings import Finding
from engine.sources import Source
from engine.yaml_texts import YamlLoader, read_yaml

_MAX_DEPTH = 64
_MOST_ALIASES = 100


class DraftRefused(EngineError):
    """The content cannot be kept as a draft; `findings` say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(one.message_en for one in findings))
        self.findings = tuple(findings)


def check_content(kind: str, key: str, content: bytes) -> None:
    """Refuse what no editor could open again.

    Raises:
        DraftRefused: The name or size is not accepted, or the content is not of its kind: XML
            that is not well-formed or has a DOCTYPE, JSON or YAML that cannot be read, no text.
    """
    findings = [*check_sources([Source(kind, key, content)])] or [*_unreadable(kind, content)]
    if findings:
        name = f"{kind}/{key}"
        raise DraftRefused([replace(one, definition=name) for one in findings])


def _unreadable(kind: str, content: bytes) -> Iterator[Finding]:
    if kind == "process":
        try:
            read_diagram(content)
        except DiagramError as error:
            yield from error.findings
    elif kind == "decision":
        try:
            parse_document(content)
        except InvalidDecisions as error:
            yield from error.findings
    elif kind == "scenarios":
        yield from _bad_yaml(content)
    elif kind == "paper":
        yield from _bad_text(content)
    else:
        yield from _bad_json(content)


def _bad_text(content: bytes) -> Iterator[Finding]:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        yield Finding(
            "not_text",
            f"第 {line} 行不是 UTF-8 编码的文字,请另存为 UTF-8。",
            f"Line {line} is no UTF-8 text; save it as UTF-8.",
            line=line,
        )


def _bad_json(content: bytes) -> Iterator[Finding]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        line = error.lineno
        yield Finding(
            "not_json",
            f"第 {line} 行不是正确的 JSON:{error.msg}",
            f"Line {line} is not valid JSON: {error.msg}",
            line=line,
        )
        return
    if not isinstance(found, dict | list):
        yield Finding(
            "not_json",
            "JSON 的最外层应是对象或列表。",
            "The JSON must be an object or a list.",
        )


def _bad_yaml(content: bytes) -> Iterator[Finding]:
    """Look at the events first: nothing is built before aliases and depth are known."""
    watch = _YamlWatch()
    try:
        for event in yaml.parse(content, Loader=YamlLoader):
            if (finding := watch.see(event)) is not None:
                yield finding
                return
        yield from _keys_twice(yaml.compose(content, Loader=YamlLoader))
        read_yaml(content)  # tags, keys and dates only show when it is built
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        at = None if mark is None else mark.line + 1
        yield Finding(
            "not_yaml",
            f"第 {at or '?'} 行不是正确的 YAML。",
            f"Line {at or '?'} is not valid YAML.",
            line=at,
        )


def _keys_twice(top: yaml.Node | None) -> Iterator[Finding]:
    """Find keys that stand twice in one mapping: the first of them would be lost unseen."""
    waiting, seen = [] if top is None else [top], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
            continue
        known: set[str] = set()
        for key, value in node.value:
            waiting.append(value)
            if isinstance(key, yaml.ScalarNode) and key.value in known:
                line = key.start_mark.line + 1
                yield Finding(
                    "yaml_key_twice",
                    f"第 {line} 行的“{key.value}”在同一处写了两次。",
                    f"“{key.value}” in line {line} stands there twice.",
                    line=line,
                )
            known.add(str(key.value))


class _YamlWatch:
    """Looks at one event after the other for what could grow without end when it is built.

    An alias is harmless where what it repeats has none itself: texts grow with each of them, but
    not with the power of them.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.aliases = 0
        self.anchored: int | None = None

    def see(self, event: yaml.Event) -> Finding | None:
        """Say what stands against going on."""
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            self.aliases += 1
            if self.anchored is not None or self.aliases > _MOST_ALIASES:
                return Finding(
                    "yaml_alias",
                    f"第 {line} 行的别名(*)在被引用的内容里,或用得太多,请把内容写全。",
                    f"The alias (*) in line {line} is in what is repeated itself, or there are "
                    "too many; write the content out.",
                    line=line,
                )
        elif isinstance(event, yaml.CollectionStartEvent):
            self.depth += 1
            if event.anchor and self.anchored is None:
                self.anchored = self.depth
        elif isinstance(event, yaml.CollectionEndEvent):
            self.anchored = None if self.anchored == self.depth else self.anchored
            self.depth -= 1
        if self.depth > _MAX_DEPTH:
            return Finding(
                "too_deep",
                f"第 {line} 行嵌套超过 {_MAX_DEPTH} 层。",
                f"Line {line} is nested more than {_MAX_DEPTH} levels deep.",
                line=line,
            )
        return None
