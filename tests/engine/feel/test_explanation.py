from typing import Any

import pytest

from engine.feel import NullReason, compile_expression

CONTEXT: dict[str, Any] = {"a": 5, "s": "x", "nothing": None, "list": [1, 2], "c": {"d": 1}}


@pytest.mark.parametrize(
    ("source", "part", "column", "message_zh", "message_en"),
    [
        ("a + b", "b", 5, "没有名为“b”的变量", "there is no variable b"),
        ("a + nothing", "nothing", 5, "“nothing”的值为空", "nothing is null"),
        ("a + c.e", "c.e", 5, "上下文没有“e”", "a context has no e"),
        ("a + c.e.f", "c.e", 5, "上下文没有“e”", "a context has no e"),
        (
            "a + s",
            "a + s",
            1,
            "不能对数字与文本这样计算",
            "it has no meaning for number and string",
        ),
        (
            "1 + a / 0",
            "a / 0",
            5,
            "这样计算没有结果(例如除以零)",
            "it has no result, as in a division by zero",
        ),
        ("list[3]", "list[3]", 1, "列表中没有这一项", "the list has no such item"),
        ("f(a)", "f(a)", 1, "没有名为“f”的函数", "there is no function f"),
        (
            "upper case(a)",
            "upper case(a)",
            1,
            "函数“upper case”对这些参数没有结果(数字)",
            "the function upper case has no value for these arguments (number)",
        ),
        (
            "if a then 1 else 2",
            "if a then 1 else 2",
            1,
            "条件的值不是布尔值",
            "the condition is neither true nor false",
        ),
        ("if a > 1 then null else 2", "null", 15, "这里写的就是空值", "it is null as written"),
    ],
)
def test_null_has_a_reason(
    source: str, part: str, column: int, message_zh: str, message_en: str
) -> None:
    reason = compile_expression(source).explain(CONTEXT)

    assert reason == NullReason(part, 1, column, message_zh, message_en)


def test_reason_knows_its_line() -> None:
    assert compile_expression("1 +\n  b").explain({}) == NullReason(
        "b", 2, 3, "没有名为“b”的变量", "there is no variable b"
    )


def test_value_that_is_not_null_needs_no_reason() -> None:
    assert compile_expression("a > 1 or b").explain(CONTEXT) is None
