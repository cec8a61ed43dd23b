"""Say in the designers' dialect what a multi-instance activity runs for, and what it gives."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.data import data_names, loop_data
from engine.diagrams.lowering.build import set_property
from engine.diagrams.vocabulary import B, C


def lower_loop_data(root: etree._Element) -> None:
    """Read the standard's `loopDataInputRef`, `inputDataItem` and their outputs."""
    names = data_names(root)
    for several in root.iter(B + "multiInstanceLoopCharacteristics"):
        activity = several.getparent()
        if activity is None:
            continue
        found = loop_data(activity, several, names)
        for attribute, value in (("collection", found.collection), ("elementVariable", found.item)):
            if value is not None and not several.get(C + attribute):
                several.set(C + attribute, value)
        if found.output is not None and found.made is not None:
            set_property(activity, "jc:outputCollection", found.output)
            set_property(activity, "jc:outputElement", found.made)
