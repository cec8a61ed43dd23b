"""Why a value is null: the part to blame, and a sentence in Chinese and English."""

from typing import Any

import pytest

from engine.feel import LazyContext, NullReason, compile_expression, compile_unary_tests

CONTEXT: dict[str, Any] = {
    "a": 5,
    "s": "x",
    "nothing": None,
    "list": [1, 2],
    "c": {"d": 1, "e": None},
    "总分": 60,
    "lazy": LazyContext({"x": lambda: None}),
}


@pytest.mark.parametrize(
    ("source", "part", "column", "message_zh", "message_en"),
    [
        ("a + b", "b", 5, "没有名为“b”的变量", "there is no variable b"),
        (
            "总份 + 1",
            "总份",
            1,
            "没有名为“总份”的变量，是否指“总分”？",
            "there is no variable 总份, did you mean 总分?",
        ),
        ("a + nothing", "nothing", 5, "“nothing”的值为空", "nothing is null"),
        ("a + c.f.g", "c.f", 5, "上下文没有“f”", "a context has no f"),
        ("a + c.e", "c.e", 5, "“e”的值为空", "e is null"),
        ("s.x", "s.x", 1, "文本没有“x”", "a string has no x"),
        (
            "lazy.x + 1",
            "lazy.x",
            1,
            "上下文没有“x”，或其值为空",
            "a context has no x, or it is null",
        ),
        (
            "a + s",
            "a + s",
            1,
            "不能对数字与文本使用“+”",
            "+ has no meaning for number and string",
        ),
        ("-s", "-s", 1, "不能对文本这样计算", "it has no meaning for string"),
        ("1 + a / 0", "a / 0", 5, "不能除以零", "it divides by zero"),
        (
            "10 ** 6144 * 10",
            "10 ** 6144 * 10",
            1,
            "结果超出数字的范围，或没有定义",
            "the result is out of range or not defined",
        ),
        (
            "list[3]",
            "list[3]",
            1,
            "列表有 2 项，没有第 3 项",
            "the list has no item 3, it has 2",
        ),
        ("nothing[1]", "nothing", 1, "“nothing”的值为空", "nothing is null"),
        (
            'list["x"]',
            'list["x"]',
            1,
            "筛选条件是文本，应为布尔值或序号",
            "the filter is a string, neither a boolean nor a position",
        ),
        ("a = s", "a = s", 1, "数字与文本不能比较", "number and string cannot be compared"),
        (
            "list < list",
            "list < list",
            1,
            "列表不能这样比较",
            "a list cannot be compared so",
        ),
        (
            "a between 1 and s",
            "a between 1 and s",
            1,
            "数字与数字与文本不能比较",
            "number and number and string cannot be compared",
        ),
        (
            "true and a",
            "true and a",
            1,
            "“and”的一边是数字，不是布尔值",
            "a side of and is a number, no boolean",
        ),
        ("a > 1 and b", "b", 11, "没有名为“b”的变量", "there is no variable b"),
        (
            "[5..1]",
            "[5..1]",
            1,
            "区间的下限大于上限，或没有大小",
            "the range begins above its end, or has no order",
        ),
        ("1 instance of odd", "1 instance of odd", 1, "没有这个类型", "there is no such type"),
        (
            '@"2026-13-01"',
            '@"2026-13-01"',
            1,
            '"2026-13-01"不是日期、时间或时长',
            '"2026-13-01" is no date, time or duration',
        ),
        (
            'for i in "a".."b" return i',
            'for i in "a".."b" return i',
            1,
            "不能逐项取文本到文本",
            "it cannot go through string to string",
        ),
        (
            "every x in list satisfies x",
            "every x in list satisfies x",
            1,
            "有一项的结果不是布尔值",
            "for an item the condition is neither true nor false",
        ),
        ("f(a)", "f(a)", 1, "没有名为“f”的函数", "there is no function f"),
        (
            "uppercase(s)",
            "uppercase(s)",
            1,
            "没有名为“uppercase”的函数，是否指“upper case”？",
            "there is no function uppercase, did you mean upper case?",
        ),
        ("a(1)", "a(1)", 1, "“a”不是函数", "a is no function"),
        (
            "upper case(a)",
            "upper case(a)",
            1,
            "函数“upper case”的第1个参数应为文本，这里是数字",
            "argument 1 of upper case should be a string, not a number",
        ),
        (
            "substring(s)",
            "substring(s)",
            1,
            "函数“substring”应有2-3个参数，这里有1个",
            "the function substring takes 2-3 arguments, not 1",
        ),
        (
            "sqrt(x: 4)",
            "sqrt(x: 4)",
            1,
            "函数“sqrt”没有名为“x”的参数",
            "the function sqrt has no parameter x",
        ),
        (
            'date("2026-13-01")',
            'date("2026-13-01")',
            1,
            '函数“date”对这些参数没有结果("2026-13-01")',
            'the function date has no value for these arguments ("2026-13-01")',
        ),
        (
            "{f: function(x) x + s, r: f(a)}.r",
            "x + s",
            17,
            "不能对数字与文本使用“+”",
            "+ has no meaning for number and string",
        ),
        (
            '(function() external {java: {class: "X"}})()',
            '(function() external {java: {class: "X"}})()',
            1,
            "外部函数不允许使用",
            "external functions are refused",
        ),
        (
            "if a then 1 else 2",
            "if a then 1 else 2",
            1,
            "条件是数字，不是布尔值",
            "the condition is a number, neither true nor false",
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


@pytest.mark.parametrize("source", ["a > 1 or b", "nothing = null", "list[item > 5]", "s"])
def test_value_that_is_not_null_needs_no_reason(source: str) -> None:
    assert compile_expression(source).explain(CONTEXT) is None


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("< 5", 4, None),
        (
            "< 5",
            "4",
            NullReason("< 5", 1, 1, "文本与数字不能比较", "string and number cannot be compared"),
        ),
        ("< 5", None, NullReason("", 1, 1, "被检验的值为空", "the tested value is null")),
        (
            '1, "x"',
            2,
            NullReason('"x"', 1, 4, "数字与文本不能比较", "number and string cannot be compared"),
        ),
        (
            "? > s and true",
            1,
            NullReason("? > s", 1, 1, "数字与文本不能比较", "number and string cannot be compared"),
        ),
    ],
)
def test_test_that_is_unknown_has_a_reason(
    source: str, value: Any, expected: NullReason | None
) -> None:
    assert compile_unary_tests(source).explain(value, CONTEXT) == expected
