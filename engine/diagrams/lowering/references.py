"""Put in place what is only referred to: event definitions and global tasks."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.diagrams.lowering.build import add, connect, identity, remove
from engine.diagrams.vocabulary import (
    BEHAVIOR,
    EVENT_DEFINITIONS,
    GLOBAL_TASKS,
    B,
    children,
    local_name,
    text_of,
)


def inline_event_definitions(root: etree._Element) -> None:
    """Copy root event definitions to where `eventDefinitionRef` names them."""
    known = {identity(one): one for one in children(root, EVENT_DEFINITIONS)}
    for behavior in root.iter(BEHAVIOR):
        for one in children(behavior, EVENT_DEFINITIONS):
            one.attrib.pop("id", None)
    for reference in list(root.iter(B + "eventDefinitionRef")):
        event = reference.getparent()
        name = (reference.text or "").strip().rsplit(":", 1)[-1]
        if event is not None:
            copied = deepcopy(known[name])
            copied.set("id", f"{name}__{identity(event)}")
            event.replace(reference, copied)
    for one in known.values():
        remove(one)


def name_thrown(root: etree._Element) -> None:
    """Let messages, signals, errors and escalations without a name or code go by their id."""
    for tag, attribute in (
        ("message", "name"),
        ("signal", "name"),
        ("error", "errorCode"),
        ("escalation", "escalationCode"),
    ):
        for one in root.iterfind(B + tag):
            if not one.get(attribute):
                one.set(attribute, one.get("name") or identity(one))


def inline_behavior_events(root: etree._Element) -> None:
    """Put the events that instances of a multi-instance activity throw into its characteristics.

    `when` says after which: `each`, the `first`, or where a `condition` holds.
    """
    known = {identity(one): one for one in children(root, EVENT_DEFINITIONS)}
    for several in root.iter(B + "multiInstanceLoopCharacteristics"):
        behavior = several.get("behavior", "All")
        attribute = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior)
        reference = (several.get(attribute) or "").rsplit(":", 1)[-1] if attribute else ""
        if reference in known:
            when = "each" if behavior == "None" else "first"
            _behavior(several, when, None, known[reference])
        for one in several.findall(B + "complexBehaviorDefinition") * (behavior == "Complex"):
            event = one.find(B + "event")
            if event is not None:
                named = (event.findtext(B + "eventDefinitionRef") or "").strip().rsplit(":", 1)[-1]
                found = [*children(event, EVENT_DEFINITIONS), *filter(None, [known.get(named)])]
                for definition in found:
                    _behavior(several, "condition", text_of(one, "condition"), definition)


def _behavior(
    several: etree._Element, when: str, condition: str | None, definition: etree._Element
) -> None:
    thrown = etree.SubElement(several, BEHAVIOR, when=when)
    if condition is not None:
        thrown.set("condition", condition)
    thrown.append(deepcopy(definition))


def lower_global_tasks(root: etree._Element) -> None:
    """Make a process of each global task, so that a call activity can call it."""
    for task in children(root, GLOBAL_TASKS):
        name = identity(task)
        kind = local_name(task).removeprefix("global")
        process = add(root, "process", id=name, isExecutable="true")
        add(process, "startEvent", id=f"{name}__start")
        inner = add(process, kind[0].lower() + kind[1:], id=name)
        for key, value in task.attrib.items():
            if key != "id":
                inner.set(key, value)
        inner.extend(list(task))
        add(process, "endEvent", id=f"{name}__end")
        connect(process, f"{name}__in", f"{name}__start", name)
        connect(process, f"{name}__out", name, f"{name}__end")
        remove(task)
