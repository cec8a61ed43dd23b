"""Data associations: which variable gets which value before and after an activity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.diagrams.vocabulary import B, strip_equals, text_of

Associations = Sequence[tuple[str, str]]
"""Which variable gets the value of which FEEL expression."""

_NAME = re.compile(r"[^\W\d]\w*")
_NAMED = ("dataObject", "dataInput", "dataOutput", "property", "inputDataItem", "outputDataItem")
PLACEHOLDERS = frozenset({"__targetRef_placeholder", "__sourceRef_placeholder"})
"""Names of properties that editors draw an association to when the activity declares no data."""

_TAGS = {"data_in": "dataInputAssociation", "data_out": "dataOutputAssociation"}


def data_names(root: etree._Element) -> dict[str, str]:
    """Map the ids of data objects, inputs, outputs and properties to the variables they are.

    That is the name where it can be one, else the id with `_` for what cannot stand in one.
    """
    names = {
        one.get("id") or "": _variable(one)
        for tag in _NAMED
        for one in root.iter(B + tag)
        if one.get("name") not in PLACEHOLDERS
    }
    for one in root.iter(B + "dataObjectReference"):
        names[one.get("id") or ""] = names.get(one.get("dataObjectRef") or "", _variable(one))
    return names


def _variable(node: etree._Element) -> str:
    name, id_ = node.get("name") or "", node.get("id") or ""
    if _NAME.fullmatch(name):
        return name
    # What is no variable would be read as a subtraction or a path.
    written = re.sub(r"\W", "_", id_)
    return f"_{written}" if written[:1].isdigit() else written


def data_associations(
    node: etree._Element, direction: str, names: dict[str, str]
) -> list[tuple[str, str]]:
    """Read an activity's associations of one direction as (variable, FEEL expression)."""
    pairs: list[tuple[str, str]] = []
    gathered = _gathered(node) if direction == "data_out" else None
    for association in node.iterfind(B + _TAGS[direction]):
        if gathered and (association.findtext(B + "sourceRef") or "").strip() == gathered:
            continue
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


def _gathered(node: etree._Element) -> str | None:
    """Name the data output that gathers what several instances make: none of them writes it."""
    path = f"{B}multiInstanceLoopCharacteristics/{B}loopDataOutputRef"
    return (node.findtext(path) or "").strip() or None


def association_of(
    node: etree._Element, direction: str, reference: str, names: dict[str, str]
) -> str | None:
    """Find what an association of an activity joins to one of its data inputs or outputs.

    For an input that is the expression it gets, for an output the variable it goes to.
    """
    own, other = "targetRef", "sourceRef"
    if direction == "data_out":
        own, other = other, own
    for association in node.iterfind(B + _TAGS[direction]):
        if (association.findtext(B + own) or "").strip() == reference:
            expression = text_of(association, "transformation")
            if expression and direction == "data_in":
                return strip_equals(expression)
            return names.get((association.findtext(B + other) or "").strip())
    return None


@dataclass(frozen=True, slots=True)
class LoopData:
    """What the standard's elements say of a multi-instance activity's data.

    The expression of the `collection`, the variables of an `item`, of the `output` collection, and
    of what each instance has `made` for it.
    """

    collection: str | None = None
    item: str | None = None
    output: str | None = None
    made: str | None = None


def loop_data(activity: etree._Element, several: etree._Element, names: dict[str, str]) -> LoopData:
    """Read `loopDataInputRef`, `inputDataItem` and their outputs.

    A reference to a data input or output of the activity means what its association joins to it.
    """

    def joined(tag: str, direction: str) -> str | None:
        reference = (several.findtext(B + tag) or "").strip()
        if not reference:
            return None
        found = association_of(activity, direction, reference, names)
        return found or names.get(reference, reference)

    def variable(tag: str) -> str | None:
        item = several.find(B + tag)
        return None if item is None else names.get(item.get("id") or "")

    return LoopData(
        joined("loopDataInputRef", "data_in"),
        variable("inputDataItem"),
        joined("loopDataOutputRef", "data_out"),
        variable("outputDataItem"),
    )


def values_of(task: Any, pairs: Associations) -> dict[str, Any]:
    """Evaluate what associations bring, by the variable that gets it."""
    evaluate = task.workflow.script_engine.evaluate
    return {target: deepcopy(evaluate(task, source)) for target, source in pairs}


def produced(task: Any, pairs: Associations) -> Associations:
    """Leave out the data outputs that nothing has been written to: their targets stay."""
    return [
        (target, source)
        for target, source in pairs
        if _NAME.fullmatch(source) is None or source in task.data
    ]
