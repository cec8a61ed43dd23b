"""How people speak of what differs in a table that is kept as JSON."""

from __future__ import annotations

from typing import Any

import orjson

from engine.comparison.change import Shown, Subject, Words, shortened
from engine.comparison.json_tree import LIST, OBJECT, VALUE, member_key, value_of
from engine.comparison.tree import ROOT, TEXT, Record, Tree, ancestors

_LABELS = ("name", "title", "label", "term", "key", "id", "value", "no", "code", "zh", "en")
_DUTIES = "duties"
NAMES = {
    "name": ("名称", "name"),
    "name_en": ("英文名称", "English name"),
    "title": ("标题", "title"),
    "title_en": ("英文标题", "English title"),
    "key": ("代号", "key"),
    "points": ("配分", "points"),
    "weight": ("权重", "weight"),
    "rule": ("评分标准", "marking rule"),
    "step": ("最小分值", "smallest step"),
    "minutes": ("时间(分钟)", "minutes"),
    "source": ("来源", "source"),
    "basis": ("依据", "basis"),
    "veto": ("否定项", "veto"),
    "mandatory": ("必须保留", "mandatory mark"),
    "tasks": ("试题", "tasks"),
    "criteria": ("评分项", "criteria"),
    "occupation": ("职业", "occupation"),
    "level": ("等级", "level"),
    "subject": ("科目", "subject"),
    "total": ("合计", "total"),
    "groups": ("分组", "groups"),
    "volumes": ("卷", "volumes"),
    "items": ("条目", "items"),
    "terms": ("用语", "terms"),
    "posts": ("岗位", "posts"),
    "duties": ("职责", "duties"),
    "exclusions": ("回避规则", "exclusions"),
    "statement": ("说明", "statement"),
    "fact": ("事实", "fact"),
    "kind": ("类别", "kind"),
    "newTechnique": ("新技术项", "new technique"),
    "no": ("编号", "number"),
    "occupations": ("职业", "occupations"),
    "sheets": ("评分表", "score sheets"),
    "practical": ("操作技能", "practical"),
    "weights": ("权重表", "tables of weights"),
    "zh": ("中文原词", "Chinese word"),
    "zh_as": ("中文改说", "said in Chinese"),
    "en": ("英文原词", "English word"),
    "en_as": ("英文改说", "said in English"),
    "keep": ("保持不变的词", "words that stay"),
}


