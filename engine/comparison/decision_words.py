"""How people speak of what differs in a decision table."""

from __future__ import annotations

from engine.comparison.change import Shown, Subject, Words, shortened
from engine.comparison.tree import ROOT, TEXT, Record, Tree, ancestors, inside

_CELLS = ("inputEntry", "outputEntry", "annotationEntry")
_COLUMNS = {"input": ("输入", "input"), "output": ("输出", "output")}
_DRAWN = ("DMNDI", "DMNDiagram", "DMNShape", "DMNEdge")
_TYPES = {
    "decision": ("决策", "decision"),
    "inputData": ("输入数据", "input data"),
    "businessKnowledgeModel": ("业务知识", "knowledge model"),
    "knowledgeSource": ("依据", "knowledge source"),
    "decisionService": ("决策服务", "decision service"),
    "itemDefinition": ("数据类型", "data type"),
    "definitions": ("决策文件", "file"),
}
_QUALITIES = {
    "hitPolicy": ("hit_policy", "命中策略", "hit policy"),
    "aggregation": ("hit_policy", "汇总方式", "aggregation"),
    "name": ("name", "名称", "name"),
    "label": ("name", "标题", "label"),
    "typeRef": ("type", "类型", "type"),
    "description": ("documentation", "说明", "description"),
    "inputExpression": ("expression", "取值", "expression"),
    "inputValues": ("values", "允许的值", "allowed values"),
    "outputValues": ("values", "允许的值", "allowed values"),
    "defaultOutputEntry": ("values", "默认值", "default value"),
    "literalExpression": ("expression", "表达式", "expression"),
    "variable": ("type", "变量", "variable"),
    "question": ("documentation", "问题", "question"),
    "allowedAnswers": ("documentation", "允许的答案", "allowed answers"),
    "requiredInput": ("requirement", "所需输入", "required input"),
    "requiredDecision": ("requirement", "所需决策", "required decision"),
    "requiredKnowledge": ("requirement", "所需知识", "required knowledge"),
    "requiredAuthority": ("requirement", "依据", "authority"),
}


