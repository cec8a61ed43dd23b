"""Free the ids that SpiffWorkflow uses itself."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.vocabulary import DRAWN_ID, FLOW, FLOW_NODES, RESERVED_IDS, SYNTHETIC, B


def free_reserved_ids(root: etree._Element) -> None:
    """Rename elements with reserved ids, and remember how they were drawn.

    With `id="End"` a process completes when its first branch ends; with `id="Start"` it cannot
    start. Seen in SpiffWorkflow 3.2.0.
    """
    renamed = {}
    for node in root.iter(*FLOW_NODES):
        drawn = node.get("id") or ""
        if drawn in RESERVED_IDS:
            renamed[drawn] = f"{drawn}{SYNTHETIC}"
            node.set("id", renamed[drawn])
            node.set(DRAWN_ID, drawn)
    if not renamed:
        return
    for node in root.iter():
        for attribute in ("sourceRef", "targetRef", "attachedToRef"):
            if node.get(attribute) in renamed:
                node.set(attribute, renamed[node.get(attribute) or ""])
    for reference in root.iter(B + "flowNodeRef"):
        reference.text = renamed.get(reference.text or "", reference.text)


def rename_flows(root: etree._Element) -> None:
    """Give flows ids that no element made by the compiler can have."""
    renamed = {}
    for number, flow in enumerate(root.iter(FLOW), start=1):
        drawn = flow.get("id") or ""
        renamed[drawn] = f"{drawn.replace(SYNTHETIC, '..')}:{number}"
        flow.set("id", renamed[drawn])
    for node in root.iter(*FLOW_NODES):
        default = node.get("default")
        if default:
            node.set("default", renamed[default])
        else:
            # An empty one names no flow; tools write it when the default is taken back.
            node.attrib.pop("default", None)
