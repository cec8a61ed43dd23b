"""Collecting what is wrong with a file of decisions."""

from __future__ import annotations

from engine.decisions.document import Element, label_of, nearest_id
from engine.feel import FeelSyntaxError
from engine.findings import Finding, Severity

_MESSAGES: dict[str, tuple[str, str]] = {
    "dmn_hit_policy": ("未知的命中策略“{value}”", "the hit policy {value} is unknown"),
    "dmn_aggregation": ("未知的聚合方式“{value}”", "the aggregation {value} is unknown"),
    "dmn_aggregated_outputs": (
        "聚合方式 {value} 只允许一个输出",
        "the aggregation {value} allows one output only",
    ),
    "dmn_no_output": ("决策表没有输出列", "the table has no output"),
    "dmn_cells": (
        "第 {value} 条规则的单元格数与列数不符",
        "rule {value} has not as many cells as there are columns",
    ),
    "dmn_language": (
        "只支持 FEEL 表达式，不支持“{value}”",
        "expressions must be FEEL, not {value}",
    ),
    "dmn_type": ("未知的类型“{value}”", "the type {value} is unknown"),
    "dmn_logic": ("不支持的决策逻辑“{value}”", "the logic {value} is not supported"),
    "dmn_external": (
        "不支持外部函数（Java、PMML），请改写为 FEEL",
        "external functions (Java, PMML) are refused; write them in FEEL",
    ),
    "dmn_no_logic": ("决策没有逻辑", "the decision has no logic"),
    "dmn_same_id": ("决策 id“{value}”重复", "the decision id {value} appears twice"),
    "dmn_requirement": ("找不到所需的元素“{value}”", "the required element {value} is missing"),
    "dmn_cycle": ("决策之间循环依赖: {value}", "decisions need each other in a circle: {value}"),
    "dmn_import": (
        "找不到被引入的决策文件“{value}”，请把它一同发布",
        "no file has the imported namespace {value}; publish it, too",
    ),
    "dmn_import_type": (
        "只能引入 DMN 文件，不能引入“{value}”",
        "only DMN files can be imported, not {value}",
    ),
    "dmn_import_cycle": (
        "决策文件循环引入: {value}",
        "files import each other in a circle: {value}",
    ),
    "dmn_import_wrong": ("被引入的决策文件“{value}”有误", "the imported file {value} is wrong"),
    "dmn_depth": (
        "决策依赖超过 {value} 层，或者过于繁密",
        "decisions need each other over {value} levels deep, or in too many ways",
    ),
    "dmn_service_output": ("决策服务没有输出决策", "the decision service has no output decision"),
    "dmn_overlap": (
        "第 {value} 行与第 {other} 行会同时成立（例如 {example}），命中策略 {policy} 不允许",
        "rows {value} and {other} may hold together (such as {example}), against {policy}",
    ),
    "dmn_gap": (
        "没有规则覆盖 {value}（例如 {example}）",
        "no row covers {value} (such as {example})",
    ),
    "dmn_no_default": (
        "表中没有提到的取值没有规则覆盖，也没有默认输出（例如 {example}）",
        "values that no row names are not covered, and there is no default (such as {example})",
    ),
    "dmn_default_missing": (
        "输出“{value}”没有默认值，而其他输出有",
        "the outputs {value} have no default, but others do",
    ),
    "dmn_shadowed": (
        "第 {value} 行永远轮不到：第 {other} 行已覆盖它的全部情况",
        "row {value} never decides: rows {other} cover all of it",
    ),
    "dmn_never": (
        "第 {value} 行的条件永远不会成立",
        "the conditions of row {value} never hold",
    ),
    "dmn_same_row": (
        "行编号“{value}”重复，无法区分是哪一行作出决定",
        "the row id {value} appears twice, so it cannot be told which row decided",
    ),
    "dmn_duplicate": ("第 {value} 行与第 {other} 行相同", "row {value} repeats row {other}"),
    "dmn_unreachable_output": (
        "没有规则给出输出“{column}”的允许值 {value}",
        "no row gives the allowed value {value} of the output {column}",
    ),
    "dmn_cell_type": (
        "第 {row} 行“{column}”的 {value} 不是 {kind}",
        "row {row}: {value} of {column} is no {kind}",
    ),
    "dmn_output_value": (
        "第 {row} 行“{column}”的 {value} 不在允许的输出值中",
        "row {row}: {value} is no allowed value of {column}",
    ),
    "dmn_unknown_name": (
        "第 {row} 行用到未知的名称“{value}”{hint_zh}",
        "row {row} uses the unknown name {value}{hint_en}",
    ),
    "dmn_too_large_to_check": (
        "决策表过大，无法逐一核对重叠与遗漏",
        "the table is too large to be checked exactly for overlaps and gaps",
    ),
}


class DecisionReport:
    """Findings of one file."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(
        self,
        element: Element,
        code: str,
        *,
        value: str = "",
        severity: Severity = "error",
        **more: str,
    ) -> None:
        """Note a finding about an element; `value` and `more` are named in its sentences."""
        zh, en = (text.format(value=value, **more) for text in _MESSAGES[code])
        self._note(element, code, zh, en, element.sourceline, severity)

    def add_syntax(self, element: Element, error: FeelSyntaxError) -> None:
        """Note an expression that is none, with the place in it."""
        where_zh = f"第 {error.line} 行第 {error.column} 列: "
        where_en = f"line {error.line}, column {error.column}: "
        zh = f"表达式有误，{where_zh}{error.message_zh}"
        en = f"the expression is wrong, {where_en}{error.message_en}"
        self._note(element, "dmn_expression", zh, en, element.sourceline, "error")

    def _note(
        self, element: Element, code: str, zh: str, en: str, line: int | None, severity: Severity
    ) -> None:
        finding = Finding(
            code=code,
            message_zh=zh,
            message_en=en,
            element_id=nearest_id(element),
            element_name=label_of(element),
            line=line,
            severity=severity,
        )
        self.findings.append(finding)
