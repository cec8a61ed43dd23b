"""What is wrong with a request's parts, in the two languages.

The framework says it in English only, and sometimes repeats what was sent.
"""

from collections.abc import Mapping
from typing import Any

_MESSAGES: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少此项，请补上", "This is missing: add it"),
    "extra_forbidden": ("不认识此项，请删除", "Unknown name: remove it"),
    "string_too_long": ("最多 {max_length} 个字", "At most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字", "At least {min_length} characters"),
    "greater_than_equal": ("不能小于 {ge}", "Must be at least {ge}"),
    "less_than_equal": ("不能大于 {le}", "Must be at most {le}"),
    "literal_error": ("应为 {expected}", "Must be {expected}"),
    "enum": ("应为 {expected}", "Must be {expected}"),
    "string_pattern_mismatch": ("格式不正确", "The format is not right"),
}
# By the beginning of the framework's code: `int_type`, `int_parsing` and so on.
_KINDS: Mapping[str, tuple[str, str]] = {
    "string": ("应为文字", "Text is needed"),
    "int": ("应为整数", "A whole number is needed"),
    "float": ("应为数字", "A number is needed"),
    "bool": ("应为 true 或 false", "true or false is needed"),
    "dict": ("应为 JSON 对象", "A JSON object is needed"),
    "model": (
        "请求内容应为 JSON 对象，Content-Type 应为 application/json",
        "A JSON object is needed, with the content type application/json",
    ),
    "list": ("应为列表", "A list is needed"),
    "uuid": ("应为 UUID", "A UUID is needed"),
    "date": ("应为日期或时间，如 2026-11-29", "A date or time is needed, such as 2026-11-29"),
    "time": ("应为时间或时长，如 PT1H", "A time or duration is needed, such as PT1H"),
    "json": ("不是有效的 JSON，请检查格式", "This is not valid JSON: check its syntax"),
}
_OTHER = ("值不符合要求", "The value does not fit")


def request_error(found: Mapping[str, Any], language: str) -> dict[str, str]:
    """One error of a request: where, a stable code, and what to do."""
    code = str(found["type"])
    texts = _MESSAGES.get(code) or _KINDS.get(code.partition("_")[0]) or _OTHER
    values = {name: str(value) for name, value in (found.get("ctx") or {}).items()}
    try:
        message = texts[language == "en"].format(**values)
    except KeyError:
        message = _OTHER[language == "en"]
    pointer = "/" + "/".join(str(part)[:100] for part in found["loc"][1:])
    return {"pointer": pointer, "code": code, "message": message}
