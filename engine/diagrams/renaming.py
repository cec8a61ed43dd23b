"""Say the names of a diagram's elements in other terms, before it is compiled."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.read import read_lowered
from engine.diagrams.vocabulary import FLOW_NODES, B, C
from engine.terms import Terms

_NAMED = (*FLOW_NODES, B + "process", B + "lane")
_ENGLISH = "jc:name.en"


def renamed(lowered: bytes, terms: Terms) -> bytes:
    """Give a lowered diagram whose elements are called in these terms; ids stay."""
    if terms.are_plain:
        return lowered
    root = read_lowered(lowered)
    for node in root.iter(*_NAMED):
        if node.get("name"):
            node.set("name", terms.put(node.get("name") or ""))
        for one in node.iterfind(f"{B}extensionElements/{C}properties/{C}property"):
            if one.get("name") == _ENGLISH:
                one.set("value", terms.put(one.get("value") or "", "en"))
    return etree.tostring(root)
