"""Put in place what is only referred to: event definitions and global tasks."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.diagrams.lowering.build import add, connect, identity, remove
from engine.diagrams.vocabulary import EVENT_DEFINITIONS, GLOBAL_TASKS, B, children, local_name


def inline_event_definitions(root: etree._Element) -> None:
    """Copy root event definitions to where `eventDefinitionRef` names them."""
    known = {identity(one): one for one in children(root, EVENT_DEFINITIONS)}
    for reference in list(root.iter(B + "eventDefinitionRef")):
        event = reference.getparent()
        name = (reference.text or "").strip().rsplit(":", 1)[-1]
        if event is not None:
            copied = deepcopy(known[name])
            copied.set("id", f"{name}__{identity(event)}")
            event.replace(reference, copied)
    for one in known.values():
        remove(one)


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
