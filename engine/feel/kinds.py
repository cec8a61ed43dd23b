"""The names of the kinds of values, as designers read them."""

from __future__ import annotations

from collections.abc import Iterable

KINDS_ZH = {
    "null": "空值",
    "boolean": "布尔值",
    "number": "数字",
    "string": "文本",
    "list": "列表",
    "context": "上下文",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "years and months duration": "年月时长",
    "days and time duration": "日时时长",
    "range": "区间",
    "function": "函数",
    "any": "任意值",
}


def name_kinds(kinds: Iterable[str]) -> tuple[str, str]:
    """Name what may be of one of these kinds, in Chinese and English."""
    ordered = sorted(kinds)
    return "或".join(KINDS_ZH[kind] for kind in ordered), " or ".join(ordered)
