"""Conditions, timers and scripts of a drawing, turned into FEEL where that is plain."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.importing.juel import is_foreign, to_feel
from engine.diagrams.importing.notes import Notes
from engine.diagrams.vocabulary import tags

_EXPRESSIONS = tags(
    "conditionExpression",
    "loopCondition",
    "loopCardinality",
    "completionCondition",
    "activationCondition",
    "condition",
    "timeDate",
    "timeDuration",
    "timeCycle",
)


def translate_expressions(root: etree._Element, notes: Notes) -> None:
    """Translate what is written `${…}`; what cannot be stays, with a note."""
    for node in root.iter(*_EXPRESSIONS):
        text = (node.text or "").strip()
        if not is_foreign(text):
            continue
        owner = node.getparent()
        feel = to_feel(text)
        if feel is None:
            notes.add("expression_left", owner, old=text)
            continue
        node.text = feel
        node.attrib.pop("language", None)
        notes.add("expression_translated", owner, old=text, new=feel)
