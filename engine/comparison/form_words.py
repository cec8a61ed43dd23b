"""How people speak of what differs in a form."""

from __future__ import annotations

from engine.comparison.change import Change, Subject
from engine.comparison.json_tree import LIST, OBJECT, VALUE
from engine.comparison.json_words import JsonWords, label_of, shown_json
from engine.comparison.tree import ROOT, TEXT, Record, Tree, ancestors

_FIELD = {
    "type": ("type", "类型", "type"),
    "key": ("binding", "变量", "variable"),
    "label": ("label", "标题", "label"),
    "dateLabel": ("label", "标题", "label"),
    "description": ("label", "说明", "description"),
    "text": ("label", "文字", "text"),
    "validate/required": ("required", "是否必填", "required mark"),
    "validate/min": ("validation", "最小值", "minimum"),
    "validate/max": ("validation", "最大值", "maximum"),
    "validate/minLength": ("validation", "最短长度", "least length"),
    "validate/maxLength": ("validation", "最大长度", "greatest length"),
    "validate/pattern": ("validation", "格式", "pattern"),
    "conditional/hide": ("condition", "隐藏条件", "condition to hide"),
    "conditional": ("condition", "隐藏条件", "condition to hide"),
    "defaultValue": ("default", "默认值", "default"),
    "readonly": ("readonly", "只读", "read-only"),
    "disabled": ("readonly", "不可用", "disabled"),
    "valuesExpression": ("options", "选项的来源", "source of the options"),
    "properties/label.en": ("label", "英文标题", "English label"),
    "properties/description.en": ("label", "英文说明", "English description"),
    "properties/text.en": ("label", "英文文字", "English text"),
    "properties/jc:bind": ("binding", "对应的档案项", "bound column"),
    "properties/jc:variable": ("binding", "是否存为流程变量", "kept as a process variable"),
    "properties/jc:personal": ("binding", "是否个人信息", "personal"),
    "layout/columns": ("layout", "宽度", "width"),
    "layout/row": ("layout", "所在行", "row"),
}
_FORM = {
    "jc:title": ("form", "标题", "title"),
    "jc:title.en": ("form", "英文标题", "English title"),
}
# Every form has these the same, or as its own name.
_SILENT = {"type", "id", "schemaVersion"}
_HOLDERS = ("validate", "conditional", "properties", "layout", "appearance")


class FormWords(JsonWords):
    """Fields by their labels, options by theirs, qualities by their office names."""

    def __init__(self) -> None:
        # Options that come or go as a whole: their English says nothing of its own.
        self._passing: frozenset[tuple[str, str]] = frozenset()

    def changes(self, before: Tree, after: Tree) -> tuple[Change, ...]:
        """Put the differences into words; an option's English comes and goes with the option."""
        self._passing = _options(before) ^ _options(after)
        return super().changes(before, after)

    def subject(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        """Name a field, an option or a quality of the nearest field."""
        if name == "name" or what == "tag" or (what == "order" and tree[key].tag != LIST):
            return None
        field = self._field(tree, key)
        if field is None:
            return self._form(tree, key, what)
        label = _field_label(tree, field)
        zh, en = f"字段“{label}”", f"the field “{_english(tree, field) or label}”"
        if field.key == key:
            if what == "order":
                return None
            return Subject(_id_of(tree, field), label, "field", zh, en)
        part, label_zh, label_en = self._quality(tree, key, field, what)
        if not part:
            return None
        return Subject(
            _id_of(tree, field), label, part, f"{zh}的{label_zh}", f"the {label_en} of {en}"
        )

    def _field(self, tree: Tree, key: str) -> Record | None:
        for one in [key, *ancestors(tree, key)]:
            parent = tree[tree[one].parent]
            if one != ROOT and parent.tag == LIST and parent.values.get("name") == "components":
                return tree[one]
        return None

    def _form(self, tree: Tree, key: str, what: str) -> Subject | None:
        if what == "order":
            told = tree[key].values.get("name")
            if told != "components":
                return None
            return Subject("", "", "order", "字段", "the fields")
        path = _path(tree, key, ROOT)
        if path in _SILENT:
            return None
        part, zh, en = _FORM.get(path, ("form", path, path))
        return Subject("", "", part, f"表单的{zh}", f"the {en} of the form")

    def _quality(self, tree: Tree, key: str, field: Record, what: str) -> tuple[str, str, str]:
        record = tree[key]
        path = _path(tree, key, field.key)
        if path.split("/")[0] in ("values", "options"):
            return self._option(tree, key, field, what)
        if what == "order":
            told = record.values.get("name") == "components"
            return ("order", "内含字段", "fields") if told else ("", "", "")
        if path.startswith("properties/values."):
            value = path.removeprefix("properties/values.").removesuffix(".en")
            if (field.key, value) in self._passing:
                return "", "", ""
            return "options", f"选项 {value} 的英文", f"English of the option {value}"
        return _FIELD.get(path, ("property", f"设置 {path}", f"setting {path}"))

    def _option(self, tree: Tree, key: str, field: Record, what: str) -> tuple[str, str, str]:
        if tree[key].tag == LIST:
            return "options", "选项", "options"
        option = next(
            one for one in [key, *ancestors(tree, key)] if tree[tree[one].parent].tag == LIST
        )
        label = _child_text(tree, tree[option], "label") or label_of(tree, tree[option]) or ""
        value = _child_text(tree, tree[option], "value")
        english = _child_text(tree, field, "properties", f"values.{value}.en") or label
        if option == key:
            return (
                ("", "", "")
                if what == "order"
                else ("option", f"选项“{label}”", f"option “{english}”")
            )
        told = tree[key].values.get("name", "")
        zh, en = ("文字", "label") if told == "label" else (told, told)
        return "options", f"选项“{label}”的{zh}", f"{en} of the option “{english}”"


def _options(tree: Tree) -> frozenset[tuple[str, str]]:
    """List the options of all fields, each by its field and value."""
    lists = [one for one in tree.values() if one.tag == LIST and one.values.get("name") == "values"]
    return frozenset(
        (one.parent, _child_text(tree, tree[option], "value"))
        for one in lists
        for option in one.children
    )


def _path(tree: Tree, key: str, top: str) -> str:
    names = []
    while key != top:
        names.append(tree[key].values.get("name", ""))
        key = tree[key].parent
    return "/".join(reversed([one for one in names if one]))


def _child_text(tree: Tree, field: Record, *path: str) -> str:
    record = field
    for name in path:
        inner = [tree[one] for one in record.children if tree[one].values.get("name") == name]
        if not inner:
            return ""
        record = inner[0]
    return shown_json(record.values[TEXT]).zh if record.tag == VALUE else ""


def _field_label(tree: Tree, field: Record) -> str:
    if field.tag != OBJECT:
        return field.key
    told = [_child_text(tree, field, one) for one in ("label", "dateLabel", "text", "key", "id")]
    return _shortened(next((one for one in told if one), ""))


def _english(tree: Tree, field: Record) -> str:
    label = _child_text(tree, field, "properties", "label.en")
    return _shortened(label or _child_text(tree, field, "properties", "text.en"))


def _shortened(label: str) -> str:
    return label if len(label) <= 30 else label[:29] + "…"


def _id_of(tree: Tree, field: Record) -> str:
    return _child_text(tree, field, "id") or _child_text(tree, field, "key")
