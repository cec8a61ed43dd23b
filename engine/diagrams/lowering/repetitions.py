"""Say in the designers' dialect what a multi-instance activity runs for, and what it gives."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.data import association_of, data_names
from engine.diagrams.lowering.build import identity, set_property
from engine.diagrams.vocabulary import B, C


def lower_loop_data(root: etree._Element) -> None:
    """Read the standard's `loopDataInputRef`, `inputDataItem` and their outputs.

    A reference to a data input or output of the activity means what its association joins to it.
    """
    names = data_names(root)
    for several in root.iter(B + "multiInstanceLoopCharacteristics"):
        activity = several.getparent()
        if activity is not None:
            _inputs(activity, several, names)
            _outputs(activity, several, names)


def _inputs(activity: etree._Element, several: etree._Element, names: dict[str, str]) -> None:
    reference = (several.findtext(B + "loopDataInputRef") or "").strip()
    if not reference:
        return
    joined = association_of(activity, "data_in", reference, names)
    several.set(C + "collection", joined or names.get(reference, reference))
    item = several.find(B + "inputDataItem")
    if item is not None and not several.get(C + "elementVariable"):
        several.set(C + "elementVariable", names[identity(item)])


def _outputs(activity: etree._Element, several: etree._Element, names: dict[str, str]) -> None:
    reference = (several.findtext(B + "loopDataOutputRef") or "").strip()
    item = several.find(B + "outputDataItem")
    if not reference or item is None:
        return
    joined = association_of(activity, "data_out", reference, names)
    set_property(activity, "jc:outputCollection", joined or names.get(reference, reference))
    set_property(activity, "jc:outputElement", names[identity(item)])
