"""What other languages write is refused, with a sentence that says what FEEL has instead."""

import pytest

from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests


@pytest.mark.parametrize(
    ("source", "column", "message_en"),
    [
        ("a == b", 3, "write = for equality, not =="),
        ("null == x", 6, "write = for equality, not =="),
        ("a === b", 3, "write = for equality, not ==="),
        ("== 1", 1, "write = for equality, not =="),
        ("(== 5)", 2, "write = for equality, not =="),
        ("x in (== 5)", 7, "write = for equality, not =="),
        ("a[b == 1]", 5, "write = for equality, not =="),
        ("for i in [1] return i == 1", 23, "write = for equality, not =="),
        ("{a: 1 == 2}", 7, "write = for equality, not =="),
        ("f(x: 1 == 2)", 8, "write = for equality, not =="),
        ("if a == 1 then 2 else 3", 6, "write = for equality, not =="),
        ("a !== b", 3, "write != for inequality, not !=="),
        ("a <> b", 3, "write != for inequality, not <>"),
        ("a =! b", 3, "write != for inequality, not =!"),
        ("a ≠ b", 3, "write != for inequality, not ≠"),
        ("a =< b", 3, "write <= for at most, not =<"),
        ("a ≤ b", 3, "write <= for at most, not ≤"),
        ("a ≥ b", 3, "write >= for at least, not ≥"),
        ("a && b", 3, "write and, not &&"),
        ("a & b", 3, "write and, not &"),
        ("a AND b", 3, "write and, not AND"),
        ("a 且 b", 3, "write and, not 且"),
        ("a || b", 3, "write or, not ||"),
        ("a 或者 b", 3, "write or, not 或者"),
        ("!x", 1, "write not(…), not !"),
        ("a and !x", 7, "write not(…), not !"),
        ("not x = 1", 1, "write not(…)"),
        ("a not in b", 3, "write not(x in …)"),
        ("x is null", 3, "write x = null"),
        ("x is not null", 3, "write x != null"),
        ("'abc'", 1, "write text in double quotes, not with '"),
        ("a = 'abc'", 5, "write text in double quotes, not with '"),
        ("‘甲’", 1, "write text in double quotes, not with ‘"),
        ("`abc`", 1, "write text in double quotes, not with `"),
        ("x > 1 ? a : b", 7, "write if condition then a else b, not condition ? a : b"),
        ("x?a:b", 4, "write if condition then a else b, not condition ? a : b"),
        ("a ?? b", 3, "write if a = null then b else a, not ??"),
        ("x += 1", 3, "an expression assigns nothing, += cannot be used"),
        ("x++", 2, "write x + 1, not ++"),
        ("a % b", 3, "write modulo(a, b), not %"),
        ("a ^ b", 3, "write **, not ^"),
        ("a × b", 3, "write *, not ×"),
        ("a; b", 2, "an expression has one value; write {a: 1, b: a + 1} for several, "
         "no semicolons"),
        ("x => x", 3, "write >= for at least, function(x) x + 1 for a function, not =>"),
        ("x -> x", 3, "write function(x) x + 1 for a function"),
        ("lambda x: x", 1, "write function(x) x + 1 for a function"),
        ("function(x) {return x}", 14, "write the body of a function plainly, without return "
         "and braces"),
        ("${x}", 1, "write the plain name of a variable"),
        ("{{x}}", 2, "write the plain name of a variable"),
        ("if a THEN b", 6, "write THEN in small letters"),
        ("new Date()", 1, "FEEL has no new"),
    ],
)  # fmt: skip
def test_habit_is_refused_with_what_to_write(source: str, column: int, message_en: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(source)

    assert (caught.value.column, caught.value.message_en) == (column, message_en)


@pytest.mark.parametrize(
    ("source", "column", "message_zh"),
    [
        ("== 5", 1, "相等写作 =，不写 =="),
        ("? == 5", 3, "相等写作 =，不写 =="),
        ("\"a\", 'b'", 6, "文本用双引号，不用 '"),
        ("!5", 1, "否定写作 not(…)，不写 !"),
        ("> 5 && < 9", 5, "并且写作 and，不写 &&"),
        ("> 5 and < 9", 5, "单元格里的条件写作 ? > 5 and ? < 9，或写成区间 (5..9)"),
        ("not 5", 1, "否定写作 not(…)"),
    ],
)
def test_habit_is_refused_in_a_cell(source: str, column: int, message_zh: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_unary_tests(source)

    assert (caught.value.column, caught.value.message_zh) == (column, message_zh)


@pytest.mark.parametrize(
    "source",
    ["a != b", "--a", "[1..2[", "a = (= b)", '"a == b"', "a // b == c", "x in (> 5, < 3)", "-(-a)"],
)
def test_what_feel_has_too_is_read(source: str) -> None:
    assert compile_expression(source).source == source
