"""What can go wrong with decisions."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import EngineError
from engine.findings import Finding


class DecisionError(EngineError):
    """A decision has no answer: its rules contradict one another."""

    def __init__(self, message_zh: str, message_en: str, rule_ids: Sequence[str] = ()) -> None:
        super().__init__(message_en)
        self.message_zh = message_zh
        self.message_en = message_en
        self.rule_ids = tuple(rule_ids)


class InvalidDecisions(DecisionError):
    """A file of decisions cannot be used; `findings` say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            "；".join(finding.message_zh for finding in findings),
            "; ".join(finding.message_en for finding in findings),
        )
        self.findings = tuple(findings)
