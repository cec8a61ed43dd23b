"""What the decisions of a file need and give, for those who try them out with sample rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.decisions.decision import Decision, HostFunctions
from engine.decisions.document import Element, child, children, text_of
from engine.decisions.errors import InvalidDecisions
from engine.decisions.lint import read_model
from engine.decisions.model import DecisionModel
from engine.decisions.tables import DecisionTable, TableInput
from engine.feel.nodes import Literal

_MOST_VALUES = 60
_PATH = re.compile(r"\w+(\.\w+)+")


@dataclass(frozen=True, slots=True)
class Needed:
    """A variable that a decision needs, or a part of one (`application.age`).

    `type` is as the file declares it, empty where it does not. `values` are the texts that cells
    of the column name, to choose from; others may be given as well.
    """

    name: str
    label: str
    type: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionOutline:
    """A decision of a file: `table_id` is empty where its logic is no table."""

    id: str
    name: str
    table_id: str
    inputs: tuple[Needed, ...]
    outputs: tuple[tuple[str, str], ...]


def outline_decisions(
    xml: bytes, *, functions: HostFunctions | None = None, others: Sequence[bytes] = ()
) -> list[DecisionOutline]:
    """List the decisions of a file, in its order; none of a file that cannot be read."""
    try:
        model = read_model(xml, functions=functions, others=others)
    except InvalidDecisions:
        return []
    return [_outline(model, one) for one in model.decisions.values()]


def _outline(model: DecisionModel, decision: Decision) -> DecisionOutline:
    known = {one.name: one for one in _known(model)}
    logic = decision.step.logic
    order = [one.expression.strip() for one in decision.inputs]
    names = sorted(_paths(decision.names, known), key=lambda name: (_place(order, name), name))
    element = model.graph.elements.get(decision.id)
    table = None if element is None else child(element, "decisionTable")
    return DecisionOutline(
        decision.id,
        decision.name,
        (table.get("id") or "") if table is not None and isinstance(logic, DecisionTable) else "",
        tuple(known.get(name) or Needed(name, name) for name in names),
        tuple((one.name, one.label) for one in decision.outputs),
    )


def _paths(names: frozenset[str], known: Mapping[str, Needed]) -> set[str]:
    """Name the parts that columns look at (`application.age`) in place of the whole."""
    parts = {path for path in known if _PATH.fullmatch(path) and path.split(".")[0] in names}
    return parts | (names - {path.split(".")[0] for path in parts})


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _known(model: DecisionModel) -> Iterator[Needed]:
    """Tell what the file says of variables: as input data, and as columns of tables."""
    for element in children(model.root, "inputData"):
        yield _input_data(element)
    for _element, table in model.tables:
        for place, column in enumerate(table.inputs):
            cells = [rule.tests[place].tests for rule in table.rules]
            texts = dict.fromkeys(text for cell in cells for text in _texts(cell))
            yield _column(column, tuple(texts)[:_MOST_VALUES])


def _input_data(element: Element) -> Needed:
    variable = child(element, "variable")
    name = element.get("name") or ""
    type_ref = "" if variable is None else variable.get("typeRef") or ""
    described = child(element, "description")
    return Needed(name, name if described is None else text_of(described) or name, type_ref)


def _column(column: TableInput, values: tuple[str, ...]) -> Needed:
    name = column.source.strip()
    return Needed(name, column.label or name, column.type_ref or "", values)


def _texts(part: object) -> Iterator[str]:
    """Find the texts that a cell names."""
    if isinstance(part, Literal) and isinstance(part.value, str):
        yield part.value
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _texts(one)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from _texts(getattr(part, name))
