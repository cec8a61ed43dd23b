"""What to do about each finding of the publish check, in the words of both languages."""

from __future__ import annotations

from collections.abc import Mapping

from engine.findings import Finding
from engine.remedies.decisions import DECISIONS
from engine.remedies.diagrams import DIAGRAMS
from engine.remedies.events import EVENTS
from engine.remedies.forms import FORMS
from engine.remedies.meaning import MEANING
from engine.remedies.sets import SETS

Remedy = tuple[str, str]
"""A sentence in Chinese and in English."""

REMEDIES: Mapping[str, Remedy] = {**FORMS, **DECISIONS, **DIAGRAMS, **EVENTS, **MEANING, **SETS}
"""By code; where a form's code is also a diagram's, `form.<code>` has the form's."""

_UNKNOWN: Remedy = ("按上面的说明修改后再检查。", "Change it as the finding says, and check again.")


def remedy_of(finding: Finding) -> Remedy:
    """Say what to do about a finding."""
    kind = finding.definition.partition("/")[0]
    return REMEDIES.get(f"{kind}.{finding.code}") or REMEDIES.get(finding.code, _UNKNOWN)
