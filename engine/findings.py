"""What a check finds in a definition, in the words of both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error`: refuses the publication) or to think about (`warning`).

    `definition` names what it is about, such as `process/score`; empty while one is checked alone.
    """

    code: str
    message_zh: str
    message_en: str
    element_id: str = ""
    element_name: str = ""
    line: int | None = None
    severity: Severity = "error"
    definition: str = ""

    def message(self, language: str) -> str:
        """Give the sentence in the reader's language."""
        return self.message_zh if language.startswith("zh") else self.message_en
