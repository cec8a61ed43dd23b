"""What a file of decisions looks like to people who read it: tables, and other logic as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.comparison.markup import OPAQUE
from engine.comparison.tree import ROOT, TEXT, Record, Tree

Place = Literal["input", "output", "annotation"]
_ENTRIES: dict[Place, str] = {
    "input": "inputEntry",
    "output": "outputEntry",
    "annotation": "annotationEntry",
}
_LOGIC = (
    *("decisionTable", "literalExpression", "context", "invocation", "list", "relation"),
    *("functionDefinition", "conditional", "for", "every", "some", "filter"),
)
# What the box around it says already, or what is no part of the logic.
_NAMING = frozenset({"variable", "parameter", "formalParameter"})
_SILENT = frozenset({"text", "description", "typeRef", "extensionElements", *_NAMING})
_KEYWORDS = frozenset({"if", "then", "else", "in", "return", "satisfies", "match"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `key` is its record's, as that of everything here."""

    key: str
    place: Place
    label: str
    source: str = ""
    type: str = ""
    values: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; its place in the row is that of its column."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row, with the number that people count it by."""

    key: str
    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision or piece of knowledge.

    Without `columns` it is no table, and `text` is its logic. `logic` is the key of either.
    """

    key: str
    name: str
    logic: str = ""
    hit_policy: str = ""
    columns: tuple[Column, ...] = ()
    rules: tuple[Rule, ...] = ()
    text: str = ""

    def drawn(self) -> Iterator[str]:
        """Name everything that is drawn of it."""
        yield from (self.key, self.logic)
        yield from (one.key for one in self.columns)
        for rule in self.rules:
            yield rule.key
            yield from (one.key for one in rule.cells)


def decision_views(tree: Tree) -> tuple[DecisionView, ...]:
    """Give the decisions of a file and what they call, in the file's order."""
    found = (tree[one] for one in tree[ROOT].children)
    return tuple(
        _view(tree, one) for one in found if _local(one) in ("decision", "businessKnowledgeModel")
    )


def _view(tree: Tree, record: Record) -> DecisionView:
    name = record.values.get("label") or record.values.get("name") or record.key
    holder = _first(tree, record, "encapsulatedLogic") or record
    parameters = [tree[one] for one in holder.children if _local(tree[one]) == "formalParameter"]
    if parameters:
        name += f"({', '.join(one.values.get('name', '') for one in parameters)})"
    logic = _first(tree, holder, *_LOGIC)
    if logic is None:
        return DecisionView(record.key, name)
    if _local(logic) == "decisionTable":
        return _table(tree, record.key, name, logic)
    text = "\n".join(_lines(tree, logic, 0))
    return DecisionView(record.key, name, logic.key, text=text)


def _table(tree: Tree, key: str, name: str, table: Record) -> DecisionView:
    policy = table.values.get("hitPolicy", "UNIQUE")
    aggregation = table.values.get("aggregation", "")
    rules = [tree[one] for one in table.children if _local(tree[one]) == "rule"]
    columns = [_column(tree, tree[one]) for one in table.children if _local(tree[one]) in _ENTRIES]
    columns.sort(key=lambda one: list(_ENTRIES).index(one.place))
    # Editors that know DMN 1.1 only keep the annotation as the description of the rule.
    described = any(_first(tree, one, "description") for one in rules)
    if described:
        place = sum(one.place != "annotation" for one in columns)
        columns.insert(place, Column(f"{table.key}/description", "annotation", ""))
    return DecisionView(
        key,
        name,
        table.key,
        f"{policy} {aggregation}".strip(),
        tuple(columns),
        tuple(
            Rule(rule.key, number, tuple(_cells(tree, rule, columns, table.key)))
            for number, rule in enumerate(rules, 1)
        ),
    )


def _column(tree: Tree, record: Record) -> Column:
    place: Place = _local(record)  # type: ignore[assignment]  # The caller looks for these only.
    expression = _first(tree, record, "inputExpression")
    return Column(
        record.key,
        place,
        record.values.get("label") or record.values.get("name") or "",
        _text(tree, expression),
        (expression or record).values.get("typeRef", ""),
        _text(tree, _first(tree, record, "inputValues", "outputValues")),
        _text(tree, _first(tree, record, "defaultOutputEntry")),
    )


def _cells(tree: Tree, rule: Record, columns: list[Column], table: str) -> Iterator[Cell]:
    entries = {
        place: [tree[one] for one in rule.children if _local(tree[one]) == name]
        for place, name in _ENTRIES.items()
    }
    for column in columns:
        if column.key == f"{table}/description":
            entry = _first(tree, rule, "description")
        else:
            entry = entries[column.place].pop(0) if entries[column.place] else None
        # A row that is short of cells is no reason not to show the others.
        key = f"{rule.key}/{column.key}" if entry is None else entry.key
        yield Cell(key, _text(tree, entry))


def _lines(tree: Tree, record: Record, depth: int, label: str = "") -> Iterator[str]:
    """Write boxed logic as indented lines: what a box is called, and what stands in it."""
    children = [tree[one] for one in record.children]
    label = label or next((_name(one) for one in children if _local(one) in _NAMING), "")
    if _local(record) in _KEYWORDS:
        label = _local(record)
    if _local(record) == "rule":
        cells = [_text(tree, one) for one in children if _local(one) in _ENTRIES.values()]
        yield f"{'  ' * depth}{' | '.join(cells)}"
        return
    text = _text(tree, record)
    if label or text:
        yield f"{'  ' * depth}{label}{': ' if label and text else ''}{text}"
    for child in children:
        if _local(child) not in _SILENT:
            yield from _lines(tree, child, depth + (1 if label else 0))


def _name(record: Record) -> str:
    return record.values.get("name", "")


def _first(tree: Tree, record: Record, *names: str) -> Record | None:
    return next((tree[one] for one in record.children if _local(tree[one]) in names), None)


def _text(tree: Tree, record: Record | None) -> str:
    """Give the text of an element, or of the text element in it."""
    if record is None:
        return ""
    inner = _first(tree, record, "text") or record
    return inner.values.get(TEXT, inner.values.get(OPAQUE, "")).strip()


def _local(record: Record) -> str:
    return record.tag.rpartition("}")[2]
