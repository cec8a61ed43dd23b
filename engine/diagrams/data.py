"""Data associations: which variable gets which value before and after an activity."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagrams.vocabulary import B, strip_equals, text_of

_NAME = re.compile(r"[^\W\d]\w*")
_NAMED = ("dataObject", "dataInput", "dataOutput", "property", "dataStore")
_TAGS = {"data_in": "dataInputAssociation", "data_out": "dataOutputAssociation"}


def data_names(root: etree._Element) -> dict[str, str]:
    """Map the ids of data objects, inputs, outputs and properties to the variables they are.

    That is the name where it can be one, else the id.
    """
    names = {one.get("id") or "": _variable(one) for tag in _NAMED for one in root.iter(B + tag)}
    for tag, attribute in (("dataObjectReference", "dataObjectRef"),):
        for one in root.iter(B + tag):
            names[one.get("id") or ""] = names.get(one.get(attribute) or "", _variable(one))
    return names


def _variable(node: etree._Element) -> str:
    name = node.get("name") or ""
    return name if _NAME.fullmatch(name) else node.get("id") or ""


def data_associations(
    node: etree._Element, direction: str, names: dict[str, str]
) -> list[tuple[str, str]]:
    """Read an activity's associations of one direction as (variable, FEEL expression)."""
    pairs: list[tuple[str, str]] = []
    for association in node.iterfind(B + _TAGS[direction]):
        target = names.get((association.findtext(B + "targetRef") or "").strip())
        assignments = association.findall(B + "assignment")
        for one in assignments:
            place = (text_of(one, "to") or "").strip()
            pairs.append((names.get(place, place), strip_equals(text_of(one, "from") or "null")))
        if assignments or target is None:
            continue
        source = names.get((association.findtext(B + "sourceRef") or "").strip())
        expression = text_of(association, "transformation")
        if expression:
            pairs.append((target, strip_equals(expression)))
        elif source is not None and source != target:
            pairs.append((target, source))
    return pairs
