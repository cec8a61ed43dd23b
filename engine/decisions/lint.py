"""Reading files of decisions, strictly or for advice."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from engine.decisions.cell_lint import CellLint
from engine.decisions.decision import Decision, HostFunctions
from engine.decisions.document import parse_document, refuse
from engine.decisions.errors import InvalidDecisions
from engine.decisions.library import Library
from engine.decisions.model import DecisionModel
from engine.decisions.table_lint import TableLint
from engine.feel.builtins import BUILTINS
from engine.findings import Finding


def parse_decisions(
    xml: bytes, *, functions: HostFunctions | None = None, others: Sequence[bytes] = ()
) -> dict[str, Decision]:
    """Read and compile the decisions and decision services of a DMN file, by id.

    `others` are the files of the bundle that it may import; they are read only if it does.
    `functions` are lent by the host; another set may be given for an evaluation, but names
    with spaces can be read only when they are known here.

    Raises:
        InvalidDecisions: Something in the file is wrong; its findings say what and where.
    """
    model = read_model(xml, functions=functions, others=others)
    errors = [finding for finding in model.report.findings if finding.severity == "error"]
    if errors:
        raise InvalidDecisions(errors)
    return {**model.services, **model.decisions}


def read_model(
    xml: bytes, *, functions: HostFunctions | None = None, others: Sequence[bytes] = ()
) -> DecisionModel:
    """Read a DMN file even when expressions in it are wrong; those are null.

    Raises:
        InvalidDecisions: It is no DMN file at all.
    """
    root = parse_document(xml)
    try:
        return DecisionModel(root, functions or MappingProxyType({}), Library(others))
    except RecursionError as error:
        raise refuse(
            "dmn_too_deep", "决策逻辑嵌套过深", "the logic is nested too deeply"
        ) from error


def lint_decisions(
    xml: bytes, *, functions: HostFunctions | None = None, others: Sequence[bytes] = ()
) -> list[Finding]:
    """Give what is wrong with a file, and what its author should think about."""
    try:
        model = read_model(xml, functions=functions, others=others)
    except InvalidDecisions as error:
        return list(error.findings)
    callable_names = frozenset({*BUILTINS, *(functions or {})})
    readable = all(finding.severity != "error" for finding in model.report.findings)
    for element, table in model.tables:
        CellLint(element, table, model.report, model.known, callable_names).run()
        if readable:
            # What could not be read would look like a gap.
            TableLint(element, table, model.report).run()
    return model.report.findings
