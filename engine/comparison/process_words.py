"""How people speak of what differs in a diagram."""

from __future__ import annotations

from engine.comparison.change import Shown, Subject, Words, shortened
from engine.comparison.process_terms import (
    ATTRIBUTES,
    DETAILS,
    HIDDEN,
    PROPERTIES,
    TYPES,
    kind_of,
)
from engine.comparison.processes import LANES, WAYPOINTS, D
from engine.comparison.tree import ROOT, TEXT, Record, Tree, ancestors, inside
from engine.diagrams.vocabulary import FLOW, B

_DERIVED = frozenset({"id", "isExpanded"})
_REFERRING = frozenset({"sourceRef", "targetRef", "attachedToRef", "default", LANES, "processRef"})


class ProcessWords(Words):
    """Elements by type and name, flows by what they join, qualities by their office names."""

    def subject(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        """Name an element, or a quality of the nearest one around."""
        record = tree[key]
        local = record.tag.rpartition("}")[2]
        if what == "order" and local == "inputOutput":
            owner = self._owner(tree, key)
            zh, en = naming(tree, owner)
            return Subject(
                owner.key, named(owner), "input", f"{zh}的传入传出", f"the parameters of {en}"
            )
        if self._is_drawing(tree, key):
            return self._layout(tree, key, what, name)
        if local in HIDDEN or name in _DERIVED or name.startswith("xmlns:"):
            return None
        owner = self._owner(tree, key)
        if what == "order":
            return None
        if owner.key == key and what in ("added", "removed", "tag", "parent"):
            return self._element(tree, owner, what)
        label = self._label(tree, record, owner, name, what)
        if label is None:
            return None
        zh, en = naming(tree, owner)
        part, label_zh, label_en = label
        if not label_zh:  # The whole element again, such as its name.
            return Subject(owner.key, named(owner), part, zh, en)
        return Subject(
            owner.key, named(owner), part, f"{zh}的{label_zh}", f"the {label_en} of {en}"
        )

    def shown(self, tree: Tree, key: str, what: str, name: str, value: str) -> Shown:
        """Write ids of elements as their names and types as words."""
        if what == "tag":
            kind = TYPES.get(value.rpartition("}")[2])
            return Shown(*kind) if kind else Shown(value, value)
        if what == "parent" or name in _REFERRING:
            found = [tree[one] for one in value.split() if one in tree] if value else []
            if what == "parent" and value == ROOT:
                return Shown("最外层", "the outside")
            if found:
                names = [naming(tree, one) for one in found]
                return Shown("、".join(zh for zh, _ in names), ", ".join(en for _, en in names))
        return Shown(shortened(value), shortened(value))

    def whole(self, record: Record, tree: Tree) -> str | None:
        """Give the value of a property, parameter or timer that came or went."""
        if record.tag == FLOW:
            return None
        values = [
            value
            for key in inside(tree, record.key)
            for name, value in tree[key].values.items()
            if name in (TEXT, "value")
        ]
        if record.tag.rpartition("}")[2] in TYPES:
            return None
        return ", ".join(values) or None

    def _owner(self, tree: Tree, key: str) -> Record:
        for one in [key, *ancestors(tree, key)]:
            record = tree[one]
            if "/" not in one and record.tag.rpartition("}")[2] in TYPES:
                return record
        return tree[ROOT]

    def _is_drawing(self, tree: Tree, key: str) -> bool:
        return any(tree[one].tag.startswith(D) for one in [key, *ancestors(tree, key)])

    def _layout(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        if name == "id" or what in ("added", "removed", "order"):
            return None
        for one in [key, *ancestors(tree, key)]:
            drawn = tree[one].values.get("bpmnElement", "")
            if drawn and drawn in tree:
                record = tree[drawn]
                zh, en = naming(tree, record)
                return Subject(
                    drawn, named(record), "layout", f"{zh}在图上的位置", f"the place of {en}"
                )
        return None

    def _element(self, tree: Tree, record: Record, what: str) -> Subject:
        zh, en = naming(tree, record, with_type=what != "tag")
        local = record.tag.rpartition("}")[2]
        part = {"sequenceFlow": "flow", "lane": "lane"}.get(local, "element")
        if what == "tag":
            return Subject(record.key, named(record), "type", f"{zh}的类型", f"the type of {en}")
        return Subject(record.key, named(record), part, zh, en)

    def _label(
        self, tree: Tree, record: Record, owner: Record, name: str, what: str
    ) -> tuple[str, str, str] | None:
        """Say which quality it is: part, and its name in both languages."""
        if record.key == owner.key:
            return _attribute(record, name)
        local = record.tag.rpartition("}")[2]
        told = record.values.get("name", "")
        if local == "property":
            if name == "name":
                return None
            zh, en = PROPERTIES.get(told, (f"属性 {told}", f"property {told}"))
            return "property", zh, en
        if local in ("inputParameter", "outputParameter"):
            zh, en = ("传入", "input") if local == "inputParameter" else ("传出", "output")
            return local.removesuffix("Parameter"), f"{zh} {told}", f"{en} {told}"
        if local in ("in", "out"):
            told = record.values.get("target") or record.values.get("variables") or ""
            zh, en = ("交给下级的", "passed in") if local == "in" else ("取回的", "passed out")
            return local, f"{zh} {told}", f"{en} {told}"
        if local in DETAILS:
            part, zh, en = DETAILS[local]
            if name and name not in (TEXT, "#xml"):
                _, more_zh, more_en = _attribute(record, name) or ("", "", "")
                return part, f"{zh}({more_zh})", f"{en} ({more_en})"
            return part, zh, en
        short = name.rpartition("}")[2] if name not in (TEXT, "#xml") else ""
        path = ".".join(one for one in (local, told, short) if one)
        return "detail", f"设置 {path}", f"setting {path}"


def _attribute(record: Record, name: str) -> tuple[str, str, str] | None:
    local = name.rpartition("}")[2]
    if local in ATTRIBUTES:
        return ATTRIBUTES[local]
    if name == WAYPOINTS:
        return "layout", "走向", "way"
    return "attribute", f"设置 {local}", f"setting {local}"


def named(record: Record) -> str:
    """Give the name that stands on the drawing, else the id."""
    return record.values.get("name") or record.values.get("id") or record.key


def english(tree: Tree, record: Record) -> str:
    """Give the English name of an element, else the drawn one."""
    found = tree.get(f"{record.key}/extensionElements/properties/property[jc:name.en]")
    return (found.values.get("value") if found else None) or named(record)


def naming(tree: Tree, record: Record, *, with_type: bool = False) -> tuple[str, str]:
    """Name an element: `“初审”`, with its type `用户任务“初审”`; a flow by what it joins."""
    zh, en = f"“{named(record)}”", f"“{english(tree, record)}”"
    kind = kind_of(record)
    if record.tag == FLOW:
        ends = [tree.get(record.values.get(end, "")) for end in ("sourceRef", "targetRef")]
        sure = [one for one in ends if one is not None]
        if len(sure) == 2:
            label = f"“{record.values['name']}”" if record.values.get("name") else ""
            zh = f"“{named(sure[0])}”到“{named(sure[1])}”的流线{label}"
            en = f"the flow {label}from “{english(tree, sure[0])}” to “{english(tree, sure[1])}”"
            return zh, en.replace("”from", "” from")
    if record.tag == B + "process":
        return f"流程{zh}", f"the process {en}"
    if record.key == ROOT:
        return "整个文件", "the file"
    if with_type or record.tag in (B + "lane", FLOW):
        return f"{kind[0]}{zh}", f"{kind[1]} {en}"
    return zh, en
