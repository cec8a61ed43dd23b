"""Check that every expression in a diagram compiles, and that timers can be read."""

from __future__ import annotations

import re

from engine.diagrams.checking.environment import Environment
from engine.diagrams.checking.graph import Graph, Node
from engine.diagrams.checking.meaning import Meaning
from engine.diagrams.checking.report import Report
from engine.diagrams.checking.variables import KINDS, PROPERTY, BadDeclaration, read_declaration
from engine.diagrams.checking.written import Written, awaited, written_at
from engine.diagrams.dialect import DialectReader
from engine.diagrams.timers import is_literal_of
from engine.diagrams.vocabulary import B, C, local_name, strip_equals, text_of
from engine.feel import FeelSyntaxError, compile_expression, is_timer_literal

_TIMERS = {
    "timeDate": ("date", "日期或时刻"),
    "timeDuration": ("duration", "时长"),
    "timeCycle": ("cycle", "周期"),
}
_VARIABLE = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')


def check_expressions(graph: Graph, environment: Environment, report: Report) -> None:
    """Report expressions that are no FEEL, timers that are no time, names that are none."""
    meaning = Meaning(graph, environment, report)
    for scope, node in graph.nodes():
        for one in [*written_at(scope, node), *awaited(graph, node)]:
            _compile(node, one, environment, meaning)
        for definition in graph.definitions(node):
            if definition.tag == B + "timerEventDefinition":
                _check_timer(node, definition, environment, meaning)
        if node.tag == B + "callActivity":
            meaning.check_call(node)
        if node.tag == B + "scriptTask":
            _check_script(node, environment, meaning)
        _check_variables(node, report)


def _compile(node: Node, one: Written, environment: Environment, meaning: Meaning) -> None:
    text, report = strip_equals(one.text), meaning.report
    if "==" in _STRING.sub("", text):
        report.add(node, "double_equals", what=one.zh, what_en=one.en)
        return
    try:
        compile_expression(text, functions=environment.functions)
    except FeelSyntaxError as error:
        report.add(
            node,
            "bad_expression",
            what=one.zh,
            what_en=one.en,
            problem_zh=error.message_zh,
            problem_en=error.message_en,
        )
        return
    meaning.check(node, one)


def _check_timer(node: Node, timer: Node, environment: Environment, meaning: Meaning) -> None:
    report = meaning.report
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
        _compile(node, Written("定时", "timer", source), environment, meaning)


def _looks_iso(text: str) -> bool:
    """Tell a mistyped literal, which might compile as a variable or a subtraction."""
    return re.fullmatch(r"R\d*/\S*|PT?\d\w*|\d{4}-\d{2}\S*", text) is not None


def _check_script(node: Node, environment: Environment, meaning: Meaning) -> None:
    report = meaning.report
    language = node.get("scriptFormat", "feel")
    if "feel" not in language.lower():
        report.add(node, "script_format", format=language)
        return
    script = strip_equals(text_of(node, "script") or "")
    if not (script.startswith("{") and script.endswith("}")):
        report.add(node, "script_not_context")
    else:
        _compile(node, Written("脚本", "script", script), environment, meaning)


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
    try:
        read_declaration(reader.properties().get(PROPERTY, ""))
    except BadDeclaration as error:
        report.add(node, "bad_declaration", part=error.part, kinds=", ".join(KINDS))
    for name in names:
        if name is not None and not _VARIABLE.fullmatch(name):
            report.add(node, "bad_name", name=name)