class DecisionWords(Words):
    """Rules by number, cells by rule and column, all else by the thing that has an id."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str], dict[str, int]] = {}

    def subject(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        """Name a rule, a cell, a column or a quality."""
        if name in ("id",) or name.startswith("xmlns:") or what == "tag":
            return None
        path = [tree[one] for one in (key, *ancestors(tree, key))]
        locals_of = [_local(one) for one in path]
        if any(one in _DRAWN for one in locals_of):
            return self._layout(tree, path, what)
        for record, local in zip(path, locals_of, strict=True):
            if local in _CELLS:
                return self._cell(tree, record, what)
            if local == "rule":
                return self._rule(tree, record, locals_of[0], what)
            if local in _COLUMNS or local == "annotation":
                return self._column(record, path[0], name, what)
        return self._quality(tree, path, name, what)

    def shown(self, tree: Tree, key: str, what: str, name: str, value: str) -> Shown:
        """Write an empty cell as such."""
        if not value.strip():
            return Shown("空", "nothing")
        if what == "parent" and value in tree:
            label = _label(tree[value])
            return Shown(f"“{label}”", f"“{label}”")
        return Shown(shortened(value), shortened(value))

    def whole(self, record: Record, tree: Tree) -> str | None:
        """Give the text of a cell or rule that came or went."""
        local = _local(record)
        if local in _TYPES or local in _COLUMNS:
            return None
        if local == "rule":
            cells = [one for one in record.children if _local(tree[one]) in _CELLS[:2]]
            return " | ".join(_text(tree, one) or "-" for one in cells) or None
        return _text(tree, record.key) or None

    def _number(self, tree: Tree, rule: Record) -> int:
        """Count the rule as people see it: from one."""
        place = (id(tree), rule.parent)
        if place not in self._numbers:
            rules = [one for one in tree[rule.parent].children if _local(tree[one]) == "rule"]
            self._numbers[place] = {key: number for number, key in enumerate(rules, 1)}
        return self._numbers[place].get(rule.key, 0)

    def _layout(self, tree: Tree, path: list[Record], what: str) -> Subject | None:
        drawn = next((tree.get(one.values.get("dmnElementRef", "")) for one in path), None)
        if drawn is None or what != "value":
            return None
        label = _label(drawn)
        zh, en = f"“{label}”在图上的位置", f"the place of “{label}”"
        return Subject(drawn.key, label, "layout", zh, en)

    def _cell(self, tree: Tree, cell: Record, what: str) -> Subject | None:
        if what == "order":
            return None
        rule = tree[cell.parent]
        number = self._number(tree, rule)
        column = _column_label(tree, cell)
        table_zh, table_en = _table(tree, rule)
        return Subject(
            rule.key,
            str(number),
            "cell",
            f"{table_zh}规则 {number} 的“{column}”",
            f"“{column}” of rule {number}{table_en}",
        )

    def _rule(self, tree: Tree, rule: Record, local: str, what: str) -> Subject | None:
        if what == "order" and local == "rule":
            return None
        number = self._number(tree, rule)
        table_zh, table_en = _table(tree, rule)
        zh, en = f"{table_zh}规则 {number}", f"rule {number}{table_en}"
        if local == "rule":
            return Subject(rule.key, str(number), "rule", zh, en)
        part, label_zh, label_en = _QUALITIES.get(local, ("rule", local, local))
        return Subject(rule.key, str(number), part, f"{zh} 的{label_zh}", f"the {label_en} of {en}")

    def _column(self, column: Record, record: Record, name: str, what: str) -> Subject | None:
        side = _COLUMNS.get(_local(column), ("备注", "annotation"))
        label = _label(column)
        zh, en = f"{side[0]}“{label}”", f"the {side[1]} “{label}”"
        if record is column and what in ("added", "removed", "parent"):
            return Subject(column.key, label, "column", zh, en)
        if what == "order":
            return None
        for told in (name.rpartition("}")[2], _local(record)):
            if told in _QUALITIES:
                part, label_zh, label_en = _QUALITIES[told]
                return Subject(
                    column.key, label, part, f"{zh}的{label_zh}", f"the {label_en} of {en}"
                )
        return Subject(column.key, label, "expression", f"{zh}的取值", f"the expression of {en}")

    def _quality(self, tree: Tree, path: list[Record], name: str, what: str) -> Subject | None:
        record = path[0]
        owner = next((one for one in path if _local(one) in _TYPES), tree[ROOT])
        kind, label = _TYPES.get(_local(owner), ("", "")), _label(owner)
        zh, en = f"{kind[0]}“{label}”", f"the {kind[1]} “{label}”"
        if record is owner and what in ("added", "removed"):
            return Subject(owner.key, label, "decision", zh, en)
        if what == "order":
            if _local(record) != "decisionTable":
                return None
            return Subject(owner.key, label, "order", f"{zh}的规则或列", f"rules of {en}")
        locals_up = [_local(one) for one in path[: path.index(owner)]]
        for told in (name.rpartition("}")[2], *locals_up):
            if told in _QUALITIES:
                part, label_zh, label_en = _QUALITIES[told]
                return Subject(
                    owner.key, label, part, f"{zh}的{label_zh}", f"the {label_en} of {en}"
                )
        told = ".".join([*reversed(locals_up), name.rpartition("}")[2].lstrip("#")]).strip(".")
        return Subject(owner.key, label, "detail", f"{zh}的 {told}", f"{told} of {en}")


def _local(record: Record) -> str:
    return record.tag.rpartition("}")[2]


def _label(record: Record) -> str:
    values = record.values
    return values.get("label") or values.get("name") or values.get("id") or record.key


def _text(tree: Tree, key: str) -> str:
    found = [tree[one].values.get(TEXT) for one in inside(tree, key)]
    found += [tree[key].values.get("href")]
    return " ".join(one for one in found if one)


def _column_label(tree: Tree, cell: Record) -> str:
    told = cell.key.rpartition("[")[2].split("]")[0]
    column = tree.get(told)
    if column is None:
        columns = [tree[one] for one in tree[tree[cell.parent].parent].children]
        column = next((one for one in columns if one.values.get("name") == told), None)
    return told if column is None else _label(column)


def _table(tree: Tree, rule: Record) -> tuple[str, str]:
    """Say which table, where the file has more than one."""
    around = [tree[one] for one in tree[ROOT].children]
    tables = [
        one for one in around if any(_local(tree[key]) == "decisionTable" for key in one.children)
    ]
    if len(tables) < 2:
        return "", ""
    label = next(
        (_label(tree[one]) for one in ancestors(tree, rule.key) if _local(tree[one]) == "decision"),
        "",
    )
    return f"“{label}”", f" of “{label}”"
