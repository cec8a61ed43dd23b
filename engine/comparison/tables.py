"""Decision tables as trees: rules by id, cells by rule and column."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.comparison.markup import tree_of, write_tree
from engine.comparison.tree import ROOT, TEXT, Record, Tree, add, order_like
from engine.decisions.document import parse_document

_COLUMNS = {"inputEntry": "input", "outputEntry": "output", "annotationEntry": "annotation"}
_DRAWN = ("DMNShape", "DMNEdge", "DMNDecisionServiceDividerLine")
_PREFIXES = {
    "https://www.omg.org/spec/DMN/20191111/DMNDI/": "dmndi",
    "http://www.omg.org/spec/DMN/20180521/DC/": "dc",
    "http://www.omg.org/spec/DMN/20180521/DI/": "di",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://camunda.org/schema/1.0/dmn": "camunda",
    "http://bpmn.io/schema/dmn/biodi/2.0": "biodi",
}


def decision_tree(content: bytes) -> Tree:
    """Read a file of decisions.

    Raises:
        InvalidDecisions: It is none, or not accepted.
    """
    root = parse_document(content)
    columns = {
        table: [[one for one in table if _name(one) == name] for name in _COLUMNS.values()]
        for table in root.iter(f"{{{etree.QName(root).namespace}}}decisionTable")
    }
    cells: dict[etree._Element, str] = {}
    for table, groups in columns.items():
        for rule in (one for one in table if _name(one) == "rule"):
            for name, group in zip(_COLUMNS, groups, strict=True):
                entries = [one for one in rule if _name(one) == name]
                # More cells than columns: their place says which they are.
                for number, entry in enumerate(entries):
                    column = group[number] if number < len(group) else None
                    told = None if column is None else column.get("id") or column.get("name")
                    cells[entry] = f"{name}[{told or number}]"
    return tree_of(root, lambda node, parent: _identify(node, parent, cells))


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _identify(node: etree._Element, parent: Record, cells: Mapping[etree._Element, str]) -> str:
    if node in cells:
        return f"{parent.key}/{cells[node]}"
    name = _name(node)
    if name in _DRAWN:
        return f"{name}~{node.get('dmnElementRef')}"
    if node.get("id") and name not in ("inputExpression", "text"):
        return node.get("id") or ""
    told = node.get("name") or node.get("href") or ""
    return f"{parent.key}/{name}[{told}]" if told else f"{parent.key}/{name}"


def write_decision(tree: Tree, like: Mapping[str, Record] | None = None) -> bytes:
    """Write decisions in the order of `like`; cells stand in the order of their columns."""
    order_like(tree, like or {}, lambda record: record.key == ROOT)
    written = {key: record.copy() for key, record in tree.items()}
    model = written[ROOT].tag[1:].partition("}")[0]
    for record in [*written.values()]:
        if record.tag.endswith("}decisionTable"):
            _write_cells(written, record, f"{{{model}}}")
    return write_tree(written, {model: "", **_PREFIXES})


def _write_cells(tree: Tree, table: Record, model: str) -> None:
    """Order each rule's cells; one that a new column lacks is any value, or nothing."""
    groups = {
        entry: [key for key in table.children if tree[key].tag == model + column]
        for entry, column in _COLUMNS.items()
    }
    for key in table.children:
        if tree[key].tag != model + "rule":
            continue
        rule = tree[key]
        others = [one for one in rule.children if _entry(tree[one]) not in _COLUMNS]
        wanted: list[str] = []
        for entry, columns in groups.items():
            for number, column in enumerate(columns):
                wanted.append(_cell(tree, rule, entry, column, number, model))
        extra = [
            one
            for one in rule.children
            if _entry(tree[one]) in _COLUMNS
            and one not in set(wanted)
            and not groups[_entry(tree[one])]
        ]
        rule.children = [*others, *wanted, *extra]


def _entry(record: Record) -> str:
    return record.tag.rpartition("}")[2]


def _cell(tree: Tree, rule: Record, entry: str, column: str, number: int, model: str) -> str:
    told = tree[column].values.get("id") or tree[column].values.get("name") or number
    key = f"{rule.key}/{entry}[{told}]"
    if key in tree:
        return key
    values = {} if entry == "annotationEntry" else {"id": f"{rule.key}_{column}".replace("/", "_")}
    tree[key] = Record(key, rule.key, model + entry, values)
    text = {TEXT: "-"} if entry == "inputEntry" else {}
    add(tree, Record(f"{key}/text", key, model + "text", text))
    return key
