"""The designers' dialect: `camunda:` attributes and `jc:` properties, read into plain data.

These alone survive copy, paste and change of type in the stock editors.
"""

from __future__ import annotations

from typing import Any

import orjson
from lxml import etree

from engine.diagrams.vocabulary import B, C, local_name, strip_equals

_ATTRIBUTES = {
    "formRef": "form_ref",
    "formKey": "form_key",
    "topic": "topic",
    "resultVariable": "result_variable",
    "decisionRef": "decision_ref",
}
_EXPRESSIONS = {
    "assignee": "assignee",
    "dueDate": "due_date",
    "followUpDate": "follow_up_date",
    "priority": "priority",
}
_PROPERTIES = {
    "jc:name.en": "name_en",
    "jc:stage": "stage",
    "jc:step": "step",
    "jc:duty": "duty",
}


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _target(mapping: etree._Element) -> str:
    return mapping.get("target") or mapping.get("source") or ""


class DialectReader:
    """Reads the extensions of one element."""

    def __init__(self, node: etree._Element) -> None:
        self.node = node
        found = node.find(B + "extensionElements")
        self.extension = found if found is not None else etree.Element("none")

    def attribute(self, name: str) -> str | None:
        """Read a `camunda:` attribute, None if absent or empty."""
        return (self.node.get(C + name) or "").strip() or None

    def properties(self) -> dict[str, str]:
        """Read all `camunda:property` values by name."""
        found = self.extension.iterfind(f"{C}properties/{C}property")
        return {one.get("name") or "": one.get("value") or "" for one in found}

    def candidate_users(self) -> str | None:
        """Read who may take it as a FEEL expression: as written after `=`, else a list of ids."""
        text = self.attribute("candidateUsers")
        if text is None or text.startswith("="):
            return text and strip_equals(text)
        return f"[{', '.join(orjson.dumps(one).decode() for one in _listed(text))}]"

    def starter_groups(self) -> tuple[str, ...]:
        """Read the posts that may start a process by hand (`candidateStarterGroups`)."""
        return tuple(_listed(self.attribute("candidateStarterGroups")))

    def parameters(self, direction: str) -> list[list[Any]]:
        """Read `inputParameter` or `outputParameter` as `[name, source, is FEEL]`."""
        rows: list[list[Any]] = []
        for one in self.extension.iterfind(f"{C}inputOutput/{C}{direction}Parameter"):
            text = (one.text or "").strip()
            is_feel = text.startswith("=")
            rows.append([one.get("name") or "", strip_equals(text) if is_feel else text, is_feel])
        return rows

    def mapping(self, direction: str) -> list[list[str]] | None:
        """Read `camunda:in` or `camunda:out` as `[expression, target]`; None for all variables."""
        found = self.extension.findall(C + direction)
        rows = [one for one in found if one.get("businessKey") is None]
        if not rows or any(one.get("variables") == "all" for one in rows):
            return None
        return [
            [
                strip_equals(one.get("sourceExpression") or one.get("source") or ""),
                one.get("target") or "",
            ]
            for one in rows
        ]

    def read(self) -> dict[str, Any]:
        """Read everything that the runtime and the pages want to know of an element."""
        properties = self.properties()
        read: dict[str, Any] = {
            "name": self.node.get("name"),
            **{key: self.attribute(name) for name, key in _ATTRIBUTES.items()},
            **{key: self._expression(name) for name, key in _EXPRESSIONS.items()},
            **{key: properties.get(name) for name, key in _PROPERTIES.items()},
            "decision_ref": self.attribute("decisionRef"),
            "candidate_groups": _listed(self.attribute("candidateGroups")),
            "candidate_users": self.candidate_users(),
            "excludes": _listed(properties.get("jc:excludes")),
            "operations": _listed(properties.get("jc:operations")),
            "correlation_key": strip_equals(properties.get("jc:correlationKey", "")),
            "inputs": self.parameters("input"),
            "outputs": self.parameters("output"),
            "properties": properties,
        }
        if read["step"]:
            read["step"] = int(read["step"]) if read["step"].isdigit() else None
        if local_name(self.node) == "callActivity":
            read["call_in"] = self.mapping("in")
            read["call_out"] = self.mapping("out")
        return {key: value for key, value in read.items() if value not in (None, "", [], {})}

    def _expression(self, name: str) -> str | None:
        text = self.attribute(name)
        return strip_equals(text) if text else None


def read_extensions(node: etree._Element) -> dict[str, Any]:
    """Read an element's extensions; keys that are not set are absent."""
    return DialectReader(node).read()
