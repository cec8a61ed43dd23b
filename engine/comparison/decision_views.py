"""What a file of decisions looks like to people who read it: tables, and other logic as text."""

from __future__ import annotations

from collections.abc import Iterator

from engine.comparison.markup import OPAQUE
from engine.comparison.table_pairs import TablePairs, pairs_of
from engine.comparison.table_views import Cell, Column, Place, Row, TableView
from engine.comparison.tables import decision_tree
from engine.comparison.tree import ROOT, TEXT, Record, Tree

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


def decision_views(tree: Tree) -> tuple[TableView, ...]:
    """Give the decisions of a file and what they call, in the file's order."""
    found = (tree[one] for one in tree[ROOT].children)
    return tuple(
        _view(tree, one) for one in found if _local(one) in ("decision", "businessKnowledgeModel")
    )


def decision_pairs(before: bytes | None, after: bytes | None) -> TablePairs:
    """Put the decisions of two versions beside each other; None: there is no such version.

    Raises:
        InvalidDecisions: A version cannot be read.
    """
    trees = [None if one is None else decision_tree(one) for one in (before, after)]
    old, new = (() if tree is None else decision_views(tree) for tree in trees)
    return pairs_of(old, new)


def _view(tree: Tree, record: Record) -> TableView:
    name = record.values.get("label") or record.values.get("name") or record.key
    holder = _first(tree, record, "encapsulatedLogic") or record
    parameters = [tree[one] for one in holder.children if _local(tree[one]) == "formalParameter"]
    if parameters:
        name += f"({', '.join(one.values.get('name', '') for one in parameters)})"
    logic = _first(tree, holder, *_LOGIC)
    if logic is None:
        return TableView(record.key, name)
    if _local(logic) == "decisionTable":
        return _table(tree, record.key, name, logic)
    text = "\n".join(_lines(tree, logic, 0))
    return TableView(record.key, name, logic.key, text=text)


def _table(tree: Tree, key: str, name: str, table: Record) -> TableView:
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
    return TableView(
        key,
        name,
        table.key,
        f"{policy} {aggregation}".strip(),
        tuple(columns),
        tuple(
            Row(rule.key, number, tuple(_cells(tree, rule, columns, table.key)))
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
