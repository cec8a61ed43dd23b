"""Replace link events by the flow that they stand for."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.lowering.build import connect, identity, scopes
from engine.diagrams.vocabulary import B

_LINK = B + "linkEventDefinition"


def lower_links(root: etree._Element) -> None:
    """Connect each throwing link with the catching link of its name in the same scope."""
    for scope in scopes(root):
        catching = {}
        for event in scope.iterfind(B + "intermediateCatchEvent"):
            link = event.find(_LINK)
            if link is not None:
                catching[link.get("name")] = event
        for event in list(scope.iterfind(B + "intermediateThrowEvent")):
            link = event.find(_LINK)
            if link is None:
                continue
            target = catching[link.get("name")]
            event.remove(link)
            connect(scope, f"{identity(event)}__link", identity(event), identity(target))
        for event in catching.values():
            for link in event.findall(_LINK):
                event.remove(link)
            event.tag = B + "intermediateThrowEvent"
