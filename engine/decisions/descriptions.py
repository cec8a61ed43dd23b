"""What the authors of tables say of each row, for people who are told why.

A row's text stands in its `description`, in other languages in an annotation column that has the
language's name.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.decisions.document import children, parse_document, text_of

Texts = Mapping[str, str]
"""By language; the row's own text has the empty one."""


def rule_descriptions(xml: bytes) -> dict[str, Texts]:
    """Read the texts of all rows of a file, by the rules' ids.

    Raises:
        InvalidDecisions: It is no DMN.
    """
    found: dict[str, Texts] = {}
    for table in parse_document(xml).iter("{*}decisionTable"):
        columns = [one.get("name") or "" for one in children(table, "annotation")]
        for rule in children(table, "rule"):
            texts = {
                language: text
                for language, entry in zip(columns, children(rule, "annotationEntry"), strict=False)
                if (text := text_of(entry))
            }
            for described in children(rule, "description"):
                texts[""] = "".join(described.itertext()).strip()
            if texts and rule.get("id"):
                found[rule.get("id") or ""] = texts
    return found
