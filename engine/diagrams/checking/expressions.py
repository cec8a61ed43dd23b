"""Check that every expression in a diagram compiles, and that timers can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagrams.checking.environment import Environment
from engine.diagrams.checking.graph import Graph, Node, Scope
from engine.diagrams.checking.report import Report
from engine.diagrams.data import data_associations, data_names
from engine.diagrams.dialect import DialectReader
from engine.diagrams.timers import is_literal_of
from engine.diagrams.vocabulary import B, C, local_name, strip_equals, text_of
from engine.feel import FeelSyntaxError, compile_expression, is_timer_literal
from engine.feel.checking import check_expression

_Source = tuple[str, str, str]
"""What the expression is, in Chinese and English, and its text."""

_ATTRIBUTES = {
    "assignee": ("办理人", "assignee"),
    "dueDate": ("截止时间", "due date"),
    "followUpDate": ("跟进时间", "follow-up date"),
    "priority": ("优先级", "priority"),
}
_DATES = ("dueDate", "followUpDate")
_TIMERS = {
    "timeDate": ("date", "日期或时刻"),
    "timeDuration": ("duration", "时长"),
    "timeCycle": ("cycle", "周期"),
}
_VARIABLE = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_CONDITION = ("条件", "condition")
_MUST_BE_BOOLEAN = {
    _CONDITION,
    ("完成条件", "completion condition"),
    ("激活条件", "activation condition"),
    ("循环条件", "loop condition"),
    ("行为条件", "behaviour condition"),
}
_NULL = {"not_comparable", "not_ordered", "no_arithmetic", "no_position", "wrong_argument_kind"}
_DATA_IN, _DATA_OUT = B + "dataInputAssociation", B + "dataOutputAssociation"


def check_expressions(graph: Graph, environment: Environment, report: Report) -> None:
    """Report expressions that are no FEEL, timers that are no time, names that are none."""
    for scope, node in graph.nodes():
        for zh, en, text in _sources(scope, node):
            _compile(node, zh, en, text, environment, report)
        for timer in node.iterfind(B + "timerEventDefinition"):
            _check_timer(node, timer, environment, report)
        if node.tag == B + "scriptTask":
            _check_script(node, environment, report)
        _check_variables(node, report)


def _sources(scope: Scope, node: Node) -> Iterator[_Source]:
    yield from _conditions(scope, node)
    reader = DialectReader(node)
    yield from _attributes(reader)
    key = reader.properties().get("jc:correlationKey")
    if key:
        yield "关联键", "correlation key", key
    for direction, zh in (("input", "输入参数"), ("output", "输出参数")):
        for name, text, is_feel in reader.parameters(direction):
            if is_feel:
                yield f"{zh}“{name}”", f"{direction} parameter “{name}”", text
    for direction in ("in", "out"):
        for source, target in reader.mapping(direction) or []:
            yield f"变量传递“{target}”", f"mapping of “{target}”", source
    yield from _repetitions(node, reader)
    yield from _waited_for(node)


def _attributes(reader: DialectReader) -> Iterator[_Source]:
    for name, (zh, en) in _ATTRIBUTES.items():
        text = reader.attribute(name)
        if text and not (name in _DATES and is_timer_literal(text)):
            yield zh, en, text
    people = reader.candidate_users()
    if people:
        yield "候选人", "candidate users", people


def _conditions(scope: Scope, node: Node) -> Iterator[_Source]:
    for flow in scope.out(node):
        if flow.find(B + "conditionExpression") is not None:
            yield (*_CONDITION, text_of(flow, "conditionExpression") or "")


def _repetitions(node: Node, reader: DialectReader) -> Iterator[_Source]:
    several = node.find(B + "multiInstanceLoopCharacteristics")
    if several is not None:
        sources = [
            ("集合", "collection", several.get(C + "collection")),
            ("次数", "count", text_of(several, "loopCardinality")),
            ("完成条件", "completion condition", text_of(several, "completionCondition")),
            ("输出元素", "output element", reader.properties().get("jc:outputElement")),
        ]
        yield from ((zh, en, text) for zh, en, text in sources if text)
    loop = node.find(B + "standardLoopCharacteristics")
    condition = text_of(loop, "loopCondition") if loop is not None else None
    if condition:
        yield "循环条件", "loop condition", condition


def _waited_for(node: Node) -> Iterator[_Source]:
    """List the conditions of events, ad-hoc sub-processes, gateways and data associations."""
    for event in node.iterfind(B + "conditionalEventDefinition"):
        text = text_of(event, "condition")
        if text:
            yield "条件", "condition", text
    enough = text_of(node, "completionCondition")
    if enough:
        yield "完成条件", "completion condition", enough
    activation = text_of(node, "activationCondition")
    if activation:
        yield "激活条件", "activation condition", activation
    several = node.find(B + "multiInstanceLoopCharacteristics")
    for one in [] if several is None else several.iterfind(B + "complexBehaviorDefinition"):
        yield "行为条件", "behaviour condition", text_of(one, "condition") or "true"
    names = (
        data_names(node.getroottree().getroot())
        if node.find(_DATA_IN) is not None or (node.find(_DATA_OUT) is not None)
        else {}
    )
    for direction in ("data_in", "data_out"):
        for _, expression in data_associations(node, direction, names):
            yield "数据关联", "data association", expression


def _compile(
    node: Node, zh: str, en: str, text: str, environment: Environment, report: Report
) -> bool:
    if "==" in _STRING.sub("", strip_equals(text)):
        report.add(node, "double_equals", what=zh, what_en=en)
        return False
    try:
        compile_expression(strip_equals(text), functions=environment.functions)
    except FeelSyntaxError as error:
        report.add(
            node,
            "bad_expression",
            what=zh,
            what_en=en,
            problem_zh=error.message_zh,
            problem_en=error.message_en,
        )
        return False
    _check_meaning(node, zh, en, text, environment, report)
    return True


def _check_meaning(
    node: Node, zh: str, en: str, text: str, environment: Environment, report: Report
) -> None:
    """Report what can never work, whatever the variables hold.

    Which variables there are is not known here; functions they are not, since they are JSON.
    """
    findings = check_expression(
        strip_equals(text),
        {},
        functions=environment.functions or {},
        expects="boolean" if (zh, en) in _MUST_BE_BOOLEAN else None,
    )
    for one in findings:
        if one.code in ("unknown_name", "unknown_member"):
            continue
        code = "always_null" if one.code in _NULL else "bad_expression"
        report.add(
            node,
            code,
            what=zh,
            what_en=en,
            problem_zh=one.message_zh,
            problem_en=one.message_en,
        )


def _check_timer(node: Node, timer: Node, environment: Environment, report: Report) -> None:
    written = [(tag, text) for tag in _TIMERS if (text := text_of(timer, tag))]
    if len(written) != 1:
        report.add(node, "no_timer")
        return
    tag, text = written[0]
    form, form_zh = _TIMERS[tag]
    if tag == "timeCycle" and node.tag == B + "intermediateCatchEvent":
        report.add(node, "cycle_in_flow")
    source = strip_equals(text)
    if is_timer_literal(source):
        if not is_literal_of(form, source):
            report.add(node, "bad_timer", text=source, form=form, form_zh=form_zh)
    elif _looks_iso(source):
        report.add(node, "bad_timer", text=source, form=form, form_zh=form_zh)
    else:
        _compile(node, "定时", "timer", source, environment, report)


def _looks_iso(text: str) -> bool:
    """Tell a mistyped literal, which might compile as a variable or a subtraction."""
    return re.fullmatch(r"R\d*/\S*|PT?\d\w*|\d{4}-\d{2}\S*", text) is not None


def _check_script(node: Node, environment: Environment, report: Report) -> None:
    language = node.get("scriptFormat", "feel")
    if "feel" not in language.lower():
        report.add(node, "script_format", format=language)
        return
    script = strip_equals(text_of(node, "script") or "")
    if not (script.startswith("{") and script.endswith("}")):
        report.add(node, "script_not_context")
    else:
        _compile(node, "脚本", "script", script, environment, report)


def _check_variables(node: Node, report: Report) -> None:
    reader = DialectReader(node)
    several = node.find(B + "multiInstanceLoopCharacteristics")
    names = [
        reader.attribute("resultVariable"),
        reader.properties().get("jc:outputCollection"),
        several.get(C + "elementVariable") if several is not None else None,
        *(name for name, _, _ in reader.parameters("input")),
        *(name for name, _, _ in reader.parameters("output")),
    ]
    if local_name(node) == "callActivity":
        mappings = [*(reader.mapping("in") or []), *(reader.mapping("out") or [])]
        names.extend(target for _, target in mappings)
    for name in names:
        if name is not None and not _VARIABLE.fullmatch(name):
            report.add(node, "bad_name", name=name)
