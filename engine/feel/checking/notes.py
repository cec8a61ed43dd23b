"""The findings about one source, as they are noted."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel.checking.findings import SENTENCES, Finding
from engine.feel.nodes import Node, Test
from engine.feel.spelling import closest


class Notes:
    """Findings about a source whose nodes begin `shift` characters into it."""

    def __init__(self, source: str, shift: int) -> None:
        self.source = source
        self.shift = shift
        self.findings: list[Finding] = []

    def text(self, node: Node | Test) -> str:
        """Give the part of the source that a node was read from."""
        return self.source[node.start + self.shift : node.end + self.shift].strip()

    def report(
        self, node: Node | Test, code: str, suggestion: str | None = None, **words: object
    ) -> None:
        """Note a finding about a node."""
        start = node.start + self.shift
        message_zh, message_en = (text.format(**words) for text in SENTENCES[code])
        if suggestion is not None:
            message_zh += f"，是否指“{suggestion}”？"
            message_en += f", did you mean {suggestion}?"
        self.findings.append(
            Finding(
                code=code,
                line=self.source.count("\n", 0, start) + 1,
                column=start - self.source.rfind("\n", 0, start),
                source=self.text(node),
                message_zh=message_zh,
                message_en=message_en,
                suggestion=suggestion,
            )
        )

    def suggest(
        self, node: Node, code: str, name: str, known: Iterable[str], **words: object
    ) -> None:
        """Note a name that is not known, with the one that was probably meant."""
        self.report(node, code, closest(name, known), name=name, **words)