class JsonWords(Words):
    """Each value by the things it lies in: “操作与质量”“操作规范”的配分."""

    names = NAMES

    def subject(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        """Name a value by its way from the outermost thing that has a name."""
        if name == "name" or what == "tag":
            return None
        if what == "order" and tree[key].tag != LIST:
            return None  # The order of names in an object means nothing.
        way = [tree[one] for one in reversed([key, *ancestors(tree, key)])][1:]
        zh = en = ""
        for record in way:
            part_zh, part_en = self.step(tree, record)
            zh += part_zh
            en = f"{part_en} of {en}" if en and part_en else part_en or en
        owner = next((one for one in reversed(way) if one.tag == OBJECT), tree[ROOT])
        is_item = key != ROOT and tree[tree[key].parent].tag == LIST
        part = "item" if is_item else "order" if what == "order" else "value"
        name_of_owner = label_of(tree, owner) or ""
        if not way:
            zh, en = "整个文件", "the file"
        return Subject(pointer(tree, key), name_of_owner, part, zh.lstrip("的"), en)

    def step(self, tree: Tree, record: Record) -> tuple[str, str]:
        """Name one step on the way: an item by its label, a value by its name."""
        if "name" in record.values and record.tag != "":
            name = record.values["name"]
            if record.tag in (LIST, OBJECT) and record.children and self._has_labels(tree, record):
                return "", ""
            zh, en = self.names.get(name, (name, name))
            return f"的{zh}", f"the {en}"
        label = None if _is_in_row(tree, record) else label_of(tree, record)
        if label is None:
            number = tree[record.parent].children.index(record.key) + 1
            return f"第 {number} 项", f"item {number}"
        return f"“{label}”", f"“{_english_label_of(tree, record) or label}”"

    def _has_labels(self, tree: Tree, record: Record) -> bool:
        return record.tag == LIST and all(label_of(tree, tree[one]) for one in record.children)

    def shown(self, tree: Tree, key: str, what: str, name: str, value: str) -> Shown:
        """Write a value as people write it: text without quotes, yes and no, names for keys."""
        record = tree.get(key)
        if record is None or not _is_meant(tree, record):
            return shown_json(value)
        read = orjson.loads(value)
        told = [_named(tree, one) for one in (read if isinstance(read, list) else [read])]
        return Shown("、".join(one.zh for one in told), ", ".join(one.en for one in told))

    def whole(self, record: Record, tree: Tree) -> str | None:
        """Give what came or went, unless its name says it."""
        if record.tag == VALUE and "name" in record.values:
            return record.values[TEXT]
        if record.tag == OBJECT and label_of(tree, record):
            return None
        return None if record.tag == VALUE else orjson.dumps(value_of(tree, record.key)).decode()


def shown_json(value: str) -> Shown:
    """Write a JSON value for people."""
    try:
        read: Any = orjson.loads(value)
    except orjson.JSONDecodeError:
        read = value
    if read is True or read is False:
        return Shown("是", "yes") if read else Shown("否", "no")
    if read is None:
        return Shown("空", "nothing")
    text = read if isinstance(read, str) else value
    return Shown(shortened(text), shortened(text)) if text else Shown("空", "nothing")


def told(tree: Tree, record: Record) -> Shown:
    """Write a plain value for people; what is a key of a duty in the same table by its name."""
    if _is_meant(tree, record):
        return _named(tree, orjson.loads(record.values[TEXT]))
    return shown_json(record.values[TEXT])


def _is_meant(tree: Tree, record: Record) -> bool:
    """Tell whether these are keys of duties: of a post's or of what excludes one another."""
    of = record if record.tag == LIST else tree.get(record.parent)
    return (
        of is not None
        and of.tag == LIST
        and of.values.get("name") == _DUTIES
        and of.parent != ROOT
        and member_key(ROOT, _DUTIES) in tree
        and _is_plain(tree, of)
    )


def _named(tree: Tree, key: Any) -> Shown:
    """Name the duty of a key as its table does; one that is not there keeps its key."""
    for item in tree[member_key(ROOT, _DUTIES)].children:
        inner = {name: one for name, one in _members(tree, tree[item]).items() if _says(one)}
        if "key" in inner and orjson.loads(inner["key"].values[TEXT]) == key and "name" in inner:
            zh = shown_json(inner["name"].values[TEXT]).zh
            en = inner.get("name_en", inner["name"])
            return Shown(zh, shown_json(en.values[TEXT]).en)
    return shown_json(orjson.dumps(key).decode())


def label_of(tree: Tree, record: Record) -> str | None:
    """Give what people call an item: its name, title and so on; a plain value is its own.

    A short row is called by its first value, what has only a list by that.
    """
    if record.tag == VALUE:
        return told(tree, record).zh
    inner = _members(tree, record)
    if record.tag == LIST:
        first = tree[record.children[0]] if record.children else None
        return label_of(tree, first) if first is not None and first.tag == VALUE else None
    for name in _LABELS:
        if name in inner and _says(inner[name]):
            return shown_json(inner[name].values[TEXT]).zh
    items = _plain_items(tree, inner)
    return "、".join(one.zh for one in items) if items else None


def _english_label_of(tree: Tree, record: Record) -> str | None:
    """Give the English name that stands beside the one that `label_of` gives."""
    inner = _members(tree, record) if record.tag == OBJECT else {}
    named = next((one for one in _LABELS if one in inner and _says(inner[one])), "")
    found = inner.get(f"{named}_en")
    if found is not None and _says(found):
        return shown_json(found.values[TEXT]).en
    if record.tag == VALUE:
        return told(tree, record).en
    return None if named else ", ".join(one.en for one in _plain_items(tree, inner))


def _plain_items(tree: Tree, inner: dict[str, Record]) -> list[Shown]:
    """Give what stands in the first list of plain values."""
    plain = (one for one in inner.values() if one.tag == LIST and _is_plain(tree, one))
    items = next(plain, None)
    return [told(tree, tree[one]) for one in items.children] if items else []


def _members(tree: Tree, record: Record) -> dict[str, Record]:
    return {tree[one].values.get("name", ""): tree[one] for one in record.children}


def _is_in_row(tree: Tree, record: Record) -> bool:
    """Tell whether it is a value of a short row, which its place says more of."""
    row = tree[record.parent]
    return row.tag == LIST and tree[row.parent].tag == LIST and "name" not in row.values


def _says(record: Record) -> bool:
    return record.tag == VALUE and record.values[TEXT] not in ('""', "null")


def _is_plain(tree: Tree, record: Record) -> bool:
    return bool(record.children) and all(tree[one].tag == VALUE for one in record.children)


def pointer(tree: Tree, key: str) -> str:
    """Write the place as a JSON pointer, such as `/tasks/0/points`."""
    if key == ROOT:
        return ""
    record, parent = tree[key], tree[tree[key].parent]
    name = record.values.get("name")
    if parent.tag == LIST or name is None:
        last = str(parent.children.index(key))
    else:
        last = name.replace("~", "~0").replace("/", "~1")
    return f"{pointer(tree, record.parent)}/{last}"
