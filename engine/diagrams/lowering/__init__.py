"""Rewrite a checked diagram into what SpiffWorkflow runs correctly.

Ids of drawn elements stay; what is added has `__` in its id. Every rewriting is one module.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.diagrams.lowering.ad_hoc import lower_ad_hoc
from engine.diagrams.lowering.compensation import lower_compensation
from engine.diagrams.lowering.cycles import lower_cycles
from engine.diagrams.lowering.drawing import strip_drawing
from engine.diagrams.lowering.endings import end_open_branches
from engine.diagrams.lowering.event_subprocesses import lower_event_subprocesses
from engine.diagrams.lowering.forks import fork_explicitly, part_twin_flows
from engine.diagrams.lowering.identifiers import free_reserved_ids, rename_flows
from engine.diagrams.lowering.links import lower_links
from engine.diagrams.lowering.quantities import lower_quantities
from engine.diagrams.lowering.references import (
    inline_behavior_events,
    inline_event_definitions,
    lower_global_tasks,
    name_thrown,
)
from engine.diagrams.lowering.repetitions import lower_loop_data
from engine.diagrams.lowering.starts import (
    lower_implied_starts,
    lower_instantiating_gateways,
    lower_instantiating_receives,
)

COMPILER_VERSION = 3
"""Goes up when the same source would be lowered differently."""

__all__ = ["COMPILER_VERSION", "lower"]


def lower(root: etree._Element) -> bytes:
    """Lower a diagram that the check has accepted; `root` itself is not changed."""
    lowered = deepcopy(root)
    for step in (
        strip_drawing,
        rename_flows,
        name_thrown,
        inline_behavior_events,
        inline_event_definitions,
        lower_global_tasks,
        lower_loop_data,
        lower_instantiating_receives,
        lower_instantiating_gateways,
        lower_cycles,
        lower_links,
        lower_implied_starts,
        lower_compensation,
        lower_ad_hoc,
        lower_quantities,
        fork_explicitly,
        part_twin_flows,
        end_open_branches,
        lower_event_subprocesses,
        free_reserved_ids,
    ):
        step(lowered)
    etree.cleanup_namespaces(lowered)
    return etree.tostring(lowered, encoding="utf-8", xml_declaration=True)
