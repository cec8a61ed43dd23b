"""What the check finds, with the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass

# What each code says, in Chinese and English; the words in braces are filled in.
SENTENCES: dict[str, tuple[str, str]] = {
    "syntax": ("{problem_zh}", "{problem_en}"),
    "unknown_name": ("没有名为“{name}”的变量", "there is no variable {name}"),
    "no_position": (
        "位置从 1 数起，没有第 0 项",
        "positions count from 1, there is no item 0",
    ),
    "unknown_member": ("{kind_zh}没有“{name}”", "a {kind} has no {name}"),
    "unknown_function": ("没有名为“{name}”的函数", "there is no function {name}"),
    "not_a_function": ("“{name}”是{kind_zh}，不能调用", "{name} is a {kind}, it cannot be called"),
    "wrong_argument_count": (
        "函数“{name}”应有{wanted}个参数，这里有{given}个",
        "the function {name} takes {wanted} arguments, not {given}",
    ),
    "unknown_argument": (
        "函数“{function}”没有名为“{name}”的参数",
        "the function {function} has no parameter {name}",
    ),
    "missing_argument": (
        "函数“{function}”缺少参数“{name}”",
        "the function {function} lacks the argument {name}",
    ),
    "wrong_argument_kind": (
        "函数“{name}”不接受{kind_zh}",
        "the function {name} does not take {kind}",
    ),
    "not_comparable": (
        "{left_zh}与{right_zh}不能比较，结果总为空值",
        "{left} and {right} cannot be compared, the result is always null",
    ),
    "not_a_choice": (
        "这里的值只会是{choices_zh}，不会是“{name}”",
        "the value is one of {choices}, never {name}",
    ),
    "not_ordered": (
        "{kind_zh}没有大小，结果总为空值",
        "{kind} has no order, the result is always null",
    ),
    "no_arithmetic": (
        "不能对{left_zh}与{right_zh}使用“{operator}”，结果总为空值",
        "{operator} has no meaning for {left} and {right}, the result is always null",
    ),
    "never_boolean": (
        "条件是{kind_zh}，永远不会是布尔值",
        "the condition is a {kind}, it is never true or false",
    ),
    "wrong_result": (
        "结果是{kind_zh}，应为{wanted_zh}",
        "the result is a {kind} where a {wanted} is expected",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake; `line` and `column` count from 1, `source` is the part it is about.

    `suggestion` is the known name that was probably meant; the sentences mention it too.
    """

    code: str
    line: int
    column: int
    source: str
    message_zh: str
    message_en: str
    suggestion: str | None = None

    def __str__(self) -> str:
        return f"{self.message_en} (line {self.line}, column {self.column})"
