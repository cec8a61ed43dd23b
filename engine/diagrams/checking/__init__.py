"""The publish check: what SpiffWorkflow would silently get wrong is lowered or refused.

Every finding names its element and line and says in Chinese and English what to do.
"""

from __future__ import annotations

from lxml import etree

from engine.diagrams.checking.conditions import check_conditions
from engine.diagrams.checking.constructs import check_constructs
from engine.diagrams.checking.environment import DUTIES, STAGES, Environment, Inputs
from engine.diagrams.checking.events import check_events
from engine.diagrams.checking.expressions import check_expressions
from engine.diagrams.checking.graph import Graph
from engine.diagrams.checking.prediction import check_prediction
from engine.diagrams.checking.references import check_references
from engine.diagrams.checking.report import Report
from engine.diagrams.checking.structure import check_structure
from engine.diagrams.checking.variables import (
    Called,
    Providers,
    called_process,
    known_at,
    read_declaration,
)
from engine.findings import Finding

__all__ = [
    "DUTIES",
    "STAGES",
    "Called",
    "Environment",
    "Inputs",
    "Providers",
    "called_process",
    "check_diagram",
    "known_at",
    "read_declaration",
]


def check_diagram(
    root: etree._Element, environment: Environment | None = None, *, key: str | None = None
) -> list[Finding]:
    """Check a diagram for publication; errors first, then by line.

    `key` is the process id that the file must hold.
    """
    known = environment or Environment()
    report = Report()
    graph = Graph.of(root)
    check_structure(graph, report, key)
    check_constructs(graph, report)
    check_events(graph, report)
    check_conditions(graph, report)
    check_expressions(graph, known, report)
    check_references(graph, known, report)
    check_prediction(graph, report)
    unique = dict.fromkeys(report.findings)
    return sorted(unique, key=lambda one: (one.severity != "error", one.line or 0, one.code))
