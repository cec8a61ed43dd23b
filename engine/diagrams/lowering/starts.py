"""Let a process begin with a receive task that is drawn to start it."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import add, scopes
from engine.diagrams.vocabulary import FLOW, B


def lower_instantiating_receives(root: etree._Element) -> None:
    """Turn receive tasks with `instantiate` and nothing before them into message starts."""
    for scope in scopes(root):
        targets = {flow.get("targetRef") for flow in scope.iterfind(FLOW)}
        for task in list(scope.iterfind(B + "receiveTask")):
            if task.get("instantiate") != "true" or task.get("id") in targets:
                continue
            task.tag = B + "startEvent"
            message = task.attrib.pop("messageRef", None)
            del task.attrib["instantiate"]
            definition = add(task, "messageEventDefinition")
            if message:
                definition.set("messageRef", message)
