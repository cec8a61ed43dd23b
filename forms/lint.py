"""Find what would make a form render or check wrongly, before it is published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import regex

from forms.checks import CHECKS
from forms.components import CHOOSING, COMPONENTS, INPUTS
from forms.conditions import CompileExpression
from forms.errors import FormProblem
from forms.parsing import Reader, is_true, properties
from forms.visibility import find_circle

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_MISPLACED = re.compile(r"jc:.*|(label|description|text|quick)\.en|values\..*\.en")
SCHEMA_VERSIONS = range(1, 20)
_SHAPE: dict[type | tuple[type, ...], tuple[str, ...]] = {
    Mapping: ("properties", "validate", "layout", "conditional", "appearance"),
    list: ("components", "values"),
    str: (
        "key",
        "path",
        "label",
        "dateLabel",
        "timeLabel",
        "description",
        "text",
        "hide",
        "valuesKey",
        "valuesExpression",
        "subtype",
        "accept",
        "row",
        "pattern",
        "patternErrorMessage",
        "validationType",
    ),
    bool: ("required", "readonly", "disabled", "multiple", "allowAddRemove"),
    int: ("decimalDigits", "defaultRepetitions", "minLength", "maxLength", "columns"),
}
COMPONENTS_LIMIT = 500
DEPTH_LIMIT = 8


def lint_form(
    schema: object, *, compile_expression: CompileExpression | None = None
) -> list[FormProblem]:
    """List everything wrong with form-js JSON; an empty list means it can be published.

    Expressions are looked at only when a compiler is given.
    """
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        return [_problem("", "not_a_form", "不是 form-js 表单", "This is no form-js form")]
    found = [*_lint_top(schema), *_lint_tree(schema["components"])]
    if not found and compile_expression is not None:
        found = list(_lint_expressions(schema["components"], compile_expression))
    return found


def _problem(component: str, code: str, zh: str, en: str) -> FormProblem:
    return FormProblem(component, code, zh, en)


def _lint_top(schema: Mapping[str, Any]) -> Iterator[FormProblem]:
    if schema.get("schemaVersion", 19) not in SCHEMA_VERSIONS:
        yield _problem(
            "", "schema_version", "只支持 form-js 19 及以下版本", "Only schema versions up to 19"
        )
    if not isinstance(schema.get("id"), str) or not _KEY.fullmatch(schema["id"]):
        yield _problem(
            "",
            "form_id",
            "表单 id 应为英文小写下划线形式",
            "The form's id must be an English snake_case word",
        )
    if not schema.get("jc:title"):
        yield _problem("", "title", "表单没有 jc:title", "The form has no jc:title")


def _lint_tree(components: list[Any]) -> Iterator[FormProblem]:
    parts = list(_walk(components))
    if len(parts) > COMPONENTS_LIMIT:
        yield _problem("", "size", "组件过多", "Too many components")
        return
    ids: set[str] = set()
    keys: set[tuple[str, str]] = set()
    for raw, depth, inside in parts:
        if not isinstance(raw, Mapping):
            yield _problem("", "component", "组件不是对象", "A component is no object")
            continue
        name = str(raw.get("id") or raw.get("key") or raw.get("path") or raw.get("type"))
        yield from _lint_component(raw, name, depth, inside)
        own = str(raw.get("id") or "")
        if own and own in ids:
            yield _problem(name, "id_twice", "id 重复", "The id is used twice")
        ids.add(own)
        key = (inside, str(raw.get("key") or raw.get("path") or ""))
        if key[1] and key in keys:
            yield _problem(name, "key_twice", f"键 {key[1]} 重复", f"Key {key[1]} is used twice")
        keys.add(key)


def _walk(
    components: list[Any], depth: int = 1, inside: str = ""
) -> Iterator[tuple[Any, int, str]]:
    """Give each component with its depth and the path of the list around it."""
    for raw in components[: COMPONENTS_LIMIT + 1]:
        yield raw, depth, inside
        children = raw.get("components") if isinstance(raw, Mapping) else None
        if isinstance(children, list) and depth <= DEPTH_LIMIT:
            here = raw.get("path") if raw.get("type") == "dynamiclist" else inside
            yield from _walk(children, depth + 1, str(here or inside))


def _lint_component(
    raw: Mapping[str, Any], name: str, depth: int, inside: str
) -> Iterator[FormProblem]:
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in COMPONENTS:
        yield _problem(
            name, "component", f"不支持组件 {kind}", f"Component {kind} is not supported"
        )
        return
    if depth > DEPTH_LIMIT:
        yield _problem(name, "depth", "嵌套过深", "Nested too deeply")
    for misplaced in filter(_MISPLACED.fullmatch, map(str, raw)):
        yield _problem(
            name,
            "misplaced",
            f"{misplaced} 应写在 properties 中",
            f"{misplaced} belongs into properties",
        )
    shape = list(_lint_shape(raw, name))
    yield from shape
    if not shape:
        for rule in _RULES:
            yield from rule(raw, name, inside)


def _lint_shape(raw: Mapping[str, Any], name: str) -> Iterator[FormProblem]:
    """Find members of another type than form-js gives them."""
    hide = (raw.get("conditional") or {}) if isinstance(raw.get("conditional"), Mapping) else {}
    layout = raw.get("layout") if isinstance(raw.get("layout"), Mapping) else {}
    rules = raw.get("validate") if isinstance(raw.get("validate"), Mapping) else {}
    members = {**raw, **(rules or {}), **(layout or {}), "hide": hide.get("hide")}
    for kind, names in _SHAPE.items():
        for member in names:
            if members.get(member) is not None and not isinstance(members[member], kind):
                yield _problem(
                    name, "shape", f"{member} 的类型有误", f"{member} has the wrong type"
                )
    around = raw.get("appearance") if isinstance(raw.get("appearance"), Mapping) else {}
    for member, value in {**properties(raw), **(around or {})}.items():
        if not _is_property(str(member), value):
            yield _problem(name, "shape", f"{member} 的值有误", f"{member} has a wrong value")
    if not re.fullmatch(r"[\w-]{0,100}", str(raw.get("id") or ""), re.ASCII):
        yield _problem(name, "id", "id 只能用字母、数字", "The id may hold letters and digits only")


def _is_property(name: str, value: object) -> bool:
    """Custom properties are text in the editor; some are numbers or switches."""
    if name in ("jc:maxBytes", "jc:minRows", "jc:maxRows"):
        return bool(re.fullmatch(r"[1-9]\d{0,9}", str(value), re.ASCII))
    if name in ("jc:personal", "jc:variable"):
        return isinstance(value, str | bool)
    return isinstance(value, str)


Rule = Callable[[Mapping[str, Any], str, str], Iterator[FormProblem]]


def _lint_key(raw: Mapping[str, Any], name: str, _inside: str) -> Iterator[FormProblem]:
    kind = raw["type"]
    key = raw.get("path") if kind == "dynamiclist" else raw.get("key")
    if (kind in INPUTS or kind == "dynamiclist") and not _KEY.fullmatch(str(key or "")):
        yield _problem(
            name,
            "key",
            "键应为英文、数字和下划线",
            "The key must be letters, digits and underscores",
        )
    if kind == "group" and raw.get("path"):
        yield _problem(name, "group_path", "分组不能有路径", "A group cannot have a path")


def _lint_label(raw: Mapping[str, Any], name: str, _inside: str) -> Iterator[FormProblem]:
    label = raw.get("label") or raw.get("dateLabel") or raw.get("timeLabel")
    if (raw["type"] in INPUTS or raw["type"] == "dynamiclist") and not label:
        yield _problem(name, "label", "没有标题", "It has no label")


def _lint_list(raw: Mapping[str, Any], name: str, inside: str) -> Iterator[FormProblem]:
    if raw["type"] == "dynamiclist" and inside:
        yield _problem(name, "nested_list", "列表不能套列表", "A list cannot hold a list")
    own = properties(raw)
    if inside and raw["type"] in INPUTS and (own.get("jc:variable") or own.get("jc:bind")):
        yield _problem(
            name,
            "row_variable",
            "列表内的字段不能单独成为变量或绑定，应写在列表上",
            "A field of a row cannot be a variable or bound; the list can",
        )


def _lint_choices(raw: Mapping[str, Any], name: str, _inside: str) -> Iterator[FormProblem]:
    if raw["type"] not in CHOOSING:
        return
    values = raw.get("values")
    if raw.get("valuesKey") or raw.get("valuesExpression"):
        return
    if not isinstance(values, list) or not values:
        yield _problem(name, "values", "没有选项", "It has no values")
        return
    given = [item.get("value") if isinstance(item, Mapping) else None for item in values]
    if any(not isinstance(value, str | int) or value == "" for value in given):
        yield _problem(name, "values", "选项的值应为文字或整数", "Values must be text or integers")
    elif len({str(value) for value in given}) != len(given):
        yield _problem(name, "value_twice", "选项的值重复", "A value is listed twice")


def _lint_rules(raw: Mapping[str, Any], name: str, _inside: str) -> Iterator[FormProblem]:
    rules = raw.get("validate") or {}
    for bound in ("min", "max", "minLength", "maxLength"):
        try:
            Decimal(str(rules.get(bound) or 0))
        except InvalidOperation:
            yield _problem(name, "bound", f"{bound} 不是数字", f"{bound} is no number")
    try:
        regex.compile(rules.get("pattern") or "")
    except (regex.error, TypeError):
        yield _problem(name, "pattern", "正则表达式有误", "The pattern is no regular expression")
    kinds = (properties(raw).get("jc:check"), rules.get("validationType"))
    if any(kind and kind not in (*CHECKS, "custom") for kind in kinds):
        yield _problem(name, "check", "不支持这种检查", f"This check is not supported: {kinds}")


def _lint_datetime(raw: Mapping[str, Any], name: str, _inside: str) -> Iterator[FormProblem]:
    if raw["type"] != "datetime":
        return
    if raw.get("subtype", "date") not in ("date", "time", "datetime"):
        yield _problem(name, "subtype", "日期类型有误", "Unknown kind of date")
    if raw.get("disallowPassedDates") or raw.get("timeSerializingFormat") in (
        "utc_offset",
        "utc_normalized",
    ):
        yield _problem(
            name,
            "datetime_option",
            "不支持禁止过去日期和带时区的时间",
            "Passed dates and time zones are not supported",
        )


def _lint_personal(raw: Mapping[str, Any], name: str, _inside: str) -> Iterator[FormProblem]:
    own = properties(raw)
    inner = [child for child, _depth, _path in _walk(raw.get("components") or [])]
    personal = is_true(own.get("jc:personal")) or any(
        is_true(properties(child).get("jc:personal"))
        for child in inner
        if isinstance(child, Mapping)
    )
    if own.get("jc:variable") and (personal or own.get("jc:check") in CHECKS):
        yield _problem(
            name,
            "personal_variable",
            "个人信息不能成为流程变量",
            "Personal data cannot become a process variable",
        )
    if own.get("jc:variable") and raw["type"] == "filepicker":
        yield _problem(
            name, "file_variable", "文件不能成为流程变量", "A file cannot become a variable"
        )


_RULES: tuple[Rule, ...] = (
    _lint_key,
    _lint_label,
    _lint_list,
    _lint_choices,
    _lint_rules,
    _lint_datetime,
    _lint_personal,
)


def _lint_expressions(
    components: list[Any], compile_expression: CompileExpression
) -> Iterator[FormProblem]:
    reader = Reader(compile_expression)
    for raw, _depth, _inside in _walk(components):
        alone = {**raw, "components": []} if "components" in raw else raw
        try:
            reader.components([alone])
        except ValueError as error:
            zh = getattr(error, "message_zh", str(error))
            en = getattr(error, "message_en", str(error))
            name = str(raw.get("id") or raw.get("key") or raw.get("path") or raw["type"])
            yield _problem(name, "expression", f"表达式有误：{zh}", f"Wrong expression: {en}")
            return
    circle = find_circle(reader.components(components))
    if circle:
        yield _problem(
            circle, "circle", "显示条件互相依赖", "The conditions depend on each other in a circle"
        )
