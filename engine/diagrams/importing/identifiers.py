"""Ids of a drawing made such as the publish check asks for, with all that refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.diagrams.checking.structure import is_good_id
from engine.diagrams.importing.notes import Notes, tag_of
from engine.diagrams.vocabulary import (
    BPMN_NS,
    FLOW,
    FLOW_NODES,
    GLOBAL_TASKS,
    RESERVED_IDS,
    B,
)

_CHECKED = FLOW_NODES | GLOBAL_TASKS | {B + "process"}
_NUMBERED = _CHECKED | {FLOW}
_TEXT_REFERENCES = frozenset(
    B + name
    for name in (
        "incoming", "outgoing", "flowNodeRef", "sourceRef", "targetRef", "dataInputRefs",
        "dataOutputRefs", "loopDataInputRef", "loopDataOutputRef", "eventDefinitionRef",
        "messageRef", "operationRef", "participantRef", "innerParticipantRef", "supports",
        "inMessageRef", "outMessageRef", "errorRef", "categoryValueRef",
    )
)  # fmt: skip
_NO_REFERENCES = frozenset({"id", "name", "targetNamespace", "exporter", "exporterVersion"})
_LONGEST_ID = 100


def repair_identifiers(root: etree._Element, notes: Notes) -> None:
    """Give ids that are missing, and rename those that are doubled or cannot be kept."""
    taken: set[str] = set()
    renamed: dict[str, str] = {}
    every = [node for node in root.iter() if isinstance(node.tag, str)]
    known = {node.get("id") or "" for node in every if _namespace(node) == BPMN_NS}
    for node in every:
        if _namespace(node) != BPMN_NS:
            continue
        old = node.get("id")
        if old is None or not old.strip():
            if node.tag in _NUMBERED:
                node.set("id", _free(tag_of(node), taken | known))
                notes.add("id_given", node, tag=tag_of(node), id=node.get("id"))
                taken.add(node.get("id") or "")
            continue
        _keep_or_rename(node, old, taken, known, renamed, notes)
    _rename_references(every, renamed, known)


def _namespace(node: etree._Element) -> str | None:
    return etree.QName(node).namespace


def _keep_or_rename(
    node: etree._Element,
    old: str,
    taken: set[str],
    known: set[str],
    renamed: dict[str, str],
    notes: Notes,
) -> None:
    doubled = old in taken or (old in renamed)
    if not doubled and (node.tag not in _CHECKED or is_good_id(node, old)):
        taken.add(old)
        return
    new = _free(_cleaned(old, tag_of(node)), taken | known)
    node.set("id", new)
    taken.add(new)
    if doubled:
        notes.add("id_doubled", node, old=old, id=new)
        return
    renamed[old] = new
    notes.add("id_renamed", node, old=old, id=new)


def _cleaned(old: str, tag: str) -> str:
    """Keep of an id what may stand in one; one of Chinese alone becomes the element's kind."""
    text = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9_]", "_", old)).strip("_")[:_LONGEST_ID]
    if not re.search(r"[A-Za-z0-9]", text):
        return tag
    return text if text[0].isalpha() else f"{tag}_{text}"


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken and wanted not in RESERVED_IDS:
        return wanted
    number = 1
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"


def _rename_references(
    every: list[etree._Element], renamed: dict[str, str], known: set[str]
) -> None:
    for node in every:
        for name, value in _references(node):
            local = value if value in known else value.rpartition(":")[2]
            if local in known and (new := renamed.get(local, local)) != value:
                node.set(name, new)
        if node.tag in _TEXT_REFERENCES and len(node) == 0:
            text = (node.text or "").strip()
            local = text if text in known else text.rpartition(":")[2]
            if local in known:
                node.text = renamed.get(local, local)


def _references(node: etree._Element) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        key = str(name)
        if key not in _NO_REFERENCES and (key.endswith("Ref") or key in _OTHER_REFERENCES):
            yield key, str(value).strip()


_OTHER_REFERENCES = frozenset(
    {"bpmnElement", "default", "calledElement", "operationRef", "gateway"}
)
