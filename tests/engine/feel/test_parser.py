import pytest

from engine.feel import FeelSyntaxError, compile_expression


@pytest.mark.parametrize(
    ("source", "line", "column", "message_en"),
    [
        ("", 1, 1, "expected a value"),
        ("1 +", 1, 4, "expected a value"),
        ("1 + * 2", 1, 5, "expected a value"),
        ("(1", 1, 3, "expected )"),
        ("a b", 1, 3, "unexpected text"),
        ("[1, 2", 1, 6, "expected ]"),
        ("[1..2", 1, 6, "the range does not end"),
        ("{a 1}", 1, 2, "expected the name of an entry"),
        ("{a: 1, a: 2}", 1, 8, "the entry a appears twice"),
        ("if a then b", 1, 12, "expected the keyword else"),
        ("a >\n  then", 2, 3, "unexpected keyword then"),
        ('"abc', 1, 1, "the string does not end"),
        ("@5", 1, 2, "expected a string after @"),
        ("a.", 1, 3, "expected a name"),
        ("for i 1..2 return i", 1, 5, "expected: name in list"),
        ("f(a: 1, 2)", 1, 9, "expected the name of a parameter"),
        ("成绩 ＞ 60", 1, 4, "unexpected text (found the full-width ＞, use >)"),
        ("max（1, 2）", 1, 4, "unexpected text (found the full-width （, use ()"),
        ("“甲”", 1, 1, 'expected a value (found the full-width “, use ")'),
        ("1e99999", 1, 8, "the number is out of range"),
    ],
)
def test_error_says_where_and_what(source: str, line: int, column: int, message_en: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(source)

    error = caught.value
    assert (error.line, error.column, error.message_en) == (line, column, message_en)
    assert str(error) == f"{message_en} (line {line}, column {column})"


def test_error_speaks_chinese() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("成绩 ＞ 60")

    assert caught.value.message_zh == "此处有多余的内容(这里是全角符号“＞”，应为半角“>”)"


def test_error_counts_the_sign_before_the_expression() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(" =1 +\n a b")

    assert (caught.value.line, caught.value.column) == (2, 4)
    assert caught.value.source == " =1 +\n a b"
