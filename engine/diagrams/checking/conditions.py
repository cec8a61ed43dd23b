"""Check the flows behind gateways: conditions, defaults, and whether all cases are covered."""

from __future__ import annotations

import re

from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.vocabulary import ACTIVITIES, CONDITION, EVENTS, B, strip_equals, text_of

_CHOOSING = frozenset({B + "exclusiveGateway", B + "inclusiveGateway", B + "complexGateway"})
_FORKING = frozenset({B + "parallelGateway", B + "eventBasedGateway"})
_COMPARISON = re.compile(
    r"(?P<left>[^<>=!]+?)\s*(?P<operator><=|>=|!=|<|>|=)\s*(?P<right>[^<>=!]+)"
)
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


def check_conditions(graph: Graph, report: Report) -> None:
    """Report flows that can never or always be taken by mistake."""
    for scope, node in graph.nodes():
        flows = scope.out(node)
        for flow in flows:
            _check_language(flow, report)
        if node.tag in _FORKING and any(flow.find(CONDITION) is not None for flow in flows):
            report.add(node, "condition_ignored")
        if node.tag in _CHOOSING:
            _check_choice(node, flows, report)
        elif node.tag in ACTIVITIES | EVENTS:
            _check_task(scope, node, report)


def _check_language(flow: Node, report: Report) -> None:
    condition = flow.find(CONDITION)
    language = condition.get("language", "feel") if condition is not None else "feel"
    if "feel" not in language.lower():
        report.add(flow, "foreign_language", language=language)


def _check_choice(node: Node, flows: list[Node], report: Report) -> None:
    default = node.get("default")
    others = [flow for flow in flows if flow.get("id") != default]
    if len(flows) > 1:
        for flow in others:
            if text_of(flow, "conditionExpression") is None:
                report.add(flow, "no_condition")
    _check_default(node, others, report)


def _check_task(scope: Scope, node: Node, report: Report) -> None:
    flows = [flow for flow in scope.out(node) if flow.get("id") != node.get("default")]
    if all(flow.find(CONDITION) is not None for flow in flows):
        _check_default(node, flows, report)


def _check_default(node: Node, flows: list[Node], report: Report) -> None:
    conditions = [text_of(flow, "conditionExpression") for flow in flows]
    texts = [strip_equals(text) for text in conditions if text]
    if node.get("default") or not texts or len(texts) < len(conditions):
        return
    if not _covers_all(texts):
        report.add(node, "no_default")


def _covers_all(conditions: list[str]) -> bool:
    """Tell by their form whether one of two conditions must hold, unless a value is missing."""
    plain = {re.sub(r"\s+", " ", text) for text in conditions}
    if "true" in plain:
        return True
    for text in plain:
        if f"not({text})" in plain:
            return True
        match = _COMPARISON.fullmatch(text)
        if match is not None and plain & _opposites(match):
            return True
    return False


def _opposites(match: re.Match[str]) -> set[str]:
    left, operator, right = match["left"], match["operator"], match["right"]
    found = {f"{left} {_OPPOSITE[operator]} {right}"}
    if operator == "=" and right in ("true", "false"):
        found.add(f"{left} = {'false' if right == 'true' else 'true'}")
    return found
