"""Mark the catching events in a flow whose timer has a cycle."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import flows_from, identity, scopes
from engine.diagrams.vocabulary import REPEATS, B, event_definitions


def lower_cycles(root: etree._Element) -> None:
    """Let a cycle in the middle of a flow repeat, unless an event-based gateway waits for it.

    A mark, so that instances of diagrams that were lowered before go on as they began.
    """
    for scope in scopes(root):
        gated = {
            flow.get("targetRef")
            for gateway in scope.iterfind(B + "eventBasedGateway")
            for flow in flows_from(scope, identity(gateway))
        }
        for event in scope.iterfind(B + "intermediateCatchEvent"):
            definitions = event_definitions(event)
            cyclic = definitions and definitions[0].find(B + "timeCycle") is not None
            if cyclic and len(definitions) == 1 and identity(event) not in gated:
                event.set(REPEATS, "true")
