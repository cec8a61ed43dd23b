"""The expressions that are written at an element, each with the place where it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.data import data_associations, data_names
from engine.diagrams.dialect import DialectReader
from engine.diagrams.vocabulary import B, C, text_of
from engine.feel import is_timer_literal

Place = Literal["around", "inside", "done", "after", "called", "anywhere"]
"""Before the element, in (one instance of) it, at the end of that, behind it, in the process
that it calls, or at any moment within it."""


@dataclass(frozen=True, slots=True)
class Written:
    """One expression: what it is in Chinese and English, its text, and where it is evaluated."""

    zh: str
    en: str
    text: str
    place: Place = "inside"
    boolean: bool = False


_ATTRIBUTES = {
    "assignee": ("办理人", "assignee"),
    "dueDate": ("截止时间", "due date"),
    "followUpDate": ("跟进时间", "follow-up date"),
    "priority": ("优先级", "priority"),
}
_DATES = ("dueDate", "followUpDate")
_DATA = (("data_in", B + "dataInputAssociation"), ("data_out", B + "dataOutputAssociation"))


def written_at(scope: Scope, node: Node) -> Iterator[Written]:
    """List the expressions of an element but timers and scripts, and its flows' conditions."""
    for flow in scope.out(node):
        if flow.find(B + "conditionExpression") is not None:
            text = text_of(flow, "conditionExpression") or ""
            yield Written("条件", "condition", text, "after", boolean=True)
    reader = DialectReader(node)
    yield from _attributes(reader)
    yield from _parameters(reader)
    yield from _repetitions(node, reader)
    yield from _waited_for(node)
    yield from _associations(node)


def _attributes(reader: DialectReader) -> Iterator[Written]:
    for name, (zh, en) in _ATTRIBUTES.items():
        text = reader.attribute(name)
        if text and not (name in _DATES and is_timer_literal(text)):
            yield Written(zh, en, text)
    people = reader.candidate_users()
    if people:
        yield Written("候选人", "candidate users", people)
    key = reader.properties().get("jc:correlationKey")
    if key:
        yield Written("关联键", "correlation key", key)


def _parameters(reader: DialectReader) -> Iterator[Written]:
    directions: tuple[tuple[str, str, Place], ...] = (
        ("input", "输入参数", "inside"),
        ("output", "输出参数", "done"),
    )
    for direction, zh, place in directions:
        for name, text, is_feel in reader.parameters(direction):
            if is_feel:
                yield Written(f"{zh}“{name}”", f"{direction} parameter “{name}”", text, place)
    places: tuple[tuple[str, Place], ...] = (("in", "inside"), ("out", "called"))
    for direction, place in places:
        for source, target in reader.mapping(direction) or []:
            yield Written(f"变量传递“{target}”", f"mapping of “{target}”", source, place)


def _repetitions(node: Node, reader: DialectReader) -> Iterator[Written]:
    several = node.find(B + "multiInstanceLoopCharacteristics")
    if several is not None:
        output = reader.properties().get("jc:outputElement") or ""
        enough = text_of(several, "completionCondition") or ""
        found = [
            Written("集合", "collection", several.get(C + "collection") or "", "around"),
            Written("次数", "count", text_of(several, "loopCardinality") or "", "around"),
            Written("完成条件", "completion condition", enough, "done", boolean=True),
            Written("输出元素", "output element", output, "done"),
        ]
        yield from (one for one in found if one.text)
        for one in several.iterfind(B + "complexBehaviorDefinition"):
            text = text_of(one, "condition") or "true"
            yield Written("行为条件", "behaviour condition", text, "done", boolean=True)
    loop = node.find(B + "standardLoopCharacteristics")
    condition = text_of(loop, "loopCondition") if loop is not None else None
    if condition:
        yield Written("循环条件", "loop condition", condition, "done", boolean=True)


def awaited(graph: Graph, node: Node) -> Iterator[Written]:
    """List the conditions of conditional events, drawn in the event or referred to."""
    for definition in graph.definitions(node):
        text = text_of(definition, "condition")
        if text and definition.tag == B + "conditionalEventDefinition":
            yield Written("条件", "condition", text, boolean=True)


def _waited_for(node: Node) -> Iterator[Written]:
    """List the conditions of ad-hoc sub-processes and gateways."""
    enough = text_of(node, "completionCondition")
    if enough:
        yield Written("完成条件", "completion condition", enough, "anywhere", boolean=True)
    activation = text_of(node, "activationCondition")
    if activation:
        yield Written("激活条件", "activation condition", activation, boolean=True)


def _associations(node: Node) -> Iterator[Written]:
    if all(node.find(tag) is None for _, tag in _DATA):
        return
    names = data_names(node.getroottree().getroot())
    for direction, _ in _DATA:
        place: Place = "around" if direction == "data_in" else "done"
        if direction == "data_out" and node.tag == B + "callActivity":
            place = "called"
        for _, expression in data_associations(node, direction, names):
            yield Written("数据关联", "data association", expression, place)
