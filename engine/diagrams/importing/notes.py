"""What an import tells about a drawing: what was carried over, mended or left out."""

from __future__ import annotations

from lxml import etree

from engine.diagrams.checking.catalogue import Message
from engine.diagrams.vocabulary import local_name
from engine.findings import Finding

NOTES = {
    "encoding_mended": Message(
        "文件的编码与声明不符,已按 {encoding} 读取。",
        "The file is not encoded as it says; it was read as {encoding}.",
        "warning",
    ),
    "prefix_mended": Message(
        "命名空间前缀“{prefix}”没有声明,已补上。",
        "The namespace prefix “{prefix}” was not declared; it is now.",
        "warning",
    ),
    "namespace_mended": Message(
        "元素不在 BPMN 2.0 的命名空间里,已移入。",
        "The elements were not in the namespace of BPMN 2.0; they are now.",
        "warning",
    ),
    "characters_removed": Message(
        "文件含有 XML 不允许的控制字符,已去掉。",
        "The file had control characters that XML forbids; they were removed.",
        "warning",
    ),
    "id_given": Message(
        "{tag} 没有编号,已编为“{id}”。", "A {tag} had no id; it is now “{id}”.", "warning"
    ),
    "id_renamed": Message(
        "编号“{old}”改为“{id}”,引用一并更改。",
        "The id “{old}” became “{id}”, with everything that refers to it.",
        "warning",
    ),
    "id_doubled": Message(
        "编号“{old}”重复,第二个改为“{id}”,引用指向第一个。",
        "The id “{old}” was used twice; the second is “{id}” now, references mean the first.",
        "warning",
    ),
    "made_executable": Message(
        "流程原来不可执行,草稿里改为可执行。",
        "The process was not executable; in the draft it is.",
        "warning",
    ),
    "several_processes": Message(
        "文件有 {count} 个流程;每个流程的消息和调用要分别配置。",
        "The file has {count} processes; messages and calls between them have to be set up.",
        "warning",
    ),
    "empty_pool": Message(
        "泳池“{name}”没有流程,只作图示。",
        "The pool “{name}” has no process; it is only drawn.",
        "warning",
    ),
    "part_ignored": Message(
        "“{tag}”({count} 个)只保留在图上,不会执行。",
        "“{tag}” ({count}) is kept in the drawing only and not run.",
        "warning",
    ),
    "vendor_ignored": Message(
        "“{vendor}”的扩展({count} 处)没有对应的含义,留在草稿里但不起作用。",
        "Extensions of “{vendor}” ({count}) have no meaning here; they stay without effect.",
        "warning",
    ),
    "carried_over": Message(
        "{vendor} 的“{what}”已转为“{become}”。",
        "“{what}” of {vendor} became “{become}”.",
        "warning",
    ),
    "code_ignored": Message(
        "“{what}”是程序代码,不能转换;请改用 FEEL 或服务任务。",
        "“{what}” is program code and cannot be carried over; use FEEL or a service task.",
        "warning",
    ),
    "expression_translated": Message(
        "表达式“{old}”已译为 FEEL:{new}",
        "The expression “{old}” became FEEL: {new}",
        "warning",
    ),
    "expression_left": Message(
        "表达式“{old}”不能自动译为 FEEL,请改写。",
        "The expression “{old}” could not be turned into FEEL; write it anew.",
        "warning",
    ),
    "flow_mended": Message(
        "顺序流没有写起点或终点,已按元素的进出补上。",
        "The sequence flow named no source or target; they were taken from the elements.",
        "warning",
    ),
    "no_layout": Message(
        "文件没有图形信息,已按顺序排布。",
        "The file had no layout; the elements were laid out in order.",
        "warning",
    ),
    "unknown_element": Message(
        "BPMN 2.0 没有“{tag}”这种元素。", "BPMN 2.0 has no element “{tag}”.", "warning"
    ),
}

_LONGEST = 120


class Notes:
    """The notes so far, each once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def add(self, code: str, node: etree._Element | None = None, **names: object) -> None:
        """Note something, of an element if it is of one."""
        message = NOTES[code]
        short = {key: _short(value) for key, value in names.items()}
        finding = Finding(
            code,
            message.zh.format(**short),
            message.en.format(**short),
            element_id="" if node is None else node.get("id") or "",
            element_name="" if node is None else node.get("name") or "",
            line=None if node is None else node.sourceline,
            severity=message.severity,
        )
        self._found[finding] = None

    def listed(self) -> tuple[Finding, ...]:
        """Give them in the order they were made."""
        return tuple(self._found)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def tag_of(node: etree._Element) -> str:
    """Name an element for a note."""
    return local_name(node) or "?"
