"""What people write who come from another language, and what FEEL has instead."""

from __future__ import annotations

import re
from typing import NamedTuple


class Habit(NamedTuple):
    """A piece of another language at a place, and the sentences that say what to write."""

    position: int
    message_zh: str
    message_en: str


# A pattern, what comes before it, and what to write instead. The first that fits is taken.
_SIGNS: tuple[tuple[str, str, str], ...] = (
    (r"===?", "相等写作 =，不写 {found}", "write = for equality, not {found}"),
    (r"!==", "不等写作 !=，不写 {found}", "write != for inequality, not {found}"),
    (r"<>|=!|≠", "不等写作 !=，不写 {found}", "write != for inequality, not {found}"),
    (r"=<|≤", "小于等于写作 <=，不写 {found}", "write <= for at most, not {found}"),
    (
        r"=>",
        "大于等于写作 >=，函数写作 function(x) x + 1，不写 {found}",
        "write >= for at least, function(x) x + 1 for a function, not {found}",
    ),
    (r"≥", "大于等于写作 >=，不写 {found}", "write >= for at least, not {found}"),
    (r"->", "函数写作 function(x) x + 1", "write function(x) x + 1 for a function"),
    (r"&&?", "并且写作 and，不写 {found}", "write and, not {found}"),
    (r"\|\|?", "或者写作 or，不写 {found}", "write or, not {found}"),
    (
        r"\?\?|\?:",
        "空值的替代写作 if a = null then b else a，不写 {found}",
        "write if a = null then b else a, not {found}",
    ),
    (
        r"[?:]",
        "二选一写作 if 条件 then 甲 else 乙，不写 条件 ? 甲 : 乙",
        "write if condition then a else b, not condition ? a : b",
    ),
    (r"!|~", "否定写作 not(…)，不写 {found}", "write not(…), not {found}"),
    (
        r"['`‘’]",
        "文本用双引号，不用 {found}",
        "write text in double quotes, not with {found}",
    ),
    (
        r"[+\-*/]=",
        "表达式不赋值，不能用 {found}",
        "an expression assigns nothing, {found} cannot be used",
    ),
    (r"\+\+", "加一写作 x + 1，不写 {found}", "write x + 1, not {found}"),
    (r"%", "余数写作 modulo(a, b)，不写 {found}", "write modulo(a, b), not {found}"),
    (r"\^", "乘方写作 **，不写 {found}", "write **, not {found}"),
    (r"×", "乘写作 *，不写 {found}", "write *, not {found}"),
    (r"÷", "除写作 /，不写 {found}", "write /, not {found}"),
    (
        r";",
        "表达式只有一个值；多个值写作 {{a: 1, b: a + 1}}，不用分号",
        "an expression has one value; write {{a: 1, b: a + 1}} for several, no semicolons",
    ),
    (r"[$#]\{?|\{", "变量直接写名称，不加 {found}", "write the plain name of a variable"),
)
_WORDS: tuple[tuple[str, str, str], ...] = (
    (r"is\s+not\s+null", "非空写作 x != null", "write x != null"),
    (r"is\s+null", "为空写作 x = null", "write x = null"),
    (r"not\s+in", "不在其中写作 not(x in …)", "write not(x in …)"),
    (r"AND|And|且|并且|而且", "并且写作 and，不写 {found}", "write and, not {found}"),
    (r"OR|Or|或|或者", "或者写作 or，不写 {found}", "write or, not {found}"),
    (
        r"return",
        "函数体直接写表达式，不写 {found} 与花括号",
        "write the body of a function plainly, without {found} and braces",
    ),
    (r"THEN|Then|ELSE|Else|IN|In", "关键字用小写，不写 {found}", "write {found} in small letters"),
)
_BEFORE: tuple[tuple[str, str, str], ...] = (
    (r"not|NOT|非", "否定写作 not(…)", "write not(…)"),
    (r"lambda|def", "函数写作 function(x) x + 1", "write function(x) x + 1 for a function"),
    (
        r"new|typeof|await",
        "FEEL 没有“{found}”",
        "FEEL has no {found}",
    ),
)
_NO_WORD = r"(?![\w?])"
_LONGEST_SIGN = 3


def _compiled(
    table: tuple[tuple[str, str, str], ...], tail: str
) -> list[tuple[re.Pattern[str], str, str]]:
    return [(re.compile(f"(?:{pattern}){tail}"), zh, en) for pattern, zh, en in table]


_SIGN_HABITS = _compiled(_SIGNS, "")
_WORD_HABITS = _compiled(_WORDS, _NO_WORD)
_BEFORE_HABITS = [
    (re.compile(rf"(?<!\w)(?:{pattern})(?=\s+\Z)"), zh, en) for pattern, zh, en in _BEFORE
]


def habit_at(source: str, position: int) -> Habit | None:
    """Find the habit that makes the source unreadable at a position."""
    return _sign(source, position) or _word(source, position) or _before(source, position)


def _sign(source: str, position: int) -> Habit | None:
    """Look for a sign that covers the position: its first half may have been read already."""
    for start in range(max(position - _LONGEST_SIGN + 1, 0), position + 1):
        for pattern, zh, en in _SIGN_HABITS:
            match = pattern.match(source, start)
            if match and match.end() > position and _is_meant(source, start, position, match[0]):
                return Habit(start, zh.format(found=match[0]), en.format(found=match[0]))
    return None


def _is_meant(source: str, start: int, position: int, found: str) -> bool:
    """Tell signs that FEEL has too from those that only another language has."""
    if found == ":":
        # A condition ? value : value whose question mark was read as part of a name.
        return "?" in source[:start]
    if found == "{":
        return source[:start].endswith("{")
    return start == position or len(found) > 1


def _word(source: str, position: int) -> Habit | None:
    for pattern, zh, en in _WORD_HABITS:
        match = pattern.match(source, position)
        if match:
            return Habit(position, zh.format(found=match[0]), en.format(found=match[0]))
    return None


def _before(source: str, position: int) -> Habit | None:
    """Look for a word before the position that is no operator of FEEL."""
    read = source[:position]
    for pattern, zh, en in _BEFORE_HABITS:
        match = pattern.search(read)
        if match:
            return Habit(match.start(), zh.format(found=match[0]), en.format(found=match[0]))
    return None
