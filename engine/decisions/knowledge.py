"""What is known of a decision's result before it is made."""

from __future__ import annotations

from engine.decisions.decision import Decision
from engine.decisions.tables import DecisionTable, TableOutput
from engine.feel.checking import (
    ANYTHING,
    Known,
    context_of,
    known_of_type,
    list_of,
    one_of,
)
from engine.feel.nodes import Literal, Node

_SINGLE = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})


def known_result(decision: Decision) -> Known:
    """Tell what is known of the value that a process gets from a decision.

    A table gives a context with its columns, or a list of such; of other logic nothing is known.
    """
    table = decision.step.logic
    if not isinstance(table, DecisionTable) or table.aggregation:
        return ANYTHING
    columns = {
        column.name: _column(column, [rule.nodes[place] for rule in table.rules])
        for place, column in enumerate(table.outputs)
    }
    row = context_of(columns)
    return row if table.hit_policy in _SINGLE else list_of(row)


def _column(column: TableOutput, cells: list[Node]) -> Known:
    known = ANYTHING if column.wanted is None else known_of_type(column.wanted)
    texts = _possible(column, cells) if known.may_be("string") else None
    return one_of(texts) if texts else known


def _possible(column: TableOutput, cells: list[Node]) -> set[str] | None:
    """List the texts that a column can give; None where it may give something else."""
    values: list[object]
    if column.default is not None:
        return None
    if column.places is not None:
        values = [value for _, value in column.places]
    elif all(isinstance(cell, Literal) for cell in cells):
        values = [cell.value for cell in cells if isinstance(cell, Literal)]
    else:
        return None
    texts = {value for value in values if isinstance(value, str)}
    plain = all(isinstance(value, str) or value is None for value in values)
    return texts if plain else None
