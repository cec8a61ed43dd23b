"""Collect the findings about one diagram."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.checking.catalogue import MESSAGES
from engine.findings import Finding


class Report:
    """The findings so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, node: etree._Element, code: str, **names: object) -> None:
        """Note a finding about an element; `names` fill the sentence."""
        message = MESSAGES[code]
        self.findings.append(
            Finding(
                code,
                message.zh.format(**names),
                message.en.format(**names),
                element_id=node.get("id") or "",
                element_name=node.get("name") or "",
                line=node.sourceline,
                severity=message.severity,
            )
        )
